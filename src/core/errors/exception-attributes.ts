import { cappedText } from '../capped-text.ts';
import type { AttributeValue, SerializedError } from '../signal.ts';

/** Nobody else has them. */
type FreshAttributes = Record<string, AttributeValue | undefined>;

const maxStack = 16_384;
/** Errors of errors multiply. */
const maxErrors = 50;

/** An error as the conventions have it on a log record. https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
export function exceptionAttributes(error: SerializedError): FreshAttributes {
  const attributes: FreshAttributes = { 'exception.type': error.type, 'exception.message': error.message };
  const { stack, cause, errors } = error;
  if (stack !== undefined || cause !== undefined || errors !== undefined) {
    attributes['exception.stacktrace'] = cappedText(stackWithCauses(error), maxStack);
  }
  return attributes;
}

/** The stack, and those of what caused it, in Java's words, which is how the conventions want it. */
export function stackWithCauses(error: SerializedError): string {
  let text = '';
  let left = maxErrors;
  function add({ type, message, stack, cause, errors = [] }: SerializedError, heading: string): void {
    if (left === 0) return;
    left -= 1;
    text += heading + (stack ?? `${type}: ${message}`);
    for (const part of errors) add(part, '\nSuppressed: ');
    if (cause !== undefined) add(cause, '\nCaused by: ');
  }
  add(error, '');
  return text;
}
