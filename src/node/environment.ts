import type { Environment } from '../core/environment.ts';
import { exporting } from '../core/exporting.ts';
import { httpSinkVariables } from '../core/sinks/http/http-sink-variables.ts';
import { jaegerSinkFactory } from '../core/sinks/jaeger/jaeger-sink-factory.ts';
import { thriftFormat } from '../core/sinks/jaeger/thrift-format.ts';
import { otlpGrpc } from '../core/sinks/otlp/otlp-grpc.ts';
import { otlpSinkFactory } from '../core/sinks/otlp/otlp-sink-factory.ts';
import type { OtlpHost } from '../core/sinks/otlp/otlp-sink-factory.ts';
import { sentrySinkFactory } from '../core/sinks/sentry/sentry-sink-factory.ts';
import { zipkinSinkFactory } from '../core/sinks/zipkin/zipkin-sink-factory.ts';
import { findApiCopies } from './api-copies.ts';
import { createClock } from './clock.ts';
import { createContextStorage } from './context.ts';
import { createContextManager } from './context-manager.ts';
import { createGrpcTransport } from './grpc-transport.ts';
import { createHttpTransport } from './http-transport.ts';
import { createLeaving } from './leaving.ts';
import { createOutbox } from './outbox.ts';
import { readOtlpVariables } from './read-otlp-variables.ts';
import { fetches } from './sources/fetches.ts';
import { incomingRequests } from './sources/incoming-requests.ts';
import { outgoingRequests } from './sources/outgoing-requests.ts';
import { runtimeMetrics } from './sources/runtime-metrics.ts';
import { uncaughtErrors } from './sources/uncaught-errors.ts';

/** Longest a timer of Node waits, in milliseconds. */
const LONGEST = 2_147_483_647;

export function createEnvironment(): Environment {
  const outbox = createOutbox();
  const clock = createClock();
  const leaving$ = createLeaving(outbox);
  const sinkHost: Omit<OtlpHost, 'readVariables'> = {
    clock,
    createTransport: (settings) => createHttpTransport(settings, outbox),
    grpc: otlpGrpc((settings) => createGrpcTransport(settings, outbox)),
    language: 'nodejs',
  };
  return {
    clock,
    logsOutgoing: false,
    sources: [incomingRequests(), outgoingRequests(), fetches(), runtimeMetrics(), uncaughtErrors()],
    leaving$,
    createContextStorage,
    otlpSink: otlpSinkFactory({ ...sinkHost, readVariables: readOtlpVariables }),
    jaegerSink: jaegerSinkFactory({
      ...sinkHost,
      thrift: thriftFormat,
      readVariables: (warn) => httpSinkVariables('JAEGER', process.env, warn),
    }),
    sentrySink: sentrySinkFactory({
      ...sinkHost,
      platform: 'node',
      leaving$,
      readVariable: () => process.env['SENTRY_DSN'],
      // Not among what the application prints.
      print: (text) => exporting(createContextStorage).run(true, () => console.error(text)),
    }),
    zipkinSink: zipkinSinkFactory({ ...sinkHost, readVariables: (warn) => httpSinkVariables('ZIPKIN', process.env, warn) }),
    get variables() {
      return process.env;
    },
    get color() {
      return process.stdout.isTTY === true && !process.env['NO_COLOR'];
    },
    fillRandom: (bytes) => void crypto.getRandomValues(bytes),
    // `console` survives a reader of the pipe that went away; a bare write would end the process. What it is given is one write.
    print: Object.assign((text: string) => console.log(text), { together: true }),
    createContextManager,
    findApiCopies,
    session: () => undefined,
    keepAlive() {
      const timer = setInterval(() => undefined, LONGEST);
      return () => clearInterval(timer);
    },
  };
}
