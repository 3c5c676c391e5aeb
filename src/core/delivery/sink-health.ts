import type { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { serializeError } from '../errors/serialize-error.ts';
import type { DropReason } from '../ledger.ts';

/** Tells of one sink on `health$`: each trouble once, and its end. */
export interface SinkHealth {
  /** A write failed. Said once for each channel, and once more when it is `final`, until the sink has recovered. */
  failed(channel: string, error: unknown, final: boolean, retryIn: number | undefined): void;
  /** A write succeeded. Said when no channel fails any more. */
  succeeded(channel: string): void;
  /** The sink threw where nothing is tried again. */
  threw(error: unknown): void;
  /** Said at the end of the turn, then at most once a minute for each reason, with the count since. */
  dropped(reason: DropReason, count: number): void;
  /** Says what has not been said yet; later drops are counted only. */
  close(): void;
}

const SILENCE = 60_000;

/** What is known of one reason to drop. */
interface Loss {
  unsaid: number;
  /** On the monotonic clock. */
  quietUntil: number;
  /** Somebody will say it. */
  arranged: boolean;
  timer: Subscription | undefined;
}

export function createSinkHealth(sink: string, clock: Clock, diagnostics: Diagnostics): SinkHealth {
  const failing = new Set<string>();
  /** Failures said since the sink last worked. */
  const said = new Set<string>();
  const losses = new Map<DropReason, Loss>();
  let closed = false;

  function sayFailure(channel: string, error: unknown, retryIn: number | undefined): void {
    const plain = serializeError(error);
    const message = channel === '' ? plain.message : `${channel}: ${plain.message}`;
    diagnostics.report({ type: 'sink-failed', sink, error: { ...plain, message }, ...(retryIn !== undefined && { retryIn }) });
  }

  function sayLoss(reason: DropReason, loss: Loss): void {
    loss.timer?.unsubscribe();
    loss.arranged = false;
    const count = loss.unsaid;
    if (count === 0) return;
    // Before it is said: who hears of it may cause the next.
    loss.unsaid = 0;
    loss.quietUntil = clock.elapsed() + SILENCE;
    diagnostics.report({ type: 'dropped', sink, reason, count });
  }

  function sayLosses(): void {
    for (const [reason, loss] of losses) sayLoss(reason, loss);
  }

  function arrange(reason: DropReason, loss: Loss): void {
    loss.arranged = true;
    const quiet = loss.quietUntil - clock.elapsed();
    if (quiet > 0) loss.timer = clock.every(quiet).subscribe(() => sayLoss(reason, loss));
    // One word for many: a full queue drops thousands of signals in one turn. Nor is the caller, who has just emitted, to hear of it.
    else void Promise.resolve().then(() => sayLoss(reason, loss));
  }

  return {
    failed(channel, error, final, retryIn) {
      failing.add(channel);
      const key = `${channel} ${final}`;
      if (said.has(key)) return;
      said.add(key);
      sayFailure(channel, error, retryIn);
    },
    succeeded(channel) {
      if (!failing.delete(channel) || failing.size > 0) return;
      said.clear();
      sayLosses();
      diagnostics.report({ type: 'sink-recovered', sink });
    },
    threw(error) {
      sayFailure('', error, undefined);
    },
    dropped(reason, count) {
      if (closed) return;
      let loss = losses.get(reason);
      if (loss === undefined) losses.set(reason, (loss = { unsaid: 0, quietUntil: Number.NEGATIVE_INFINITY, arranged: false, timer: undefined }));
      loss.unsaid += count;
      if (!loss.arranged) arrange(reason, loss);
    },
    close() {
      closed = true;
      sayLosses();
    },
  };
}
