import { ByteWriter } from './byte-writer.ts';
import { CoveredTime } from './covered-time.ts';
import { Distribution } from './distribution.ts';
import { writeDistribution } from './distribution-bytes.ts';
import { ExemplarBands } from './exemplar-bands.ts';
import { ExponentialHistogram } from './exponential-histogram.ts';
import { writeExemplars, writeMoments } from './histogram-snapshot.ts';
import { isMeasurement } from './measurement.ts';
import { Moments } from './moments.ts';
import { PendingValues } from './pending-values.ts';
import { otherSeries, SeriesTable } from './series-table.ts';
import { joinSlices, SliceLog } from './slice-log.ts';
import { createStatisticsMap } from './statistics.ts';
import type { StatisticsMap } from './statistics.ts';
import { TickCounter } from './tick-counter.ts';

// More slices would cost memory for each series and say nothing new: at 120, the edge of the window is right to within 0.83 %.
const maxSlices = 120;
/** Fewer, to save memory, would no longer be a window that rolls. */
const minSlices = 4;

/** Objects and arrays of a series before it has any content. */
const bytesPerSeries = 1_024;

/** Options of `RollingWindow`. */
export interface RollingWindowOptions {
  /** How far back the numbers reach, in milliseconds. Rounded up to whole slices. */
  readonly window: number;
  /** Milliseconds between two calls of `advance`. */
  readonly every: number;
  /** Distinct names kept; later ones are counted together under `__other__`. Default 1000. */
  readonly maxSeries?: number | undefined;
  /**
   * About as many bytes of memory may all series take at a tick. Beyond it slices become longer, down to four a window, which makes
   * only the far edge of the window coarser; then the latest series are counted under `__other__`. Default 16 MiB: some 400 busy
   * series over a minute in slices of a second, or 1000 in slices of four.
   */
  readonly maxBytes?: number | undefined;
  /** The clock's `elapsed` at the start. Left out, the first `advance` counts as one tick. */
  readonly elapsed?: number | undefined;
}

/** What one series recorded in one slice of time. */
export interface SliceSnapshot {
  readonly name: string;
  /** How many ticks before the present one it began. */
  readonly age: number;
  /** As `ExponentialHistogram.toBytes` gives it. */
  readonly bytes: Uint8Array;
}

interface Series {
  readonly present: ExponentialHistogram;
  past: SliceLog;
  /** All slices together, the present one included, kept up to date by adding and taking away: percentiles need no merging. */
  readonly whole: Distribution;
  /** The time of each is the tick its slice began at. */
  exemplars: ExemplarBands | undefined;
}

/**
 * Statistics of series over the last `window` milliseconds, in slices of time: the caller says with `advance` that the next one
 * begins, and the oldest one is forgotten. The numbers cover what they say just before an `advance`, in between up to a slice less. A
 * slice is one tick long, or as many as it takes for a window to have at most 120 slices, or to stay within `maxBytes`. A series without
 * values left is deleted.
 */
