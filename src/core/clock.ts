import type { Observable } from 'rxjs';

/** All the time the SDK knows. Default everywhere: the host's, which never keeps a process alive. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds: the only source of durations. */
  elapsed(): number;
  /** Ticks; never keeps a process alive. */
  every(milliseconds: number): Observable<unknown>;
  /** The epoch milliseconds of a reading of `elapsed` that was taken just now: spares a second reading. Default: `now()`. */
  at?(elapsed: number): number;
  /** Milliseconds between two readings of `elapsed` that differ: nothing below it can be told apart. `undefined`: not known. */
  resolution?(): number | undefined;
}

/** What has a notion of time takes its clock as an option. */
export interface Timed {
  /** Default: the host's. Needed where there is none: in operators imported from `./core`. */
  readonly clock?: Clock | undefined;
}

/** Most the two clocks of a host may be apart, in milliseconds, before the wall clock is believed again. */
const DRIFT = 100;
/** How often the wall clock is asked at most, in milliseconds: one look at it costs a tenth of a span. */
const CHECK_EVERY = 1;

/**
 * Epoch milliseconds with the resolution of the monotonic clock, so that what happens within a millisecond keeps its order. After
 * a sleep or a correction of the system's time it follows the wall clock, a millisecond of running time later at most. Who has just
 * read the monotonic clock hands that reading in.
 */
export function anchoredNow(wall: () => number, elapsed: () => number): (reading?: number) => number {
  let offset = 0;
  let checkedAt = Number.NEGATIVE_INFINITY;
  return (ticks = elapsed()) => {
    // A clock that ran backwards would not be asked again for as long as it went back.
    if (ticks - checkedAt >= CHECK_EVERY || ticks < checkedAt) {
      const time = wall();
      const isFirst = checkedAt === Number.NEGATIVE_INFINITY;
      if (isFirst || Math.abs(offset + ticks - time) > DRIFT) offset = time - ticks;
      checkedAt = ticks;
    }
    return offset + ticks;
  };
}
