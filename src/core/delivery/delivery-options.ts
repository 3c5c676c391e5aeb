/**
 * What a full queue gives up, counted as `queue-full`:
 *
 * - `dropNewest`: the signal that comes.
 * - `dropOldest`: the one that has waited longest.
 * - `priority`: the oldest of the least important that wait, or the one that comes when nothing less important waits. Failures (spans,
 *   responses, calls, errors, messages from `error` on) are kept before warnings, these before other spans, requests, responses and
 *   messages, these before profiles and metrics.
 */
export type WhenFull = 'dropNewest' | 'dropOldest' | 'priority';

/** How signals wait for their sinks and leave in batches. A sink with several endpoints has a queue for each. */
export interface DeliveryOptions {
  /** Most signals in one write. Default 2 048. */
  readonly maxBatchSize?: number | undefined;
  /** Most signals that wait in one queue. Default 10 000. */
  readonly maxQueueSize?: number | undefined;
  /** Most memory, in bytes, that waits in one queue. Default 16 MiB. */
  readonly maxQueueBytes?: number | undefined;
  /** What a full queue gives up. Default `dropNewest`, which costs a burst the least. */
  readonly whenFull?: WhenFull | undefined;
  /** Longest wait before a write, in milliseconds; 0: the end of the current turn. Default 1 000. */
  readonly flushEvery?: number | undefined;
  /** How many writes to one endpoint may be under way at once, where the order does not matter; elsewhere it is one. Default 4. */
  readonly concurrency?: number | undefined;
  /** How long one try of a write may take, in milliseconds. Default 10 000. */
  readonly timeout?: number | undefined;
  /**
   * How often a failed write is tried again, after up to 1 s, 2 s, 4 s and so on, 30 s at most, or when the receiver asked for it.
   * Default 5; 0: never.
   */
  readonly maxRetries?: number | undefined;
  /** Whether what cannot be sent is kept on disk. Only `false`, the default, until the spool has landed. */
  readonly spool?: boolean | undefined;
}

export interface DeliverySettings {
  readonly maxBatchSize: number;
  readonly maxQueueSize: number;
  readonly maxQueueBytes: number;
  readonly whenFull: WhenFull;
  readonly flushEvery: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly maxRetries: number;
}

export function deliverySettings(options: DeliveryOptions = {}): DeliverySettings {
  return {
    maxBatchSize: options.maxBatchSize ?? 2_048,
    maxQueueSize: options.maxQueueSize ?? 10_000,
    maxQueueBytes: options.maxQueueBytes ?? 16 * 1_024 * 1_024,
    whenFull: options.whenFull ?? 'dropNewest',
    flushEvery: options.flushEvery ?? 1_000,
    concurrency: options.concurrency ?? 4,
    timeout: options.timeout ?? 10_000,
    maxRetries: options.maxRetries ?? 5,
  };
}
