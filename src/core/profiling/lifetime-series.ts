import type { Runtime } from '../runtime.ts';
import { ExponentialHistogram } from '../statistics/exponential-histogram.ts';
import { SeriesTable } from '../statistics/series-table.ts';

/** The histograms of all names, since the start. */
export class LifetimeSeries implements Iterable<[string, ExponentialHistogram]> {
  /** Another number whenever the histograms have moved: who has kept one opens it again. */
  version = 0;
  readonly #runtime: Runtime;
  #maxSeries: number;
  #table: SeriesTable<ExponentialHistogram>;
  #isFull = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#maxSeries = runtime.settings.profiling.maxSeries;
    this.#table = createTable(this.#maxSeries);
  }

  /** The histogram of a name; that of `__other__` when there is no room for it, which is said once. */
  open(name: string): ExponentialHistogram {
    const histogram = this.#table.open(name);
    if (!this.#isFull && this.#table.get(name) === undefined) {
      this.#isFull = true;
      const message = `more than ${this.#maxSeries} names (profiling.maxSeries): the calls of further ones are counted under __other__`;
      this.#runtime.diagnostics.ignored('profiler', message);
    }
    return histogram;
  }

  /** The histogram of a name that was recorded. */
  get(name: string): ExponentialHistogram | undefined {
    return this.#table.get(name);
  }

  /** Takes over changed settings: how many there can be. Then what was counted moves. */
  configure(): void {
    const { maxSeries } = this.#runtime.settings.profiling;
    if (maxSeries === this.#maxSeries) return;
    const table = createTable(maxSeries);
    for (const [name, histogram] of this.#table) table.open(name).merge(histogram);
    this.#maxSeries = maxSeries;
    this.#table = table;
    this.#isFull = false;
    this.version += 1;
  }

  [Symbol.iterator](): IterableIterator<[string, ExponentialHistogram]> {
    return this.#table[Symbol.iterator]();
  }
}

function createTable(maxSeries: number): SeriesTable<ExponentialHistogram> {
  return new SeriesTable(maxSeries, () => new ExponentialHistogram());
}
