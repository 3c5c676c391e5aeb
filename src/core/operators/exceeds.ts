import { concatMap } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { derive } from '../guarded-observable.ts';
import { ExponentialHistogram } from '../statistics/exponential-histogram.ts';
import type { StatisticName, Statistics } from '../statistics/statistics.ts';
import { aBoolean, aNumber, checkOptions, count, optional } from './option-checks.ts';
import type { OptionCheck } from './option-checks.ts';

/** Options of `exceeds`. */
export interface ExceedsOptions {
  /** The number to watch, or how to get it. A function that throws or gives NaN leaves the series as it is at this tick. */
  readonly statistic: StatisticName | ((statistics: Statistics) => number);
  /** The line, in the unit of the statistic. */
  readonly above: number;
  /** Ticks in a row above before it counts. Default 1. */
  readonly times?: number | undefined;
  /** Fewest values in the window for it to count. Default 1. */
  readonly minCount?: number | undefined;
}

/** The statistics of a series at the moment it crossed the line. */
export interface Crossing extends Statistics {
  readonly state: 'exceeded' | 'recovered';
}

// A record, so that the compiler misses a statistic that is not listed.
const statisticNames: Readonly<Record<StatisticName, true>> = {
  count: true, errors: true, total: true, mean: true, min: true, max: true, stddev: true,
  p50: true, p75: true, p90: true, p95: true, p99: true, p999: true,
};

const aStatistic: OptionCheck = {
  get expected() {
    return `a function, or one of ${Object.keys(statisticNames).join(', ')}`;
  },
  passes: (value) => typeof value === 'function' || (typeof value === 'string' && Object.hasOwn(statisticNames, value)),
};

/**
 * The statistics of each series that crosses the line, once per crossing: again only after a tick at which it was not above, had
 * fewer than `minCount` values, or was absent. With `recovery: true` also the statistics of that tick (all 0 for a series that is
 * absent), told apart by `state`. Throws `ConfigurationError` for wrong options.
 */
export function exceeds(
  options: ExceedsOptions & { readonly recovery: true },
): OperatorFunction<ReadonlyMap<string, Statistics>, Crossing>;
export function exceeds(options: ExceedsOptions): OperatorFunction<ReadonlyMap<string, Statistics>, Statistics>;
export function exceeds(
  options: ExceedsOptions & { readonly recovery?: boolean },
): OperatorFunction<ReadonlyMap<string, Statistics>, Statistics> {
  checkOptions('exceeds', options, {
    statistic: aStatistic,
    above: aNumber,
    times: optional(count),
    minCount: optional(count),
    recovery: optional(aBoolean),
  });
  const { statistic, above, times = 1, minCount = 1, recovery = false } = options;
  const read = typeof statistic === 'function' ? statistic : (statistics: Statistics): number => statistics[statistic];

  return (source) =>
    derive(source, (subscriber) => {
      // Ticks in a row above the line, only of the series that are: `times` and more mean it has crossed.
      const rows = new Map<string, number>();

      const cross = (name: string, statistics: Statistics): Statistics | undefined => {
        const reading = statistics.count >= minCount ? attempt(() => read(statistics)) : Number.NEGATIVE_INFINITY;
        if (Number.isNaN(reading)) return undefined;
        const row = rows.get(name) ?? 0;
        if (reading > above) {
          rows.set(name, row + 1);
          if (row + 1 !== times) return undefined;
          return recovery ? crossing(statistics, 'exceeded') : statistics;
        }
        rows.delete(name);
        return recovery && row >= times ? crossing(statistics, 'recovered') : undefined;
      };
      const crossings = (series: ReadonlyMap<string, Statistics>): Statistics[] => {
        const crossed: (Statistics | undefined)[] = [];
        for (const [name, row] of rows) {
          if (series.has(name)) continue;
          rows.delete(name);
          if (recovery && row >= times) crossed.push(crossing(new ExponentialHistogram().statistics(name, 0), 'recovered'));
        }
        for (const [name, statistics] of series) crossed.push(cross(name, statistics));
        return crossed.filter((statistics) => statistics !== undefined);
      };
      return source.pipe(concatMap(crossings)).subscribe(subscriber);
    });
}

function crossing(statistics: Statistics, state: Crossing['state']): Crossing {
  return { ...statistics, state };
}

function attempt(read: () => number): number {
  try {
    const reading: unknown = read();
    return typeof reading === 'number' ? reading : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
