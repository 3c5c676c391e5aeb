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

/** Formats and sends. Queueing, retry, timeouts and counting are the delivery's. */
export interface Sink {
  readonly name: string;
  /** What the manager that uses the sink is set to: told before its first signal, and when it changes. */
  configure?(settings: SinkSettings): void;
  /** Which signals it wants. Default: all. */
  accepts?(signal: Signal): boolean;
  /** Throw a `DeliveryError` to steer the retry; anything else thrown is retried. */
  write(batch: readonly Signal[], context: WriteContext): Promise<WriteResult | void> | WriteResult | void;
  /** Called once, after the last write. */
  close?(): Promise<void> | void;
}

/** A write failed, and the sink knows whether it is worth trying again. */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError';
  /** Default true. */
  readonly retryable: boolean;
  /** How long the receiver asked to wait, in milliseconds. */
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
