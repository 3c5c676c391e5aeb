import type { Observable } from 'rxjs';
import type { FunctionInstrument, NameOption } from '../function-instrument.ts';
import type { Attributes } from '../signal.ts';
import type { Statistics, StatisticsMap } from '../statistics/statistics.ts';

export interface ProfilerOptions {
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** Distinct names kept; later ones are counted together under `(other)`. Default 1000. */
  readonly maxSeries?: number | undefined;
  /** What `watchStatistics` covers, in milliseconds. Default 60 000. */
  readonly window?: number | undefined;
}

export interface ProfileFunctionOptions extends NameOption {
  readonly attributes?: Attributes | undefined;
}

export interface WatchOptions {
  /** Only this series. Default: all. */
  readonly name?: string | undefined;
  /** Milliseconds the numbers cover. Default: the profiler's `window`. */
  readonly window?: number | undefined;
  /** Milliseconds between two maps. Default 1 000. */
  readonly every?: number | undefined;
}

/** Times calls. Durations are milliseconds (the Python original: seconds). */
export interface PerformanceProfiler {
  /** Wraps a function, or decorates a method: every call is timed, sync or async, until its end. */
  readonly profileFunction: FunctionInstrument<ProfileFunctionOptions>;
  /** Times one call. */
  profile<T>(name: string, run: () => T, options?: Pick<ProfileFunctionOptions, 'attributes'>): T;
  /** Since the start. `undefined` when nothing was measured under that name. */
  getStatistics(name: string): Statistics | undefined;
  getAllStatistics(): StatisticsMap;
  /** Rolling statistics, one map a tick; late subscribers get the latest at once. */
  watchStatistics(options?: WatchOptions): Observable<StatisticsMap>;
}
