/** In milliseconds: the year 2255. As whole microseconds it is still exact. */
const latest = 9e12;

/** Milliseconds as whole microseconds. What is no time is 0. */
export function microseconds(milliseconds: number): number {
  return milliseconds > 0 && milliseconds < latest ? Math.round(milliseconds * 1_000) : 0;
}
