import { sliceSize } from './shared-slice.ts';
import type { SharedSlice } from './shared-slice.ts';

/** Options of `SharedHistory`. */
export interface SharedHistoryOptions {
  /** How long a slice is kept, in milliseconds. */
  readonly window: number;
  /** How much memory all of them take at most, about, in bytes. */
  readonly maxBytes: number;
}

/** The last slices of a participant, for who begins to watch later: as many as the time and the memory allow, the latest ones. */
export class SharedHistory {
  readonly #window: number;
  readonly #maxBytes: number;
  readonly #slices: SharedSlice[] = [];
  #bytes = 0;

  constructor({ window, maxBytes }: SharedHistoryOptions) {
    this.#window = window;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(slice: SharedSlice): void {
    this.#slices.push(slice);
    this.#bytes += sliceSize(slice);
    this.forget(slice.time);
  }

  /** Drops what is too old at that time, in epoch milliseconds, or too much. */
  forget(now: number): void {
    while (this.#slices[0] !== undefined && (this.#slices[0].time <= now - this.#window || this.#bytes > this.#maxBytes)) {
      this.#bytes -= sliceSize(this.#slices.shift()!);
    }
  }

  /** Oldest first, in portions of about this many bytes: a message of them all could be a large one. */
  *portions(bytes: number): Generator<readonly SharedSlice[]> {
    let portion: SharedSlice[] = [];
    let size = 0;
    for (const slice of this.#slices) {
      portion.push(slice);
      size += sliceSize(slice);
      if (size < bytes) continue;
      yield portion;
      portion = [];
      size = 0;
    }
    if (portion.length > 0) yield portion;
  }
}
