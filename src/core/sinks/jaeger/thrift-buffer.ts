/** What is kept from one batch to the next: room for thousands of spans. */
const MOST_KEPT = 1 << 21;
const TWO_32 = 2 ** 32;

/**
 * Writes values in Thrift's binary protocol, each once from its beginning to its end, into memory that is kept for the next batch.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */
export interface ThriftBuffer {
  byte(value: number): void;
  i32(value: number): void;
  /** Of whole numbers that fit: both halves are of the two's complement. */
  i64(value: number): void;
  /** Sixteen hexadecimal digits as an `i64`, from that digit on. */
  id(digits: string, from: number): void;
  double(value: number): void;
  /** UTF-8 after its length. Half a surrogate pair, which UTF-8 does not have, becomes U+FFFD. */
  text(value: string): void;
  /** What comes next is a field of that type and number. */
  field(type: number, id: number): void;
  /** A copy of all that was written. The next batch begins. */
  finish(): Uint8Array;
}

export function createThriftBuffer(): ThriftBuffer {
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

  /** Where so many bytes are to be written. */
  function take(count: number): number {
    if (end + count > bytes.length) resize(Math.max(end + count, 2 * bytes.length, 16_384));
    const at = end;
    end += count;
    return at;
  }

  return {
    byte: (value) => view.setUint8(take(1), value),
    i32: (value) => view.setInt32(take(4), value),
    i64(value) {
      const at = take(8);
      view.setInt32(at, Math.floor(value / TWO_32));
      view.setInt32(at + 4, value);
    },
    id(digits, from) {
      const at = take(8);
      for (let index = 0; index < 8; index += 1) {
        const digit = from + 2 * index;
        bytes[at + index] = (digitOf(digits.charCodeAt(digit)) << 4) | digitOf(digits.charCodeAt(digit + 1));
      }
    },
    double: (value) => view.setFloat64(take(8), value),
    text(value) {
      // A character takes at most three bytes.
      const at = take(4 + 3 * value.length);
      const { written } = encoder.encodeInto(value, bytes.subarray(at + 4));
      view.setInt32(at, written);
      end = at + 4 + written;
    },
    field(type, id) {
      const at = take(3);
      view.setUint8(at, type);
      view.setInt16(at + 1, id);
    },
    finish() {
      const written = bytes.slice(0, end);
      end = 0;
      if (bytes.length > MOST_KEPT) resize(0);
      return written;
    },
  };
}

/** Of the code of a digit in lower case. */
function digitOf(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}
