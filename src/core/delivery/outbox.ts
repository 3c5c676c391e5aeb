import type { Clock } from '../clock.ts';
import type { DropReason, SinkAccount } from '../ledger.ts';
import { createAttempt } from './attempt.ts';
import type { Batch, Channel } from './channel.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { DeliverySettings } from './delivery-options.ts';
import { createParcels } from './parcels.ts';
import type { Parcel } from './parcels.ts';
import { retryDelay } from './retry-schedule.ts';
import type { SinkHealth } from './sink-health.ts';
import { readFailure, readResult } from './write-answer.ts';

export interface OutboxSetup {
  readonly channel: Channel;
  readonly account: SinkAccount;
  readonly health: SinkHealth;
  readonly settings: () => DeliverySettings;
  readonly clock: Clock;
  readonly run: <R>(work: () => R) => R;
  readonly random: () => number;
  /** A write has ended. */
  readonly ended: () => void;
  readonly drop: (reason: DropReason, count: number) => void;
}

/** The batches of one endpoint on their way: follows each to its end, and counts it there. */
export interface Outbox {
  readonly parcels: Pick<Iterable<Parcel>, typeof Symbol.iterator>;
  /** Whether another batch may be added. What waits for its next try keeps its place: else a receiver that fails had all in memory. */
  readonly hasRoom: boolean;
  /** The number of the earliest signal; `Infinity` when there is none. */
  readonly oldest: number;
  /** Milliseconds until the endpoint may be written to; 0: now; `Infinity` until a write has ended. */
  wait(now: number): number;
  /** Milliseconds until the next that waits is to be tried; `Infinity` when that is up to the end of a write. */
  retryIn(now: number): number;
  add(batch: Batch, leaving: boolean): Parcel;
  /** What is to be tried now. */
  due(now: number): Parcel | undefined;
  /** Tries it. Of what is too large at once, the result is its parts, which stand in its place. */
  send(parcel: Parcel, leaving: boolean): readonly Parcel[];
  /** What only waits for our own backoff is due. */
  hurry(): void;
  /** The host is going away. */
  leave(): void;
  /** Drops everything, and aborts what is in a write. */
  close(): void;
}

/** One write of a parcel. */
interface Try {
  readonly probe: boolean;
  readonly leaving: boolean;
  /** On the monotonic clock. */
  readonly begunAt: number;
}

/**
 * Least wait, in milliseconds, before the next try of what fails because the host was going away. A process that is about to end
 * would be kept alive by a try at once.
 */
const STAY = 1_000;

export function createOutbox({ channel, account, health, settings, clock, run, random, drop, ended }: OutboxSetup): Outbox {
  const parcels = createParcels(channel.concurrent !== true);
  const breaker = createCircuitBreaker();
  let leftAt = Number.NEGATIVE_INFINITY;
  const slots = (): number => (channel.concurrent === true ? settings().concurrency : 1);

  function succeed(parcel: Parcel, answer: unknown, { probe }: Try): void {
    const { size } = parcel.batch;
    const { rejected, handedOff } = readResult(answer, size);
    // Reading a foreign answer may have closed this.
    if (!parcels.remove(parcel)) return;
    if (rejected > 0) drop('rejected', rejected);
    if (handedOff) {
      account.handOff(size - rejected);
      // Nobody has answered.
      breaker.release(probe);
    } else {
      account.deliver(size - rejected);
      breaker.succeed();
      health.succeeded(channel.name);
    }
  }

  /** The result is the parts of what was too large. */
  function fail(parcel: Parcel, error: unknown, made: Try): readonly Parcel[] {
    const { final, tooLarge, retryAfter } = readFailure(error);
    if (!parcels.has(parcel)) return [];
    parcels.assign(parcel, undefined);
    if (tooLarge || final) breaker.release(made.probe);
    if (tooLarge) {
      const parts = parcel.batch.split();
      if (parts !== undefined) return parcels.split(parcel, parts);
      lose(parcel, 'too-large');
      health.failed(channel.name, error, true, undefined);
    } else if (final) {
      lose(parcel, 'rejected');
      health.failed(channel.name, error, true, undefined);
    } else {
      retry(parcel, error, retryAfter, made);
    }
    return [];
  }

  function retry(parcel: Parcel, error: unknown, retryAfter: number | undefined, { probe, leaving, begunAt }: Try): void {
    const now = clock.elapsed();
    breaker.fail(now, probe, retryAfter);
    // A page is hidden and shown again more often than a batch is tried: that alone shall not use up its retries.
    if (!leaving || parcel.failures === 0) parcel.failures++;
    if (parcel.failures > settings().maxRetries) {
      // The place of a spool: it would take the batch instead, and count it as spooled.
      lose(parcel, 'retries-exhausted');
      return health.failed(channel.name, error, false, undefined);
    }
    const delay = Math.max(retryDelay(parcel.failures, retryAfter, random), begunAt <= leftAt ? STAY : 0);
    const wait = breaker.wait(now);
    parcel.due = now + delay;
    parcel.asked = retryAfter !== undefined;
    health.failed(channel.name, error, false, Math.max(delay, wait < Number.POSITIVE_INFINITY ? wait : 0));
  }

  function lose(parcel: Parcel, reason: DropReason): void {
    if (parcels.remove(parcel)) drop(reason, parcel.batch.size);
  }

  return {
    parcels,
    get hasRoom() {
      return parcels.size < slots();
    },
    get oldest() {
      return parcels.oldest;
    },
    wait: (now) => breaker.wait(now),
    retryIn(now) {
      const parcel = parcels.writing < slots() ? parcels.next() : undefined;
      return parcel === undefined ? Number.POSITIVE_INFINITY : Math.max(0, parcel.due - now, breaker.wait(now));
    },
    add: (batch, leaving) => parcels.add(batch, leaving),
    due(now) {
      const parcel = parcels.writing < slots() ? parcels.next() : undefined;
      return parcel !== undefined && parcel.due <= now ? parcel : undefined;
    },
    send(parcel, leaving) {
      // What was tried before it may have closed this.
      if (!parcels.has(parcel)) return [];
      const begunAt = clock.elapsed();
      const made: Try = { probe: breaker.begin(begunAt), leaving, begunAt };
      let parts: readonly Parcel[] = [];
      const attempt = createAttempt({
        batch: parcel.batch,
        leaving,
        timeout: channel.timeout ?? settings().timeout,
        clock,
        run,
        succeeded(answer) {
          succeed(parcel, answer, made);
          ended();
        },
        failed(error) {
          parts = fail(parcel, error, made);
          ended();
        },
      });
      parcels.assign(parcel, attempt);
      attempt.start();
      return parts;
    },
    hurry() {
      for (const parcel of parcels) if (!parcel.asked) parcel.due = Number.NEGATIVE_INFINITY;
    },
    leave() {
      leftAt = clock.elapsed();
    },
    close() {
      const left = [...parcels];
      for (const parcel of left) lose(parcel, 'shutdown');
      // Last: what hears of an abort may come back here.
      for (const { attempt } of left) attempt?.cancel();
    },
  };
}
