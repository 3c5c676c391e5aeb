/** Reads what `ByteWriter` wrote, from bytes that may be anybody's: throws a `TypeError` for what it cannot have written. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, from = 0, to: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    this.#expect(1);
    const byte = this.#bytes[this.#at]!;
    this.#at += 1;
    return byte;
  }

  /** A whole number, at most `most`. */
  varint(most: number): number {
    const first = this.byte();
    if (first < 0x80 && first <= most) return first;
    let value = first & 0x7f;
    let byte = first;
    // Eight bytes hold more than 2^53, nine are never written.
    for (let place = 0x80; byte > 0x7f && place <= 2 ** 49; place *= 0x80) {
      byte = this.byte();
      value += (byte & 0x7f) * place;
    }
    if (byte > 0x7f || value > most) throw new TypeError(`a number is above ${most}`);
    return value;
  }

  float(): number {
    this.#expect(8);
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8).getFloat64(0, true);
    this.#at += 8;
    return value;
  }

  #expect(bytes: number): void {
    if (this.#end - this.#at < bytes) throw new TypeError(`it ends after ${this.#end} bytes`);
  }
}
