import { filter, map } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { BoundedRing } from '../bounded-ring.ts';
import { isErrorSignal, isMoment } from '../flight-moment.ts';
import { derive } from '../guarded-observable.ts';
import type { Signal } from '../signal.ts';
import { endOf } from '../signal-end.ts';
import { estimateSize } from '../signal-size.ts';
import { aFunction, checkOptions, count, optional, positive } from './option-checks.ts';

/** Options of `flightRecorder`. */
export interface FlightRecorderOptions<S> {
  /** How many of the last signals are kept. Default 1000. */
  readonly capacity?: number | undefined;
  /** How far back they go, in seconds: those that ended longer before the moment are left out. Default: any distance. */
  readonly seconds?: number | undefined;
  /** How much is kept, in bytes: about, as signals take it in memory. Default 1 000 000. */
  readonly bytes?: number | undefined;
  /** Whether this signal is the moment to give them out. When it throws, it is not. Default: every `error` signal. */
  readonly when?: ((signal: S) => boolean) | undefined;
}

/**
 * Keeps the last signals and gives them out, oldest first, when `when` says so of a signal: that one is the last of them. Each is
 * given out once; after that the recorder begins anew. Throws `ConfigurationError` for wrong options.
 */
export function flightRecorder<S extends Signal>(options: FlightRecorderOptions<S> = {}): OperatorFunction<S, readonly S[]> {
  checkOptions('flightRecorder', options, { capacity: optional(count), seconds: optional(positive), bytes: optional(count), when: optional(aFunction) });
  const { capacity = 1000, seconds = Number.POSITIVE_INFINITY, bytes: mostBytes = 1_000_000, when = isErrorSignal } = options;

  return (source) =>
    derive(source, (subscriber) => {
      const recorded = new BoundedRing<S>();
      const record = (signal: S): readonly S[] | undefined => {
        if (!isMoment(signal, when)) {
          recorded.keep(signal, estimateSize(signal), capacity, mostBytes);
          return undefined;
        }
        const from = endOf(signal) - seconds * 1_000;
        const last = recorded.values().filter((earlier) => !(endOf(earlier) < from));
        recorded.clear();
        // The moment itself is always among them, and one of those that are kept.
        if (last.length === capacity) last.shift();
        last.push(signal);
        return last;
      };
      return source
        .pipe(
          map(record),
          filter((last) => last !== undefined),
        )
        .subscribe(subscriber);
    });
}
