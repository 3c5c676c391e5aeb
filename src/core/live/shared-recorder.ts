import type { Clock } from '../clock.ts';
import { hasFailed } from '../signal.ts';
import type { ProfileSignal, ResponseSignal } from '../signal.ts';
import { ExponentialHistogram } from '../statistics/exponential-histogram.ts';
import { SeriesTable } from '../statistics/series-table.ts';
import { liveSeries } from './live-series.ts';
import { SharedHistory } from './shared-history.ts';
import { packSlice } from './shared-slice.ts';
import type { SharedSlice } from './shared-slice.ts';

/** Options of `SharedRecorder`. */
export interface SharedRecorderOptions {
  readonly clock: Clock;
  /** Distinct series in a slice. */
  readonly maxSeries: number;
  /** How long a slice is kept, in milliseconds, and how much memory all of them take at most, in bytes. */
  readonly window: number;
  readonly maxBytes: number;
}

/** What one participant measures itself, in slices of time. */
export class SharedRecorder {
  /** The slices of before, for who begins to watch later. */
  readonly past: SharedHistory;
  readonly #clock: Clock;
  readonly #maxSeries: number;
  #present: SeriesTable<ExponentialHistogram>;
  #since: number;
  #slices = 0;

  constructor({ clock, maxSeries, window, maxBytes }: SharedRecorderOptions) {
    this.past = new SharedHistory({ window, maxBytes });
    this.#clock = clock;
    this.#maxSeries = maxSeries;
    this.#present = this.#empty();
    this.#since = clock.elapsed();
  }

  /** How long the present slice is by now, in milliseconds. */
  get age(): number {
    return this.#clock.elapsed() - this.#since;
  }

  /** The number of the slice that will be closed next. */
  get next(): number {
    return this.#slices;
  }

  record(signal: ProfileSignal | ResponseSignal): void {
    const series = liveSeries(signal);
    if (series === undefined) return;
    const { trace } = signal;
    const traceId = trace?.sampled === true ? trace.traceId : undefined;
    this.#present.open(series).record(signal.duration, hasFailed(signal), traceId, signal.timestamp);
  }

  /** Ends the present slice, and begins the next one. `undefined` when nothing was measured in it. */
  close(): SharedSlice | undefined {
    this.#since = this.#clock.elapsed();
    const now = this.#clock.now();
    this.past.forget(now);
    if (this.#present.size === 0) return undefined;
    const slice = packSlice(this.#slices, now, this.#present);
    this.#slices += 1;
    this.#present = this.#empty();
    this.past.add(slice);
    return slice;
  }

  #empty(): SeriesTable<ExponentialHistogram> {
    return new SeriesTable(this.#maxSeries, () => new ExponentialHistogram());
  }
}
