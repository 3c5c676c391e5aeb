/**
 * Why a signal left the stream before any sink got it.
 *
 * - `disabled`: request logging or error tracking is off, the level is below `logLevel`, the exception is in `ignore`, or it came
 *   from a sink's own write.
 * - `redaction-failed`: its secrets could not be removed, so it must not go on.
 * - `pipeline`: an operator of yours gave nothing out for it, or it is not a signal. May go down again, when it was only delayed.
 * - `sampled`: its trace is not exported, or `sampling.random` left it out. May go down again, when the flight recorder sends it after all.
 * - `rate-limited`: a subscriber or an operator that answers every signal with another was stopped; or an exception came more often
 *   than `errorTracking.rateLimit` allows.
 * - `repeated`: an exception that was captured already, or another one like it: the signal whose `count` says so tells of it.
 * - `no-sink`: no sink wants it, or there is none.
 * - `shutdown`: it came after `shutdown()`, or an operator of yours still held it then.
 */
export type FilterReason =
  | 'disabled'
  | 'redaction-failed'
  | 'pipeline'
  | 'sampled'
  | 'rate-limited'
  | 'repeated'
  | 'no-sink'
  | 'shutdown';

/**
 * Why a sink that accepted a signal did not deliver it. There are no others.
 *
 * - `queue-full`: as many signals, or bytes, were waiting as `delivery` allows; `delivery.whenFull` says which one is given up.
 * - `too-large`: it alone is larger than `delivery.maxQueueBytes`, or than what the receiver takes in one request.
 * - `rejected`: the sink or its receiver refused it for good.
 * - `retries-exhausted`: its write failed, or took longer than `delivery.timeout`, once more than `delivery.maxRetries`.
 * - `spool-full`: never yet, as there is no spool.
 * - `shutdown`: it was still pending when the sink was closed, or came later.
 */
export type DropReason = 'queue-full' | 'too-large' | 'rejected' | 'retries-exhausted' | 'spool-full' | 'shutdown';

/**
 * What became of the signals one sink accepted. At any instant `accepted = delivered + handedOff + spooled + the sum of dropped +
 * pending`; after shutdown `pending` is 0.
 */
export interface SinkLedger {
  /** Signals the sink wanted. */
  readonly accepted: number;
  /** Written without an error, and not refused. */
  readonly delivered: number;
  /** Given to the browser on unload, not acknowledged. */
  readonly handedOff: number;
  /** Kept on disk. Always 0 until the spool exists. */
  readonly spooled: number;
  /** In the queue, in a write that has no answer yet, or waiting for its next try. */
  readonly pending: number;
  /** Lost, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/**
 * What became of every signal. At any instant `emitted + added = routed + the sum of filtered + held`; after shutdown `held` is 0.
 */
export interface Ledger {
  /** Made by the SDK or by a source, those included that were not wanted. */
  readonly emitted: number;
  /** By the user's own operators. */
  readonly added: number;
  /** Accepted by at least one sink. */
  readonly routed: number;
  /** Inside the stream, undecided: in the hot queue, or with a user's operator that delays. */
  readonly held: number;
  /** Reached no sink, by reason. */
  readonly filtered: Readonly<Record<FilterReason, number>>;
  /** By the sink's name; of two sinks with one name the second is `name#2`. A signal counts in each sink that accepted it. */
  readonly sinks: Readonly<Record<string, SinkLedger>>;
}

/** Counts the signals one sink accepted to their end. Every method is one step that keeps the equation. */
export class SinkAccount {
  #accepted = 0;
  #delivered = 0;
  #handedOff = 0;
  #pending = 0;
  readonly #dropped: Record<DropReason, number> = {
    'queue-full': 0,
    'too-large': 0,
    rejected: 0,
    'retries-exhausted': 0,
    'spool-full': 0,
    shutdown: 0,
  };

  get pending(): number {
    return this.#pending;
  }

  accept(): void {
    this.#accepted++;
    this.#pending++;
  }

  deliver(count: number): void {
    this.#pending -= count;
    this.#delivered += count;
  }

  handOff(count: number): void {
    this.#pending -= count;
    this.#handedOff += count;
  }

  drop(reason: DropReason, count: number): void {
    this.#pending -= count;
    this.#dropped[reason] += count;
  }

  read(): SinkLedger {
    return {
      accepted: this.#accepted,
      delivered: this.#delivered,
      handedOff: this.#handedOff,
      spooled: 0,
      pending: this.#pending,
      dropped: { ...this.#dropped },
    };
  }
}

/** Counts every signal from `emit` to its end. Every method is one step that keeps the equation. */
export class LedgerBook {
  #emitted = 0;
  #added = 0;
  #routed = 0;
  #held = 0;
  readonly #filtered: Record<FilterReason, number> = {
    disabled: 0,
    'redaction-failed': 0,
    pipeline: 0,
    sampled: 0,
    'rate-limited': 0,
    repeated: 0,
    'no-sink': 0,
    shutdown: 0,
  };
  readonly #sinks = new Map<string, SinkAccount>();

  /** A signal came in: held until it is routed or filtered. */
  emit(): void {
    this.#emitted++;
    this.#held++;
  }

  /** An operator made one more signal than it got. */
  add(): void {
    this.#added++;
    this.#held++;
  }

  route(): void {
    this.#held--;
    this.#routed++;
  }

  filter(reason: FilterReason, count = 1): void {
    this.#held -= count;
    this.#filtered[reason] += count;
  }

  /** What looked filtered was only delayed: it came out after all. */
  unfilter(reason: FilterReason): void {
    this.#filtered[reason]--;
    this.#held++;
  }

  /** The account of a sink, kept when a sink of the same name replaces it. */
  sink(name: string): SinkAccount {
    const account = this.#sinks.get(name) ?? new SinkAccount();
    this.#sinks.set(name, account);
    return account;
  }

  read(): Ledger {
    return {
      emitted: this.#emitted,
      added: this.#added,
      routed: this.#routed,
      held: this.#held,
      filtered: { ...this.#filtered },
      sinks: Object.fromEntries([...this.#sinks].map(([name, account]) => [name, account.read()])),
    };
  }
}
