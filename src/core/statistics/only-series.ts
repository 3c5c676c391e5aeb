import { map } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { createStatisticsMap } from './statistics.ts';
import type { StatisticsMap } from './statistics.ts';

/** The map with one series alone, empty while that has no values. */
export function onlySeries(name: string): MonoTypeOperatorFunction<StatisticsMap> {
  return map((all) => {
    const statistics = all.get(name);
    return createStatisticsMap(statistics === undefined ? [] : [[name, statistics]]);
  });
}
