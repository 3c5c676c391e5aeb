import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Context } from '@opentelemetry/api';
import type { ContextCarrier } from '../core/context.ts';

/** OpenTelemetry's own for Node, which binds functions and emitters, with the context carried by what carries ours. */
class ContextManager extends AsyncLocalStorageContextManager {
  readonly #carrier: ContextCarrier;

  constructor(carrier: ContextCarrier) {
    super();
    this.#carrier = carrier;
  }

  override active(): Context {
    return this.#carrier.active();
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    callback: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#carrier.run(context, () => callback.call(self as ThisParameterType<F>, ...args));
  }
}

export function createContextManager(carrier: ContextCarrier): ContextManager {
  return new ContextManager(carrier);
}
