import type { SerializedError } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { errorShape, isErrorLike } from './error-shape.ts';
import type { ErrorShape } from './error-shape.ts';
import { readableText } from './readable-text.ts';
import { readProperty } from '../read-property.ts';
import { thrownText } from './thrown-value.ts';

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
 * Whatever was thrown, as plain data: type, message (at most 4,096 characters, of more than 512 Ki only how many), stack (16 KiB, without
 * this package's own lines), the causes (8 levels) and the errors of an AggregateError (10 each), or the two of a SuppressedError. Of
 * what is not an error the type is its `typeof` and the message its text or JSON. What is cut is marked, what cannot be read is
 * `[unreadable]`. Never throws.
 */
export function serializeError(error: unknown): SerializedError {
  return serializeShaped(error, shapeOf(error, maxTotalText));
}

/** The same where type, message and stack have been read. */
export function serializeShaped(error: unknown, shape: ErrorShape): SerializedError {
  return serialize(error, 0, { text: maxTotalText, errors: maxTotalErrors, ancestors: [] }, shape);
}

/** Type, message and stack of whatever was thrown. Never throws. */
export function shapeOf(error: unknown, text: number = maxTotalText): ErrorShape {
  try {
    if (!isErrorObject(error)) return nonError(error);
    return errorShape(error, { message: Math.min(maxMessage, text), stack: Math.min(maxStack, text) });
  } catch {
    return { type: 'unknown', message: '[unreadable]', stack: undefined }; // A Proxy whose traps throw.
  }
}

function isErrorObject(error: unknown): error is object {
  return typeof error === 'object' && error !== null && isErrorLike(error);
}

function serialize(error: unknown, depth: number, progress: Progress, known?: ErrorShape): SerializedError {
  progress.errors -= 1;
  const { type, message, stack } = known ?? shapeOf(error, progress.text);
  try {
    if (!isErrorObject(error)) return { type, message, stack, cause: undefined, errors: undefined };
    if (progress.ancestors.includes(error)) return placeholder(type, '[circular]');
    if (depth > maxDepth) return placeholder(type, '[depth]');
    progress.text = Math.max(0, progress.text - message.length - (stack?.length ?? 0));
    progress.ancestors.push(error);
    const cause = causeOf(error, depth, progress);
    const errors = errorsOf(error, depth, progress);
    progress.ancestors.pop();
    return { type, message, stack, cause, errors };
  } catch {
    return placeholder(type, message); // A Proxy whose traps throw.
  }
}

function nonError(value: unknown): ErrorShape {
  const type = value === null ? 'null' : typeof value;
  if (typeof value === 'string') return { type, message: readableText(value, maxMessage), stack: undefined };
  const text = typeof value === 'object' && value !== null ? thrownText(value) : undefined;
  return { type, message: text === undefined ? snapshotText(value, maxMessage) : readableText(text, maxMessage), stack: undefined };
}

function causeOf(error: object, depth: number, progress: Progress): SerializedError | undefined {
  const cause = readProperty(error, 'cause');
  return cause === undefined || cause === null ? undefined : serialize(cause, depth + 1, progress);
}

function errorsOf(error: object, depth: number, progress: Progress): readonly SerializedError[] | undefined {
  const errors = partsOf(error);
  if (errors === undefined) return undefined;
  const serialized: SerializedError[] = [];
  const end = Math.min(errors.length, maxErrors);
  while (serialized.length < end && progress.errors > 0) {
    serialized.push(serialize(readProperty(errors, String(serialized.length)), depth + 1, progress));
  }
  if (errors.length > serialized.length) serialized.push(placeholder('…', `${errors.length - serialized.length} more`));
  return serialized;
}

function partsOf(error: object): readonly unknown[] | undefined {
  const errors = readProperty(error, 'errors');
  if (Array.isArray(errors)) return errors;
  // What `using` throws when the end of the block fails, too: https://github.com/tc39/proposal-explicit-resource-management
  if (readProperty(error, 'name') !== 'SuppressedError' || !('suppressed' in error)) return undefined;
  return [readProperty(error, 'error'), readProperty(error, 'suppressed')];
}

function placeholder(type: string, message: string): SerializedError {
  return { type, message, stack: undefined, cause: undefined, errors: undefined };
}
