import { Distribution } from './distribution.ts';
import { Moments } from './moments.ts';
import type { Statistics } from './statistics.ts';

// The square of a greater one would overflow, and with it the standard deviation.
const greatest = 1e150;

// In thousandths, so that ranks come from whole numbers: 0.07 * 100 is not 7.
const thousandths = [500, 750, 900, 950, 990, 999] as const;

/** Whether a value can be recorded: not NaN, not an infinity, no magnitude above 1e150. */
export function isMeasurement(value: number): boolean {
  return value >= -greatest && value <= greatest;
}

/**
 * The numbers of a series in little memory: buckets of OTLP's exponential histogram at scale 5, and exact count, total, extremes,
 * mean and standard deviation. Merging two gives the same as recording all values in one, in whatever order. A series of
 * milliseconds takes about a kilobyte; the worst case is 64 KB.
 */
export class ExponentialHistogram {
  readonly distribution: Distribution;
  readonly moments: Moments;

  /** The parameters are for what is put together from parts; left out, the histogram is empty. */
  constructor(distribution: Distribution = new Distribution(), moments: Moments = new Moments()) {
    this.distribution = distribution;
    this.moments = moments;
  }

  get count(): number {
    return this.moments.count;
  }

  /**
   * Counts a value, and an error when what it measures has failed. False, and nothing counted, for what `isMeasurement` refuses.
   */
  record(value: number, failed = false): boolean {
    if (!isMeasurement(value)) return false;
    // Adding zero makes a negative zero a plain one.
    this.moments.add(value + 0, failed);
    this.distribution.add(value);
    return true;
  }

  /** Counts what another histogram has counted. */
  merge(other: ExponentialHistogram): void {
    this.moments.addAll(other.moments);
    this.distribution.addAll(other.distribution);
  }

  /**
   * The value below or at which this share (0 to 1) of the values lies: the one of nearest rank, at most 1.1 % off, and between
   * the least and the greatest value. Magnitudes up to 2^-64 are taken for zero, those above 2^64 for 2^64. `undefined` when empty.
   */
  quantile(share: number): number | undefined {
    return this.#valuesAt([Math.round(share * 1e6) / 1e3])[0];
  }

  /** The numbers so far, under the name of the series and the milliseconds they cover. All are 0 when nothing was recorded. */
  statistics(name: string, window: number): Statistics {
    const { count, errors, total, mean, min, max, stddev } = this.moments;
    const [p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0] = this.#valuesAt(thousandths);
    return {
      name,
      count,
      errors,
      total,
      mean,
      min: count === 0 ? 0 : min,
      max: count === 0 ? 0 : max,
      stddev,
      p50,
      p75,
      p90,
      p95,
      p99,
      p999,
      window,
    };
  }

  /** The quantiles in thousandths, which must ascend. */
  #valuesAt(quantiles: readonly number[]): number[] {
    const { count, min, max } = this.moments;
    const ranks = quantiles.map((quantile) => Math.min(Math.max(Math.ceil((count * quantile) / 1000), 1), count));
    // A bucket's middle may lie outside of what was really seen.
    return count === 0 ? [] : this.distribution.valuesAt(ranks).map((value) => Math.min(Math.max(value, min), max));
  }
}
