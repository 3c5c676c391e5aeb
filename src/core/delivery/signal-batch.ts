import type { Signal } from '../signal.ts';
import type { Answer, Batch } from './channel.ts';
import type { WriteContext } from '../sink.ts';

export type WriteSignals = (signals: readonly Signal[], context: WriteContext) => Answer;

/** Signals that leave together. `first` is the number of the earliest. */
export function createSignalBatch(signals: readonly Signal[], bytes: number, first: number, write: WriteSignals): Batch {
  return {
    size: signals.length,
    bytes,
    first,
    send: (context) => write(signals, context),
    split() {
      if (signals.length < 2) return undefined;
      const half = Math.ceil(signals.length / 2);
      // Both keep the number of the earliest: whoever waits for one half waits for the other too.
      return [
        createSignalBatch(signals.slice(0, half), bytes / 2, first, write),
        createSignalBatch(signals.slice(half), bytes / 2, first, write),
      ];
    },
  };
}
