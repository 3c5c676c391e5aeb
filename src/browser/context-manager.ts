import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Context, ContextManager } from '@opentelemetry/api';
import { createContextStorage } from './context.ts';

/** Follows OpenTelemetry's context as far as our own: through the synchronous part of a call. */
export function createContextManager(): ContextManager {
  const storage = createContextStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.get() ?? ROOT_CONTEXT,
    with: (context, callback, self, ...args) => storage.run(context, () => callback.call(self as never, ...args)),
    bind<T>(context: Context, target: T): T {
      if (typeof target !== 'function') return target;
      const bound = function (this: unknown, ...args: unknown[]): unknown {
        return storage.run(context, () => Reflect.apply(target, this, args));
      };
      // Libraries count the parameters of a callback.
      Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
      return bound as T;
    },
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
