import type { Subscriber, TeardownLogic } from 'rxjs';
import { GuardedObservable } from './guarded-observable.ts';
import type { LiveStream } from './live-stream.ts';
import { createTurns } from './turns.ts';

export interface BusOptions {
  /** Told what a subscriber threw. */
  readonly report: (error: unknown) => void;
  /** Most values that may be emitted, directly or not, while one value is being delivered. Default 10 000. */
  readonly maxNested?: number | undefined;
  /** Whether who emits sees to it that nothing is emitted inside a delivery, so that nothing needs to wait here. Default false. */
  readonly inTurn?: boolean | undefined;
}

/** A hot stream and its entry. */
export interface Bus<T> {
  readonly values$: LiveStream<T>;
  /**
   * The values of which this is true, without an operator's steps between them and their subscribers. The question is asked of each
   * value for each subscriber, and must not throw.
   */
  only<R extends T>(wanted: (value: T) => value is R): LiveStream<R>;
  /** False when nobody would get the value: ask before building it. */
  readonly observed: boolean;
  /** True inside a delivery. */
  readonly busy: boolean;
  /**
   * Delivers to every subscriber before it returns; a value emitted during a delivery waits for its end, so that every
   * subscriber sees the same order (`Subject` alone would show it to later subscribers first). Never throws. False when the
   * value was refused: a subscriber that answers every value with another would keep the host in here for ever.
   */
  emit(value: T): boolean;
  /** Completes the stream, after the delivery under way. What is emitted later goes nowhere. */
  complete(): void;
}

/** One who listens, and to what; `undefined`: to everything. */
interface Listener<T> {
  readonly subscriber: Subscriber<T>;
  readonly wanted: ((value: T) => boolean) | undefined;
}

export function createBus<T>({ report, maxNested, inTurn = false }: BusOptions): Bus<T> {
  // Not a `Subject`: what one subscriber throws while it ends (a `finalize`) would keep those after it from the value.
  let listeners: readonly Listener<T>[] = [];
  let completed = false;
  const turns = createTurns<T>({ take: deliver, report, maxNested });

  function listen(subscriber: Subscriber<T>, wanted: Listener<T>['wanted']): TeardownLogic {
    if (completed && !turns.busy) return subscriber.complete();
    const listener = { subscriber, wanted };
    listeners = [...listeners, listener];
    return () => {
      listeners = listeners.filter((other) => other !== listener);
    };
  }

  function deliver(value: T): void {
    const present = listeners;
    // Not `for of`, which is more code than all the rest, and too much to be compiled into what emits.
    for (let index = 0; index < present.length; index += 1) {
      const { subscriber, wanted } = present[index]!;
      if (wanted !== undefined && !wanted(value)) continue;
      try {
        subscriber.next(value);
      } catch (error) {
        report(error);
      }
    }
  }

  function finish(): void {
    for (const { subscriber } of listeners) {
      try {
        subscriber.complete();
      } catch (error) {
        report(error);
      }
    }
  }

  /** What waits nowhere. */
  function emitInTurn(value: T): boolean {
    if (!completed) deliver(value);
    return true;
  }

  function emit(value: T): boolean {
    if (completed) return true;
    const taken = turns.give(value);
    if (completed && !turns.busy) finish();
    return taken;
  }

  return {
    values$: new GuardedObservable(report, (subscriber) => listen(subscriber, undefined)),
    only: <R extends T>(wanted: (value: T) => value is R) =>
      new GuardedObservable<R>(report, (subscriber) => listen(subscriber as Subscriber<unknown> as Subscriber<T>, wanted)),
    get observed() {
      return listeners.length > 0;
    },
    get busy() {
      return turns.busy;
    },
    emit: inTurn ? emitInTurn : emit,
    complete() {
      completed = true;
      if (!turns.busy) finish();
    },
  };
}
