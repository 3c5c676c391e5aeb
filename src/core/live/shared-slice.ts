import type { ExponentialHistogram } from '../statistics/exponential-histogram.ts';
import { readHistogram } from '../statistics/histogram-bytes.ts';

/** What one participant measured in one slice of time: a histogram for each series, one behind the other. */
export interface SharedSlice {
  /** Counts the slices of a participant from 0, so that none is taken twice and a lost one is missed. */
  readonly number: number;
  /** Its end, in epoch milliseconds: everybody who can hear is on the same machine, and those who slept can tell how old it is. */
  readonly time: number;
  readonly names: readonly string[];
  /** Where the histogram of each series ends in `bytes`. */
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
}

// Ten times as many series as are kept by default: a larger slice is no slice of ours.
const mostSeries = 10_000;

export function packSlice(number: number, time: number, series: Iterable<readonly [string, ExponentialHistogram]>): SharedSlice {
  const names: string[] = [];
  const ends: number[] = [];
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const [name, histogram] of series) {
    const part = histogram.toBytes();
    size += part.length;
    names.push(name);
    ends.push(size);
    parts.push(part);
  }
  const bytes = new Uint8Array(size);
  parts.forEach((part, index) => bytes.set(part, ends[index]! - part.length));
  return { number, time, names, ends, bytes };
}

/** Calls back with each series that can be read, and gives how many cannot. */
export function unpackSlice({ names, ends, bytes }: SharedSlice, visit: (name: string, histogram: ExponentialHistogram) => void): number {
  let begin = 0;
  let unreadable = 0;
  for (let index = 0; index < names.length; index += 1) {
    const end = ends[index]!;
    const histogram = readHistogram(bytes.subarray(begin, end));
    if (histogram === undefined) unreadable += 1;
    else visit(names[index]!, histogram);
    begin = end;
  }
  return unreadable;
}

/** Of something another sent: `undefined` for what is no slice. Its histograms are checked when they are read. */
export function readSlice(given: unknown): SharedSlice | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { number, time, names, ends, bytes } = given as Partial<Record<keyof SharedSlice, unknown>>;
  if (!isCount(number) || typeof time !== 'number' || !Number.isFinite(time) || !(bytes instanceof Uint8Array)) return undefined;
  if (!isTexts(names) || !isAscending(ends, bytes.length) || names.length !== ends.length) return undefined;
  return { number, time, names, ends, bytes };
}

/** About how much memory it takes, in bytes. */
export function sliceSize({ names, bytes }: SharedSlice): number {
  // The text and its two references, and the objects themselves.
  return names.reduce((size, name) => size + name.length + 32, bytes.length + 256);
}

/** Of slices, or bytes. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= mostSeries && value.every((name) => typeof name === 'string');
}

function isAscending(value: unknown, last: number): value is readonly number[] {
  if (!Array.isArray(value)) return false;
  let before = 0;
  for (const end of value as unknown[]) {
    if (!isCount(end) || end < before || end > last) return false;
    before = end;
  }
  return true;
}
