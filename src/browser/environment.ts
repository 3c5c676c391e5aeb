import { StackContextManager, WebTracerProvider } from '@opentelemetry/sdk-trace-web';
import { EMPTY } from 'rxjs';
import type { Environment } from '../core/environment.ts';
import { createClock } from './clock.ts';
import { createContextStorage } from './context.ts';

/** What every host with standard globals has. A page adds what is its own. */
export function createEnvironment(): Environment {
  return {
    clock: createClock(),
    variables: {},
    sources: [],
    leaving$: EMPTY,
    color: false,
    createContextStorage,
    fillRandom: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
    print(text, level) {
      if (level === 'error' || level === 'fatal') console.error(text);
      else if (level === 'warn') console.warn(text);
      else console.log(text);
    },
    createTracerProvider: (config) => new WebTracerProvider(config),
    createContextManager: () => new StackContextManager().enable(),
    session: () => undefined,
    keepAlive: () => () => undefined,
  };
}
