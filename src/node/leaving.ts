import { Observable, share } from 'rxjs';
import { watchEndingSignals } from './ending-signals.ts';
import { sendAtExit } from './exit-sender.ts';
import { nobodyCatches } from './nobody-catches.ts';
import type { Outbox } from './outbox.ts';

/** How long one end of the process waits for answers, in milliseconds: all its waits together. */
const PATIENCE = 2_000;

/** An end that follows another within this time is the same, in milliseconds. */
const SAME_END = 1_000;

/**
 * The process has nothing left to do, is told to end, or exits. Shared by all managers: Node warns of more than ten listeners. What
 * the transports are sending then is waited for, but not for long. A sink with a client of its own is not: at the end by itself its
 * client keeps the process alive, a signal cuts it off.
 */
export function createLeaving(outbox: Outbox): Observable<unknown> {
  return new Observable((subscriber) => {
    const leave = (): void => subscriber.next(undefined);
    let waitedFrom = Number.NEGATIVE_INFINITY;
    let waitedTo = Number.NEGATIVE_INFINITY;
    let gaveUp = false;
    /** What the waits at the exit itself took. */
    let waitedAtExit = 0;

    async function answered(): Promise<void> {
      waitedFrom = performance.now();
      waitedTo = Number.POSITIVE_INFINITY;
      gaveUp = false;
      let patience: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => (patience = setTimeout(resolve, PATIENCE, true)));
      gaveUp = await Promise.race([outbox.whenIdle().then(() => false), late]);
      clearTimeout(patience);
      waitedTo = performance.now();
      // A body that nobody reads would go on keeping the process alive.
      if (gaveUp) outbox.abortAll('no answer before the process ended');
    }

    const justWaited = (): boolean => performance.now() - waitedTo < SAME_END;

    /** Requests that time out end the first wait early, and may be sent once more: only within what the first has left. */
    function patienceLeft(): number {
      if (!justWaited()) return PATIENCE - waitedAtExit;
      return gaveUp ? 0 : PATIENCE - waitedAtExit - (Math.min(performance.now(), waitedTo) - waitedFrom);
    }

    function beforeExit(): void {
      // Waiting gave the process something to do: without this it would wait again, and again.
      if (justWaited()) return;
      leave();
      void answered();
    }

    function exit(): void {
      outbox.exit();
      subscriber.next('exit');
      const left = patienceLeft();
      const from = performance.now();
      if (left > 0) sendAtExit(outbox.takeUnsent(), left);
      waitedAtExit += performance.now() - from;
    }

    /** A listener of `exit` threw: those after it are not called, and nobody says once more that the process exits. */
    function threwAtExit(): void {
      if (Reflect.get(process, '_exiting') === true && nobodyCatches()) exit();
    }

    process.on('beforeExit', beforeExit);
    process.on('exit', exit);
    // After the one that captures the error, which comes first wherever it is.
    process.on('uncaughtExceptionMonitor', threwAtExit);
    const stopWatching = watchEndingSignals({ leave: (isEnd) => subscriber.next(isEnd ? 'exit' : undefined), answered });
    return () => {
      process.off('beforeExit', beforeExit);
      process.off('exit', exit);
      process.off('uncaughtExceptionMonitor', threwAtExit);
      stopWatching();
    };
  }).pipe(share());
}
