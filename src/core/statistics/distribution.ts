import { BucketCounts } from './bucket-counts.ts';
import { bucketIndex, bucketsPerOctave, bucketValue } from './bucket-index.ts';

// What the buckets cover: 2^-64 to 2^64, i.e. 128 octaves or 4096 buckets of each sign. In milliseconds that is from far below a
// clock's resolution to far above the age of the universe; as a number of bytes, 16 exabytes. One absurd value therefore costs at
// most 4 KB, and never the resolution of the others, as OpenTelemetry's downscaling would.
const octaves = 64;
const highestIndex = octaves * bucketsPerOctave - 1;

/** Magnitudes up to this one count as zero: OTLP's `zero_threshold`. */
const zeroThreshold: number = 2 ** -octaves;

/**
 * How values are spread, without the values: one count for each bucket 2.19 % wide, for zero, and for the same buckets below zero.
 * Negative values are kept apart because a metric can be negative, though a duration cannot. Magnitudes above 2^64 count in the
 * last bucket. Because the buckets are the same everywhere, adding two distributions loses nothing, and what was added can be
 * taken away again.
 */
export class Distribution {
  #zeros = 0;
  readonly #positive: BucketCounts = new BucketCounts();
  // Born with the first negative value: durations never need it.
  #negative: BucketCounts | undefined = undefined;

  get zeros(): number {
    return this.#zeros;
  }
  get positive(): BucketCounts {
    return this.#positive;
  }
  get negative(): BucketCounts | undefined {
    return this.#negative;
  }

  /** Counts a value, which must be finite. */
  add(value: number): void {
    if (value > zeroThreshold) this.#positive.add(Math.min(bucketIndex(value), highestIndex), 1);
    else if (value >= -zeroThreshold) this.#zeros += 1;
    else (this.#negative ??= new BucketCounts()).add(Math.min(bucketIndex(-value), highestIndex), 1);
  }

  /** Counts what another distribution has counted. */
  addAll(other: Distribution): void {
    this.#combine(other, 1);
  }

  /** Takes away a distribution that was added before. */
  removeAll(other: Distribution): void {
    this.#combine(other, -1);
  }

  /**
   * The values of these ranks: 1 is the smallest. The ranks must ascend; the values then never descend, and each is at most
   * 1.083 % from the true one.
   */
  valuesAt(ranks: readonly number[]): number[] {
    const values: number[] = [];
    let passed = 0;
    const pass = (count: number, sign: -1 | 0 | 1, index: number): void => {
      passed += count;
      while (values.length < ranks.length && ranks[values.length]! <= passed) {
        values.push(sign === 0 ? 0 : sign * bucketValue(index));
      }
    };
    this.#negative?.forEachDown((index, count) => pass(count, -1, index));
    pass(this.#zeros, 0, 0);
    this.#positive.forEach((index, count) => pass(count, 1, index));
    return values;
  }

  #combine(other: Distribution, times: 1 | -1): void {
    this.#zeros += times * other.#zeros;
    this.#positive.addAll(other.#positive, times);
    if (other.#negative !== undefined) (this.#negative ??= new BucketCounts()).addAll(other.#negative, times);
  }
}
