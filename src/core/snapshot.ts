import { cappedText } from './capped-text.ts';
import { errorShape, isErrorLike } from './errors/error-shape.ts';
import { SnapshotCopier } from './snapshot-copier.ts';

const maxText = 4_096;

/**
 * A plain, detached copy of anything, of bounded size: what the stream keeps of the application's data. At most 8 levels, 100
 * keys or items each, 1,000 values and 64 KiB of text in all, 4,096 characters a text. What is cut is marked where it was
 * (`…[10485760 characters]`, `'…': '37 more'`, `[depth]`, `[circular]`), what cannot be read is `[unreadable]`. Never throws.
 */
export function snapshot(value: unknown): unknown {
  return new SnapshotCopier().copy(value, 0);
}

/** A name or a message of anything: coerced, at most `maxLength` characters, marked when cut. Never throws. Default 4,096. */
export function snapshotText(value: unknown, maxLength: number = maxText): string {
  if (typeof value === 'string') return cappedText(value, maxLength);
  const text = typeof value === 'object' && value !== null ? ownText(value) : undefined;
  if (text !== undefined) return cappedText(text, maxLength);
  const copy = snapshot(value);
  return cappedText(typeof copy === 'object' ? JSON.stringify(copy) : String(copy), maxLength);
}

/** What an object says of itself, unless that is only `[object Object]`, or an array of ten million items joined. */
function ownText(value: object): string | undefined {
  try {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return undefined;
    if (isErrorLike(value)) {
      const { type, message } = errorShape(value, { message: maxText, stack: 0 });
      return message === '' ? type : `${type}: ${message}`;
    }
    const { toString } = value as { readonly toString?: unknown };
    if (typeof toString !== 'function' || toString === Object.prototype.toString) return undefined;
    const text: unknown = toString.call(value);
    return typeof text !== 'string' || text.startsWith('[object ') ? undefined : text;
  } catch {
    return undefined;
  }
}
