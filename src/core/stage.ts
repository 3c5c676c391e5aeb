import { Subject } from 'rxjs';
import type { OperatorFunction, Subscription } from 'rxjs';
import { GuardedObservable } from './guarded-observable.ts';
import type { LedgerBook } from './ledger.ts';
import type { Signal } from './signal.ts';

export interface StageSetup {
  readonly operator: OperatorFunction<Signal, Signal>;
  readonly book: LedgerBook;
  /** What the operator gives out goes here. Must not throw. */
  readonly next: (signal: Signal) => void;
  /** What it gives out in its own time, while nothing is pushed, waits here for its turn. Must not throw. */
  readonly later: (signal: Signal) => void;
  readonly failed: (error: unknown) => void;
}

/** One of the user's operators at work. */
export interface Stage {
  /** Not while it is at work on another signal. */
  push(signal: Signal): void;
  /** Lets the operator give out what it holds, and counts what it keeps. What is pushed later passes unchanged. */
  complete(): void;
}

/**
 * Runs one of the user's operators so that it can neither end the stream nor lose a signal uncounted.
 *
 * - What it throws is reported; the signal goes on unchanged, and the operator starts afresh with the next one. Not at once: one
 *   that fails by itself soon after it was started would do so for ever.
 * - A signal it does not give out counts as filtered; if more comes out than went in, that was only delayed (and from then on
 *   what does not come out at once counts as held), else it was added. RxJS does not tell a filter from a delay beforehand.
 */
export function createStage({ operator, book, next, later, failed }: StageSetup): Stage {
  let input = new Subject<Signal>();
  let subscription: Subscription | undefined;
  let delays = false;
  /** Went in, did not come out: counted as filtered, or as held since the operator is known to delay. */
  let filtered = 0;
  let held = 0;
  /** Signals given out for the one that is inside now; `undefined` when none is. */
  let given: number | undefined;
  let atWork = false;
  let broken = false;
  let bypassed = false;
  let completed = false;
  let ending = false;

  function output(signal: Signal): void {
    if (given === 0) given = 1;
    else if (held > 0) held--;
    else if (filtered > 0) {
      filtered--;
      delays = true;
      book.unfilter('pipeline');
    } else book.add();
    if (atWork) next(signal);
    else later(signal);
  }

  function broke(error: unknown): void {
    broken = true;
    settleHeld('pipeline');
    failed(error);
  }

  function start(): void {
    input = new Subject<Signal>();
    broken = false;
    // What a hand-written operator throws in its `next` does not go downstream: the guard hears of it.
    const source$ = new GuardedObservable<Signal>(broke, (subscriber) => input.subscribe(subscriber));
    try {
      subscription = operator(source$).subscribe({
        next: output,
        error: broke,
        complete() {
          completed = true;
          settleHeld('pipeline');
          if (!ending) failed(new Error('the operator completed: no signal passes it any more'));
        },
      });
    } catch (error) {
      broke(error);
    }
    // What fails at the start would fail for ever.
    bypassed = broken;
    if (bypassed) stop();
  }

  /** The operator's teardown is foreign code too. */
  function stop(): void {
    try {
      subscription?.unsubscribe();
    } catch (error) {
      failed(error);
    }
    subscription = undefined;
  }

  /** Lets foreign code work; true when it broke. */
  function work(step: () => void): boolean {
    atWork = true;
    try {
      step();
    } catch (error) {
      broke(error);
    }
    atWork = false;
    return broken;
  }

  function settleHeld(reason: 'pipeline' | 'shutdown'): void {
    if (held > 0) book.filter(reason, held);
    held = 0;
  }

  start();

  return {
    push(signal) {
      if (broken && !bypassed && !completed && !ending) {
        stop();
        start();
      }
      if (bypassed || ending) return next(signal);
      if (completed) return book.filter('pipeline');
      given = 0;
      const failing = work(() => input.next(signal));
      const lost = given === 0;
      given = undefined;
      if (failing) {
        stop();
        if (lost) next(signal);
      } else if (lost && delays && !completed) {
        held++;
      } else if (lost) {
        filtered++;
        book.filter('pipeline');
      }
    },
    complete() {
      ending = true;
      if (!completed && !broken) work(() => input.complete());
      stop();
      settleHeld('shutdown');
    },
  };
}
