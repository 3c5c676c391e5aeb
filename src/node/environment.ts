import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Environment } from '../core/environment.ts';
import { otlpSinkFactory } from '../core/sinks/otlp/otlp-sink-factory.ts';
import { createClock } from './clock.ts';
import { createContextStorage } from './context.ts';
import { createHttpTransport } from './http-transport.ts';
import { createLeaving } from './leaving.ts';
import { createOutbox } from './outbox.ts';
import { readOtlpVariables } from './read-otlp-variables.ts';

/** Longest a timer of Node waits, in milliseconds. */
const LONGEST = 2_147_483_647;

export function createEnvironment(): Environment {
  const outbox = createOutbox();
  const clock = createClock();
  return {
    clock,
    sources: [],
    leaving$: createLeaving(outbox),
    createContextStorage,
    otlpSink: otlpSinkFactory({
      clock,
      readVariables: readOtlpVariables,
      createTransport: (settings) => createHttpTransport(settings, outbox),
      language: 'nodejs',
    }),
    get variables() {
      return process.env;
    },
    get color() {
      return process.stdout.isTTY === true && !process.env['NO_COLOR'];
    },
    fillRandom: (bytes) => void crypto.getRandomValues(bytes),
    // `console` survives a reader of the pipe that went away; a bare write would end the process.
    print: (text) => console.log(text),
    createContextManager: () => new AsyncLocalStorageContextManager().enable(),
    session: () => undefined,
    keepAlive() {
      const timer = setInterval(() => undefined, LONGEST);
      return () => clearInterval(timer);
    },
  };
}
