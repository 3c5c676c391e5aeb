import { resolutionOf } from '../clock-resolution.ts';
import type { LiveStream } from '../live-stream.ts';
import { rollingStatistics } from '../operators/rolling-statistics.ts';
import type { Runtime } from '../runtime.ts';
import type { ProfileSignal } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { onlySeries } from '../statistics/only-series.ts';
import { seriesName } from '../statistics/series-table.ts';
import { shareLatest } from '../statistics/share-latest.ts';
import { readWatchTimes } from '../statistics/watch-times.ts';
import { createWatches } from '../statistics/watches.ts';
import type { PerformanceProfiler } from './performance-profiler.ts';

/** Rolling statistics of timed calls: nothing is computed without a subscriber, and once for all that want the same. */
export function watchStatistics(runtime: Runtime, profiles$: LiveStream<ProfileSignal>): PerformanceProfiler['watchStatistics'] {
  const { clock } = runtime;
  const watch = createWatches(
    (times, maxSeries) => {
      const resolution = resolutionOf(clock);
      const by = ({ name }: ProfileSignal): string => name;
      return profiles$.pipe(rollingStatistics({ by, value: ({ duration }) => duration, ...times, maxSeries, resolution, clock }), shareLatest());
    },
    () => runtime.settings.profiling.maxSeries,
  );

  return (options = {}) => {
    const all$ = watch(readWatchTimes(options, runtime.settings.profiling.window));
    const { name } = options;
    // As it is on the signals.
    return name === undefined ? all$ : all$.pipe(onlySeries(runtime.redactText(seriesName(snapshotText(name)))));
  };
}
