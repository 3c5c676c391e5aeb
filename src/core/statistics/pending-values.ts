// 2.6 MB, when so many come within a tick: a hundred values of each of a thousand series at once.
const most = 131_072;
const fewest = 128;
const mostPerOwner = 132;

/**
 * Values that were not counted yet. With a thousand series each one's histogram is far away in memory, which takes longer than the
 * counting; the values of one series at a time share the way.
 */
export class PendingValues {
  #values: Float64Array = new Float64Array(fewest);
  #owners: Uint32Array = new Uint32Array(fewest);
  #length = 0;
  /** The values by owner, while they are counted. */
  #sorted: Float64Array = new Float64Array(fewest);
  /** For each owner, where its values end in `sorted`. */
  #ends: Uint32Array = new Uint32Array(fewest);
  #highest = 0;
  readonly #count: (owner: number, values: Float64Array, from: number, to: number) => void;

  /** `count` is called with all values of one owner: those of the array from one place to before another. */
  constructor(count: (owner: number, values: Float64Array, from: number, to: number) => void) {
    this.#count = count;
  }

  /** Owners are small whole numbers, from 0. */
  add(owner: number, value: number): void {
    const at = this.#length;
    this.#values[at] = value;
    this.#owners[at] = owner;
    if (owner > this.#highest) this.#highest = owner;
    this.#length = at + 1;
    if (at + 1 === this.#values.length) this.#makeRoom();
  }

  /** Counts them all. */
  count(): void {
    const length = this.#length;
    if (length === 0) return;
    const [values, owners, highest] = [this.#values, this.#owners, this.#highest];
    if (this.#ends.length <= highest) this.#ends = new Uint32Array(Math.max(highest + 1, this.#ends.length * 2));
    const ends = this.#ends;
    ends.fill(0, 0, highest + 1);
    for (let at = 0; at < length; at += 1) ends[owners[at]!]! += 1;
    let begin = 0;
    for (let owner = 0; owner <= highest; owner += 1) {
      const count = ends[owner]!;
      ends[owner] = begin;
      begin += count;
    }
    const sorted = this.#sorted;
    for (let at = 0; at < length; at += 1) {
      const owner = owners[at]!;
      const place = ends[owner]!;
      sorted[place] = values[at]!;
      ends[owner] = place + 1;
    }
    this.#length = 0;
    this.#highest = 0;
    let from = 0;
    for (let owner = 0; owner <= highest; owner += 1) {
      const to = ends[owner]!;
      if (to > from) this.#count(owner, sorted, from, to);
      from = to;
    }
  }

  #makeRoom(): void {
    const owners = this.#highest + 1;
    this.count();
    const length = this.#values.length * 2;
    // A few histograms are near in any case: more would only take memory.
    if (length > Math.min(most, owners * mostPerOwner)) return;
    this.#values = new Float64Array(length);
    this.#owners = new Uint32Array(length);
    this.#sorted = new Float64Array(length);
  }
}
