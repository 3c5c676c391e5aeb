import { cappedText } from '../capped-text.ts';
import type { Breadcrumb, SerializedError } from '../signal.ts';

/** Enough for what an error says, and where it was thrown. */
const leastShare = 256;
/** The first of them: each has at least its share. */
const maxErrors = 20;

/** An error with its causes, of which each has its share of about so many characters. `undefined` for what is none. */
export function shortError(value: unknown, characters: number): SerializedError | undefined {
  if (!isError(value)) return undefined;
  const share = Math.max(leastShare, Math.floor(characters / (2 * countOf(value))));
  let left = maxErrors;
  function short({ type, message, stack, cause, errors }: SerializedError): SerializedError | undefined {
    left -= 1;
    if (left < 0) return undefined;
    return {
      type: cappedText(type, leastShare),
      message: cappedText(message, share),
      stack: stack === undefined ? undefined : cappedText(stack, share),
      cause: cause === undefined ? undefined : short(cause),
      errors: errors?.map(short).filter((one) => one !== undefined),
    };
  }
  return short(value);
}

/** The last steps, as many as are about so many characters. `undefined` for what are none, and where not even the last one fits. */
export function shortBreadcrumbs(value: unknown, characters: number): readonly Breadcrumb[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const steps = value as readonly Breadcrumb[];
  let first = steps.length;
  let left = characters;
  while (first > 0) {
    left -= JSON.stringify(steps[first - 1]).length + 1;
    if (left < 0) break;
    first -= 1;
  }
  return first === steps.length ? undefined : steps.slice(first);
}

function isError(value: unknown): value is SerializedError {
  if (typeof value !== 'object' || value === null) return false;
  const { type, message } = value as Partial<SerializedError>;
  return typeof type === 'string' && typeof message === 'string';
}

function countOf({ cause, errors = [] }: SerializedError, before: number = 0): number {
  let count = before + 1;
  if (count >= maxErrors) return count;
  if (cause !== undefined) count = countOf(cause, count);
  for (const one of errors) count = countOf(one, count);
  return count;
}
