import type { ExponentialHistogram } from '../statistics/exponential-histogram.ts';
import { readHistogram } from '../statistics/histogram-bytes.ts';
import { RollingWindow } from '../statistics/rolling-window.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';

/** Options of `SharedWindow`. */
export interface SharedWindowOptions {
  /** How far back the numbers reach, in milliseconds. */
  readonly window: number;
  /** Milliseconds between two calls of `advance`. */
  readonly every: number;
  /** Distinct series kept; later ones are counted together under `__other__`. */
  readonly maxSeries: number;
  /** When it begins, on the monotonic clock. */
  readonly now: number;
}

interface Counted {
  readonly name: string;
  readonly histogram: ExponentialHistogram;
  /** Which slice, from the beginning; those before it are negative. */
  readonly time: number;
}

// What waits to be put where it belongs is not yet merged: histograms of a kilobyte or so.
const mostWaiting = 10_000;

/**
 * A rolling window that also takes what was measured a while ago, where it belongs: a watch that begins gets what the others have
 * measured before, and a tab that was frozen tells late. That is rare, so the window is then built anew, once for all that came.
 */
export class SharedWindow {
  readonly #window: number;
  readonly #slice: number;
  readonly #maxSeries: number;
  readonly #begun: number;
  #rolling: RollingWindow;
  /** The present slice of `rolling`. */
  #time = 0;
  /** The first slice of which something is known. */
  #first = 0;
  #past: Counted[] = [];

  constructor({ window, every, maxSeries, now }: SharedWindowOptions) {
    this.#window = window;
    this.#slice = every;
    this.#maxSeries = maxSeries;
    this.#begun = now;
    this.#rolling = this.#empty();
  }

  get #oldest(): number {
    return this.#time - Math.ceil(this.#window / this.#slice) + 1;
  }

  /** Counts what was measured until then, on the monotonic clock: nothing that has left the window by now. */
  add(name: string, histogram: ExponentialHistogram, measured: number): void {
    const time = this.#timeOf(measured);
    if (time >= this.#time) this.#rolling.recordAll(name, histogram);
    else if (time >= this.#oldest) {
      this.#past.push({ name, histogram, time });
      this.#first = Math.min(this.#first, time);
    }
    if (this.#past.length >= mostWaiting) this.#rebuild();
  }

  /** It is this late now, on the monotonic clock. */
  advance(now: number): void {
    this.#moveTo(Math.max(this.#time, this.#timeOf(now)));
  }

  /** Of each series in the window. `resolution`: of the clock that measures here, in milliseconds. */
  statistics(resolution?: number): StatisticsMap {
    if (this.#past.length > 0) this.#rebuild();
    return this.#rolling.statistics(resolution);
  }

  #timeOf(elapsed: number): number {
    return Math.floor((elapsed - this.#begun) / this.#slice);
  }

  #moveTo(time: number): void {
    if (time <= this.#time) return;
    this.#rolling.advance(time * this.#slice);
    this.#time = time;
  }

  #rebuild(): void {
    const present = this.#time;
    const all = this.#past.filter(({ time }) => time >= this.#oldest);
    for (const { name, age, bytes } of this.#rolling.slices()) {
      const histogram = readHistogram(bytes);
      if (histogram !== undefined) all.push({ name, histogram, time: present - age });
    }
    this.#past = [];
    all.sort((one, other) => one.time - other.time);
    // What came from before this began is covered as well.
    this.#time = Math.max(this.#oldest, this.#first);
    this.#rolling = this.#empty();
    for (const { name, histogram, time } of all) {
      this.#moveTo(time);
      this.#rolling.recordAll(name, histogram);
    }
    this.#moveTo(present);
  }

  #empty(): RollingWindow {
    const elapsed = this.#time * this.#slice;
    return new RollingWindow({ window: this.#window, every: this.#slice, maxSeries: this.#maxSeries, elapsed });
  }
}
