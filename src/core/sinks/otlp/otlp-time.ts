/** Seconds and nanoseconds, as OpenTelemetry's serialisers take a time. */
export type HrTime = [seconds: number, nanoseconds: number];

/** In milliseconds: the year 2255. The nanoseconds of twice as much still fit in 64 bits. */
const latest = 9e12;

/**
 * A time in epoch milliseconds, and as many milliseconds later: the sum of both would be rounded to a quarter of a microsecond. What
 * is no time is the epoch.
 */
export function hrTime(time: number, later = 0): HrTime {
  const start = valid(time);
  const duration = valid(later);
  let seconds = Math.floor(start / 1_000);
  let nanoseconds = Math.round((start - seconds * 1_000) * 1e6);
  if (duration > 0) {
    const whole = Math.floor(duration / 1_000);
    seconds += whole;
    nanoseconds += Math.round((duration - whole * 1_000) * 1e6);
  }
  while (nanoseconds >= 1e9) {
    nanoseconds -= 1e9;
    seconds += 1;
  }
  return [seconds, nanoseconds];
}

/** The same as the two halves of an integer of 64 bits, for `take`: without large integers and arrays, which cost more than all else. */
export function splitNanoseconds(time: number, later: number, take: (low: number, high: number) => void): void {
  const start = valid(time);
  const duration = valid(later);
  const startSeconds = Math.floor(start / 1_000);
  const wholeSeconds = Math.floor(duration / 1_000);
  const seconds = startSeconds + wholeSeconds;
  const nanoseconds = Math.round((start - startSeconds * 1_000) * 1e6) + Math.round((duration - wholeSeconds * 1_000) * 1e6);
  // 16 bits, and the 48 above: no product has more than 53.
  const lower = (seconds & 0xffff) * 1e9 + nanoseconds;
  const upper = Math.floor(seconds / 0x1_0000) * 1e9 + Math.floor(lower / 0x1_0000);
  take(((upper & 0xffff) << 16) | (lower & 0xffff), Math.floor(upper / 0x1_0000));
}

function valid(time: number): number {
  return time > 0 && time < latest ? time : 0;
}
