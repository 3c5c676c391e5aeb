import { AsyncResource } from 'node:async_hooks';
import { isMainThread, threadId } from 'node:worker_threads';
import { Observable } from 'rxjs';
import type { SeenError } from '../../core/errors/source-errors.ts';
import { aBoolean, checkOptions, optional } from '../../core/operators/option-checks.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { hearTogether } from '../hear-together.ts';
import { watchUncaughtExceptions } from './uncaught-exceptions.ts';
import type { UncaughtException } from './uncaught-exceptions.ts';
import { watchUnhandledRejections } from './unhandled-rejections.ts';

/** Options of `uncaughtErrors`. */
export interface UncaughtErrorsOptions {
  /** Exceptions that nothing caught. Default true. */
  readonly uncaughtException?: boolean | undefined;
  /** Rejections that nothing handled, and what the application's own modules throw while they are loaded. Default true. */
  readonly unhandledRejection?: boolean | undefined;
}

/**
 * Every exception that nothing caught, and every rejection that nothing handled, is an error signal with `handled: false`: of level
 * `fatal` when the process ends by it, `error` when a listener of the application lets it live, or when only a thread ends, whose
 * `thread.id` it has. What the process does then, with which exit code, and what it writes to stderr is what it would have been; only
 * that sinks get up to 2 seconds to send what is queued. An error that was captured before is told once.
 *
 * Nothing is heard of `process.abort()`, of crashes of the engine, under `--abort-on-uncaught-exception`, of rejections inside a domain
 * that handles them, nor of those that only Node itself warns of under `--unhandled-rejections=warn-with-error-code`.
 * @throws ConfigurationError for wrong options
 */
export function uncaughtErrors(options: UncaughtErrorsOptions = {}): Source {
  checkOptions('uncaughtErrors', options, { uncaughtException: optional(aBoolean), unhandledRejection: optional(aBoolean) });
  const { uncaughtException = true, unhandledRejection = true } = options;
  return {
    name: 'uncaught-errors',
    observe: ({ errors, requests }: SourceContext) =>
      new Observable<never>((subscriber) => {
        const attributes = isMainThread ? undefined : { 'thread.id': threadId };
        const outside = new AsyncResource('uncaughtErrors');

        function threw({ error, rejected, fatal }: UncaughtException): void {
          if (!(rejected ? unhandledRejection : uncaughtException)) return;
          const mechanism = rejected ? 'onunhandledrejection' : 'onuncaughtexception';
          // Whoever started a thread decides whether the process ends by it.
          const seen: SeenError = { mechanism, handled: false, level: fatal && isMainThread ? 'fatal' : 'error', attributes };
          // What a sink does is not told there, or it could go on for ever. An end cannot.
          if (fatal && !requests.observes()) outside.runInAsyncScope(errors.capture, errors, error, seen);
          else errors.capture(error, seen);
        }

        function rejected(reason: unknown): void {
          errors.capture(reason, { mechanism: 'onunhandledrejection', handled: false, level: 'error', attributes });
        }

        if (uncaughtException || unhandledRejection) subscriber.add(hearTogether('uncaught-exceptions', watchUncaughtExceptions, threw));
        if (unhandledRejection) subscriber.add(hearTogether('unhandled-rejections', watchUnhandledRejections, rejected));
      }),
  };
}
