import type { Exemplar } from './statistics.ts';

// Half an octave wide: the next exemplar above a percentile is at most twice as great when every band has one.
const bandsPerOctave = 2;
// A power of two: 16 octaves below the greatest value, nearly five decades.
const maxBands = 32;
/** About what one takes in memory. */
const bytesPerBand = 192;

/** Most that there can be: one a band, and the greatest of all. */
export const maxExemplars: number = maxBands + 1;
/** Longer identifiers are none of a trace. */
export const longestTraceId = 128;

/** Written over in place: a new object for each value would be most of the cost. */
interface Remembered {
  traceId: string;
  value: number;
  timestamp: number;
  band: number;
  time: number;
}

/**
 * Which trace a value was measured in: the latest of each half octave, and the greatest of all. At most 33, of the 16 octaves below
 * the greatest value: who asks, asks for what is slow. Values that are not above 0 have none.
 */
export class ExemplarBands {
  // A band's place is its number modulo `maxBands`. What lies there of a band too far below the highest is absent.
  readonly #places: (Remembered | undefined)[] = Array.from<undefined>({ length: maxBands });
  #highest: number = Number.NEGATIVE_INFINITY;
  #greatest: Remembered | undefined = undefined;

  get isEmpty(): boolean {
    return this.#greatest === undefined;
  }

  /** About as many as it takes in memory. */
  get bytes(): number {
    return this.#places.reduce((bytes, place) => (place === undefined ? bytes : bytes + bytesPerBand), bytesPerBand);
  }

  /** `time` is for `forget`: any number that never falls. */
  record(value: number, traceId: string, timestamp: number, time = 0): void {
    if (!(value > 0) || typeof traceId !== 'string' || traceId.length === 0 || traceId.length > longestTraceId) return;
    const band = bandOf(value);
    if (!this.#hasRoomFor(band)) return;
    const place = band & (maxBands - 1);
    this.#places[place] = write(this.#places[place], value, traceId, timestamp, band, time);
    if (this.#greatest === undefined || value >= this.#greatest.value) {
      this.#greatest = write(this.#greatest, value, traceId, timestamp, band, time);
    }
  }

  /** Remembers what another does, as of this time or its own: of each band the later, of all the greatest. */
  merge(other: ExemplarBands, time?: number): void {
    const greatest = other.#greatest;
    if (greatest === undefined) return;
    for (const { value, traceId, timestamp, band, time: theirs } of [...other.#bands()]) {
      if (!this.#hasRoomFor(band)) continue;
      const place = band & (maxBands - 1);
      const known = this.#places[place];
      if (known?.band === band && !isLater(value, traceId, timestamp, known)) continue;
      this.#places[place] = write(known, value, traceId, timestamp, band, time ?? theirs);
    }
    const { value, traceId, timestamp } = greatest;
    const mine = this.#greatest;
    if (mine === undefined || value > mine.value || (value === mine.value && isLater(value, traceId, timestamp, mine))) {
      this.#greatest = write(mine, value, traceId, timestamp, greatest.band, time ?? greatest.time);
    }
  }

  /** Forgets what was recorded before this time. */
  forget(before: number): void {
    this.#highest = Number.NEGATIVE_INFINITY;
    let greatest: Remembered | undefined;
    for (let place = 0; place < maxBands; place += 1) {
      const known = this.#places[place];
      if (known === undefined) continue;
      if (known.time < before) {
        this.#places[place] = undefined;
        continue;
      }
      if (known.band > this.#highest) this.#highest = known.band;
      if (greatest === undefined || known.value > greatest.value) greatest = known;
    }
    if (this.#greatest !== undefined && this.#greatest.time < before) this.#greatest = greatest && { ...greatest };
  }

  /** The nearest that is at least this great. */
  above(value: number): Exemplar | undefined {
    let nearest: Remembered | undefined;
    for (const known of this.#places) {
      if (known === undefined || known.value < value || !this.#isPresent(known)) continue;
      if (nearest === undefined || known.value < nearest.value) nearest = known;
    }
    if (nearest === undefined && this.#greatest !== undefined && this.#greatest.value >= value) nearest = this.#greatest;
    return nearest && { traceId: nearest.traceId, value: nearest.value, timestamp: nearest.timestamp };
  }

  /** Those of these times, as `record` takes them to remember the same: the greatest comes first. */
  between(from: number, to: number): Exemplar[] {
    const found: Exemplar[] = [];
    const greatest = this.#greatest;
    if (greatest !== undefined && greatest.time >= from && greatest.time < to) found.push(greatest);
    for (const known of this.#bands()) {
      if (known.time >= from && known.time < to && !(greatest !== undefined && isSame(known, greatest))) found.push(known);
    }
    return found;
  }

  *#bands(): Generator<Remembered> {
    for (const known of this.#places) if (known !== undefined && this.#isPresent(known)) yield known;
  }

  #isPresent({ band }: Remembered): boolean {
    return band > this.#highest - maxBands;
  }

  #hasRoomFor(band: number): boolean {
    if (band > this.#highest) this.#highest = band;
    return band > this.#highest - maxBands;
  }
}

function bandOf(value: number): number {
  return Math.floor(Math.log2(value) * bandsPerOctave);
}

function isLater(value: number, traceId: string, timestamp: number, other: Remembered): boolean {
  if (timestamp !== other.timestamp) return timestamp > other.timestamp;
  // Any order will do that is the same on both sides of a merge.
  return value === other.value ? traceId > other.traceId : value > other.value;
}

function isSame(one: Remembered, other: Remembered): boolean {
  return one.value === other.value && one.timestamp === other.timestamp && one.traceId === other.traceId;
}

function write(target: Remembered | undefined, value: number, traceId: string, timestamp: number, band: number, time: number): Remembered {
  if (target === undefined) return { traceId, value, timestamp, band, time };
  target.traceId = traceId;
  target.value = value;
  target.timestamp = timestamp;
  target.band = band;
  target.time = time;
  return target;
}
