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

/** One call of the host's cryptographic source costs as much as ten identifiers: it is asked for many at once. */
const POOL = 4_096;

export function createIds(fillRandom: FillRandom): Ids {
  const pool = new Uint8Array(POOL);
  const hex = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0));
  let used = POOL;

  function take(count: number): Uint8Array {
    if (used + count > POOL) {
      fillRandom(pool);
      used = 0;
    }
    used += count;
    return pool.subarray(used - count, used);
  }

  function digits(bytes: Uint8Array): string {
    const codes: number[] = [];
    for (const byte of bytes) codes.push(hex[byte >> 4] ?? 0, hex[byte & 15] ?? 0);
    // All at once: a text put together piece by piece is a tree of pieces in memory, twenty times its size.
    return String.fromCharCode(...codes);
  }

  /** W3C Trace Context: an identifier of zeros is invalid. */
  function notZero(count: number): string {
    const bytes = take(count);
    if (bytes.every((byte) => byte === 0)) bytes[count - 1] = 1;
    return digits(bytes);
  }

  return {
    traceId: () => notZero(16),
    spanId: () => notZero(8),
    eventId: () => digits(take(16)),
    requestId() {
      const bytes = take(16);
      // RFC 9562: version 4, variant 10.
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      const text = digits(bytes);
      return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
    },
  };
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
