import { Distribution } from './distribution.ts';
import { ExponentialHistogram, isMeasurement } from './exponential-histogram.ts';
import { Moments } from './moments.ts';
import { SeriesTable } from './series-table.ts';
import { createStatisticsMap } from './statistics.ts';
import type { Statistics, StatisticsMap } from './statistics.ts';

// More slices would cost memory for each series and say nothing new: at 120, the edge of the window is right to within 0.83 %.
const maxSlices = 120;

/** Options of `RollingWindow`. */
export interface RollingWindowOptions {
  /** How far back the numbers reach, in milliseconds. Rounded up to whole slices. */
  readonly window: number;
  /** Milliseconds between two calls of `advance`. */
  readonly every: number;
  /** Distinct names kept; later ones are counted together under `(other)`. Default 1000. */
  readonly maxSeries?: number | undefined;
}

/** What a series recorded in one slice of time. */
interface Slice {
  readonly time: number;
  readonly histogram: ExponentialHistogram;
}

interface Series {
  /** Only slices with values, oldest first. */
  readonly slices: Slice[];
  /** All of them together, kept up to date by adding and taking away: percentiles need no merging. */
  readonly whole: Distribution;
}

/**
 * Statistics of series over the last `window` milliseconds, in slices of time: the caller says with `advance` that the next one
 * begins, and the oldest one is forgotten. Just before an `advance` the numbers cover the whole window, in between up to a slice
 * less. A slice is one tick long, or as many as it takes for a window to have at most 120 slices. A series without values left
 * is deleted.
 */
export class RollingWindow {
  /** What the numbers cover at most, in milliseconds: the wanted window in whole slices. */
  readonly window: number;
  readonly #series: SeriesTable<Series>;
  readonly #slices: number;
  readonly #ticksPerSlice: number;
  #ticks = 0;

  constructor({ window, every, maxSeries = 1000 }: RollingWindowOptions) {
    const ticks = Math.max(1, Math.ceil(window / every));
    this.#ticksPerSlice = Math.ceil(ticks / maxSlices);
    this.#slices = Math.ceil(ticks / this.#ticksPerSlice);
    this.window = this.#slices * this.#ticksPerSlice * every;
    this.#series = new SeriesTable(maxSeries, () => ({ slices: [], whole: new Distribution() }));
  }

  /** Counts a value in the present slice. False for what is no measurement, as `isMeasurement` says. */
  record(name: string, value: number, failed = false): boolean {
    // Before a series is opened: a name whose only value is NaN must not take room.
    if (!isMeasurement(value)) return false;
    const time = this.#time();
    const series = this.#series.open(name);
    let slice = series.slices.at(-1);
    if (slice?.time !== time) {
      slice = { time, histogram: new ExponentialHistogram() };
      series.slices.push(slice);
    }
    slice.histogram.record(value, failed);
    series.whole.add(value);
    return true;
  }

  /** One tick has passed. */
  advance(): void {
    this.#ticks += 1;
    const oldest = this.#time() - this.#slices + 1;
    for (const [name, { slices, whole }] of this.#series) {
      while (slices[0] !== undefined && slices[0].time < oldest) {
        whole.removeAll(slices[0].histogram.distribution);
        slices.shift();
      }
      if (slices.length === 0) this.#series.delete(name);
    }
  }

  /** The numbers of each series with values in the window. */
  statistics(): StatisticsMap {
    const entries: [string, Statistics][] = [];
    for (const [name, { slices, whole }] of this.#series) {
      // The least and the greatest value cannot be taken away again, so these few numbers are put together anew.
      const moments = new Moments();
      for (const { histogram } of slices) moments.addAll(histogram.moments);
      if (moments.count > 0) entries.push([name, new ExponentialHistogram(whole, moments).statistics(name, this.window)]);
    }
    return createStatisticsMap(entries);
  }

  #time(): number {
    return Math.floor(this.#ticks / this.#ticksPerSlice);
  }
}
