// A service: the process-wide manager configured from the environment, a request handler, instrumented functions, an orderly end.
import { createServer } from 'node:http';
import {
  consoleSink,
  DeliveryError,
  ErrorTracker,
  getObservabilityManager,
  getTracer,
  getTracingManager,
  memorySink,
  PerformanceProfiler,
  RequestLogger,
  traceFunction,
} from '@arkhe/observability';
import type { FlushResult, Ledger, RequestContext, Statistics, StatisticsMap, Tracer } from '@arkhe/observability';
import * as core from '@arkhe/observability/core';
import * as node from '@arkhe/observability/node';

const recent = memorySink({ capacity: 500 });
const obs = getObservabilityManager({
  serviceName: process.env['SERVICE_NAME'],
  environment: process.env['ENVIRONMENT'],
  sentryDsn: process.env['SENTRY_DSN'],
  requestLogging: { logLevel: 'INFO' },
  profiling: true,
  tracing: { propagateTo: ['api.internal', /\.shop\.example$/] },
  sinks: [consoleSink({ format: 'json' }), recent, { name: 'audit', write: refuse }],
  delivery: { maxBatchSize: 256, flushEvery: 2_000, timeout: 5_000 },
});

function refuse(): void {
  throw new DeliveryError('closed', { retryable: true, retryAfter: 1_000 });
}

const requestLogger = new RequestLogger({ enabled: true, logLevel: 'info' });
const profiler = new PerformanceProfiler({ enabled: true });
const errorTracker = new ErrorTracker({ enabled: true, environment: process.env['ENVIRONMENT'] });
const tracer = getTracingManager({ serviceName: 'orders' });
const library: Tracer = getTracer('orders-store', '1.0.0');

// Overloads, `this`, generics: what comes back has the very type of what went in.
interface Order {
  readonly id: string;
  readonly total: number;
}
const load = traceFunction({ name: 'orders.load', attributes: { 'db.system.name': 'postgresql' } })(
  async (id: string, fresh = false): Promise<Order> => ({ id, total: fresh ? 1 : 2 }),
);
const first: <T>(values: readonly T[]) => T | undefined = profiler.profileFunction(<T>(values: readonly T[]) => values[0]);

class Orders {
  @traceFunction
  @profiler.profileFunction({ name: 'orders.total' })
  total(orders: readonly Order[]): number {
    return orders.reduce((sum, { total }) => sum + total, 0);
  }
}

const server = createServer(async (request, response) => {
  const { method = 'GET', url = '/', headers } = request;
  const details = { headers, route: '/orders/:id', parent: tracer.extract(headers) };
  await obs.traceRequest(method, url, details, async (context: RequestContext) => {
    response.setHeader('x-request-id', context.requestId);
    const order: Order = await library.startSpan('handle', () => load('42', true));
    response.end(JSON.stringify({ order, first: first([1, 2]), sum: new Orders().total([order]) }));
  });

  const context = requestLogger.logRequest(method, url, { params: { q: 1 } });
  try {
    using span = tracer.startSpan('render', { kind: 'server', parent: context });
    span.run(() => obs.recordMetric('orders.open', 12, { unit: '{order}', instrument: 'gauge' }));
    requestLogger.logResponse(context, { status: 200 });
  } catch (error) {
    const id: string = errorTracker.captureException(error, { context: { order: 42 }, level: 'fatal' });
    errorTracker.captureMessage(`failed: ${id}`, { level: 'WARNING' });
    obs.traceResponse(context, { status: 'error', error });
  }
});

export async function stop(): Promise<FlushResult> {
  server.close();
  const statistics: Statistics | undefined = profiler.getStatistics('orders.total');
  const all: StatisticsMap = obs.profiler.getAllStatistics();
  const { sinks, filtered }: Ledger = obs.ledger();
  console.log(statistics?.p99, JSON.stringify(all), sinks['audit']?.dropped['retries-exhausted'], filtered.sampled, recent.ofKind('error').length);
  return obs.shutdown({ timeout: 5_000 });
}

export async function scoped(): Promise<void> {
  await using manager = node.createObservability({ sources: false, configFile: false });
  manager.errorTracker.addBreadcrumb('scoped', { category: 'test' });
}

// One class under every name it is published by.
export const same: typeof core.ConfigurationError = node.ConfigurationError;
export const error: core.DeliveryError = new DeliveryError('same');

// @ts-expect-error the function keeps its parameters
load(42);
