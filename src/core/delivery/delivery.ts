import type { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { DropReason, SinkAccount } from '../ledger.ts';
import type { Signal } from '../signal.ts';
import type { Channel } from './channel.ts';
import type { DeliverySettings } from './delivery-options.ts';
import { createFlushWaiters } from './flush-waiters.ts';
import { createOutbox } from './outbox.ts';
import type { Parcel } from './parcels.ts';
import { createSignalQueue } from './signal-queue.ts';
import type { SinkHealth } from './sink-health.ts';

export interface DeliverySetup {
  readonly channel: Channel;
  /** Shared by the channels of a sink; may be shared with a sink that this one replaces. */
  readonly account: SinkAccount;
  /** Shared by the channels of a sink. */
  readonly health: SinkHealth;
  readonly settings: DeliverySettings;
  readonly clock: Clock;
  /** Runs what the sink does, so that it is not observed itself. */
  readonly run: <R>(work: () => R) => R;
  /** Spreads the retries: a number from 0 to 1. */
  readonly random: () => number;
}

/** Takes signals for one endpoint of a sink and writes them in batches. Nothing a sink does reaches the caller. */
export interface Delivery {
  /** Queues the signal; `bytes` is about what it holds in memory. Never waits, never throws. */
  offer(signal: Signal, bytes: number): void;
  /** These settings hold from the next signal on. */
  configure(settings: DeliverySettings): void;
  /** Resolves when everything offered before is delivered or dropped. What only waits for our own backoff is tried now. Never rejects. */
  flush(): Promise<void>;
  /** The host is going away: writes all there is, now, without waiting for answers. What is in a write already is not sent twice. */
  leave(): void;
  /** Drops what is still pending. */
  close(): void;
}

/**
 * Least time between two rounds of writes, in milliseconds. A sink that emits signals of its own would otherwise keep the host in
 * one endless chain of microtasks.
 */
const PAUSE = 1;

/** Most of one write, in bytes of memory. Formatted it is rarely more; collectors refuse what is over 4 MiB. */
const MAX_BATCH_BYTES = 2 * 1_024 * 1_024;

export function createDelivery({ channel, account, health, settings: given, clock, run, random }: DeliverySetup): Delivery {
  const queue = channel.createQueue?.() ?? createSignalQueue((signals, context) => channel.write(signals, context), () => settings);
  const outbox = createOutbox({ channel, account, health, settings: () => settings, clock, run, random, drop, ended: work });
  const waiters = createFlushWaiters();
  let settings = given;
  /** Signals are numbered as they come. */
  let offered = 0;
  /** Up to this one they are written as soon as the endpoint is free. */
  let dueUpTo = 0;
  /** Up to this one a flush waits for them. */
  let flushUpTo = 0;
  /** For the queue: of the longest wait, or of the pause when `scheduled`. */
  let timer: Subscription | undefined;
  let scheduled = false;
  /** For what waits for its next try, or for the endpoint. */
  let retryTimer: Subscription | undefined;
  /** The endpoint takes nothing more now. Whatever ends that goes on with the queue. */
  let blocked = false;
  let working = false;
  let workedAt = Number.NEGATIVE_INFINITY;
  let leaving = false;
  let closed = false;

  const maxBatchSize = (): number => Math.min(settings.maxBatchSize, channel.maxBatchSize ?? Number.POSITIVE_INFINITY);
  const oldestQueued = (): number => queue.oldest ?? Number.POSITIVE_INFINITY;

  function drop(reason: DropReason, count: number): void {
    account.drop(reason, count);
    health.dropped(reason, count);
  }

  /** The result is how many signals were given up. */
  function push(signal: Signal, bytes: number): number {
    try {
      const lost = queue.push(signal, bytes, offered);
      if (lost > 0) drop('queue-full', lost);
      return lost;
    } catch {
      // A queue reads signals, and a user's operator may have broken this one.
      drop('rejected', 1);
      return 1;
    }
  }

  function pumpAfter(milliseconds: number): void {
    timer?.unsubscribe();
    timer = clock.every(milliseconds).subscribe(pump);
  }

  /** A batch is full; or so much memory waits that the queue would overflow before it is. A channel's own queue is never full. */
  function isFull(): boolean {
    if (channel.createQueue !== undefined) return false;
    return queue.length >= maxBatchSize() || queue.bytes >= Math.min(MAX_BATCH_BYTES, settings.maxQueueBytes / 2);
  }

  function schedule(): void {
    if (scheduled || working || queue.length === 0) return;
    const flushEvery = channel.flushEvery ?? settings.flushEvery;
    const urgent = flushEvery === 0 || isFull() || oldestQueued() <= Math.max(dueUpTo, flushUpTo);
    if (urgent && !blocked) {
      scheduled = true;
      if (clock.elapsed() - workedAt < PAUSE) pumpAfter(PAUSE);
      // Not now: the caller is the application. What it emits in the same turn joins the batch.
      else void Promise.resolve().then(pump);
    } else if (timer === undefined && flushEvery > 0 && offered > dueUpTo) {
      // Also while the endpoint takes nothing: what is due then leaves as soon as it does.
      pumpAfter(flushEvery);
    }
  }

  /** All that is queued now is due. */
  function pump(): void {
    if (working || closed) return;
    scheduled = false;
    timer?.unsubscribe();
    timer = undefined;
    dueUpTo = offered;
    work();
  }

  /** One round of writes: as many as the endpoint takes now. A synchronous sink is served in this one loop. */
  function work(): void {
    if (working || closed) return;
    working = true;
    const now = clock.elapsed();
    // What a sink emits and flushes in its write is for the next round.
    const last = dueUpTo;
    for (let parcel = next(now, last); parcel !== undefined; parcel = next(now, last)) {
      outbox.send(parcel, false);
      workedAt = now;
    }
    working = false;
    arrange();
  }

  function next(now: number, last: number): Parcel | undefined {
    if (outbox.wait(now) > 0) return undefined;
    return outbox.due(now) ?? (outbox.hasRoom && oldestQueued() <= last ? take(false) : undefined);
  }

  function take(atLeaving: boolean): Parcel {
    return outbox.add(queue.take(maxBatchSize(), MAX_BATCH_BYTES), atLeaving);
  }

  /** After a change: ends the flushes that wait for nothing any more, and sets what is to happen next. */
  function arrange(): void {
    if (waiters.some) waiters.settle(oldestPending());
    retryTimer?.unsubscribe();
    retryTimer = undefined;
    if (closed) return;
    const now = clock.elapsed();
    const wait = outbox.wait(now);
    blocked = wait > 0 || !outbox.hasRoom;
    const wakeIn = Math.min(outbox.retryIn(now), wait > 0 ? wait : Number.POSITIVE_INFINITY);
    // Otherwise the end of a write comes back here.
    if (wakeIn < Number.POSITIVE_INFINITY) retryTimer = clock.every(Math.max(PAUSE, wakeIn)).subscribe(work);
    schedule();
  }

  function oldestPending(): number {
    return Math.min(outbox.oldest, oldestQueued());
  }

  return {
    offer(signal, bytes) {
      account.accept();
      if (closed) return account.drop('shutdown', 1);
      if (bytes > settings.maxQueueBytes) return drop('too-large', 1);
      offered++;
      const lost = push(signal, bytes);
      if (lost > 0 && waiters.some) waiters.settle(oldestPending());
      if (!scheduled && (timer === undefined || (!blocked && isFull()))) schedule();
    },
    configure(later) {
      settings = later;
      if (closed) return;
      // What waits, waits by the new settings.
      if (!scheduled) {
        timer?.unsubscribe();
        timer = undefined;
      }
      arrange();
    },
    flush() {
      const last = offered;
      flushUpTo = last;
      if (!working) outbox.hurry();
      pump();
      return last < oldestPending() ? Promise.resolve() : waiters.wait(last);
    },
    leave() {
      if (closed || leaving) return;
      const last = offered;
      const within = working;
      leaving = true;
      working = true;
      outbox.leave();
      const waiting: Parcel[] = [];
      // A page may be hidden again and again while nobody answers: what is on its way is bounded like the queue.
      let [signals, bytes] = [0, 0];
      for (const parcel of outbox.parcels) {
        if (parcel.attempt === undefined) waiting.push(parcel);
        if (!parcel.leaving) continue;
        signals += parcel.batch.size;
        bytes += parcel.batch.bytes;
      }
      for (;;) {
        let parcel = waiting.shift();
        if (parcel === undefined) {
          if (oldestQueued() > last || signals >= settings.maxQueueSize || bytes >= settings.maxQueueBytes) break;
          parcel = take(true);
          signals += parcel.batch.size;
          bytes += parcel.batch.bytes;
        }
        waiting.unshift(...outbox.send(parcel, true));
      }
      leaving = false;
      working = within;
      workedAt = clock.elapsed();
      arrange();
    },
    close() {
      if (closed) return;
      closed = true;
      timer?.unsubscribe();
      // Not all that the account has pending: a sink that replaces this one may share it.
      if (queue.length > 0) drop('shutdown', queue.length);
      queue.clear();
      outbox.close();
      arrange();
    },
  };
}
