import { wrongOption } from '../configuration-error.ts';
import type { Signal, SignalKind, SignalOf } from '../signal.ts';
import type { Sink } from '../sink.ts';

/** Keeps the last signals: for tests, and to look at what led to something. */
export interface MemorySink extends Sink {
  /** The signals kept, oldest first. A list of their own: what arrives later is not in it. */
  readonly signals: readonly Signal[];
  /** Those of a kind. */
  ofKind<K extends SignalKind>(kind: K): readonly SignalOf<K>[];
  /** Forgets what is kept. */
  clear(): void;
}

/** Options of `memorySink`. */
export interface MemorySinkOptions {
  /** How many signals are kept; the oldest make room for new ones. Default 10 000. */
  readonly capacity?: number | undefined;
}

/**
 * A sink that keeps the last signals in memory.
 * @throws ConfigurationError for a capacity that is no whole number from 1
 */
export function memorySink({ capacity = 10_000 }: MemorySinkOptions = {}): MemorySink {
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw wrongOption('capacity', 'a whole number from 1', capacity);
  let ring: Signal[] = [];
  let oldest = 0;

  function kept(): readonly Signal[] {
    return [...ring.slice(oldest), ...ring.slice(0, oldest)];
  }

  return {
    name: 'memory',
    get signals() {
      return kept();
    },
    ofKind<K extends SignalKind>(kind: K): readonly SignalOf<K>[] {
      return kept().filter((signal): signal is SignalOf<K> => signal.kind === kind);
    },
    write(batch) {
      for (const signal of batch) {
        if (ring.length < capacity) ring.push(signal);
        else {
          ring[oldest] = signal;
          oldest = (oldest + 1) % capacity;
        }
      }
    },
    clear() {
      ring = [];
      oldest = 0;
    },
  };
}
