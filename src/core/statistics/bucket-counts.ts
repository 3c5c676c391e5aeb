import { bucketsPerOctave } from './bucket-index.ts';

type Counts = Uint32Array | Float64Array;

/** Buckets as OTLP writes them: `counts[k]` values fell in bucket `offset + k`. */
export interface Buckets {
  readonly offset: number;
  readonly counts: readonly number[];
}

// What `clear` keeps for the next values: durations over five decades. More is an exception, and given back.
const keptBytes = 2_048;

// Counts above it take 8 bytes instead of 4, which hardly any histogram meets. An integer of 31 bits, which engines compare fastest.
const greatestShort = 0x7fffffff;

/**
 * How many values fell in each bucket. Only the octaves between the lowest and the highest bucket exist, at 128 bytes each. The
 * caller bounds the indexes, and with them the memory.
 */
export class BucketCounts {
  #offset = 0;
  #counts: Counts = new Uint32Array(0);
  // The greatest count of which `increment` knows that it fits.
  #limit: number = greatestShort;

  /** The bucket of `counts[0]`. */
  get offset(): number {
    return this.#offset;
  }
  /** Not a copy: to be read at once. */
  get counts(): Readonly<ArrayLike<number>> {
    return this.#counts;
  }
  get bytes(): number {
    return this.#counts.byteLength;
  }

  /** Counts one value more in a bucket. */
  increment(index: number): void {
    const counts = this.#counts;
    const at = index - this.#offset;
    if (at >= 0 && at < counts.length) {
      const count = counts[at]!;
      if (count < this.#limit) {
        counts[at] = count + 1;
        return;
      }
    }
    this.add(index, 1);
  }

  /** Counts `times` values more in a bucket; fewer when `times` is negative. */
  add(index: number, times: number): void {
    let at = index - this.#offset;
    if (at < 0 || at >= this.#counts.length) {
      this.#cover(index, index);
      at = index - this.#offset;
    }
    const count = this.#counts[at]! + times;
    if (count > greatestShort) this.#widen();
    this.#counts[at] = count;
  }

  /** Counts `times` values more for each value of another. */
  addAll(other: BucketCounts, times: 1 | -1): void {
    const theirs = other.#counts;
    if (theirs.length === 0) return;
    this.#cover(other.#offset, other.#offset + theirs.length - 1);
    let mine = this.#counts;
    const shift = other.#offset - this.#offset;
    for (let at = 0; at < theirs.length; at += 1) {
      const count = mine[at + shift]! + times * theirs[at]!;
      if (count > greatestShort) {
        this.#widen();
        mine = this.#counts;
      }
      mine[at + shift] = count;
    }
  }

  /** Forgets all values, for others like them. */
  clear(): void {
    if (this.#counts.byteLength <= keptBytes) {
      this.#counts.fill(0);
      return;
    }
    this.#counts = new Uint32Array(0);
    this.#limit = greatestShort;
  }

  /** A copy from the lowest to the highest bucket in use. */
  toBuckets(): Buckets {
    let first = 0;
    let end = this.#counts.length;
    while (first < end && this.#counts[first] === 0) first += 1;
    while (end > first && this.#counts[end - 1] === 0) end -= 1;
    return { offset: first === end ? 0 : this.#offset + first, counts: Array.from(this.#counts.subarray(first, end)) };
  }

  #cover(low: number, high: number): void {
    const end = this.#offset + this.#counts.length;
    const empty = this.#counts.length === 0;
    if (!empty && low >= this.#offset && high < end) return;
    // Whole octaves, so that growing is rare.
    const offset = Math.floor((empty ? low : Math.min(low, this.#offset)) / bucketsPerOctave) * bucketsPerOctave;
    const newEnd = Math.ceil(((empty ? high : Math.max(high, end - 1)) + 1) / bucketsPerOctave) * bucketsPerOctave;
    const length = newEnd - offset;
    const grown = this.#counts instanceof Float64Array ? new Float64Array(length) : new Uint32Array(length);
    grown.set(this.#counts, empty ? 0 : this.#offset - offset);
    this.#counts = grown;
    this.#offset = offset;
  }

  #widen(): void {
    if (this.#counts instanceof Float64Array) return;
    this.#counts = new Float64Array(this.#counts);
    this.#limit = 0;
  }
}
