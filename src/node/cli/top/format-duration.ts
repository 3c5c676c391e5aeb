/** Milliseconds as a profiler shows them, in three digits and at most seven characters: `12.3 µs`, `4.56 ms`, `1.20 s`, `3m05s`. */
export function formatDuration(milliseconds: number): string {
  if (!(milliseconds >= 0) || milliseconds === Number.POSITIVE_INFINITY) return '–';
  if (milliseconds === 0) return '0';
  // Rounded before the unit is chosen, else there would be a `1000 µs`.
  const microseconds = rounded(milliseconds * 1_000);
  if (microseconds < 1_000) return `${threeDigits(microseconds)} µs`;
  if (rounded(milliseconds) < 1_000) return `${threeDigits(milliseconds)} ms`;
  if (rounded(milliseconds / 1_000) < 60) return `${threeDigits(milliseconds / 1_000)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 3_600) return pair(seconds, 60, 'm', 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 1_440 ? pair(minutes, 60, 'h', 'm') : pair(Math.round(minutes / 60), 24, 'd', 'h');
}

function pair(count: number, per: number, large: string, small: string): string {
  return `${Math.floor(count / per)}${large}${String(count % per).padStart(2, '0')}${small}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** `1.23`, `12.3`, `123`: what is below 1,000. */
export function threeDigits(value: number): string {
  const near = rounded(value);
  return near.toFixed(near < 10 ? 2 : near < 100 ? 1 : 0);
}
