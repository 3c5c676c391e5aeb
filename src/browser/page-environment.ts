import type { Environment } from '../core/environment.ts';
import { createIds } from '../core/ids.ts';
import { otlpSinkFactory } from '../core/sinks/otlp/otlp-sink-factory.ts';
import { createBrowserTransport } from './browser-transport.ts';
import { createEnvironment } from './environment.ts';
import { createLeaving } from './leaving.ts';
import { currentSession } from './session.ts';

/** A page; loads where `document` is missing, too, because bundlers give this entry to web workers. */
export function createPageEnvironment(): Environment {
  const standard = createEnvironment();
  return {
    ...standard,
    leaving$: createLeaving(),
    otlpSink: otlpSinkFactory({ clock: standard.clock, createTransport: createBrowserTransport, language: 'webjs' }),
    session: () => currentSession(createIds(standard.fillRandom)),
  };
}
