import type { ContextStorage } from './context.ts';

/**
 * Where a sink is at work, of any manager and any copy of this package in the process: what one sends, the sources of another must not
 * tell either, or each would tell of the other's exports for ever.
 */
export function exporting(createContextStorage: <T>() => ContextStorage<T>): ContextStorage<true> {
  const key = Symbol.for('@arkhe/observability/exporting/1');
  const known: ContextStorage<true> | undefined = Reflect.get(globalThis, key);
  if (known !== undefined) return known;
  const storage = createContextStorage<true>();
  Reflect.defineProperty(globalThis, key, { value: storage });
  return storage;
}
