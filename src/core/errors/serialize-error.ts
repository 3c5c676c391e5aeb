import type { SerializedError } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { errorShape, isErrorLike } from './error-shape.ts';
import { readProperty } from '../read-property.ts';

const maxMessage = 4_096;
const maxStack = 16_384;
const maxTotalText = 65_536;
const maxDepth = 8;
const maxErrors = 10;
/** Causes of errors of causes multiply. */
const maxTotalErrors = 50;

/** The budgets of one serialisation, and the errors it is inside of. */
interface Progress {
  text: number;
  errors: number;
  readonly ancestors: unknown[];
}

/**
 * Whatever was thrown, as plain data: type, message (at most 4,096 characters), stack (16 KiB), the causes (8 levels) and the
 * errors of an AggregateError (10 each). Of what is not an error the type is its `typeof` and the message its text or JSON. What is
 * cut is marked, what cannot be read is `[unreadable]`. Never throws.
 */
export function serializeError(error: unknown): SerializedError {
  return serialize(error, 0, { text: maxTotalText, errors: maxTotalErrors, ancestors: [] });
}

function serialize(error: unknown, depth: number, progress: Progress): SerializedError {
  progress.errors -= 1;
  try {
    if (typeof error !== 'object' || error === null || !isErrorLike(error)) return nonError(error);
    const limits = { message: Math.min(maxMessage, progress.text), stack: Math.min(maxStack, progress.text) };
    const { type, message, stack } = errorShape(error, limits);
    if (progress.ancestors.includes(error)) return placeholder(type, '[circular]');
    if (depth > maxDepth) return placeholder(type, '[depth]');
    progress.text = Math.max(0, progress.text - message.length - (stack?.length ?? 0));
    progress.ancestors.push(error);
    const cause = causeOf(error, depth, progress);
    const errors = errorsOf(error, depth, progress);
    progress.ancestors.pop();
    return { type, message, stack, cause, errors };
  } catch {
    return placeholder('unknown', '[unreadable]'); // A Proxy whose traps throw.
  }
}

function nonError(value: unknown): SerializedError {
  return placeholder(value === null ? 'null' : typeof value, snapshotText(value, maxMessage));
}

function causeOf(error: object, depth: number, progress: Progress): SerializedError | undefined {
  const cause = readProperty(error, 'cause');
  return cause === undefined || cause === null ? undefined : serialize(cause, depth + 1, progress);
}

function errorsOf(error: object, depth: number, progress: Progress): readonly SerializedError[] | undefined {
  const errors = readProperty(error, 'errors');
  if (!Array.isArray(errors)) return undefined;
  const serialized: SerializedError[] = [];
  const end = Math.min(errors.length, maxErrors);
  while (serialized.length < end && progress.errors > 0) {
    serialized.push(serialize(readProperty(errors, String(serialized.length)), depth + 1, progress));
  }
  if (errors.length > serialized.length) serialized.push(placeholder('…', `${errors.length - serialized.length} more`));
  return serialized;
}

function placeholder(type: string, message: string): SerializedError {
  return { type, message, stack: undefined, cause: undefined, errors: undefined };
}
