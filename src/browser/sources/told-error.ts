/** Where in the code something happened, as far as the browser tells. */
export interface CodePlace {
  readonly file: unknown;
  readonly line: unknown;
  readonly column: unknown;
}

/** An error for what the browser tells of in words alone. Its stack is that one place; no place, no stack. */
export function toldError(type: string, message: string, { file, line, column }: Partial<CodePlace> = {}): Error {
  const isPlaced = typeof file === 'string' && file !== '';
  const stack = isPlaced ? `${type}: ${message}\n    at ${file}:${Number(line) || 1}:${Number(column) || 1}` : undefined;
  // As an error has them: what is enumerable is the application's own.
  return Object.defineProperties(new Error(message), {
    name: { value: type },
    stack: { value: stack },
  });
}
