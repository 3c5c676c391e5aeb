import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { Distribution } from './distribution.ts';
import { readDistribution, writeDistribution } from './distribution-bytes.ts';
import { Moments } from './moments.ts';

// Of a slice, in this order: the tick it began at, how many bytes its distribution takes, and its moments.
const fields = 9;

/** What a series recorded in the slice of time that began at this tick. */
export interface Slice {
  readonly start: number;
  readonly moments: Moments;
  /** As `writeDistribution` writes it; to be read at once. */
  readonly distribution: Uint8Array;
}

/**
 * The past slices of a series, oldest first, in two arrays: sparse bytes for the distributions, which are only needed to take them
 * away again, and numbers for the moments, which are put together at every tick.
 */
export class SliceLog {
  #bytes: Uint8Array = new Uint8Array(0);
  #firstByte = 0;
  #endByte = 0;
  #rows: Float64Array = new Float64Array(0);
  #firstRow = 0;
  #endRow = 0;

  get isEmpty(): boolean {
    return this.#firstRow === this.#endRow;
  }

  /** What it takes in memory. */
  get bytes(): number {
    return this.#bytes.byteLength + this.#rows.byteLength;
  }

  /** The tick at which the oldest slice began; `Infinity` when there is none. */
  get oldest(): number {
    return this.isEmpty ? Number.POSITIVE_INFINITY : this.#rows[this.#firstRow * fields]!;
  }

  append(start: number, moments: Moments, distribution: Uint8Array): void {
    this.#needBytes(distribution.length);
    this.#needRow();
    this.#bytes.set(distribution, this.#endByte);
    const at = this.#endRow * fields;
    const rows = this.#rows;
    rows[at] = start;
    rows[at + 1] = distribution.length;
    rows[at + 2] = moments.count;
    rows[at + 3] = moments.errors;
    rows[at + 4] = moments.sum;
    rows[at + 5] = moments.compensation;
    rows[at + 6] = moments.squares;
    rows[at + 7] = moments.min;
    rows[at + 8] = moments.max;
    this.#endByte += distribution.length;
    this.#endRow += 1;
  }

  /** Drops the oldest slice, and takes it away from the distribution it was added to. */
  drop(whole: Distribution): void {
    const length = this.#rows[this.#firstRow * fields + 1]!;
    readDistribution(new ByteReader(this.#bytes, this.#firstByte, this.#firstByte + length), whole, -1);
    this.#firstByte += length;
    this.#firstRow += 1;
  }

  /** Adds the moments of all slices. Twice through them is quicker than one division more for each. */
  addMoments(target: Moments): void {
    const rows = this.#rows;
    const [from, to] = [this.#firstRow * fields, this.#endRow * fields];
    let [count, errors, sum, compensation, squares] = [0, 0, 0, 0, 0];
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = from; at < to; at += fields) {
      const theirs = rows[at + 4]!;
      const next = sum + theirs;
      const added = next - sum;
      count += rows[at + 2]!;
      errors += rows[at + 3]!;
      compensation += rows[at + 5]! + (sum - (next - added) + (theirs - added));
      squares += rows[at + 6]!;
      sum = next;
      if (rows[at + 7]! < min) min = rows[at + 7]!;
      if (rows[at + 8]! > max) max = rows[at + 8]!;
    }
    const mean = sum / count;
    for (let at = from; at < to; at += fields) {
      const difference = rows[at + 4]! / rows[at + 2]! - mean;
      squares += difference * difference * rows[at + 2]!;
    }
    target.addParts(count, errors, sum, compensation, squares, min, max);
  }

  *[Symbol.iterator](): Generator<Slice> {
    let byte = this.#firstByte;
    for (let at = this.#firstRow * fields; at < this.#endRow * fields; at += fields) {
      const [start = 0, length = 0, count = 0, errors = 0, sum = 0, compensation = 0, squares = 0, min = 0, max = 0] =
        this.#rows.subarray(at, at + fields);
      const moments = new Moments();
      moments.addParts(count, errors, sum, compensation, squares, min, max);
      yield { start, moments, distribution: this.#bytes.subarray(byte, byte + length) };
      byte += length;
    }
  }

  #needBytes(more: number): void {
    const capacity = this.#bytes.length;
    if (this.#endByte + more <= capacity) return;
    const used = this.#endByte - this.#firstByte;
    if (fits(used + more, capacity)) this.#bytes.copyWithin(0, this.#firstByte, this.#endByte);
    else {
      const resized = new Uint8Array(roomFor(used + more));
      resized.set(this.#bytes.subarray(this.#firstByte, this.#endByte));
      this.#bytes = resized;
    }
    this.#firstByte = 0;
    this.#endByte = used;
  }

  #needRow(): void {
    const capacity = this.#rows.length / fields;
    if (this.#endRow < capacity) return;
    const used = this.#endRow - this.#firstRow;
    if (fits(used + 1, capacity)) this.#rows.copyWithin(0, this.#firstRow * fields, this.#endRow * fields);
    else {
      const resized = new Float64Array(roomFor(used + 1) * fields);
      resized.set(this.#rows.subarray(this.#firstRow * fields, this.#endRow * fields));
      this.#rows = resized;
    }
    this.#firstRow = 0;
    this.#endRow = used;
  }
}

/** Enough that making room is rare, and not so much that a busier time should be given back. */
function fits(needed: number, capacity: number): boolean {
  return needed * 1.1 <= capacity && capacity <= needed * 2;
}

function roomFor(needed: number): number {
  return Math.ceil(needed * 1.25);
}

/** These slices, oldest first, as one log; they begin at `startOf` their beginning then, and those that begin together become one. */
export function joinSlices(slices: Iterable<Slice>, startOf: (start: number) => number, writer: ByteWriter): SliceLog {
  const joined = new SliceLog();
  const distribution = new Distribution();
  let open: { readonly start: number; readonly moments: Moments } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    writer.clear();
    writeDistribution(writer, distribution);
    joined.append(open.start, open.moments, writer.written);
    distribution.clear();
  };
  for (const slice of slices) {
    const start = startOf(slice.start);
    if (start !== open?.start) {
      close();
      open = { start, moments: slice.moments };
    } else open.moments.addAll(slice.moments);
    readDistribution(new ByteReader(slice.distribution), distribution, 1);
  }
  close();
  return joined;
}
