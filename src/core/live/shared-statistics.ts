import type { LiveStream } from '../live-stream.ts';
import type { ObservabilityManager } from '../observability.ts';
import type { WatchOptions } from '../profiling/performance-profiler.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import type { StatisticsView } from './statistics-view.ts';

/** Options of `shareStatistics`. */
export interface ShareStatisticsOptions {
  /** Who has the same name shares: at most 256 characters. Default: the manager's service name. */
  readonly name?: string | undefined;
  /** Milliseconds of measuring that are sent at once. Default 1 000. */
  readonly every?: number | undefined;
  /** Distinct series kept here, and in each watch; later ones are counted together under `__other__`. Default 1000. */
  readonly maxSeries?: number | undefined;
}

/**
 * The statistics of every thread, process, worker and tab that shares under one name, as if one program had measured all: the values
 * of all are counted in the same buckets, so that `p99` is that of the whole service, not an average of averages. `watchStatistics`
 * is asked here and answered by all; who begins late has the last 60 s of the others at once. What a participant measures is seen
 * within its `every` and that of the watch, together 2 s by default. While nobody watches, nothing is sent.
 */
export interface SharedStatistics extends StatisticsView, Disposable {
  watchStatistics(options?: WatchOptions): LiveStream<StatisticsMap>;
  /**
   * How many take part, this one included; the present number at once, then each other one. A participant that ends without a word,
   * as a process that is killed does, counts for 15 s more. Watches as `watchStatistics()` does while it is subscribed.
   */
  readonly participants$: LiveStream<number>;
  /** Messages of others that could not be used: malformed, or of more participants than 1,000. `health$` says why. */
  readonly ignored: number;
  /** Takes part no longer: its watches complete, and the others go on without it. The end of the manager does the same. */
  close(): void;
}

/** Shares the statistics of a manager's timed calls and of the responses of its servers; see `SharedStatistics`. */
export interface ShareStatistics {
  /** @throws ConfigurationError for what is no manager of this SDK, and for wrong options */
  (obs: ObservabilityManager, options?: ShareStatisticsOptions): SharedStatistics;
}
