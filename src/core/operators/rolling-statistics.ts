import type { OperatorFunction } from 'rxjs';
import type { Clock, Timed } from '../clock.ts';
import { wrongOption } from '../configuration-error.ts';
import { derive } from '../guarded-observable.ts';
import { hasFailed, isSignal } from '../signal.ts';
import type { AttributeValue } from '../signal.ts';
import { RollingWindow } from '../statistics/rolling-window.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import { aClock, aFunction, checkOptions, count, interval, optional, positive } from './option-checks.ts';

/** Options of `rollingStatistics`. */
export interface RollingStatisticsOptions<T> extends Timed {
  /** The series. `undefined` and `null` leave the value out, and so does throwing. Lists are joined with commas. */
  readonly by: (value: T) => AttributeValue | null | undefined;
  /** The number to count. `undefined` leaves the value out, and so does throwing, NaN or an infinity. */
  readonly value: (value: T) => number | undefined;
  /** What counts in `errors`. Default: a failed signal. When it throws, the value counts as not failed. */
  readonly failed?: ((value: T) => boolean) | undefined;
  /** How far back the numbers reach, in milliseconds, at least `every`. Default 60 000. */
  readonly window?: number | undefined;
  /** Milliseconds between two maps. Default 1 000, or `window` when that is shorter. */
  readonly every?: number | undefined;
  /** Distinct names kept; later ones are counted together under `(other)`. Default 1000. */
  readonly maxSeries?: number | undefined;
}

/**
 * One map a tick, of the series with data in the window; empty when there is none. What was recorded since the last tick is given
 * out before the stream completes or errors. Throws `ConfigurationError` for wrong options.
 */
export function rollingStatistics<T>(options: RollingStatisticsOptions<T>): OperatorFunction<T, StatisticsMap> {
  checkOptions('rollingStatistics', options, {
    by: aFunction,
    value: aFunction,
    failed: optional(aFunction),
    window: optional(positive),
    every: optional(interval),
    maxSeries: optional(count),
    clock: aClock,
  });
  const { by, value: valueOf, failed = isFailedSignal, window = 60_000, maxSeries = 1000 } = options;
  const { every = Math.min(1_000, window) } = options;
  if (window < every) throw wrongOption('rollingStatistics.window', `at least \`every\` (${every} ms)`, window);
  const clock = options.clock as Clock;

  return (source) =>
    derive(source, (subscriber) => {
      const rolling = new RollingWindow({ window, every, maxSeries });
      let recorded = false;
      const record = (item: T): void => {
        try {
          const name = by(item);
          const value = valueOf(item);
          if (name === undefined || name === null || typeof value !== 'number') return;
          if (rolling.record(String(name), value, succeeds(() => failed(item)))) recorded = true;
        } catch {
          // Left out, as the options say.
        }
      };
      const tick = (): void => {
        const statistics = rolling.statistics();
        rolling.advance();
        recorded = false;
        subscriber.next(statistics);
      };
      const fail = (error: unknown): void => {
        if (recorded) tick();
        subscriber.error(error);
      };
      const complete = (): void => {
        if (recorded) tick();
        subscriber.complete();
      };
      // Before the source, which may do everything at once.
      subscriber.add(clock.every(every).subscribe({ next: tick, error: fail }));
      subscriber.add(source.subscribe({ next: record, error: fail, complete }));
    });
}

function succeeds(question: () => boolean): boolean {
  try {
    return question();
  } catch {
    return false;
  }
}

function isFailedSignal(value: unknown): boolean {
  return isSignal(value) && hasFailed(value);
}
