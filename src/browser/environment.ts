import { EMPTY } from 'rxjs';
import type { Environment } from '../core/environment.ts';
import { exporting } from '../core/exporting.ts';
import { jaegerSinkFactory } from '../core/sinks/jaeger/jaeger-sink-factory.ts';
import { otlpSinkFactory } from '../core/sinks/otlp/otlp-sink-factory.ts';
import { sentrySinkFactory } from '../core/sinks/sentry/sentry-sink-factory.ts';
import { zipkinSinkFactory } from '../core/sinks/zipkin/zipkin-sink-factory.ts';
import { createClock } from './clock.ts';
import { createContextStorage } from './context.ts';
import { createContextManager } from './context-manager.ts';
import { createFetchTransport } from './fetch-transport.ts';
import type { SeverityName } from '../core/signal.ts';

/** What every host with standard globals has. A page adds what is its own. */
export function createEnvironment(): Environment {
  const clock = createClock();
  return {
    clock,
    variables: {},
    sources: [],
    logsOutgoing: true,
    leaving$: EMPTY,
    color: false,
    createContextStorage,
    otlpSink: otlpSinkFactory({ clock, createTransport: createFetchTransport, language: 'webjs' }),
    jaegerSink: jaegerSinkFactory({ clock, createTransport: createFetchTransport, language: 'webjs' }),
    sentrySink: sentrySinkFactory({ clock, createTransport: createFetchTransport, platform: 'javascript' }),
    zipkinSink: zipkinSinkFactory({ clock, createTransport: createFetchTransport, language: 'webjs' }),
    fillRandom: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
    // Traces are printed by a timer, where a page does not know any more that a sink is at work.
    print: (text, level) => exporting(createContextStorage).run(true, () => printed(text, level)),
    createContextManager,
    session: () => undefined,
    keepAlive: () => () => undefined,
  };
}

function printed(text: string, level: SeverityName): void {
  if (level === 'error' || level === 'fatal') console.error(text);
  else if (level === 'warn') console.warn(text);
  else console.log(text);
}
