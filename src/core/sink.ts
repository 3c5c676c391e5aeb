import type { Signal } from './signal.ts';

/** What a sink learns about a write. */
export interface WriteContext {
  /** Aborted at the delivery's timeout. Pass it on: `fetch(url, { signal: abortSignal })`. */
  readonly abortSignal: AbortSignal;
  /** The page or process is going away: keepalive or beacon, no round trips. */
  readonly leaving: boolean;
}

/** What became of the batch, when it is not simply all delivered. */
export interface WriteResult {
  /** How many signals the receiver refused. Default 0. */
  readonly rejected?: number | undefined;
  /** True when the batch was given to the browser, which will not say whether it arrived. Default false. */
  readonly handedOff?: boolean | undefined;
}

/** What a sink may want to know of its manager. */
export interface SinkSettings {
  /** Whether the environment is `development`. */
  readonly development: boolean;
}

/** Formats and sends. Queueing, timeouts and counting are the delivery's. There is no retry yet. */
export interface Sink {
  /** Its key in the ledger, and its name on `health$`. Two sinks of one name are counted as `name` and `name#2`. */
  readonly name: string;
  /** What the manager that uses the sink is set to: told before its first signal, and when it changes. */
  configure?(settings: SinkSettings): void;
  /** Which signals it wants. Default: all. When it throws, the signal is wanted. */
  accepts?(signal: Signal): boolean;
  /**
   * Sends a batch; one write at a time, except when `leaving`. When it throws, or its promise is rejected, the batch is dropped:
   * counted as `rejected` for a `DeliveryError` with `retryable: false`, as `retries-exhausted` for anything else and for no answer
   * within `delivery.timeout`. There is no retry yet.
   */
  write(batch: readonly Signal[], context: WriteContext): Promise<WriteResult | void> | WriteResult | void;
  /** Called once, after the last write. What it throws is said on `health$`. */
  close?(): Promise<void> | void;
}

/**
 * A write failed, and the sink knows whether it is worth trying again. There is no retry yet: either way the batch is dropped, and
 * `retryable` decides whether it counts as `rejected` (false) or as `retries-exhausted`.
 */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError';
  /** Whether the same write may succeed later. Default true. */
  readonly retryable: boolean;
  /** How long the receiver asked to wait, in milliseconds. Not used until retry has landed. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    options: ErrorOptions & { readonly retryable?: boolean | undefined; readonly retryAfter?: number | undefined } = {},
  ) {
    super(message, options);
    this.retryable = options.retryable ?? true;
    this.retryAfter = options.retryAfter;
  }
}
