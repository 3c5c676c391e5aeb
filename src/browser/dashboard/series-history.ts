import type { Statistics } from '../../core/statistics/statistics.ts';

/** Options of `SeriesHistory`. */
export interface HistoryOptions {
  /** Milliseconds it reaches back. Default 15 minutes. */
  readonly reach?: number;
  /** Milliseconds between two points: what comes faster replaces the latest. Default 1,000. */
  readonly step?: number;
  /** How many series are kept; beyond it those not heard of for the longest time go. Default 1,100. */
  readonly maxSeries?: number;
}

/** What a chart draws: a column each, oldest first, `null` where nothing is known. */
export interface HistoryColumns {
  /** Epoch seconds, ascending. */
  readonly times: number[];
  /** Milliseconds. */
  readonly p50: (number | null)[];
  readonly p95: (number | null)[];
  readonly p99: (number | null)[];
  /** A second. */
  readonly rate: (number | null)[];
}

const FIELDS = 4;

interface Track {
  /** `FIELDS` numbers a slot. */
  readonly values: Float32Array;
  /** The last slot, counted from the beginning, that has data. */
  lastSeen: number;
}

/**
 * What came since the page opened, bounded: one ring of times for all series, and one of numbers for each. With the defaults at most
 * 16 MB.
 */
export class SeriesHistory {
  readonly #reach: number;
  readonly #step: number;
  readonly #maxSeries: number;
  readonly #slots: number;
  readonly #times: Float64Array;
  readonly #tracks = new Map<string, Track>();
  /** How many slots were ever begun. */
  #begun = 0;

  constructor({ reach = 900_000, step = 1_000, maxSeries = 1_100 }: HistoryOptions = {}) {
    this.#reach = reach;
    this.#step = step;
    this.#maxSeries = maxSeries;
    this.#slots = Math.max(2, Math.ceil(reach / step));
    this.#times = new Float64Array(this.#slots);
  }

  /** How many series it knows. */
  get size(): number {
    return this.#tracks.size;
  }

  /** Adds a frame, of this many epoch milliseconds; `complete` says that a series it lacks had no values. */
  record(time: number, series: Iterable<Statistics>, complete: boolean): void {
    if (!Number.isFinite(time) || !this.#begin(time)) return;
    const slot = this.#begun - 1;
    for (const statistics of series) this.#write(slot, statistics);
    for (const [name, track] of this.#tracks) {
      if (slot - track.lastSeen >= this.#slots) this.#tracks.delete(name);
      else if (track.lastSeen !== slot && complete) track.values[(slot % this.#slots) * FIELDS + 3] = 0;
    }
  }

  /** The history of a series. A pause of more than `gap` milliseconds is a hole in the lines. */
  columns(name: string, gap: number): HistoryColumns {
    const columns: HistoryColumns = { times: [], p50: [], p95: [], p99: [], rate: [] };
    const track = this.#tracks.get(name);
    if (track === undefined) return columns;
    const newest = this.#timeOf(this.#begun - 1);
    let previous = Number.NaN;
    for (let slot = Math.max(0, this.#begun - this.#slots); slot < this.#begun; slot++) {
      const time = this.#timeOf(slot);
      if (newest - time > this.#reach) continue;
      if (time - previous > gap) addPoint(columns, previous + 1, undefined, 0);
      addPoint(columns, time, track.values, (slot % this.#slots) * FIELDS);
      previous = time;
    }
    return columns;
  }

  /** The last `count` values of p95, oldest first, `null` where there was none. */
  trend(name: string, count: number): (number | null)[] {
    const track = this.#tracks.get(name);
    const trend: (number | null)[] = [];
    if (track === undefined) return trend;
    for (let slot = Math.max(0, this.#begun - Math.min(count, this.#slots)); slot < this.#begun; slot++) {
      trend.push(known(track.values[(slot % this.#slots) * FIELDS + 1]));
    }
    return trend;
  }

  clear(): void {
    this.#tracks.clear();
    this.#begun = 0;
  }

  /** Begins a slot, unless the latest is young enough to take this time too. False for what is older than the latest. */
  #begin(time: number): boolean {
    if (this.#begun > 0) {
      const latest = this.#timeOf(this.#begun - 1);
      // A clock that was set back: what is drawn must ascend, and what was before is in no order with what comes.
      if (latest - time > 5_000) this.clear();
      else if (time < latest) return false;
      // Frames do not come at exact times: a little early is the next one still.
      else if (time - latest < this.#step * 0.6) return true;
    }
    this.#times[this.#begun % this.#slots] = time;
    const offset = (this.#begun % this.#slots) * FIELDS;
    for (const { values } of this.#tracks.values()) values.fill(Number.NaN, offset, offset + FIELDS);
    this.#begun++;
    return true;
  }

  #write(slot: number, { name, count, window, p50, p95, p99 }: Statistics): void {
    let track = this.#tracks.get(name);
    if (track === undefined) {
      if (this.#tracks.size >= this.#maxSeries) this.#forgetOldest();
      track = { values: new Float32Array(this.#slots * FIELDS).fill(Number.NaN), lastSeen: slot };
      this.#tracks.set(name, track);
    }
    track.lastSeen = slot;
    const offset = (slot % this.#slots) * FIELDS;
    track.values[offset] = p50;
    track.values[offset + 1] = p95;
    track.values[offset + 2] = p99;
    track.values[offset + 3] = (count / window) * 1_000;
  }

  #forgetOldest(): void {
    let oldest: string | undefined;
    let lastSeen = Number.POSITIVE_INFINITY;
    for (const [name, track] of this.#tracks) {
      if (track.lastSeen < lastSeen) [oldest, lastSeen] = [name, track.lastSeen];
    }
    if (oldest !== undefined) this.#tracks.delete(oldest);
  }

  #timeOf(slot: number): number {
    return this.#times[slot % this.#slots] as number;
  }
}

function addPoint(columns: HistoryColumns, time: number, values: Float32Array | undefined, offset: number): void {
  columns.times.push(time / 1_000);
  columns.p50.push(known(values?.[offset]));
  columns.p95.push(known(values?.[offset + 1]));
  columns.p99.push(known(values?.[offset + 2]));
  columns.rate.push(known(values?.[offset + 3]));
}

function known(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
