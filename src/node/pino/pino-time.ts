/** Below that a number counts seconds: the year 1973 in milliseconds, 5138 in seconds. */
const fewestMilliseconds = 100_000_000_000;
const latest = 8_640_000_000_000_000;

/** Epoch milliseconds. Pino's own times are milliseconds, seconds, or a date in ISO's form; of anything else `undefined`. */
export function pinoTime(time: unknown): number | undefined {
  if (typeof time === 'string') {
    const parsed = Date.parse(time);
    return Number.isNaN(parsed) ? undefined : parsed;
  }
  if (typeof time !== 'number' || !(time > 0) || time > latest) return undefined;
  return time < fewestMilliseconds ? time * 1_000 : time;
}
