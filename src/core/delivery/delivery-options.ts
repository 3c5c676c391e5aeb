/** How signals wait for their sinks and leave in batches. */
export interface DeliveryOptions {
  /** Most signals in one write. Default 512. */
  readonly maxBatchSize?: number | undefined;
  /** Most signals that wait for one sink; later ones are dropped until there is room. Default 10 000. */
  readonly maxQueueSize?: number | undefined;
  /** Most memory, in bytes, that waits for one sink; later signals are dropped until there is room. Default 16 MiB. */
  readonly maxQueueBytes?: number | undefined;
  /** Longest wait before a write, in milliseconds; 0: the end of the current turn. Default 1 000. */
  readonly flushEvery?: number | undefined;
  /** How long one write may take, in milliseconds. Default 10 000. */
  readonly timeout?: number | undefined;
  /** How often a failed write is tried again. Only 0, the default, until retry has landed. */
  readonly maxRetries?: number | undefined;
  /** Whether what cannot be sent is kept on disk. Only `false`, the default, until the spool has landed. */
  readonly spool?: boolean | undefined;
}

export interface DeliverySettings {
  readonly maxBatchSize: number;
  readonly maxQueueSize: number;
  readonly maxQueueBytes: number;
  readonly flushEvery: number;
  readonly timeout: number;
}

export function deliverySettings(options: DeliveryOptions = {}): DeliverySettings {
  return {
    maxBatchSize: options.maxBatchSize ?? 512,
    maxQueueSize: options.maxQueueSize ?? 10_000,
    maxQueueBytes: options.maxQueueBytes ?? 16 * 1_024 * 1_024,
    flushEvery: options.flushEvery ?? 1_000,
    timeout: options.timeout ?? 10_000,
  };
}
