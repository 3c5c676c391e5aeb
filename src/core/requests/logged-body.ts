import { snapshot } from '../snapshot.ts';
import { formFields } from './form-fields.ts';
import { isMediaTypeAmong, readMediaType } from './media-type.ts';
import type { BodyPolicy } from './request-policy.ts';

/** A body, piece by piece, as far as it is logged. No method throws. */
export interface LoggedBody {
  /** A piece that goes by. It is copied. */
  add(piece: string | Uint8Array): void;
  /**
   * What it says: parsed, where it is JSON or a form, so that secrets are found by their keys; else its text. Of one that is larger than
   * the policy wants only how much it was: `[10485760 bytes]`. `undefined` when there was nothing.
   */
  value(): unknown;
}

/** They never end, or carry files. */
const never: readonly string[] = ['text/event-stream', 'multipart/*'];
const readable: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/** `header`: one that describes the body, by lower-case name. `undefined` for a body that is not to be logged. */
export function createLoggedBody({ contentTypes, maxBytes }: BodyPolicy, header: (name: string) => unknown): LoggedBody | undefined {
  const type = readMediaType(header('content-type'));
  if (type === undefined || isMediaTypeAmong(never, type.name) || !isMediaTypeAmong(contentTypes, type.name)) return undefined;
  if (type.charset !== undefined && !readable.has(type.charset)) return undefined;
  if (isCompressed(header('content-encoding'))) return undefined;
  const { name } = type;
  let pieces: Uint8Array[] = [];
  let size = 0;

  function keep(bytes: Uint8Array): void {
    size += bytes.length;
    if (size <= maxBytes) pieces.push(bytes);
    else pieces = [];
  }

  return {
    add(piece) {
      if (piece.length === 0) return;
      if (size + piece.length > maxBytes) {
        pieces = [];
        size += typeof piece === 'string' ? byteLength(piece) : piece.length;
      } else {
        keep(typeof piece === 'string' ? new TextEncoder().encode(piece) : new Uint8Array(piece));
      }
    },
    value() {
      if (size === 0) return undefined;
      return size > maxBytes ? `[${size} bytes]` : parsed(name, new TextDecoder().decode(joined(pieces, size)));
    },
  };
}

function isCompressed(encoding: unknown): boolean {
  return encoding !== undefined && encoding !== null && String(encoding).trim().toLowerCase() !== 'identity';
}

/** Of what is too large to be encoded only for that. Half a surrogate pair is sent as three bytes. */
function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) as number;
    if (code > 0xffff) {
      bytes += 2;
      at += 1;
    } else if (code > 0x7f) {
      bytes += code > 0x7ff ? 2 : 1;
    }
  }
  return bytes;
}

/** Characters may be split between the pieces. */
function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function parsed(name: string, text: string): unknown {
  if (name === 'application/x-www-form-urlencoded') return snapshot(formFields(text));
  if (name !== 'application/json' && !name.endsWith('+json')) return text;
  try {
    return snapshot(JSON.parse(text));
  } catch {
    return text;
  }
}
