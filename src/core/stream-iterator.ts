import type { Observable, Subscription } from 'rxjs';

/** How much waits for a loop that says nothing about it. */
export const ITERATION_CAPACITY = 1_000;

/** What an iteration does that is full. */
export interface StreamIteratorSetup {
  /** Most values that wait. */
  readonly capacity: number;
  /** Which value is given up when one more comes. */
  readonly whenFull: 'dropOldest' | 'dropNewest';
  /** Told of each value that was given up. */
  readonly dropped: () => void;
}

interface Waiting<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** One iteration: its subscription begins with the first `next()`, and what comes before the loop is back for it waits here. */
export class StreamIterator<T> implements AsyncIterator<T, undefined, void> {
  readonly #source: Observable<T>;
  readonly #setup: StreamIteratorSetup;
  /** A ring of `capacity` at most: the oldest is at `#first`. */
  #values: (T | undefined)[] = [];
  #first = 0;
  #count = 0;
  #dropped = 0;
  /** Those who asked before there was a value, in their order. */
  #waiting: Waiting<T>[] = [];
  #subscription: Subscription | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(source: Observable<T>, setup: StreamIteratorSetup) {
    this.#source = source;
    this.#setup = setup;
  }

  /** How many values were given up in this iteration. */
  get dropped(): number {
    return this.#dropped;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#count > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    const answer = new Promise<IteratorResult<T, undefined>>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // Not before somebody waits: an iterator that is never used must not hold a subscription.
    if (this.#subscription === undefined) this.#subscribe();
    return answer;
  }

  /** What `break` and `return` call. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#values = [];
    this.#count = 0;
    this.#failure = undefined;
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  async throw(error?: unknown): Promise<IteratorResult<T, undefined>> {
    await this.return();
    throw error;
  }

  #subscribe(): void {
    const subscription = this.#source.subscribe({
      next: (value) => this.#give(value),
      error: (error: unknown) => this.#end({ error }),
      complete: () => this.#end(),
    });
    this.#subscription = subscription;
    // It may have done everything at once, or been given up by whom it woke.
    if (this.#ended) subscription.unsubscribe();
  }

  #give(value: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting.resolve({ done: false, value });
    const { capacity, whenFull, dropped } = this.#setup;
    const full = this.#count === capacity;
    if (full) this.#dropped += 1;
    if (!full || whenFull === 'dropOldest') {
      if (full) this.#take();
      this.#values[(this.#first + this.#count) % capacity] = value;
      this.#count += 1;
    }
    // At last: whom it tells may end this.
    if (full) dropped();
  }

  #take(): T {
    const value = this.#values[this.#first] as T;
    this.#values[this.#first] = undefined;
    this.#count -= 1;
    // From the start again, so that a loop that keeps up needs one place.
    this.#first = this.#count === 0 ? 0 : (this.#first + 1) % this.#setup.capacity;
    return value;
  }

  #end(failure?: { readonly error: unknown }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#subscription?.unsubscribe();
    const [first, ...others] = this.#waiting.splice(0);
    if (first === undefined) this.#failure = failure;
    else if (failure === undefined) first.resolve({ done: true, value: undefined });
    else first.reject(failure.error);
    for (const { resolve } of others) resolve({ done: true, value: undefined });
  }
}
