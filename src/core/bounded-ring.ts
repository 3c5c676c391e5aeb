/** One that is kept, and about how many bytes it takes. */
export interface Kept<T> {
  readonly value: T;
  readonly bytes: number;
}

/** Gaps are closed when there are at least so many, and as many as values. */
const fewest = 32;

/** The latest values, within a number and a size: the oldest make room. */
export class BoundedRing<T> {
  // Two lists and not one of pairs, and the same lists for good: what is kept costs no allocation, and lists that were given up would
  // keep what is in them from being collected while it is young.
  readonly #values: (T | undefined)[] = [];
  readonly #sizes: number[] = [];
  #oldest = 0;
  #end = 0;
  #bytes = 0;

  get length(): number {
    return this.#end - this.#oldest;
  }

  /** About how much all of them take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A value that is larger than all may be together leaves nothing, itself included. */
  keep(value: T, bytes: number, most: number, mostBytes: number): void {
    this.#values[this.#end] = value;
    this.#sizes[this.#end] = bytes;
    this.#end += 1;
    this.#bytes += bytes;
    while (this.#bytes > mostBytes || this.#end - this.#oldest > most) this.#dropOldest();
  }

  /** Oldest first. */
  values(): readonly T[] {
    return this.#values.slice(this.#oldest, this.#end) as T[];
  }

  /** All there are, oldest first; then there are none. */
  take(): readonly Kept<T>[] {
    const sizes = this.#sizes.slice(this.#oldest, this.#end);
    const taken = this.values().map((value, index) => ({ value, bytes: sizes[index]! }));
    this.clear();
    return taken;
  }

  clear(): void {
    for (let index = this.#oldest; index < this.#end; index += 1) this.#values[index] = undefined;
    this.#oldest = 0;
    this.#end = 0;
    this.#bytes = 0;
  }

  #dropOldest(): void {
    const oldest = this.#oldest;
    this.#bytes -= this.#sizes[oldest]!;
    this.#values[oldest] = undefined;
    this.#oldest = oldest + 1;
    if (this.#oldest >= fewest && this.#oldest * 2 >= this.#end) this.#closeGap();
  }

  #closeGap(): void {
    const { length } = this;
    // Not `copyWithin` and `fill`: for lists that are no typed arrays engines take several times as long.
    for (let index = 0; index < length; index += 1) {
      this.#values[index] = this.#values[this.#oldest + index];
      this.#sizes[index] = this.#sizes[this.#oldest + index]!;
    }
    for (let index = length; index < this.#end; index += 1) this.#values[index] = undefined;
    this.#oldest = 0;
    this.#end = length;
  }
}
