/** Whether a path is among these, for `ignore`: one that begins with a text up to the end of a part, or that a RegExp finds. */
export function isPathAmong(patterns: readonly (string | RegExp)[]): (path: string) => boolean {
  return (path) => patterns.some((pattern) => (typeof pattern === 'string' ? isBelow(path, pattern) : isFound(path, pattern)));
}

/** `/health/live` is below `/health`, `/healthy` is not. */
function isBelow(path: string, start: string): boolean {
  return path.startsWith(start) && (path.length === start.length || start.endsWith('/') || path[start.length] === '/');
}

function isFound(path: string, pattern: RegExp): boolean {
  try {
    // Unlike `test`, it leaves no trace in a pattern with the flag `g` or `y`, and heeds none.
    return path.search(pattern) !== -1;
  } catch {
    // A pattern of the application.
    return false;
  }
}
