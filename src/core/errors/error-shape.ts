import { cappedText } from '../capped-text.ts';
import { readProperty } from '../read-property.ts';
import { withoutOwnFrames } from './own-frames.ts';
import { detachedText, isReadable, readableText } from './readable-text.ts';

/** What is read off an error, in plain text. */
export interface ErrorShape {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/**
 * Whether a value is an error. Judged by shape: `instanceof` says no to errors of another realm (an iframe, `node:vm`) and, in
 * some browsers, to a DOMException. Throws what the value's own traps throw.
 */
export function isErrorLike(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object Error]' || tag === '[object DOMException]') return true;
  const { name, message, stack } = value as Partial<Record<string, unknown>>;
  return typeof message === 'string' && typeof name === 'string' && typeof stack === 'string';
}

/**
 * Type, message and stack, each capped, the stack without this package's own lines. Of a message of more than 512 KiB only the length is
 * said, and there is no stack. Never throws: what cannot be read is `[unreadable]`.
 */
export function errorShape(error: object, limits: { readonly message: number; readonly stack: number }): ErrorShape {
  const full = textOf(error, 'message') ?? '';
  const capped = readableText(full, limits.message);
  return { type: readableText(typeOf(error), 256), message: capped === full ? detachedText(full) : capped, stack: stackOf(error, full, capped, limits.stack) };
}

function stackOf(error: object, full: string, capped: string, limit: number): string | undefined {
  const stack = textOf(error, 'stack');
  if (stack === undefined || !isReadable(stack)) return undefined;
  return withoutOwnFrames(cappedText(withMessage(stack, full, capped), limit));
}

function textOf(error: object, key: string): string | undefined {
  const value = readProperty(error, key);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function typeOf(error: object): string {
  const name = textOf(error, 'name') || 'Error';
  if (name !== 'Error') return name;
  // A subclass that does not set its name still has one. Only a telling one: minified classes are called `t`.
  const constructor = readProperty(error, 'constructor');
  const own = typeof constructor === 'function' ? textOf(constructor, 'name') : undefined;
  return own !== undefined && own.length <= 256 && /(?:Error|Exception|Failure)$/.test(own) ? own : name;
}

/** A stack repeats the message. One of 1 MB would leave no room for the frames. */
function withMessage(stack: string, full: string, capped: string): string {
  if (capped === full) return stack;
  // Behind the type, so not far: a search for all of a long text through all of another has no end.
  const start = stack.slice(0, 1_024).indexOf(full.slice(0, 64));
  return start < 0 || !stack.startsWith(full, start) ? stack : stack.slice(0, start) + capped + stack.slice(start + full.length);
}
