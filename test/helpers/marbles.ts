import { interval } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { RunHelpers } from 'rxjs/testing';
import { expect } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';

/** Runs a test in virtual time. A ticking clock that is never unsubscribed makes the run endless: end it with a marble. */
export function marbles(test: (helpers: RunHelpers & { readonly clock: Clock }) => void): () => void {
  return () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    const clock: Clock = { now: () => scheduler.now(), elapsed: () => scheduler.now(), every: (milliseconds) => interval(milliseconds) };
    scheduler.run((helpers) => test({ ...helpers, clock }));
  };
}
