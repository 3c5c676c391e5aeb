import type { Observable, Subscriber } from 'rxjs';
import { GuardedObservable } from './guarded-observable.ts';
import { createTurns } from './turns.ts';

export interface BusOptions {
  /** Told what a subscriber threw. */
  readonly report: (error: unknown) => void;
  /** Most values that may be emitted, directly or not, while one value is being delivered. Default 10 000. */
  readonly maxNested?: number | undefined;
}

/** A hot stream and its entry. */
export interface Bus<T> {
  readonly values$: Observable<T>;
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

export function createBus<T>({ report, maxNested }: BusOptions): Bus<T> {
  // Not a `Subject`: what one subscriber throws while it ends (a `finalize`) would keep those after it from the value.
  let subscribers: readonly Subscriber<T>[] = [];
  let completed = false;
  const turns = createTurns<T>({ take: deliver, report, maxNested });

  const values$ = new GuardedObservable<T>(report, (subscriber) => {
    if (completed && !turns.busy) return subscriber.complete();
    subscribers = [...subscribers, subscriber];
    return () => {
      subscribers = subscribers.filter((other) => other !== subscriber);
    };
  });

  function deliver(value: T): void {
    for (const subscriber of subscribers) {
      try {
        subscriber.next(value);
      } catch (error) {
        report(error);
      }
    }
  }

  function finish(): void {
    for (const subscriber of subscribers) {
      try {
        subscriber.complete();
      } catch (error) {
        report(error);
      }
    }
  }

  return {
    values$,
    get observed() {
      return subscribers.length > 0;
    },
    get busy() {
      return turns.busy;
    },
    emit(value) {
      if (completed) return true;
      const taken = turns.give(value);
      if (completed && !turns.busy) finish();
      return taken;
    },
    complete() {
      completed = true;
      if (!turns.busy) finish();
    },
  };
}
