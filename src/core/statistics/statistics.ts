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
  /**
   * Milliseconds these numbers cover, so that `count / window` is a rate from the first tick on: of a rolling window that has not
   * lasted for its whole length yet, those since it began.
   */
  readonly window: number;
  /**
   * Milliseconds between two readings of the clock that measured the values: nothing below it can be told apart. In browsers 0.005 to
   * 0.1 and more. `undefined` where the values are not durations by the SDK's clock.
   */
  readonly resolution?: number | undefined;
  /** For each percentile the trace of a value that is at least as great, where one is known: what makes it so. */
  readonly exemplars?: Exemplars | undefined;
}

/** The names of the percentiles. */
export type PercentileName = 'p50' | 'p75' | 'p90' | 'p95' | 'p99' | 'p999';

/** One value, and the trace it was measured in. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/** An exemplar for each percentile that has one. */
export type Exemplars = Readonly<Partial<Record<PercentileName, Exemplar>>>;

/** Series by name; one without data is absent. `JSON.stringify` gives an object, not `{}`. */
export interface StatisticsMap extends ReadonlyMap<string, Statistics> {
  toJSON(): Record<string, Statistics>;
}

/** The numbers of `Statistics` by name. */
export type StatisticName = Exclude<keyof Statistics, 'name' | 'window' | 'resolution' | 'exemplars'>;

/** The map of these series. */
export function createStatisticsMap(entries: Iterable<readonly [string, Statistics]> = []): StatisticsMap & Map<string, Statistics> {
  return new SeriesStatistics(entries);
}

class SeriesStatistics extends Map<string, Statistics> implements StatisticsMap {
  toJSON(): Record<string, Statistics> {
    // Defines each name, where an assignment would take `__proto__` for the prototype.
    return Object.fromEntries(this);
  }
}
