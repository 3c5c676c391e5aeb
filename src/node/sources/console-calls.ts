import { consoleCallsOf } from '../../core/console/console-calls.ts';
import type { Source } from '../../core/source.ts';
import { createContextStorage } from '../context.ts';
import { patchMethod } from './patch-method.ts';

/**
 * Every call of `console.trace`, `debug`, `log`, `info`, `warn` and `error` is a log signal called `console`, with the trace and the
 * request it was made in; an `Error` among the arguments becomes `exception.type`, `exception.message` and `exception.stacktrace`. It is
 * printed as before. What sinks print is not told, nor what a subscriber of the stream prints about a signal. No default: name it in
 * `sources`.
 */
export function consoleCalls(): Source {
  return consoleCallsOf({
    createContextStorage,
    patch: (method, around) =>
      typeof console[method] === 'function'
        ? patchMethod(console, method, (_, args, proceed) => around(args, () => proceed(args)))
        : () => undefined,
  });
}
