import { filter, map } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { derive } from '../guarded-observable.ts';
import type { Signal } from '../signal.ts';
import { aFunction, checkOptions, count, optional } from './option-checks.ts';

/** Options of `flightRecorder`. */
export interface FlightRecorderOptions<S> {
  /** How many of the last signals are kept. Default 1000. */
  readonly capacity?: number | undefined;
  /** Whether this signal is the moment to give them out. When it throws, it is not. */
  readonly when: (signal: S) => boolean;
}

/**
 * Keeps the last signals and gives them out, oldest first, when `when` says so of a signal: that one is the last of them. Each is
 * given out once; after that the recorder begins anew. Throws `ConfigurationError` for wrong options.
 */
export function flightRecorder<S extends Signal>(options: FlightRecorderOptions<S>): OperatorFunction<S, readonly S[]> {
  checkOptions('flightRecorder', options, { capacity: optional(count), when: aFunction });
  const { capacity = 1000, when } = options;

  const isMoment = (signal: S): boolean => {
    try {
      return when(signal);
    } catch {
      return false;
    }
  };
  return (source) =>
    derive(source, (subscriber) => {
      let recorded: S[] = [];
      // Where the oldest one is, once all places are taken and the newest overwrites the oldest.
      let oldest = 0;
      const record = (signal: S): readonly S[] | undefined => {
        if (recorded.length < capacity) recorded.push(signal);
        else {
          recorded[oldest] = signal;
          oldest = (oldest + 1) % capacity;
        }
        if (!isMoment(signal)) return undefined;
        const last = [...recorded.slice(oldest), ...recorded.slice(0, oldest)];
        recorded = [];
        oldest = 0;
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
