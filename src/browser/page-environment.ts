import type { Environment } from '../core/environment.ts';
import { createIds } from '../core/ids.ts';
import { jaegerSinkFactory } from '../core/sinks/jaeger/jaeger-sink-factory.ts';
import { otlpSinkFactory } from '../core/sinks/otlp/otlp-sink-factory.ts';
import { sentrySinkFactory } from '../core/sinks/sentry/sentry-sink-factory.ts';
import { zipkinSinkFactory } from '../core/sinks/zipkin/zipkin-sink-factory.ts';
import { createBrowserTransport } from './browser-transport.ts';
import { createEnvironment } from './environment.ts';
import { createLeaving } from './leaving.ts';
import { pageSentryHost } from './page-sentry-host.ts';
import { currentSession } from './session.ts';
import { documentLoads } from './sources/document-loads.ts';
import { fetches } from './sources/fetches.ts';
import { interactions } from './sources/interactions.ts';
import { navigations } from './sources/navigations.ts';
import { pageReports } from './sources/page-reports.ts';
import { resourceFailures } from './sources/resource-failures.ts';
import { uncaughtErrors } from './sources/uncaught-errors.ts';
import { xmlHttpRequests } from './sources/xml-http-requests.ts';

/** A page; loads where `document` is missing, too, because bundlers give this entry to web workers. */
export function createPageEnvironment(): Environment {
  const standard = createEnvironment();
  return {
    ...standard,
    sources: [fetches(), xmlHttpRequests(), documentLoads(), navigations(), interactions(), uncaughtErrors(), resourceFailures(), pageReports()],
    leaving$: createLeaving(),
    otlpSink: otlpSinkFactory({ clock: standard.clock, createTransport: createBrowserTransport, language: 'webjs' }),
    jaegerSink: jaegerSinkFactory({ clock: standard.clock, createTransport: createBrowserTransport, language: 'webjs' }),
    sentrySink: sentrySinkFactory(pageSentryHost(standard.clock)),
    zipkinSink: zipkinSinkFactory({ clock: standard.clock, createTransport: createBrowserTransport, language: 'webjs' }),
    ownOrigin: typeof location === 'undefined' ? undefined : location.origin,
    session: () => currentSession(createIds(standard.fillRandom)),
  };
}
