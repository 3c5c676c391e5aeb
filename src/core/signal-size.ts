import type { Signal } from './signal.ts';

const objectBytes = 40;
const fieldBytes = 8;
/** Values looked at. What the pipeline made is smaller; a user's operator may add anything. */
const maxNodes = 5_000;

/**
 * About how many bytes a signal holds in memory. Cheap, and rather too much than too little: a character counts as two bytes,
 * though engines keep Latin text in one. Never throws.
 */
export function estimateSize(signal: Signal): number {
  return new Estimate().of(signal);
}

class Estimate {
  #nodes = maxNodes;

  of(value: unknown): number {
    if (typeof value === 'string') return 16 + 2 * value.length;
    if (typeof value !== 'object' || value === null) return fieldBytes;
    let bytes = objectBytes;
    try {
      for (const key in value) {
        this.#nodes -= 1;
        if (this.#nodes < 0) break;
        bytes += fieldBytes + this.of((value as Record<string, unknown>)[key]);
      }
    } catch {
      return bytes; // A live object of a user's operator, or one nested without end. The rest of it is not counted.
    }
    return bytes;
  }
}
