import { Observable } from 'rxjs';
import type { ContextStorage } from '../context.ts';
import { createEchoGuard } from '../echo-guard.ts';
import { exceptionAttributes } from '../errors/exception-attributes.ts';
import { isError } from '../errors/is-error.ts';
import { serializeError } from '../errors/serialize-error.ts';
import { TokenBuckets } from '../operators/token-buckets.ts';
import { severityNumbers } from '../severity.ts';
import type { SeverityName, SignalInput } from '../signal.ts';
import type { Source, SourceContext } from '../source.ts';
import { callText } from './call-text.ts';

/** The methods that are heard, and how grave what they print is. */
const levels = { trace: 'trace', debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

export type ConsoleMethod = keyof typeof levels;

/** How a host's console is heard. */
export interface ConsoleHost {
  /** Stands around a method of the console, where there is one: `print` does what it did. The result takes that back. */
  patch(method: ConsoleMethod, around: (args: readonly unknown[], print: () => unknown) => unknown): () => void;
  readonly createContextStorage: <T>() => ContextStorage<T>;
  /**
   * For a host that does not follow asynchronous calls: no more than that are told, so that a subscriber that prints something for each
   * signal after an `await` comes to an end. Default: as many as there are.
   */
  readonly mostPerSecond?: number | undefined;
}

const name = 'consoleCalls';

/** Every call of the console as a log signal called `console`. The call itself goes through as it was. */
export function consoleCallsOf({ patch, createContextStorage, mostPerSecond }: ConsoleHost): Source {
  return {
    name,
    observe: ({ clock, tracing }: SourceContext) =>
      new Observable((subscriber) => {
        const guard = createEchoGuard(createContextStorage);
        const tokens = mostPerSecond === undefined ? undefined : new TokenBuckets({ perSecond: mostPerSecond, burst: mostPerSecond });
        /** `console.trace` calls `console.error` where Node has it; a getter of what is printed may print. */
        let inside = false;

        function hear(method: ConsoleMethod, args: readonly unknown[], print: () => unknown): unknown {
          if (inside || guard.echoes) return print();
          inside = true;
          try {
            const result = print();
            if (tokens?.take(undefined, clock.elapsed()) === false) tracing.ignored(name, `more than ${mostPerSecond} calls a second`);
            else guard.tell(() => subscriber.next(signalOf(levels[method], args)));
            return result;
          } finally {
            inside = false;
          }
        }

        for (const method of Object.keys(levels) as ConsoleMethod[]) {
          subscriber.add(patch(method, (args, print) => hear(method, args, print)));
        }
      }),
  };
}

function signalOf(level: SeverityName, args: readonly unknown[]): SignalInput {
  const error = args.find(isError);
  return {
    kind: 'log',
    name: 'console',
    attributes: error === undefined ? {} : exceptionAttributes(serializeError(error)),
    message: callText(args),
    level,
    severityNumber: severityNumbers[level],
    // The manager gives the event its id.
  } as Omit<SignalInput & { kind: 'log' }, 'eventId'> as SignalInput;
}
