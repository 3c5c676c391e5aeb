/** What is kept from one message to the next: room for thousands of spans. */
const MOST_KEPT = 1 << 21;
/** Longer texts are quicker encoded by the host than character by character. */
const SHORT_TEXT = 96;
const TWO_32 = 2 ** 32;

/**
 * Writes protobuf messages, each once from its beginning to its end, into memory that is kept for the next. Its user asks for room:
 * only `text` sees to that itself.
 */
export interface ProtobufBuffer {
  /** Makes sure of so many bytes for what follows. */
  room(bytes: number): void;
  position(): number;
  /** What was written since this position is gone. */
  rewind(position: number): void;
  byte(value: number): void;
  /** Two's complement of 64 bits, in at most 10 bytes. */
  varint(value: number): void;
  fixed32(value: number): void;
  fixed64(low: number, high: number): void;
  double(value: number): void;
  /** The bytes that hexadecimal digits stand for, after their length. */
  hex(digits: string): void;
  /** UTF-8 after its length. Half a surrogate pair, which UTF-8 does not have, becomes U+FFFD. */
  text(value: string): void;
  /** Bytes as they are. */
  raw(value: Uint8Array): void;
  /** What was written since this position. */
  since(position: number): Uint8Array;
  /** Writes a tag, and leaves so many bytes for the length of what follows, which `close` fills, or corrects. */
  open(tag: number, lengthBytes: number): number;
  close(start: number, lengthBytes: number): void;
  /** A copy of all that was written. The next message begins. */
  finish(): Uint8Array;
}

export function createProtobufBuffer(): ProtobufBuffer {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  let end = 0;

  function resize(length: number): void {
    const resized = new Uint8Array(length);
    resized.set(bytes.subarray(0, end));
    bytes = resized;
    view = new DataView(bytes.buffer);
  }

  function room(count: number): void {
    if (end + count > bytes.length) resize(Math.max(end + count, 2 * bytes.length, 16_384));
  }

  function varint(value: number): void {
    // Both halves are of the two's complement: negative numbers need nothing of their own.
    let low = value >>> 0;
    let high = value >= 0 && value < TWO_32 ? 0 : Math.floor(value / TWO_32) >>> 0;
    while (high > 0 || low > 0x7f) {
      bytes[end++] = low | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes[end++] = low;
  }

  function ascii(value: string): boolean {
    // Into a local variable, and looked at only in the end: this is where most of the time goes.
    const target = bytes;
    const { length } = value;
    let at = end;
    let seen = 0;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      seen |= code;
      target[at++] = code;
    }
    if (seen > 0x7f) return false;
    end = at;
    return true;
  }

  function text(value: string): void {
    const { length } = value;
    // A character takes at most three bytes.
    room(3 * length + 5);
    const start = end;
    if (length <= SHORT_TEXT) {
      bytes[end++] = length;
      if (ascii(value)) return;
    }
    const lengthBytes = length < 0x80 ? 1 : 2;
    end = start + lengthBytes;
    end += encoder.encodeInto(value, bytes.subarray(end)).written;
    close(start, lengthBytes);
  }

  function close(start: number, lengthBytes: number): void {
    const length = end - start - lengthBytes;
    if (lengthBytes === 1 && length < 0x80) {
      bytes[start] = length;
      return;
    }
    const needed = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
    room(needed);
    if (needed !== lengthBytes) bytes.copyWithin(start + needed, start + lengthBytes, end);
    end = start;
    varint(length);
    end += length;
  }

  return {
    room,
    position: () => end,
    rewind(position) {
      end = position;
    },
    byte(value) {
      bytes[end++] = value;
    },
    varint,
    fixed32(value) {
      view.setUint32(end, value, true);
      end += 4;
    },
    fixed64(low, high) {
      view.setUint32(end, low, true);
      view.setUint32(end + 4, high, true);
      end += 8;
    },
    double(value) {
      view.setFloat64(end, value, true);
      end += 8;
    },
    hex(digits) {
      const target = bytes;
      const { length } = digits;
      let at = end;
      target[at++] = length / 2;
      for (let index = 0; index < length; index += 2) {
        target[at++] = (digitOf(digits.charCodeAt(index)) << 4) | digitOf(digits.charCodeAt(index + 1));
      }
      end = at;
    },
    text,
    raw(value) {
      const target = bytes;
      const { length } = value;
      let at = end;
      // A short loop takes less than the call of `set`.
      for (let index = 0; index < length; index += 1) target[at++] = value[index] as number;
      end = at;
    },
    since: (position) => bytes.slice(position, end),
    open(tag, lengthBytes) {
      bytes[end] = tag;
      const start = end + 1;
      end = start + lengthBytes;
      return start;
    },
    close,
    finish() {
      const written = bytes.slice(0, end);
      end = 0;
      if (bytes.length > MOST_KEPT) resize(0);
      return written;
    },
  };
}

/** Of the code of a digit, in either case. */
function digitOf(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}
