import { cappedText } from '../capped-text.ts';
import { readProperty } from '../read-property.ts';

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

/** Type, message and stack, each capped. Never throws: what cannot be read is `[unreadable]`. */
export function errorShape(error: object, limits: { readonly message: number; readonly stack: number }): ErrorShape {
  const full = textOf(error, 'message') ?? '';
  const message = cappedText(full, limits.message);
  const stack = textOf(error, 'stack');
  return { type: cappedText(typeOf(error), 256), message, stack: stack && cappedText(withMessage(stack, full, message), limits.stack) };
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
  return own !== undefined && /(?:Error|Exception|Failure)$/.test(own.slice(0, 256)) ? own : name;
}

/** A stack repeats the message. One of 1 MB would leave no room for the frames. */
function withMessage(stack: string, full: string, capped: string): string {
  if (capped === full) return stack;
  const start = stack.indexOf(full);
  return start < 0 ? stack : stack.slice(0, start) + capped + stack.slice(start + full.length);
}
