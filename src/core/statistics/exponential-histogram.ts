import { Distribution } from './distribution.ts';
import { ExemplarBands } from './exemplar-bands.ts';
import { readSnapshot, writeSnapshot } from './histogram-snapshot.ts';
import { isMeasurement } from './measurement.ts';
import { Moments } from './moments.ts';
import type { Exemplar, Exemplars, Statistics } from './statistics.ts';

// In thousandths, so that ranks come from whole numbers: 0.07 * 100 is not 7.
const thousandths = [500, 750, 900, 950, 990, 999] as const;

// A percentile is so much off at most, and its exemplar may be as much below it.
const error = 0.011;

/**
 * The numbers of a series in little memory: buckets of OTLP's exponential histogram at scale 5, and exact count, total, extremes,
 * mean and standard deviation. Merging two gives the same as recording all values in one, in whatever order, here or in another
 * process. A series of milliseconds takes about a kilobyte; the worst case is 64 KB.
 */
export class ExponentialHistogram {
  /** @internal */
  readonly distribution: Distribution;
  /** @internal */
  readonly moments: Moments;
  // Born with the first trace.
  #exemplars: ExemplarBands | undefined;

  /** An empty histogram. The parameters are for what is put together from parts. */
  constructor(distribution: Distribution = new Distribution(), moments: Moments = new Moments(), exemplars?: ExemplarBands) {
    this.distribution = distribution;
    this.moments = moments;
    this.#exemplars = exemplars;
  }

  /** One histogram of what all of these have counted; they stay as they are. */
  static merge(...histograms: readonly ExponentialHistogram[]): ExponentialHistogram {
    const all = new ExponentialHistogram();
    for (const histogram of histograms) all.merge(histogram);
    return all;
  }

  /**
   * The histogram that `toBytes` was called on.
   * @throws TypeError for anything that `toBytes` cannot have written; safe for bytes from anywhere
   */
  static fromBytes(bytes: Uint8Array): ExponentialHistogram {
    const { distribution, moments, exemplars } = readSnapshot(bytes);
    return new ExponentialHistogram(distribution, moments, exemplars);
  }

  /** How many values were recorded. */
  get count(): number {
    return this.moments.count;
  }

  /** About what it takes in memory, in bytes. */
  get bytes(): number {
    return this.distribution.bytes + (this.#exemplars?.bytes ?? 0);
  }

  /** @internal */
  get exemplars(): ExemplarBands | undefined {
    return this.#exemplars;
  }

  /**
   * Counts a value, and an error when what it measures has failed. With the identifier of a trace, which should be one that is
   * exported, it may become the exemplar of a percentile; `timestamp` (epoch milliseconds, default 0) says since when.
   * False, and nothing counted, for what is no number, NaN, an infinity or a magnitude above 1e150.
   */
  record(value: number, failed = false, traceId?: string, timestamp = 0): boolean {
    if (!isMeasurement(value)) return false;
    // Adding zero makes a negative zero a plain one.
    this.moments.add(value + 0, failed);
    this.distribution.add(value);
    if (traceId !== undefined) (this.#exemplars ??= new ExemplarBands()).record(value, traceId, timestamp);
    return true;
  }

  /** Counts what another histogram has counted, and remembers its exemplars. */
  merge(other: ExponentialHistogram): void {
    this.moments.addAll(other.moments);
    this.distribution.addAll(other.distribution);
    if (other.#exemplars !== undefined) (this.#exemplars ??= new ExemplarBands()).merge(other.#exemplars);
  }

  /**
   * Forgets everything.
   * @internal
   */
  clear(): void {
    this.moments.clear();
    this.distribution.clear();
    this.#exemplars = undefined;
  }

  /** Everything it knows, in some hundred bytes: for another thread or process, or a file. */
  toBytes(): Uint8Array {
    return writeSnapshot(this);
  }

  /**
   * The value below or at which this share (0 to 1) of the values lies: the one of nearest rank, at most 1.1 % off, and between
   * the least and the greatest value. Magnitudes up to 2^-64 are taken for zero, those above 2^64 for 2^64. `undefined` when empty.
   */
  quantile(share: number): number | undefined {
    return this.#valuesAt([Math.round(share * 1e6) / 1e3])[0];
  }

  /**
   * The numbers so far, under the name of the series and the milliseconds they cover. All are 0 when nothing was recorded.
   * `resolution` is that of the clock, for durations.
   */
  statistics(name: string, window: number, resolution?: number): Statistics {
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
      resolution,
      exemplars: this.#exemplars === undefined ? none : exemplarsOf(this.#exemplars, p50, p75, p90, p95, p99, p999),
    };
  }

  /** The quantiles in thousandths, which must ascend. */
  #valuesAt(quantiles: readonly number[]): number[] {
    const { count, min, max } = this.moments;
    if (count === 0) return [];
    const ranks: number[] = [];
    for (const quantile of quantiles) ranks.push(Math.min(Math.max(Math.ceil((count * quantile) / 1000), 1), count));
    const values = this.distribution.valuesAt(ranks);
    // A bucket's middle may lie outside of what was really seen.
    for (let at = 0; at < values.length; at += 1) values[at] = Math.min(Math.max(values[at]!, min), max);
    return values;
  }
}

const none: Exemplars = Object.freeze({});

function exemplarsOf(bands: ExemplarBands, p50: number, p75: number, p90: number, p95: number, p99: number, p999: number): Exemplars {
  const found: { -readonly [Name in keyof Exemplars]: Exemplar } = {};
  const put = (name: keyof Exemplars, percentile: number): void => {
    const exemplar = bands.above(percentile - Math.abs(percentile) * error);
    if (exemplar !== undefined) found[name] = exemplar;
  };
  put('p50', p50);
  put('p75', p75);
  put('p90', p90);
  put('p95', p95);
  put('p99', p99);
  put('p999', p999);
  return found;
}
