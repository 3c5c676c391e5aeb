import { Observable } from 'rxjs';
import { anchoredNow } from '../core/clock.ts';
import { clockResolution } from '../core/clock-resolution.ts';
import type { Clock } from '../core/clock.ts';

/** The clock of every host with standard globals. */
export function createClock(): Clock {
  const elapsed = (): number => performance.now();
  const now = anchoredNow(Date.now, elapsed);
  return {
    now: () => now(),
    at: now,
    elapsed,
    resolution: clockResolution(elapsed),
    every: (milliseconds) =>
      new Observable((subscriber) => {
        const timer: unknown = setInterval(() => subscriber.next(undefined), milliseconds);
        // Deno, Bun and workerd in Node's mode give out Node's timers: they must not keep the process alive.
        if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') timer.unref();
        return () => clearInterval(timer as number);
      }),
  };
}
