/** Makes the identifiers of the SDK. */
export interface Ids {
  /** 32 lower-case hexadecimal digits, not all zero. */
  traceId(): string;
  /** 16 lower-case hexadecimal digits, not all zero. */
  spanId(): string;
  /** 32 lower-case hexadecimal digits. */
  eventId(): string;
  /** A version 4 UUID. */
  requestId(): string;
}

/** Fills the bytes with chance. */
export type FillRandom = (bytes: Uint8Array) => void;

/** Bytes asked for at once: one call of the host's cryptographic source costs as much as ten identifiers. */
const POOL = 8_192;

const noTraceId = '0'.repeat(32);
const noSpanId = '0'.repeat(16);

export function createIds(fillRandom: FillRandom): Ids {
  const bytes = new Uint8Array(POOL);
  /** Character codes of the digits of `bytes`, written two at a time. */
  const codes = new Uint8Array(2 * POOL);
  const pairs = new Uint16Array(codes.buffer);
  const pairOf = digitPairs();
  let used = codes.length;

  /** Where this many unused digits begin. */
  function take(count: number): number {
    if (used + count > codes.length) {
      fillRandom(bytes);
      for (let index = 0; index < POOL; index++) pairs[index] = pairOf[bytes[index] as number] as number;
      used = 0;
    }
    used += count;
    return used - count;
  }

  return {
    traceId() {
      const id = text32(codes, take(32));
      // W3C Trace Context: an identifier of zeros is invalid.
      return id === noTraceId ? `${noTraceId.slice(1)}1` : id;
    },
    spanId() {
      const id = text16(codes, take(16));
      return id === noSpanId ? `${noSpanId.slice(1)}1` : id;
    },
    eventId: () => text32(codes, take(32)),
    requestId() {
      return uuid(codes, take(32));
    },
  };
}

/** The character codes of the two digits of every byte, in the order of bytes of this machine. */
function digitPairs(): Uint16Array {
  const codes = new Uint8Array(512);
  for (let byte = 0; byte < 256; byte++) {
    const digits = byte.toString(16).padStart(2, '0');
    codes[2 * byte] = digits.charCodeAt(0);
    codes[2 * byte + 1] = digits.charCodeAt(1);
  }
  return new Uint16Array(codes.buffer);
}

// One character after the other as arguments: V8 makes a flat text of them three times as fast as of an array. A text put together
// piece by piece is a tree of pieces in memory, twenty times its size; a slice of a longer text keeps the whole of that alive.

function text16(c: Uint8Array, i: number): string {
  return String.fromCharCode(
    c[i]!, c[i + 1]!, c[i + 2]!, c[i + 3]!, c[i + 4]!, c[i + 5]!, c[i + 6]!, c[i + 7]!,
    c[i + 8]!, c[i + 9]!, c[i + 10]!, c[i + 11]!, c[i + 12]!, c[i + 13]!, c[i + 14]!, c[i + 15]!,
  );
}

function text32(c: Uint8Array, i: number): string {
  return String.fromCharCode(
    c[i]!, c[i + 1]!, c[i + 2]!, c[i + 3]!, c[i + 4]!, c[i + 5]!, c[i + 6]!, c[i + 7]!,
    c[i + 8]!, c[i + 9]!, c[i + 10]!, c[i + 11]!, c[i + 12]!, c[i + 13]!, c[i + 14]!, c[i + 15]!,
    c[i + 16]!, c[i + 17]!, c[i + 18]!, c[i + 19]!, c[i + 20]!, c[i + 21]!, c[i + 22]!, c[i + 23]!,
    c[i + 24]!, c[i + 25]!, c[i + 26]!, c[i + 27]!, c[i + 28]!, c[i + 29]!, c[i + 30]!, c[i + 31]!,
  );
}

const [dash, version4] = [45, 52];
/** `8`, `9`, `a`, `b`. */
const variants: readonly number[] = [56, 57, 97, 98];

/** RFC 9562: version 4, and of the variant's digit the upper two bits are 10. */
function uuid(c: Uint8Array, i: number): string {
  return String.fromCharCode(
    c[i]!, c[i + 1]!, c[i + 2]!, c[i + 3]!, c[i + 4]!, c[i + 5]!, c[i + 6]!, c[i + 7]!, dash,
    c[i + 8]!, c[i + 9]!, c[i + 10]!, c[i + 11]!, dash,
    version4, c[i + 13]!, c[i + 14]!, c[i + 15]!, dash,
    variants[valueOf(c[i + 16]!) & 3]!, c[i + 17]!, c[i + 18]!, c[i + 19]!, dash,
    c[i + 20]!, c[i + 21]!, c[i + 22]!, c[i + 23]!, c[i + 24]!, c[i + 25]!, c[i + 26]!, c[i + 27]!,
    c[i + 28]!, c[i + 29]!, c[i + 30]!, c[i + 31]!,
  );
}

/** Of a digit, by its code. */
function valueOf(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

/** Chance from numbers between 0 and 1, for tests that want the same identifiers each time. */
export function fillFrom(random: () => number): FillRandom {
  return (bytes) => {
    try {
      for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(random() * 256);
    } catch {
      // Identifiers that repeat hurt a test less than a throw would hurt what it tests.
    }
  };
}
