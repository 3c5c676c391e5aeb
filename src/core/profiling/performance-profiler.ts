import type { FunctionInstrument, NameOption } from '../function-instrument.ts';
import type { LiveStream } from '../live-stream.ts';
import type { Attributes } from '../signal.ts';
import type { Statistics, StatisticsMap } from '../statistics/statistics.ts';

/** Options of profiling. */
export interface ProfilerOptions {
  /** False: calls run untimed. Default true, or `PROFILING_ENABLED`. */
  readonly enabled?: boolean | undefined;
  /** Distinct names kept; later ones are counted together under `__other__`. Default 1000. */
  readonly maxSeries?: number | undefined;
  /** What `watchStatistics` covers, in milliseconds. Default 60 000. */
  readonly window?: number | undefined;
}

/** Options of `profileFunction`. */
export interface ProfileFunctionOptions extends NameOption {
  /** On the signal of every call. Default: none. */
  readonly attributes?: Attributes | undefined;
}

/** What is being measured. Calling it ends that, the first time; `using` does, too. One that is never called holds nothing. */
export interface StopTiming extends Disposable {
  /** The milliseconds from the start to the first call of this. `failed`: also counts as an error. Default false. */
  (outcome?: { readonly failed?: boolean | undefined }): number;
}

/** Options of `watchStatistics`. */
export interface WatchOptions {
  /** Only this series. Default: all. */
  readonly name?: string | undefined;
  /** Milliseconds the numbers cover, at least `every`. Default: the profiler's `window`. */
  readonly window?: number | undefined;
  /** Milliseconds between two maps. Default 1 000, or `window` when that is shorter. */
  readonly every?: number | undefined;
}

/**
 * Times calls. Durations are milliseconds (the Python original: seconds). No method throws anything but what the callbacks throw,
 * and `profileFunction` and `watchStatistics` a `ConfigurationError` for wrong options.
 */
export interface PerformanceProfiler {
  /**
   * Wraps a function, or decorates a method: every call is timed, sync or async, until its end.
   * @throws ConfigurationError naming every wrong option at once, or for what is neither a function nor a method; calls never do
   */
  readonly profileFunction: FunctionInstrument<ProfileFunctionOptions>;
  /** Times one call. */
  profile<T>(name: string, run: () => T, options?: Pick<ProfileFunctionOptions, 'attributes'>): T;
  /**
   * Begins to time what is no single call; what it returns ends that. What is active here (a trace, a request) is what the signal
   * tells of, wherever it ends. Milliseconds also when profiling is off, but then nothing is counted.
   */
  start(name: string, options?: Pick<ProfileFunctionOptions, 'attributes'>): StopTiming;
  /** Since the start. `undefined` when nothing was measured under that name. */
  getStatistics(name: string): Statistics | undefined;
  /** Since the start, of every name. */
  getAllStatistics(): StatisticsMap;
  /**
   * Rolling statistics, one map a tick; late subscribers get the latest at once.
   * @throws ConfigurationError for a `window` or `every` that is no number of milliseconds above 0, or a `window` below `every`
   */
  watchStatistics(options?: WatchOptions): LiveStream<StatisticsMap>;
}
