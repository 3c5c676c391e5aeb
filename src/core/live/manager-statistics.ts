import type { Observable } from 'rxjs';
import type { Clock } from '../clock.ts';
import { resolutionOf } from '../clock-resolution.ts';
import { rollingStatistics } from '../operators/rolling-statistics.ts';
import type { Signal } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { seriesName } from '../statistics/series-table.ts';
import { liveSeries } from './live-series.ts';
import { onlySeries } from '../statistics/only-series.ts';
import { shareLatest } from '../statistics/share-latest.ts';
import type { StatisticsView } from './statistics-view.ts';
import { readWatchTimes } from '../statistics/watch-times.ts';
import { createWatches } from '../statistics/watches.ts';

const defaultWindow = 60_000;

/** The timed calls of one manager and the responses of its servers, as `liveSeries` names them. Nothing is computed while nobody watches. */
export function createStatisticsView({ signals$ }: { readonly signals$: Observable<Signal> }, clock: Clock): StatisticsView {
  const resolution = resolutionOf(clock);
  const watch = createWatches((times) =>
    signals$.pipe(rollingStatistics<Signal>({ by: liveSeries, value: durationOf, ...times, resolution, clock }), shareLatest()),
  );

  return {
    watchStatistics(options = {}) {
      const all$ = watch(readWatchTimes(options, defaultWindow));
      const { name } = options;
      return name === undefined ? all$ : all$.pipe(onlySeries(seriesName(snapshotText(name))));
    },
  };
}

function durationOf(signal: Signal): number | undefined {
  return signal.kind === 'profile' || signal.kind === 'response' ? signal.duration : undefined;
}
