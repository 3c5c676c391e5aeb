import type { Attributes, Signal } from './signal.ts';

/** What a sink learns about a write. */
export interface WriteContext {
  /** Aborted when nobody waits for the answer any more: at `delivery.timeout`, at the end. Pass it on: `fetch(url, { signal: abortSignal })`. */
  readonly abortSignal: AbortSignal;
  /** The page or process is going away: keepalive or beacon, no round trips. */
  readonly leaving: boolean;
  /**
   * Runs what is done after an `await`, so that it is not observed either: a browser follows a call no further. Absent where nothing is.
   */
  readonly run?: (<R>(work: () => R) => R) | undefined;
  /** When it will be aborted, in milliseconds from now: for receivers that are told. Absent where nothing is. */
  readonly timeout?: number | undefined;
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
  /** What every signal carries: `service.name` and the rest, redacted as the signals are. */
  readonly resource: Attributes;
  /** Says on `health$` what the sink could not use, e.g. an environment variable. */
  readonly warn: (message: string) => void;
}

/** Formats and sends. Queueing, retry, timeouts and counting are the delivery's. */
export interface Sink {
  /** Its key in the ledger, and its name on `health$`. Two sinks of one name are counted as `name` and `name#2`. */
  readonly name: string;
  /** What the manager that uses the sink is set to: told before its first signal, and when it changes. */
  configure?(settings: SinkSettings): void;
  /** Which signals it wants. Default: all. When it throws, the signal is wanted. */
  accepts?(signal: Signal): boolean;
  /**
   * Sends a batch; one write at a time, except when `leaving`. It should format before it returns: what is sent later, after an
   * `await`, may be too late while a page or process goes away.
   *
   * When it throws, or its promise is rejected, or it does not answer within `delivery.timeout`, the same batch is written again later;
   * a `DeliveryError` says when, or that there is no use. What it returns counts the batch as delivered, all or in part.
   */
  write(batch: readonly Signal[], context: WriteContext): Promise<WriteResult | void> | WriteResult | void;
  /** Called once, after the last write. What it throws is said on `health$`. */
  close?(): Promise<void> | void;
}

/** What a `DeliveryError` says beside its message: see its fields. */
export interface DeliveryErrorOptions extends ErrorOptions {
  /** Default true. */
  readonly retryable?: boolean | undefined;
  /** Milliseconds. Default: none asked for. */
  readonly retryAfter?: number | undefined;
  /** Default false. */
  readonly tooLarge?: boolean | undefined;
}

/** A write failed, and the sink knows what is to follow. Anything else that is thrown means: try again. */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError';
  /** Whether the same write may succeed later. Default true; the batch is dropped as `rejected` when it is false. */
  readonly retryable: boolean;
  /** How long the receiver asked to wait, in milliseconds: nothing is written to it before. At most 10 minutes are believed. */
  readonly retryAfter: number | undefined;
  /** Whether smaller batches may do: the delivery then halves this one at once. One signal alone is dropped as `too-large`. Default false. */
  readonly tooLarge: boolean;

  constructor(message: string, options: DeliveryErrorOptions = {}) {
    super(message, options);
    this.retryable = options.retryable ?? true;
    this.retryAfter = options.retryAfter;
    this.tooLarge = options.tooLarge ?? false;
  }
}
