import { cappedText } from '../capped-text.ts';
import type { AttributeValue, SerializedError } from '../signal.ts';

/** Nobody else has them. */
type FreshAttributes = Record<string, AttributeValue | undefined>;

const maxStack = 16_384;
/** Errors of errors multiply. */
const maxErrors = 50;
/** Enough for what each of them says, and where. */
const leastShare = 256;

/** An error as the conventions have it on a log record. https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
export function exceptionAttributes(error: SerializedError, maxLength: number = maxStack): FreshAttributes {
  const attributes: FreshAttributes = { 'exception.type': error.type, 'exception.message': error.message };
  const { stack, cause, errors } = error;
  if (stack !== undefined || cause !== undefined || errors !== undefined) {
    attributes['exception.stacktrace'] = stackWithCauses(error, maxLength);
  }
  return attributes;
}

/**
 * The stack, and those of what caused it, in Java's words, which is how the conventions want it. Where that is too long, each has a share:
 * the first stack must not take the place of the cause of it all.
 */
export function stackWithCauses(error: SerializedError, maxLength: number): string {
  const { text, count } = joined(error, maxLength);
  if (text.length <= maxLength) return text;
  return cappedText(joined(error, Math.max(leastShare, Math.floor(maxLength / count))).text, maxLength);
}

function joined(error: SerializedError, maxEach: number): { readonly text: string; readonly count: number } {
  let text = '';
  let count = 0;
  function add({ type, message, stack, cause, errors = [] }: SerializedError, heading: string): void {
    if (count === maxErrors) return;
    count += 1;
    text += heading + cappedText(stack ?? `${type}: ${message}`, maxEach);
    for (const part of errors) add(part, '\nSuppressed: ');
    if (cause !== undefined) add(cause, '\nCaused by: ');
  }
  add(error, '');
  return { text, count };
}
