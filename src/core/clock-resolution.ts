import type { Clock } from './clock.ts';

/** As many steps of the clock are looked at: one alone may be that of a thread that had to wait. */
const STEPS = 5;
/** Longest a coarse clock is waited for, in milliseconds, once it has ticked. */
const PATIENCE = 2;
/** Most readings of a clock that stands still, as some hosts' do while code runs: a millisecond or two. */
const READINGS = 30_000;

/**
 * How fine a clock is: the shortest of the first steps between two readings that differ, in milliseconds to three digits. Measured
 * when it is first asked for, in a few steps of the clock, and remembered. `undefined` for a clock that stands still.
 */
export function clockResolution(elapsed: () => number): () => number | undefined {
  let measured = false;
  let resolution: number | undefined;
  return () => {
    if (!measured) resolution = measure(elapsed);
    measured = true;
    return resolution;
  };
}

function measure(elapsed: () => number): number | undefined {
  let shortest = Number.POSITIVE_INFINITY;
  let before = elapsed();
  const until = before + PATIENCE;
  for (let steps = 0, readings = 0; steps < STEPS && readings < READINGS; readings += 1) {
    const now = elapsed();
    if (now === before) continue;
    // Backwards is no step.
    if (now > before) shortest = Math.min(shortest, now - before);
    before = now;
    steps += 1;
    if (now >= until) break;
  }
  // Readings are binary fractions: 0.1 comes out as 0.09999999962747097.
  return shortest === Number.POSITIVE_INFINITY ? undefined : Number(shortest.toPrecision(3));
}

/** That of a clock which may be the application's own, and know none. */
export function resolutionOf(clock: Clock): number | undefined {
  const resolution: unknown = typeof clock.resolution === 'function' ? clock.resolution() : undefined;
  return typeof resolution === 'number' && resolution > 0 && resolution < Number.POSITIVE_INFINITY ? resolution : undefined;
}
