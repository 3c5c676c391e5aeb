import { BucketCounts } from './bucket-counts.ts';
import { bucketIndex, bucketsPerOctave, bucketValue } from './bucket-index.ts';

// What the buckets cover: 2^-64 to 2^64, i.e. 128 octaves or 4096 buckets of each sign. In milliseconds that is from far below a
// clock's resolution to far above the age of the universe; as a number of bytes, 16 exabytes. One absurd value therefore costs at
// most 4 KB, and never the resolution of the others, as OpenTelemetry's downscaling would.
const octaves = 64;
/** The bucket of all magnitudes above 2^64, too. */
export const highestIndex: number = octaves * bucketsPerOctave - 1;
export const lowestIndex: number = -octaves * bucketsPerOctave;

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
  get bytes(): number {
    return this.#positive.bytes + (this.#negative?.bytes ?? 0);
  }

  /** Counts a value, which must be finite. */
  add(value: number): void {
    if (value > zeroThreshold) this.#positive.increment(bucketOf(value));
    else if (value >= -zeroThreshold) this.#zeros += 1;
    else this.#below().increment(bucketOf(-value));
  }

  /** Counts the values from one place to before another, here and in a second distribution. */
  addEach(values: Float64Array, from: number, to: number, second: Distribution): void {
    const [positive, others] = [this.#positive, second.#positive];
    for (let at = from; at < to; at += 1) {
      const value = values[at]!;
      if (value > zeroThreshold) {
        const index = bucketOf(value);
        positive.increment(index);
        others.increment(index);
      } else {
        this.add(value);
        second.add(value);
      }
    }
  }

  /** Counts `times` values in a bucket of this sign; fewer when `times` is negative. */
  addBucket(sign: -1 | 0 | 1, index: number, times: number): void {
    if (sign === 0) this.#zeros += times;
    else (sign > 0 ? this.#positive : this.#below()).add(index, times);
  }

  /** Counts what another distribution has counted. */
  addAll(other: Distribution): void {
    this.#combine(other, 1);
  }

  /** Takes away a distribution that was added before. */
  removeAll(other: Distribution): void {
    this.#combine(other, -1);
  }

  /** Forgets all values, for others like them. */
  clear(): void {
    this.#zeros = 0;
    this.#positive.clear();
    this.#negative?.clear();
  }

  /**
   * The values of these ranks: 1 is the smallest. The ranks must ascend; the values then never descend, and each is at most
   * 1.083 % from the true one.
   */
  valuesAt(ranks: readonly number[]): number[] {
    const values: number[] = [];
    let passed = 0;
    let next = ranks[0]!;
    if (this.#negative !== undefined) {
      const { offset, counts } = this.#negative;
      for (let at = counts.length - 1; at >= 0; at -= 1) {
        passed += counts[at]!;
        for (; next <= passed; next = ranks[values.length]!) values.push(-bucketValue(offset + at));
      }
    }
    passed += this.#zeros;
    for (; next <= passed; next = ranks[values.length]!) values.push(0);
    const { offset, counts } = this.#positive;
    // What is not asked for is not looked at.
    const length = values.length < ranks.length ? counts.length : 0;
    for (let at = 0; at < length; at += 1) {
      passed += counts[at]!;
      if (passed < next) continue;
      for (; next <= passed; next = ranks[values.length]!) values.push(bucketValue(offset + at));
      if (values.length === ranks.length) break;
    }
    return values;
  }

  #below(): BucketCounts {
    return (this.#negative ??= new BucketCounts());
  }

  #combine(other: Distribution, times: 1 | -1): void {
    this.#zeros += times * other.#zeros;
    this.#positive.addAll(other.#positive, times);
    if (other.#negative !== undefined) this.#below().addAll(other.#negative, times);
  }
}

/** What `valuesAt` gives in place of this value. */
export function representative(value: number): number {
  const magnitude = Math.abs(value);
  return magnitude <= zeroThreshold ? 0 : Math.sign(value) * bucketValue(bucketOf(magnitude));
}

function bucketOf(magnitude: number): number {
  const index = bucketIndex(magnitude);
  return index > highestIndex ? highestIndex : index;
}
