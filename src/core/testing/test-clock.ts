import { Observable } from 'rxjs';
import type { Clock } from '../clock.ts';
import { wrongOption } from '../configuration-error.ts';

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  /**
   * Lets this many milliseconds pass: every tick due on the way happens, in order, at its time. What a tick starts with a promise
   * happens only after the caller has awaited something.
   * @throws ConfigurationError for a negative time
   */
  advance(milliseconds: number): void;
}

interface Timer {
  due: number;
  readonly every: number;
  readonly tick: () => void;
}

/** `start`: epoch milliseconds. Default 2026-01-01. */
export function createTestClock(start: number = Date.UTC(2026, 0, 1)): TestClock {
  const timers = new Set<Timer>();
  let passed = 0;

  function next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }

  return {
    now: () => start + passed,
    elapsed: () => passed,
    every: (milliseconds) =>
      new Observable((subscriber) => {
        // A tick that comes at once would keep `advance` for ever.
        const every = Math.max(milliseconds, 0.001);
        const timer: Timer = { due: passed + every, every, tick: () => subscriber.next(undefined) };
        timers.add(timer);
        return () => timers.delete(timer);
      }),
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw wrongOption('advance', 'milliseconds from 0', milliseconds);
      const end = passed + milliseconds;
      for (let timer = next(end); timer !== undefined; timer = next(end)) {
        passed = timer.due;
        timer.due += timer.every;
        timer.tick();
      }
      passed = end;
    },
  };
}
