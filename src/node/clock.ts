import { Observable } from 'rxjs';
import type { Clock } from '../core/clock.ts';
import { anchoredNow } from '../core/clock.ts';
import { clockResolution } from '../core/clock-resolution.ts';

/** Node's clock. No tick keeps the process alive. */
export function createClock(): Clock {
  // The global is a getter, and this is read several times a signal.
  const monotonic = performance;
  const elapsed = (): number => monotonic.now();
  const now = anchoredNow(Date.now, elapsed);
  return {
    now: () => now(),
    at: now,
    elapsed,
    resolution: clockResolution(elapsed),
    every: (milliseconds) =>
      new Observable((subscriber) => {
        const timer = setInterval(() => subscriber.next(undefined), milliseconds);
        timer.unref();
        return () => clearInterval(timer);
      }),
  };
}
