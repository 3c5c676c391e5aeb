import { AsyncLocalStorage } from 'node:async_hooks';
import type { ContextStorage } from '../core/context.ts';

/** Follows asynchronous calls. */
export function createContextStorage<T>(): ContextStorage<T> {
  let storage: AsyncLocalStorage<T | undefined> | undefined;
  return {
    get: () => storage?.getStore(),
    run(value, callback) {
      // Not before it is used: the first one makes every `await` of the process dearer.
      storage ??= new AsyncLocalStorage();
      return storage.run(value, callback);
    },
  };
}
