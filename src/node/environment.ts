import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Environment } from '../core/environment.ts';
import { createClock } from './clock.ts';
import { createContextStorage } from './context.ts';
import { createLeaving } from './leaving.ts';

/** Longest a timer of Node waits, in milliseconds. */
const LONGEST = 2_147_483_647;

export function createEnvironment(): Environment {
  return {
    clock: createClock(),
    sources: [],
    leaving$: createLeaving(),
    createContextStorage,
    get variables() {
      return process.env;
    },
    get color() {
      return process.stdout.isTTY === true && !process.env['NO_COLOR'];
    },
    fillRandom: (bytes) => void crypto.getRandomValues(bytes),
    // `console` survives a reader of the pipe that went away; a bare write would end the process.
    print: (text) => console.log(text),
    createTracerProvider: (config) => new NodeTracerProvider(config),
    createContextManager: () => new AsyncLocalStorageContextManager().enable(),
    session: () => undefined,
    keepAlive() {
      const timer = setInterval(() => undefined, LONGEST);
      return () => clearInterval(timer);
    },
  };
}
