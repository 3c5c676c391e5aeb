import type { Signal } from '../signal.ts';

/** Signals in order of arrival, with what they hold in memory. */
export interface SignalQueue {
  readonly length: number;
  readonly bytes: number;
  push(signal: Signal, bytes: number): void;
  /** Takes out the oldest: at most `count`, and at most `bytes` unless the first alone is more. */
  take(count: number, bytes: number): readonly Signal[];
  clear(): void;
}

interface Entry {
  readonly signal: Signal;
  readonly bytes: number;
}

export function createSignalQueue(): SignalQueue {
  let entries: (Entry | undefined)[] = [];
  let head = 0;
  let bytes = 0;

  function shift(): Entry | undefined {
    const entry = entries[head];
    // Lets go of the signal at once; the place itself is given back in bulk, because `Array.shift` moves the whole array.
    entries[head++] = undefined;
    bytes -= entry?.bytes ?? 0;
    if (head >= 1_024 && head * 2 >= entries.length) {
      entries = entries.slice(head);
      head = 0;
    }
    return entry;
  }

  return {
    get length() {
      return entries.length - head;
    },
    get bytes() {
      return bytes;
    },
    push(signal, size) {
      entries.push({ signal, bytes: size });
      bytes += size;
    },
    take(count, most) {
      const batch: Signal[] = [];
      let taken = 0;
      while (batch.length < count && head < entries.length) {
        taken += entries[head]?.bytes ?? 0;
        if (taken > most && batch.length > 0) break;
        const entry = shift();
        if (entry !== undefined) batch.push(entry.signal);
      }
      return batch;
    },
    clear() {
      entries = [];
      head = 0;
      bytes = 0;
    },
  };
}
