import { patternFinds } from '../pattern-finds.ts';

/** Whether a path is among these, for `ignore`: one that begins with a text up to the end of a part, or that a RegExp finds. */
export function isPathAmong(patterns: readonly (string | RegExp)[]): (path: string) => boolean {
  return (path) => patterns.some((pattern) => (typeof pattern === 'string' ? isBelow(path, pattern) : patternFinds(pattern, path)));
}

/** `/health/live` is below `/health`, `/healthy` is not. */
function isBelow(path: string, start: string): boolean {
  return path.startsWith(start) && (path.length === start.length || start.endsWith('/') || path[start.length] === '/');
}