export class RollingWindow {
  /**
   * What the numbers cover at most, in milliseconds: the wanted window in whole slices. What they do cover, `Statistics.window`
   * says: less in the beginning, so that counts divided by it are rates from the first tick on.
   */
  readonly window: number;
  /** The places of the series: a number is at hand where a series lies far away in memory. */
  readonly #places: SeriesTable<number>;
  readonly #series: (Series | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #ticks: TickCounter;
  readonly #every: number;
  readonly #ticksPerWindow: number;
  readonly #covered: CoveredTime;
  readonly #shortest: number;
  readonly #maxBytes: number;
  readonly #writer: ByteWriter = new ByteWriter();
  readonly #pending: PendingValues = new PendingValues((place, values, from, to) => {
    const { present, whole } = this.#series[place]!;
    present.moments.addEach(values, from, to);
    present.distribution.addEach(values, from, to, whole);
  });
  #ticksPerSlice: number;
  /** The tick at which the present slice began. */
  #start = 0;
  #isFull = false;

  constructor({ window, every, maxSeries = 1000, maxBytes = 2 ** 24, elapsed }: RollingWindowOptions) {
    const ticks = Math.max(1, Math.ceil(window / every));
    this.#shortest = Math.ceil(ticks / maxSlices);
    this.#ticksPerSlice = this.#shortest;
    this.#ticksPerWindow = Math.ceil(ticks / this.#shortest) * this.#shortest;
    this.#every = every;
    this.#covered = new CoveredTime(this.#ticksPerWindow);
    this.#maxBytes = maxBytes;
    this.#ticks = new TickCounter(every, elapsed);
    this.window = this.#ticksPerWindow * every;
    this.#places = new SeriesTable(maxSeries, () => this.#create());
  }

  /** About as many bytes as all series take. */
  get bytes(): number {
    this.#pending.count();
    let bytes = 0;
    for (const [name, place] of this.#places) bytes += bytesOf(name, this.#series[place]!);
    return bytes;
  }

  /**
   * Counts a value in the present slice. False for what is no number, NaN, an infinity or a magnitude above 1e150. The other
   * parameters are those of `ExponentialHistogram.record`.
   */
  record(name: string, value: number, failed = false, traceId?: string, timestamp = 0): boolean {
    // Before a series is opened: a name whose only value is NaN must not take room.
    if (!isMeasurement(value)) return false;
    const place = this.#places.open(name, !this.#isFull);
    // Adding zero makes a negative zero a plain one.
    this.#pending.add(place, value + 0);
    if (!failed && traceId === undefined) return true;
    const series = this.#series[place]!;
    if (failed) series.present.moments.addError();
    if (traceId !== undefined) (series.exemplars ??= new ExemplarBands()).record(value, traceId, timestamp, this.#start);
    return true;
  }

  /** Counts what another histogram has counted, in the present slice. */
  recordAll(name: string, histogram: ExponentialHistogram): void {
    if (histogram.count === 0) return;
    const series = this.#series[this.#places.open(name, !this.#isFull)]!;
    series.present.moments.addAll(histogram.moments);
    series.present.distribution.addAll(histogram.distribution);
    series.whole.addAll(histogram.distribution);
    if (histogram.exemplars !== undefined) (series.exemplars ??= new ExemplarBands()).merge(histogram.exemplars, this.#start);
  }

  /**
   * Forgets what has grown too old because a tick is late, and begins the slice that should have begun. To be called before the
   * numbers are read at a tick, or the first ones after a sleep are those from before it; and before something is recorded, where
   * ticks can be much later than that.
   */
  catchUp(elapsed: number): void {
    this.#move(this.#ticks.late(elapsed));
  }

  /**
   * One tick has passed; with the clock's `elapsed`, as many as really have. A clock that jumped back, and what is no number, count
   * as one tick.
   */
  advance(elapsed?: number): void {
    this.#move(this.#ticks.passed(elapsed));
  }

  /** The numbers of each series with values in the window. `resolution` is that of the clock, for durations. */
  statistics(resolution?: number): StatisticsMap {
    this.#pending.count();
    const statistics = createStatisticsMap();
    const window = this.#covered.ticks(this.#ticks.now) * this.#every;
    const moments = new Moments();
    for (const [name, place] of this.#places) {
      const { present, past, whole, exemplars } = this.#series[place]!;
      // The least and the greatest value cannot be taken away again, so these few numbers are put together anew.
      moments.clear();
      past.addMoments(moments);
      moments.addAll(present.moments);
      const { count } = moments;
      if (count > 0) statistics.set(name, new ExponentialHistogram(whole, moments, exemplars).statistics(name, window, resolution));
    }
    return statistics;
  }

  /** Each slice with values, for another window that is to know the same. The past ones of a series come first, oldest first. */
  *slices(): Generator<SliceSnapshot> {
    this.#pending.count();
    const { now } = this.#ticks;
    for (const [name, place] of this.#places) {
      const { present, past, exemplars } = this.#series[place]!;
      const slices = [...past];
      for (const [index, { start, moments, distribution }] of slices.entries()) {
        const end = slices[index + 1]?.start ?? this.#start;
        yield { name, age: now - start, bytes: this.#snapshot(start, end, moments, distribution, exemplars) };
      }
      if (present.count === 0) continue;
      const { moments, distribution } = present;
      const bytes = this.#snapshot(this.#start, Number.POSITIVE_INFINITY, moments, this.#write(distribution), exemplars);
      yield { name, age: now - this.#start, bytes };
    }
  }

  #move(ticks: number): void {
    if (ticks === 0) return;
    this.#pending.count();
    const { now } = this.#ticks;
    const oldest = now - this.#ticksPerWindow + 1;
    const isNext = Math.floor(now / this.#ticksPerSlice) !== Math.floor(this.#start / this.#ticksPerSlice);
    let bytes = 0;
    for (const [name, place] of this.#places) {
      const series = this.#series[place]!;
      const { present, past, whole } = series;
      if (isNext && present.count > 0) {
        if (this.#start < oldest) whole.removeAll(present.distribution);
        else past.append(this.#start, present.moments, this.#write(present.distribution));
        present.clear();
      }
      while (past.oldest < oldest) past.drop(whole);
      series.exemplars?.forget(oldest);
      if (past.isEmpty && present.count === 0) this.#delete(name, place);
      else bytes += bytesOf(name, series);
    }
    if (isNext) this.#covered.end(this.#start, this.#ticksPerSlice);
    this.#covered.forget(oldest);
    if (!isNext) return;
    this.#start = now;
    this.#fit(bytes);
  }

  /** Only between two slices, when the present one is empty. */
  #fit(taken: number): void {
    let bytes = taken;
    if (bytes <= this.#maxBytes / 4) this.#ticksPerSlice = Math.max(this.#shortest, Math.floor(this.#ticksPerSlice / 2));
    if (bytes <= this.#maxBytes * 0.75) this.#isFull = false;
    while (bytes > this.#maxBytes && this.#ticksPerSlice * 2 * minSlices <= this.#ticksPerWindow) {
      this.#ticksPerSlice *= 2;
      const length = this.#ticksPerSlice;
      const startOf = (start: number): number => Math.floor(start / length) * length;
      for (const [, place] of this.#places) {
        const series = this.#series[place]!;
        series.past = joinSlices(series.past, startOf, this.#writer);
      }
      this.#covered.join(startOf);
      ({ bytes } = this);
    }
    if (bytes <= this.#maxBytes) return;
    this.#isFull = true;
    this.#fold(bytes - this.#maxBytes * 0.75);
  }

  /** Counts the latest series under `__other__`, until so many bytes are free. */
  #fold(wanted: number): void {
    const other = this.#series[this.#places.open(otherSeries)]!;
    let freed = 0;
    for (const [name, place] of [...this.#places].reverse()) {
      if (freed >= wanted) break;
      const series = this.#series[place]!;
      if (series === other) continue;
      freed += bytesOf(name, series);
      other.whole.addAll(series.whole);
      const slices = [...other.past, ...series.past].sort((one, two) => one.start - two.start);
      other.past = joinSlices(slices, (start) => start, this.#writer);
      if (series.exemplars !== undefined) (other.exemplars ??= new ExemplarBands()).merge(series.exemplars);
      this.#delete(name, place);
    }
  }

  #create(): number {
    const place = this.#free.pop() ?? this.#series.length;
    this.#series[place] = { present: new ExponentialHistogram(), past: new SliceLog(), whole: new Distribution(), exemplars: undefined };
    return place;
  }

  #delete(name: string, place: number): void {
    this.#places.delete(name);
    this.#series[place] = undefined;
    this.#free.push(place);
  }

  #write(distribution: Distribution): Uint8Array {
    this.#writer.clear();
    writeDistribution(this.#writer, distribution);
    return this.#writer.written;
  }

  #snapshot(from: number, to: number, moments: Moments, distribution: Uint8Array, exemplars: ExemplarBands | undefined): Uint8Array {
    const writer = new ByteWriter();
    writeMoments(writer, moments);
    writer.all(distribution);
    writeExemplars(writer, exemplars?.between(from, to) ?? []);
    return writer.written.slice();
  }
}

function bytesOf(name: string, { present, past, whole, exemplars }: Series): number {
  return bytesPerSeries + 2 * name.length + present.bytes + past.bytes + whole.bytes + (exemplars?.bytes ?? 0);
}
