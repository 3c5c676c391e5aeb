import { bucketsPerOctave } from './bucket-index.ts';

type Counts = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** Buckets as OTLP writes them: `counts[k]` values fell in bucket `offset + k`. */
export interface Buckets {
  readonly offset: number;
  readonly counts: readonly number[];
}

/**
 * How many values fell in each bucket. Most histograms hold few values in few octaves, so a count begins as one byte and widens
 * when one overflows, and only the octaves between the lowest and the highest bucket exist: usually some 300 bytes. The caller
 * bounds the indexes, and with them the memory.
 */
export class BucketCounts {
  #offset = 0;
  #counts: Counts = new Uint8Array(0);
  #limit = 0xff;

  /** Counts `times` values more in a bucket; fewer when `times` is negative. */
  add(index: number, times: number): void {
    let at = index - this.#offset;
    if (at < 0 || at >= this.#counts.length) {
      this.#cover(index, index);
      at = index - this.#offset;
    }
    const count = this.#counts[at]! + times;
    if (count > this.#limit) this.#widen(count);
    this.#counts[at] = count;
  }

  /** Counts `times` values more for each value of another. */
  addAll(other: BucketCounts, times: 1 | -1): void {
    // Lets the array grow once instead of octave by octave.
    if (other.#counts.length > 0) this.#cover(other.#offset, other.#offset + other.#counts.length - 1);
    for (let at = 0; at < other.#counts.length; at += 1) {
      const count = other.#counts[at]!;
      if (count !== 0) this.add(other.#offset + at, times * count);
    }
  }

  /** Calls back with each bucket in use, upwards. */
  forEach(visit: (index: number, count: number) => void): void {
    for (let at = 0; at < this.#counts.length; at += 1) {
      if (this.#counts[at] !== 0) visit(this.#offset + at, this.#counts[at]!);
    }
  }

  /** Calls back with each bucket in use, downwards. */
  forEachDown(visit: (index: number, count: number) => void): void {
    for (let at = this.#counts.length - 1; at >= 0; at -= 1) {
      if (this.#counts[at] !== 0) visit(this.#offset + at, this.#counts[at]!);
    }
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
    const grown = countsFor(this.#limit, newEnd - offset);
    grown.set(this.#counts, empty ? 0 : this.#offset - offset);
    this.#counts = grown;
    this.#offset = offset;
  }

  #widen(count: number): void {
    this.#limit = count <= 0xffff ? 0xffff : count <= 0xffffffff ? 0xffffffff : Number.MAX_SAFE_INTEGER;
    const widened = countsFor(this.#limit, this.#counts.length);
    widened.set(this.#counts);
    this.#counts = widened;
  }
}

function countsFor(limit: number, length: number): Counts {
  switch (limit) {
    case 0xff:
      return new Uint8Array(length);
    case 0xffff:
      return new Uint16Array(length);
    case 0xffffffff:
      return new Uint32Array(length);
    default:
      return new Float64Array(length);
  }
}
