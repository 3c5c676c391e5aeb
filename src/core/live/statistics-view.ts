import type { Observable } from 'rxjs';
import type { WatchOptions } from '../profiling/performance-profiler.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';

/** Where rolling statistics can be watched: a profiler, one program's timed calls and responses, or those of several threads together. */
export interface StatisticsView {
  /**
   * Rolling statistics, one map a tick; late subscribers get the latest at once. While less than a whole window is known, `window` of
   * the statistics is how much is.
   * @throws ConfigurationError for unknown options, for a `window` or `every` that is no number of milliseconds above 0, or a `window` below `every`
   */
  watchStatistics(options?: WatchOptions): Observable<StatisticsMap>;
}
