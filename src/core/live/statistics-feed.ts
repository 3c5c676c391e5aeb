import type { Clock } from '../clock.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import { jsonList, jsonText } from './json-text.ts';
import type { LiveFeed } from './live-feed.ts';
import type { StatisticsView } from './statistics-view.ts';

export interface StatisticsFeedSetup {
  readonly view: StatisticsView;
  readonly clock: Clock;
  readonly window: number;
  readonly every: number;
  readonly failed: (error: unknown) => void;
}

const maxSeries = 1_000;
/** About 500 series of short names. */
const maxCharacters = 196_608;

/** A frame for each map of a view. */
export function createStatisticsFeed({ view, clock, window, every, failed }: StatisticsFeedSetup): LiveFeed {
  let last: string | undefined;

  function frameOf(statistics: StatisticsMap): string {
    // What there is most of is what matters most when not all of it fits.
    const series = [...statistics.values()].sort((one, other) => other.count - one.count);
    const { text, count } = jsonList(textsOf(series), maxSeries, maxCharacters);
    return `{"time":${clock.now()},"window":${series[0]?.window ?? window},"series":${text},"leftOut":${series.length - count}}`;
  }

  return {
    type: 'statistics',
    start(publish) {
      const next = (statistics: StatisticsMap): void => {
        try {
          last = frameOf(statistics);
        } catch (error) {
          // No map: the view may be of the application.
          return failed(error);
        }
        publish(last);
      };
      const subscription = view.watchStatistics({ window, every }).subscribe({ next, error: failed });
      return () => {
        last = undefined;
        subscription.unsubscribe();
      };
    },
    latest: () => last,
  };
}

/** One at a time: those beyond the bound are not written. */
function* textsOf(values: readonly unknown[]): Iterable<string | undefined> {
  for (const value of values) yield jsonText(value);
}
