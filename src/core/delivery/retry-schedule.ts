/** The backoff before the first retry is at most this, in milliseconds; before each later one at most twice as much. */
const FIRST = 1_000;
const LONGEST = 30_000;
/** Spread over what a receiver asked for, in milliseconds: it asked everybody for the same. */
const SPREAD = 1_000;

/** A number from 0 to 1. What is given for `random` may be a test's, and may be anything. */
function chance(random: () => number): number {
  try {
    const value = random();
    return value >= 0 && value <= 1 ? value : 0.5;
  } catch {
    return 0.5;
  }
}

/**
 * Milliseconds until the next try of a batch that has failed this often, from 1: anything up to 1 s, 2 s, 4 s and so on, 30 s at
 * most. Full jitter: all clients of a receiver that fails would otherwise come back at one moment. What the receiver asked for is
 * waited at least.
 */
export function retryDelay(failures: number, retryAfter: number | undefined, random: () => number): number {
  const share = chance(random);
  if (retryAfter !== undefined) return retryAfter + share * SPREAD;
  return share * Math.min(LONGEST, FIRST * 2 ** (failures - 1));
}
