import { isErrorLike } from './error-shape.ts';

/** Whether a value is an error. Never throws: what cannot be looked at is none. */
export function isError(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return isErrorLike(value);
  } catch {
    return false; // A Proxy whose traps throw.
  }
}
