import type { OperatorFunction } from 'rxjs';
import type { Clock, Timed } from '../clock.ts';
import { wrongOption } from '../configuration-error.ts';
import { derive } from '../guarded-observable.ts';
import { hasFailed, isSignal } from '../signal.ts';
import type { AttributeValue, Signal, TraceContext } from '../signal.ts';
import { RollingWindow } from '../statistics/rolling-window.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import { aClock, aFunction, checkOptions, count, fromZero, interval, optional, positive } from './option-checks.ts';

/** Of so many values in a row one reads the clock; a power of two. */
const valuesPerReading = 16;

/** Options of `rollingStatistics`. */
export interface RollingStatisticsOptions<T> extends Timed {
  /** The series. `undefined` and `null` leave the value out, and so does throwing. Lists are joined with commas. */
  readonly by: (value: T) => AttributeValue | null | undefined;
  /** The number to count. `undefined` leaves the value out, and so does throwing, NaN or an infinity. */
  readonly value: (value: T) => number | undefined;
  /** What counts in `errors`. Default: a failed signal. When it throws, the value counts as not failed. */
  readonly failed?: ((value: T) => boolean) | undefined;
  /**
   * Identifies the trace that a value was measured in, for `exemplars`. Default: the trace of a signal, when it is exported. When it
   * throws, the value has none.
   */
  readonly trace?: ((value: T) => string | undefined) | undefined;
  /** How far back the numbers reach at most, in milliseconds, at least `every`. Default 60 000. */
  readonly window?: number | undefined;
  /** Milliseconds between two maps. Default 1 000, or `window` when that is shorter. */
  readonly every?: number | undefined;
  /** Distinct names kept; later ones are counted together under `__other__`. Default 1000. */
  readonly maxSeries?: number | undefined;
  /**
   * About as many bytes of memory may all series take. Beyond it the far edge of the window becomes coarser, by up to a quarter of the
   * window; then the latest series are counted under `__other__`. Default 16 MiB, some 400 busy series.
   */
  readonly maxBytes?: number | undefined;
  /** Milliseconds between two readings of the clock that measured the values, if they are durations. Default: not known. */
  readonly resolution?: number | undefined;
}

/**
 * One map a tick, of the series with data in the window; empty when there is none. Before it has lasted for a whole window, `window` of
 * the statistics is the time since it began, which is the subscription. What was recorded since the last tick is given
 * out before the stream completes or errors. Throws `ConfigurationError` for wrong options.
 */
export function rollingStatistics<T>(options: RollingStatisticsOptions<T>): OperatorFunction<T, StatisticsMap> {
  checkOptions('rollingStatistics', options, {
    by: aFunction,
    value: aFunction,
    failed: optional(aFunction),
    trace: optional(aFunction),
    window: optional(positive),
    every: optional(interval),
    maxSeries: optional(count),
    maxBytes: optional(count),
    resolution: optional(fromZero),
    clock: aClock,
  });
  const { by, value: valueOf, failed, trace, window = 60_000, maxSeries, maxBytes, resolution } = options;
  const { every = Math.min(1_000, window) } = options;
  if (window < every) throw wrongOption('rollingStatistics.window', `at least \`every\` (${every} ms)`, window);
  const clock = options.clock as Clock;

  return (source) =>
    derive(source, (subscriber) => {
      const rolling = new RollingWindow({ window, every, maxSeries, maxBytes, elapsed: clock.elapsed() });
      // Since the last tick.
      let recorded = 0;
      const record = (item: T): void => {
        try {
          const name = by(item);
          const value = valueOf(item);
          if (name === undefined || name === null || typeof value !== 'number') return;
          const hasError = failed === undefined ? isFailedSignal(item) : Boolean(answer(failed, item));
          const traceId = trace === undefined ? tracedIn(item) : answer(trace, item);
          const timestamp = traceId === undefined ? undefined : (timestampOf(item) ?? clock.now());
          // Ticks may be minutes late (a sleep, a page in the background): what comes then must not count as what came before it. The
          // first few values each look, so that a stream with few is right, and one with many is fast.
          if (recorded < valuesPerReading || recorded % valuesPerReading === 0) rolling.catchUp(clock.elapsed());
          if (rolling.record(typeof name === 'string' ? name : String(name), value, hasError, traceId, timestamp)) recorded += 1;
        } catch {
          // Left out, as the options say.
        }
      };
      const tick = (): void => {
        const elapsed = clock.elapsed();
        rolling.catchUp(elapsed);
        const statistics = rolling.statistics(resolution);
        rolling.advance(elapsed);
        recorded = 0;
        subscriber.next(statistics);
      };
      const fail = (error: unknown): void => {
        if (recorded > 0) tick();
        subscriber.error(error);
      };
      const complete = (): void => {
        if (recorded > 0) tick();
        subscriber.complete();
      };
      // Before the source, which may do everything at once.
      subscriber.add(clock.every(every).subscribe({ next: tick, error: fail }));
      subscriber.add(source.subscribe({ next: record, error: fail, complete }));
    });
}

function answer<T, R>(question: (value: T) => R, value: T): R | undefined {
  try {
    return question(value);
  } catch {
    return undefined;
  }
}

/** Most have not failed, and then it need not be known whether they are signals. */
function isFailedSignal(value: unknown): boolean {
  try {
    return hasFailed(value as Signal) && isSignal(value);
  } catch {
    // It is nothing, or looks like a signal and lacks what its kind has.
    return false;
  }
}

function tracedIn(value: unknown): string | undefined {
  const trace: Partial<TraceContext> | undefined = (value as Partial<Signal> | null)?.trace;
  return trace?.sampled === true && typeof trace.traceId === 'string' ? trace.traceId : undefined;
}

function timestampOf(value: unknown): number | undefined {
  const timestamp: unknown = (value as Partial<Signal> | null)?.timestamp;
  return typeof timestamp === 'number' ? timestamp : undefined;
}
