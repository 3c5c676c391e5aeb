import type { AttributeValue } from '../signal.ts';
import type { ErrorShape } from './error-shape.ts';

/** What makes two errors the same. */
export interface ErrorKind {
  /** Of those that have their rate together: the fingerprint, else type and place. */
  readonly kind: string;
  /** Of those that are counted instead of told: the fingerprint, else type, message and place. */
  readonly identity: string;
}

/** As Sentry has it: what would make two errors the same without a fingerprint. */
const defaultPart = '{{ default }}';

const maxPart = 512;

/** `fingerprint`: as a copy of attributes has it. At most about 1,600 characters each. */
export function errorKind({ type, message, stack }: ErrorShape, fingerprint: AttributeValue | undefined): ErrorKind {
  const parts = Array.isArray(fingerprint) ? fingerprint.map(String) : fingerprint === undefined ? [] : [String(fingerprint)];
  const given = parts.length === 0 ? '' : short(parts.join('\n'));
  if (given !== '' && !parts.includes(defaultPart)) return { kind: given, identity: given };
  const place = `${type}\n${stack === undefined ? '' : short(placeIn(stack, message))}\n${given}`;
  return { kind: place, identity: `${place}\n${short(message)}` };
}

/** The innermost line of the stack. Firefox and Safari have no heading above it. */
function placeIn(stack: string, message: string): string {
  const heading = stack.indexOf(message);
  const first = stack.indexOf('\n    at ', heading < 0 ? 0 : heading + message.length);
  const begin = first < 0 ? 0 : first + 1;
  const end = stack.indexOf('\n', begin);
  return stack.slice(begin, end < 0 ? undefined : end);
}

/** A long text by its beginning and a number that all of it makes. */
function short(text: string): string {
  if (text.length <= maxPart) return text;
  // FNV-1a. http://www.isthe.com/chongo/tech/comp/fnv/
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return `${text.slice(0, maxPart)}…${hash >>> 0}`;
}
