import type { Attempt } from './attempt.ts';
import type { Batch } from './channel.ts';

/** A batch that has left the queue and has no end yet: in a write, or waiting for the next try. It is in one place alone. */
export interface Parcel {
  readonly batch: Batch;
  /** Tries that failed. */
  failures: number;
  /** The write under way; `undefined` while it waits. */
  attempt: Attempt | undefined;
  /** When it may be tried next, on the monotonic clock. */
  due: number;
  /** The receiver named that time: no flush makes it earlier. */
  asked: boolean;
  /** It left because the host was going away, whatever else was under way. */
  readonly leaving: boolean;
}

/** The batches of one endpoint on their way, in the order of their signals. */
export interface Parcels extends Iterable<Parcel> {
  readonly size: number;
  /** How many are in a write. */
  readonly writing: number;
  /** The number of the earliest signal; `Infinity` when there is none. */
  readonly oldest: number;
  has(parcel: Parcel): boolean;
  add(batch: Batch, leaving: boolean): Parcel;
  /** A write of it begins or, with `undefined`, has ended. */
  assign(parcel: Parcel, attempt: Attempt | undefined): void;
  /** It is delivered or dropped. False when it was removed before. */
  remove(parcel: Parcel): boolean;
  /** Parts stand in its place, to be tried at once. */
  split(parcel: Parcel, parts: readonly Batch[]): readonly Parcel[];
  /** What is to be tried next of those that wait, whenever it is due. */
  next(): Parcel | undefined;
}

/** `ordered`: none is tried before those that stand before it. */
export function createParcels(ordered: boolean): Parcels {
  const parcels: Parcel[] = [];
  let writing = 0;

  function parcelOf(batch: Batch, leaving: boolean, failures = 0): Parcel {
    return { batch, failures, attempt: undefined, due: Number.NEGATIVE_INFINITY, asked: false, leaving };
  }

  function replace(parcel: Parcel, parts: readonly Parcel[]): boolean {
    const index = parcels.indexOf(parcel);
    if (index < 0) return false;
    if (parcel.attempt !== undefined) writing--;
    parcels.splice(index, 1, ...parts);
    return true;
  }

  return {
    get size() {
      return parcels.length;
    },
    get writing() {
      return writing;
    },
    get oldest() {
      let oldest = Number.POSITIVE_INFINITY;
      for (const { batch } of parcels) oldest = Math.min(oldest, batch.first);
      return oldest;
    },
    has: (parcel) => parcels.includes(parcel),
    add(batch, leaving) {
      const parcel = parcelOf(batch, leaving);
      parcels.push(parcel);
      return parcel;
    },
    assign(parcel, attempt) {
      if (parcel.attempt === undefined && attempt !== undefined) writing++;
      if (parcel.attempt !== undefined && attempt === undefined) writing--;
      parcel.attempt = attempt;
    },
    remove: (parcel) => replace(parcel, []),
    split(parcel, parts) {
      const halves = parts.map((part) => parcelOf(part, parcel.leaving, parcel.failures));
      replace(parcel, halves);
      return halves;
    },
    next() {
      let next: Parcel | undefined;
      if (parcels.length === writing) return undefined;
      for (const parcel of parcels) {
        if (parcel.attempt !== undefined) continue;
        if (ordered) return parcel;
        if (next === undefined || parcel.due < next.due) next = parcel;
      }
      return next;
    },
    [Symbol.iterator]: () => parcels.values(),
  };
}
