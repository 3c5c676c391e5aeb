import type { Context, ContextManager } from '@opentelemetry/api';
import type { ContextCarrier } from '../core/context.ts';

/** Follows OpenTelemetry's context as far as our own: through the synchronous part of a call. */
export function createContextManager({ active, run }: ContextCarrier): ContextManager {
  const manager: ContextManager = {
    active,
    with: (context, callback, self, ...args) => run(context, () => callback.call(self as never, ...args)),
    bind<T>(context: Context, target: T): T {
      if (typeof target !== 'function') return target;
      const bound = function (this: unknown, ...args: unknown[]): unknown {
        return run(context, () => Reflect.apply(target, this, args));
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
