import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Clock, Timed } from '../clock.ts';
import { derive } from '../guarded-observable.ts';
import { hasFailed } from '../signal.ts';
import type { Signal } from '../signal.ts';
import { HeldTraces } from './held-traces.ts';
import { aBoolean, aClock, checkOptions, count, fromZero, optional, positive } from './option-checks.ts';

// How much later than `hold` a trace may be let go when nothing else arrives.
const longestTick = 1_000;

/** Options of `keepTraces`. */
export interface KeepTracesOptions extends Timed {
  /** Keeps the traces in which something failed. Default true. */
  readonly errors?: boolean | undefined;
  /** Keeps the traces with a span or a response that took more than this many milliseconds. Default: none for that. */
  readonly slowerThan?: number | undefined;
  /** How long a trace is held for its decision, in milliseconds. Default 10 000. */
  readonly hold?: number | undefined;
  /** How many traces are held at once; beyond it the oldest is decided. Default 1000. */
  readonly maxTraces?: number | undefined;
}

/**
 * Tail sampling: whole traces with an error, or slow ones. All signals of a trace are held, from its first one for `hold`
 * milliseconds, until one of them has failed or was slow: then they are released in order, and later ones of that trace pass.
 * Traces not kept by then are dropped, with all that still comes of them. Signals outside of any trace pass at once.
 *
 * Memory is bounded: by `maxTraces`, by 100 signals a trace on average (beyond it the oldest trace is decided), and by 10 decisions
 * remembered for each trace that may be held. Throws `ConfigurationError` for wrong options.
 */
export function keepTraces<S extends Signal>(options: KeepTracesOptions = {}): MonoTypeOperatorFunction<S> {
  checkOptions('keepTraces', options, {
    errors: optional(aBoolean),
    slowerThan: optional(fromZero),
    hold: optional(positive),
    maxTraces: optional(count),
    clock: aClock,
  });
  const { errors = true, slowerThan, hold = 10_000, maxTraces = 1000 } = options;
  const clock = options.clock as Clock;

  const isWorthKeeping = (signal: S): boolean => {
    try {
      return (errors && hasFailed(signal)) || isSlow(signal, slowerThan);
    } catch {
      // A span without a status, say, of another operator's making.
      return false;
    }
  };
  return (source) =>
    derive(source, (subscriber) => {
      const held = new HeldTraces<S>({ hold, maxTraces });
      subscriber.add(
        clock.every(Math.min(hold, longestTick)).subscribe({
          next: () => held.dropExpired(clock.elapsed()),
          error: (error) => subscriber.error(error),
        }),
      );
      subscriber.add(
        source.subscribe({
          next: (signal) => {
            if (!signal.trace) {
              subscriber.next(signal);
              return;
            }
            for (const released of held.decide(signal.trace.traceId, signal, isWorthKeeping(signal), clock.elapsed())) {
              subscriber.next(released);
            }
          },
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}

function isSlow(signal: Signal, slowerThan: number | undefined): boolean {
  if (slowerThan === undefined) return false;
  return (signal.kind === 'span' || signal.kind === 'response') && signal.duration > slowerThan;
}
