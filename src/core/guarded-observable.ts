import { Observable, Subscriber } from 'rxjs';
import type { Observer, Operator, Subscription, TeardownLogic } from 'rxjs';

type Next<T> = (value: T) => void;

/**
 * A stream whose subscribers cannot hurt the host. RxJS rethrows what a subscriber throws on a timer, which ends a Node process;
 * here it is reported, and everyone else goes on. What is made from it with `pipe` is guarded too, as long as the operators lift
 * (RxJS's own do) or use `derive`.
 */
export class GuardedObservable<T> extends Observable<T> {
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void, subscribe?: (subscriber: Subscriber<T>) => TeardownLogic) {
    super(subscribe as (this: Observable<T>, subscriber: Subscriber<T>) => TeardownLogic);
    this.#report = report;
  }

  /** The same guard over another stream. */
  derive<R>(subscribe: (subscriber: Subscriber<R>) => TeardownLogic): Observable<R> {
    return new GuardedObservable(this.#report, subscribe);
  }

  /** RxJS's operators, of whichever copy, build their result with this. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.#report);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | Next<T> | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own subscriber already sends what goes wrong downstream, where the last subscriber is guarded.
    if (isSubscriber(observerOrNext)) return super.subscribe(observerOrNext);
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'object' && observerOrNext !== null
        ? observerOrNext
        : without({ next: observerOrNext, error, complete });
    return super.subscribe({
      next: (value) => this.#guard(() => observer.next?.(value)),
      // Without a handler of its own RxJS would throw the error into the host.
      error: (reason) => this.#guard(() => (observer.error === undefined ? this.#report(reason) : observer.error(reason))),
      complete: () => this.#guard(() => observer.complete?.()),
    });
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
    }
  }
}

/** What a hand-written operator returns: a stream under the same guard as its source. */
export function derive<R>(
  source: Observable<unknown>,
  subscribe: (subscriber: Subscriber<R>) => TeardownLogic,
): Observable<R> {
  return source instanceof GuardedObservable ? source.derive(subscribe) : new Observable(subscribe);
}

/** Also of another copy of RxJS, where `instanceof` says no. */
function isSubscriber<T>(value: unknown): value is Subscriber<T> {
  if (value instanceof Subscriber) return true;
  if (typeof value !== 'object' || value === null) return false;
  return ['next', 'error', 'complete', 'add', 'remove', 'unsubscribe'].every(
    (method) => typeof (value as Record<string, unknown>)[method] === 'function',
  );
}

function without<T>(observer: { next?: Next<T> | null | undefined; error?: Next<unknown> | null | undefined; complete?: (() => void) | null | undefined }): Partial<Observer<T>> {
  return {
    ...(observer.next && { next: observer.next }),
    ...(observer.error && { error: observer.error }),
    ...(observer.complete && { complete: observer.complete }),
  };
}
