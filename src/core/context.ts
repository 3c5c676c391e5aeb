import type { Context } from '@opentelemetry/api';

/**
 * Remembers what is active while code runs. Node follows asynchronous calls; a page has only the synchronous part of a call
 * until `AsyncContext` exists there.
 */
export interface ContextStorage<T> {
  /** What is active here. */
  get(): T | undefined;
  /** Runs `callback` with `value` active, and gives back what it returns or throws. */
  run<R>(value: T | undefined, callback: () => R): R;
  /** From here on `value` is active, in this call and in all that it awaits or calls back. Absent where the host follows no such calls. */
  enter?(value: T | undefined): void;
}

/** What a context manager of OpenTelemetry's stands on. */
export interface ContextCarrier {
  active(): Context;
  run<R>(context: Context, callback: () => R): R;
}
