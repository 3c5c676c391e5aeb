/**
 * Remembers what is active while code runs. Node follows asynchronous calls; a page has only the synchronous part of a call
 * until `AsyncContext` exists there.
 */
export interface ContextStorage<T> {
  /** What is active here. */
  get(): T | undefined;
  /** Runs `callback` with `value` active, and gives back what it returns or throws. */
  run<R>(value: T | undefined, callback: () => R): R;
}
