import type { Clock } from '../clock.ts';

/**
 * Epoch milliseconds of a time given to OpenTelemetry's API, in any of its forms. A number that the monotonic clock has passed
 * already is of that clock: who gives epoch milliseconds cannot mean the first hours of 1970. `undefined` for what is no time.
 */
export function toMilliseconds(time: unknown, clock: Clock): number | undefined {
  if (typeof time !== 'number') return fromObject(time);
  if (!Number.isFinite(time)) return undefined;
  const elapsed = clock.elapsed();
  return time <= elapsed ? clock.now() - elapsed + time : time;
}

/** A `Date`, or seconds and nanoseconds. */
function fromObject(time: unknown): number | undefined {
  if (typeof time !== 'object' || time === null) return undefined;
  try {
    const [seconds, nanoseconds] = Array.isArray(time) && time.length === 2 ? time : [];
    const value: unknown = time instanceof Date ? time.getTime() : seconds * 1_000 + nanoseconds / 1e6;
    return Number.isFinite(value) ? Number(value) : undefined;
  } catch {
    // A Proxy of the application.
    return undefined;
  }
}
