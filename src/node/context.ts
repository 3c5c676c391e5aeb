import { AsyncLocalStorage } from 'node:async_hooks';
import type { ContextStorage } from '../core/context.ts';

/** Follows asynchronous calls. */
export function createContextStorage<T>(): ContextStorage<T> {
  let storage: AsyncLocalStorage<T | undefined> | undefined;
  // Not before it is used: the first one makes every `await` of the process dearer.
  const used = (): AsyncLocalStorage<T | undefined> => (storage ??= new AsyncLocalStorage());
  return {
    get: () => storage?.getStore(),
    run: (value, callback) => used().run(value, callback),
    enter: (value) => used().enterWith(value),
  };
}
