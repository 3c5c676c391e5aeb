import type { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Batch } from './channel.ts';
import { isThenable } from './write-answer.ts';

export interface AttemptSetup {
  readonly batch: Batch;
  /** The host is going away. */
  readonly leaving: boolean;
  /** Milliseconds until it is aborted and has failed. */
  readonly timeout: number;
  readonly clock: Clock;
  /** Runs what the sink does, so that it is not observed itself. */
  readonly run: <R>(work: () => R) => R;
  succeeded(answer: unknown): void;
  failed(error: unknown): void;
}

/** One write of a batch. It ends once: an answer after the end, or a second one, is not believed. */
export interface Attempt {
  /** Ends at once when the sink answers at once. */
  start(): void;
  /** Nobody waits for its end any more: there will be none. */
  cancel(): void;
}

export function createAttempt({ batch, leaving, timeout, clock, run, succeeded, failed }: AttemptSetup): Attempt {
  const controller = new AbortController();
  let deadline: Subscription | undefined;
  let ended = false;

  /** False when it had ended before. */
  function end(): boolean {
    if (ended) return false;
    ended = true;
    deadline?.unsubscribe();
    return true;
  }

  function succeed(answer: unknown): void {
    if (end()) succeeded(answer);
  }

  function fail(error: unknown): void {
    if (end()) failed(error);
  }

  function expire(): void {
    // First: what hears of the failure may look at the signal, and what hears of the abort may answer.
    if (!end()) return;
    controller.abort();
    failed(new Error(`no answer within ${timeout} ms`));
  }

  return {
    start() {
      try {
        const answer: unknown = run(() => batch.send({ abortSignal: controller.signal, leaving, run, timeout }));
        if (!isThenable(answer)) return succeed(answer);
        if (!ended) deadline = clock.every(timeout).subscribe(expire);
        // Also when the sink was closed meanwhile: a rejection nobody handles ends a process.
        answer.then(succeed, fail);
      } catch (error) {
        fail(error);
      }
    },
    cancel() {
      if (end()) controller.abort();
    },
  };
}
