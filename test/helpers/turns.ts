import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';

/** How much time passes with a turn of the event loop, in milliseconds. */
export const TURN = 25;

/** Longest wait for a condition, in milliseconds of the real clock. */
const PATIENCE = 50_000;

/**
 * Lets the clock go on with the turns of the event loop, which are what sockets need, until a condition holds. A machine that stands
 * still makes nothing late: its clock stands still too.
 */
export async function passTurns(clock: TestClock, condition: () => boolean, each: () => void = () => undefined): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    each();
    if (condition()) return;
    if (performance.now() > deadline) throw new Error(`not within ${PATIENCE} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    clock.advance(TURN);
  }
}

/** A clock that only turns move. */
export const createTurnClock = (): TestClock => createTestClock(Date.now());
