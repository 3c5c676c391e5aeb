import type { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { serializeError } from '../errors/serialize-error.ts';
import type { DropReason, SinkAccount } from '../ledger.ts';
import type { Signal } from '../signal.ts';
import type { Sink } from '../sink.ts';
import type { DeliverySettings } from './delivery-options.ts';
import { createSignalQueue } from './signal-queue.ts';
import { isFinal, isThenable, readResult } from './write-answer.ts';

export interface DeliverySetup {
  /** Of the sink, in the ledger and in `health$`: its own, numbered when another sink has the same. */
  readonly name: string;
  readonly sink: Sink;
  /** May be shared with the delivery of a sink that this one replaces. */
  readonly account: SinkAccount;
  readonly settings: DeliverySettings;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** Runs what the sink does, so that it is not observed itself. Default: just runs it. */
  readonly run?: (<R>(work: () => R) => R) | undefined;
}

/** Takes signals for one sink and writes them in batches, one at a time, in order. Nothing a sink does reaches the caller. */
export interface Delivery {
  readonly name: string;
  readonly sink: Sink;
  accepts(signal: Signal): boolean;
  /** Queues the signal; `bytes` is about what it holds in memory. Never waits, never throws. */
  offer(signal: Signal, bytes: number): void;
  /** These settings hold from the next signal on. */
  configure(settings: DeliverySettings): void;
  /** Resolves when everything offered before is delivered or dropped. Never rejects. */
  flush(): Promise<void>;
  /** The host is going away: writes all there is, now, without waiting for answers. */
  leave(): void;
  /** Drops what is still pending and closes the sink, once. Never rejects. */
  close(): Promise<void>;
}

/** A write that has no answer yet. `first` is the number of its first signal, counted from the first ever offered. */
interface Write {
  readonly first: number;
  readonly size: number;
  readonly controller: AbortController;
  deadline: Subscription | undefined;
}

/**
 * Least time between two writes, in milliseconds. A sink that emits signals of its own would otherwise keep the host in one
 * endless chain of microtasks.
 */
const PAUSE = 1;

/** Most of one write, in bytes of memory. Formatted it is rarely more; collectors refuse what is over 4 MiB. */
const MAX_BATCH_BYTES = 2 * 1_024 * 1_024;

export function createDelivery(setup: DeliverySetup): Delivery {
  const { name, sink, account, settings: given, clock, diagnostics, run = (work) => work() } = setup;
  const queue = createSignalQueue();
  const unsaidDrops = new Map<DropReason, number>();
  /** In order of their start: the first is the oldest. More than one only when leaving. */
  const writes = new Set<Write>();
  let settings = given;
  let flushes: { readonly last: number; readonly resolve: () => void }[] = [];
  let offered = 0;
  let timer: Subscription | undefined;
  let scheduled = false;
  let pumping = false;
  let pumpedAt = Number.NEGATIVE_INFINITY;
  let failing = false;
  let choiceFailed = false;
  let closed = false;
  let sinkClosed: Promise<void> = Promise.resolve();

  const firstQueued = (): number => offered - queue.length + 1;

  function oldestPending(): number {
    for (const { first } of writes) return first;
    return firstQueued();
  }

  function inFlight(): number {
    let sum = 0;
    for (const { size } of writes) sum += size;
    return sum;
  }

  function drop(reason: DropReason, count: number): void {
    account.drop(reason, count);
    unsaidDrops.set(reason, (unsaidDrops.get(reason) ?? 0) + count);
  }

  /** One word for many: a full queue drops thousands of signals between two writes. */
  function sayDrops(): void {
    const unsaid = [...unsaidDrops];
    // Before it is said: who hears of it may cause the next.
    unsaidDrops.clear();
    for (const [reason, count] of unsaid) diagnostics.report({ type: 'dropped', sink: name, reason, count });
  }

  function sayFailure(error: unknown): void {
    diagnostics.report({ type: 'sink-failed', sink: name, error: serializeError(error) });
  }

  function pumpAfter(milliseconds: number): void {
    timer?.unsubscribe();
    timer = clock.every(milliseconds).subscribe(pump);
  }

  /** A batch is full; or so much memory waits that the queue would overflow before it is. */
  function isFull(): boolean {
    return queue.length >= settings.maxBatchSize || queue.bytes >= Math.min(MAX_BATCH_BYTES, settings.maxQueueBytes / 2);
  }

  function schedule(): void {
    if (pumping || scheduled || closed || writes.size > 0) return;
    if (settings.flushEvery > 0 && !isFull()) {
      if (timer === undefined) pumpAfter(settings.flushEvery);
    } else {
      scheduled = true;
      if (clock.elapsed() - pumpedAt < PAUSE) pumpAfter(PAUSE);
      // Not now: the caller is the application. What it emits in the same turn joins the batch.
      else void Promise.resolve().then(pump);
    }
  }

  /** Writes what is queued now; a synchronous sink is served in this one loop. */
  function pump(): void {
    if (pumping || closed) return;
    scheduled = false;
    timer?.unsubscribe();
    timer = undefined;
    pumping = true;
    const last = offered;
    while (writes.size === 0 && queue.length > 0 && firstQueued() <= last) write(false);
    pumping = false;
    afterWrite();
  }

  function afterWrite(): void {
    pumpedAt = clock.elapsed();
    sayDrops();
    const oldest = oldestPending();
    const done = flushes.filter(({ last }) => last < oldest);
    flushes = flushes.filter(({ last }) => last >= oldest);
    for (const { resolve } of done) resolve();
    if (queue.length > 0) schedule();
  }

  function write(leaving: boolean): void {
    const first = firstQueued();
    const batch = queue.take(settings.maxBatchSize, MAX_BATCH_BYTES);
    const mine: Write = { first, size: batch.length, controller: new AbortController(), deadline: undefined };
    writes.add(mine);

    /** False when the batch was counted before: a sink may answer after its deadline, or twice. */
    function settle(): boolean {
      mine.deadline?.unsubscribe();
      return writes.delete(mine);
    }

    function succeed(answer: unknown): void {
      const { rejected, handedOff } = readResult(answer, mine.size);
      if (!settle()) return;
      if (rejected > 0) drop('rejected', rejected);
      if (handedOff) account.handOff(mine.size - rejected);
      else account.deliver(mine.size - rejected);
      if (failing) diagnostics.report({ type: 'sink-recovered', sink: name });
      failing = false;
    }

    function fail(error: unknown): void {
      if (!settle()) return;
      drop(isFinal(error) ? 'rejected' : 'retries-exhausted', mine.size);
      // Once until it recovers.
      if (!failing) sayFailure(error);
      failing = true;
    }

    /** Waiting flushes are served at once, the rest after a pause. */
    function proceed(): void {
      if (flushes.some(({ last }) => last >= firstQueued())) pump();
      else afterWrite();
    }

    try {
      const answer: unknown = run(() => sink.write(batch, { abortSignal: mine.controller.signal, leaving }));
      if (!isThenable(answer)) return succeed(answer);
      mine.deadline = clock.every(settings.timeout).subscribe(() => {
        fail(new Error(`no answer from the sink "${name}" within ${settings.timeout} ms`));
        mine.controller.abort();
        proceed();
      });
      answer.then(
        (result) => {
          succeed(result);
          proceed();
        },
        (error: unknown) => {
          fail(error);
          proceed();
        },
      );
    } catch (error) {
      fail(error);
    }
  }

  function dropAll(): void {
    timer?.unsubscribe();
    const unanswered = [...writes];
    // An account shared with the sink that replaces this one has signals that are not ours to drop.
    const left = queue.length + inFlight();
    queue.clear();
    writes.clear();
    if (left > 0) drop('shutdown', left);
    for (const { deadline, controller } of unanswered) {
      deadline?.unsubscribe();
      controller.abort();
    }
    afterWrite();
  }

  async function closeSink(): Promise<void> {
    try {
      await run(() => sink.close?.());
    } catch (error) {
      sayFailure(error);
    }
  }

  return {
    name,
    sink,
    accepts(signal) {
      if (sink.accepts === undefined) return true;
      try {
        return sink.accepts(signal);
      } catch (error) {
        // Said once: it would be for every signal, though every write succeeds.
        if (!choiceFailed) sayFailure(error);
        choiceFailed = true;
        // Better one too many than one lost.
        return true;
      }
    },
    offer(signal, bytes) {
      account.accept();
      if (closed) return drop('shutdown', 1);
      if (bytes > settings.maxQueueBytes) {
        drop('too-large', 1);
      } else if (queue.length >= settings.maxQueueSize || queue.bytes + bytes > settings.maxQueueBytes) {
        // The newest goes, not the oldest: it has only just been made, and a burst then costs no more memory than the queue. What
        // waits would have grown old in it, and old garbage piles up (76 MB against 15 in a burst of 200,000).
        drop('queue-full', 1);
      } else {
        offered++;
        queue.push(signal, bytes);
      }
      schedule();
    },
    configure(later) {
      settings = later;
      // What waits, waits by the old settings.
      if (timer === undefined || scheduled) return;
      timer.unsubscribe();
      timer = undefined;
      schedule();
    },
    flush() {
      const last = offered;
      pump();
      if (last < oldestPending()) return Promise.resolve();
      return new Promise((resolve) => flushes.push({ last, resolve }));
    },
    leave() {
      if (closed) return;
      const last = offered;
      // A page may be hidden again and again while nobody answers: what is in flight is bounded like the queue.
      while (queue.length > 0 && firstQueued() <= last && inFlight() < settings.maxQueueSize) write(true);
      afterWrite();
    },
    close() {
      if (!closed) {
        closed = true;
        dropAll();
        sinkClosed = closeSink();
      }
      return sinkClosed;
    },
  };
}
