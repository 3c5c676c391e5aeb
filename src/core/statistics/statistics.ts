/**
 * Numbers of one series; `total` to `p999` in the unit of the measured value (milliseconds for durations). Percentiles are of
 * nearest rank and at most 1.1 % off; everything else is exact.
 */
export interface Statistics {
  /** The series. */
  readonly name: string;
  /** How many values. */
  readonly count: number;
  /** How many of them were measured of something that failed. */
  readonly errors: number;
  /** Their sum. */
  readonly total: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** The standard deviation of the population: of these values, not of more that they would be a sample of. */
  readonly stddev: number;
  /** The median. */
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  /** 99.9 % of the values are at most this. */
  readonly p999: number;
  /** Milliseconds these numbers cover. */
  readonly window: number;
}

/** Series by name; one without data is absent. `JSON.stringify` gives an object, not `{}`. */
export interface StatisticsMap extends ReadonlyMap<string, Statistics> {
  toJSON(): Record<string, Statistics>;
}

/** The numbers of `Statistics` by name. */
export type StatisticName = Exclude<keyof Statistics, 'name' | 'window'>;

/** The map of these series. */
export function createStatisticsMap(entries: Iterable<readonly [string, Statistics]> = []): StatisticsMap {
  return new SeriesStatistics(entries);
}

class SeriesStatistics extends Map<string, Statistics> implements StatisticsMap {
  toJSON(): Record<string, Statistics> {
    // Defines each name, where an assignment would take `__proto__` for the prototype.
    return Object.fromEntries(this);
  }
}
