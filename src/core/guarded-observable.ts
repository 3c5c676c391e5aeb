import { Observable, Subscriber } from 'rxjs';
import type { Observer, Operator, OperatorFunction, Subscription, TeardownLogic } from 'rxjs';
import type { BoundedIterator } from './async-iterable.ts';
import { hasMethods } from './has-methods.ts';
import type { LiveStream } from './live-stream.ts';
import { ITERATION_CAPACITY, StreamIterator } from './stream-iterator.ts';

type Next<T> = (value: T) => void;
/** What every operator is assignable to. */
type AnyOperator = OperatorFunction<never, unknown>;

/**
 * A stream whose subscribers cannot hurt the host. RxJS rethrows what a subscriber throws on a timer, which ends a Node process;
 * here it is reported, and everyone else goes on. What is made from it with `pipe` is guarded too, hand-written operators
 * included. What is made otherwise (`merge`, an operator called by hand) is not, unless it uses `derive`.
 */
export class GuardedObservable<T> extends Observable<T> implements LiveStream<T> {
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void, subscribe?: (subscriber: Subscriber<T>) => TeardownLogic) {
    super(subscribe as (this: Observable<T>, subscriber: Subscriber<T>) => TeardownLogic);
    this.#report = report;
  }

  /** The same guard over another stream. */
  derive<R>(subscribe: (subscriber: Subscriber<R>) => TeardownLogic): LiveStream<R> {
    return new GuardedObservable(this.#report, subscribe);
  }

  /** RxJS's operators, of whichever copy, build their result with this. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    // `ConnectableObservable` borrows this method of its source.
    if (!(#report in this)) return super.lift(operator);
    const lifted = new GuardedObservable<R>(this.#report);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  /** Guards each step: one operator's stream is the next one's source, and a hand-written operator makes a plain one. */
  override pipe<R>(...operators: readonly AnyOperator[]): LiveStream<R> {
    let result: Observable<unknown> = this;
    for (const operator of operators) result = this.#guarded(operator(result as Observable<never>));
    // What can do more than an Observable stays what it is, and is not for `for await`.
    return result as LiveStream<R>;
  }

  /** For `for await`: see `LiveStream`. */
  [Symbol.asyncIterator](): BoundedIterator<T> {
    let said = false;
    const dropped = (): void => {
      if (said) return;
      said = true;
      this.#report(new Error(`a loop is slower than its stream: it loses the oldest of more than ${ITERATION_CAPACITY} values that wait`));
    };
    return new StreamIterator<T>(this, { capacity: ITERATION_CAPACITY, whenFull: 'dropOldest', dropped });
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
    // A subscriber made here, and not by RxJS, which would guard the guard once more for every value.
    return super.subscribe(new Subscriber<T>(new Guard(observer, this.#report)));
  }

  #guarded(result: Observable<unknown>): Observable<unknown> {
    return isPlainObservable(result) ? this.derive((subscriber) => result.subscribe(subscriber)) : result;
  }
}

/** Between a stream and an observer of the application. */
class Guard<T> implements Observer<T> {
  readonly #observer: Partial<Observer<T>>;
  readonly #report: (error: unknown) => void;

  constructor(observer: Partial<Observer<T>>, report: (error: unknown) => void) {
    this.#observer = observer;
    this.#report = report;
  }

  next(value: T): void {
    try {
      const answer: unknown = this.#observer.next?.(value);
      // An `async` subscriber throws later. Only a promise is asked: `then` would start the query of a query builder.
      if (answer instanceof Promise) answer.then(undefined, this.#report);
    } catch (thrown) {
      this.#report(thrown);
    }
  }

  error(reason: unknown): void {
    try {
      // Without a handler of its own RxJS would throw the error into the host.
      if (typeof this.#observer.error === 'function') this.#observer.error(reason);
      else this.#report(reason);
    } catch (thrown) {
      this.#report(thrown);
    }
  }

  complete(): void {
    try {
      this.#observer.complete?.();
    } catch (thrown) {
      this.#report(thrown);
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

/** Of any copy of RxJS; not what can do more than an Observable (`connect`, `next`), nor what else the last operator may return. */
function isPlainObservable(value: unknown): value is Observable<unknown> {
  if (typeof value !== 'object' || value === null || value instanceof GuardedObservable) return false;
  return hasMethods(value, ['subscribe', 'pipe', 'lift']) && !hasMethods(value, ['connect']) && !hasMethods(value, ['next']);
}

/** Also of another copy of RxJS, where `instanceof` says no. */
function isSubscriber<T>(value: unknown): value is Subscriber<T> {
  if (value instanceof Subscriber) return true;
  if (typeof value !== 'object' || value === null) return false;
  return hasMethods(value, ['next', 'error', 'complete', 'add', 'remove', 'unsubscribe']);
}

function without<T>(observer: { next?: Next<T> | null | undefined; error?: Next<unknown> | null | undefined; complete?: (() => void) | null | undefined }): Partial<Observer<T>> {
  return {
    ...(observer.next && { next: observer.next }),
    ...(observer.error && { error: observer.error }),
    ...(observer.complete && { complete: observer.complete }),
  };
}
