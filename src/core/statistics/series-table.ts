/** The series that counts what is beyond the limit of names. */
export const otherSeries = '__other__';

const longestName = 256;

/**
 * One thing for each name of a series, created when the name is first met, for at most `maxSeries` names: later ones share the
 * series `__other__`, so that names which come from outside cannot fill the memory. Names are cut to 256 characters, ending in `…`.
 */
export class SeriesTable<T> implements Iterable<[string, T]> {
  // A Map, not an object: a series may be called `__proto__`.
  readonly #series = new Map<string, T>();
  readonly #maxSeries: number;
  readonly #create: () => T;

  constructor(maxSeries: number, create: () => T) {
    this.#maxSeries = maxSeries;
    this.#create = create;
  }

  get size(): number {
    return this.#series.size;
  }

  /** The series of a name as it was recorded. */
  get(name: string): T | undefined {
    return this.#series.get(seriesName(name));
  }

  /** The series of a name, created when it is missing; `__other__` when there is no room for it, or should be none. */
  open(name: string, mayGrow = true): T {
    const wanted = seriesName(name);
    const known = this.#series.get(wanted);
    if (known !== undefined) return known;
    const named = this.#series.has(otherSeries) ? this.#series.size - 1 : this.#series.size;
    const key = mayGrow && named < this.#maxSeries ? wanted : otherSeries;
    const open = this.#series.get(key) ?? this.#create();
    this.#series.set(key, open);
    return open;
  }

  delete(name: string): void {
    this.#series.delete(name);
  }

  [Symbol.iterator](): IterableIterator<[string, T]> {
    return this.#series[Symbol.iterator]();
  }
}

/** The name cut to 256 characters, ending in `…`, and never through the middle of a character. */
export function seriesName(name: string): string {
  if (name.length <= longestName) return name;
  const last = name.charCodeAt(longestName - 2);
  const startsPair = last >= 0xd800 && last < 0xdc00;
  // The outer slice makes a copy: alone, the inner one would keep the whole name in memory.
  return ` ${name.slice(0, startsPair ? longestName - 2 : longestName - 1)}…`.slice(1);
}
