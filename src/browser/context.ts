import type { ContextStorage } from '../core/context.ts';

/**
 * Follows the synchronous part of a call: no browser tells yet where a promise was made (`AsyncContext` is a proposal). After an
 * `await` use the span at hand: `span.startSpan`, `span.run`.
 */
export function createContextStorage<T>(): ContextStorage<T> {
  let active: T | undefined;
  return {
    get: () => active,
    run(value, callback) {
      const before = active;
      active = value;
      try {
        return callback();
      } finally {
        active = before;
      }
    },
  };
}
