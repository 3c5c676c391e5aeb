import { bucketIndex, bucketsPerOctave } from '../statistics/bucket-index.ts';

/** One of the `le` of a histogram. */
export interface Boundary {
  /** As it is written. */
  readonly le: string;
  /** The last of our buckets that is below. */
  readonly last: number;
}

const ofTimes: readonly Boundary[] = /* @__PURE__ */ powers(-13, 5, 1);
const ofSizes: readonly Boundary[] = /* @__PURE__ */ powers(6, 34, 2);
const ofOthers: readonly Boundary[] = /* @__PURE__ */ powers(-7, 16, 1);

/**
 * The `le` of histograms of a unit. Powers of two are boundaries of our own buckets, so that no value is counted on the wrong side:
 * for times 0.1 ms to 32 s, for sizes 64 B to 16 GiB, for what else there is 1/128 to 65,536.
 */
export function boundariesOf(unit: string): readonly Boundary[] {
  if (unit === 's') return ofTimes;
  return unit === 'By' ? ofSizes : ofOthers;
}

/** Those that somebody wants, each moved up to the next boundary of our buckets: at most 2.2 %. */
export function nearestBoundaries(wanted: readonly number[]): readonly Boundary[] {
  const lasts = new Set(wanted.map(bucketIndex));
  // The last digits depend on the engine.
  return [...lasts].map((last) => ({ le: String(Number((2 ** ((last + 1) / bucketsPerOctave)).toPrecision(12))), last }));
}

function powers(from: number, to: number, step: number): readonly Boundary[] {
  const boundaries: Boundary[] = [];
  for (let power = from; power <= to; power += step) boundaries.push({ le: String(2 ** power), last: power * bucketsPerOctave - 1 });
  return boundaries;
}
