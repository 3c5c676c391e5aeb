import { consoleCallsOf } from '../../core/console/console-calls.ts';
import type { Source } from '../../core/source.ts';
import { createContextStorage } from '../context.ts';
import { patchMethod } from './patch-method.ts';

/** What a person reads, or a loop made of an `await` takes. */
const mostPerSecond = 1_000;

/**
 * Every call of `console.trace`, `debug`, `log`, `info`, `warn` and `error` is a log signal called `console`; an `Error` among the arguments
 * becomes `exception.type`, `exception.message` and `exception.stacktrace`. It is printed as before, but the browser names this package as
 * the place it came from. What sinks print while they are called is not told, nor what a subscriber of the stream prints about a
 * signal; what they print after an `await` is, as no browser follows asynchronous calls: at most 1,000 calls a second are told. No
 * default: name it in `sources`.
 */
export function consoleCalls(): Source {
  return consoleCallsOf({
    createContextStorage,
    mostPerSecond,
    patch: (method, around) => patchMethod(console, method, (original, self, args) => around(args, () => Reflect.apply(original, self, args))),
  });
}
