import type { Attributes } from '../signal.ts';

/** Finds what was put under a set of attributes by looking at each of them once: no text is made of them, and nothing is sorted. */
export interface AttributeIndex<T> {
  /** `undefined` for what was never put, or is no longer known. */
  find(attributes: Attributes): T | undefined;
  /** The same attributes in another order are others. Lists are not looked into: what has one is not put. */
  put(attributes: Attributes, item: T): void;
}

/** Where one is after some attributes. */
interface Place<T> {
  item: T | undefined;
  /** The attribute that may come next, by its key. */
  next: Branch<T> | undefined;
}

interface Branch<T> {
  readonly key: string;
  /** The value that came last, which mostly comes again. */
  value: unknown;
  place: Place<T>;
  /** Places by value. Absent as long as there is one. */
  places: Map<unknown, Place<T>> | undefined;
  /** Another key in the same place. */
  other: Branch<T> | undefined;
}

/** Other keys in the same place: few, because each of them is asked. */
const maxKeys = 8;

/** `room` is how many more places there may be; it is shared by indexes that are one in memory. */
export function createAttributeIndex<T>(room: { left: number }): AttributeIndex<T> {
  const root: Place<T> = { item: undefined, next: undefined };

  function branchOf(place: Place<T>, key: string): Branch<T> | undefined {
    let branch = place.next;
    while (branch !== undefined && branch.key !== key) branch = branch.other;
    return branch;
  }

  function addPlace(from: Place<T>, key: string, value: unknown): Place<T> {
    const place: Place<T> = { item: undefined, next: undefined };
    const branch = branchOf(from, key);
    if (branch === undefined) from.next = { key, value, place, places: undefined, other: from.next };
    else (branch.places ??= new Map([[branch.value, branch.place]])).set(value, place);
    room.left -= 1;
    return place;
  }

  function hasRoomFor(place: Place<T>, isKnown: boolean): boolean {
    if (isKnown) return room.left > 0;
    let keys = 0;
    for (let branch = place.next; branch !== undefined; branch = branch.other) keys += 1;
    return room.left > 0 && keys < maxKeys;
  }

  return {
    find(attributes) {
      let place = root;
      for (const key in attributes) {
        const value = attributes[key];
        if (value === undefined) continue;
        const branch = branchOf(place, key);
        if (branch === undefined) return undefined;
        if (branch.value !== value) {
          const other = branch.places?.get(value);
          if (other === undefined) return undefined;
          branch.value = value;
          branch.place = other;
        }
        place = branch.place;
      }
      return place.item;
    },
    put(attributes, item) {
      for (const key in attributes) if (typeof attributes[key] === 'object') return;
      let place = root;
      for (const key in attributes) {
        const value = attributes[key];
        if (value === undefined) continue;
        const branch = branchOf(place, key);
        const known = branch?.value === value ? branch.place : branch?.places?.get(value);
        if (known === undefined && !hasRoomFor(place, branch !== undefined)) return;
        place = known ?? addPlace(place, key, value);
      }
      place.item = item;
    },
  };
}
