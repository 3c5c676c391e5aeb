// OTLP over gRPC as an application uses it.
import type * as http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { createObservability, otlpSink } from '#sdk';
import type { Health, ObservabilityManager, ObservabilityOptions } from '#sdk';
import { autotelMissing, startAutotel } from '../helpers/autotel.ts';
import { withoutVariables } from '../helpers/environment.ts';
import { fails, keeps, rejects, startGrpcReceiver } from '../helpers/grpc-receiver.ts';
import type { GrpcReceiver } from '../helpers/grpc-receiver.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';

withoutVariables();

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(): Promise<GrpcReceiver> {
  const receiver = await startGrpcReceiver();
  undo.push(() => receiver.close());
  return receiver;
}

function observe(options: ObservabilityOptions): { readonly obs: ObservabilityManager; readonly health: readonly Health[] } {
  const obs = createObservability({ serviceName: 'shop', environment: 'production', sources: false, ...options });
  const health: Health[] = [];
  obs.health$.subscribe((trouble) => health.push(trouble));
  undo.push(() => obs.shutdown({ timeout: 1_000 }));
  return { obs, health };
}

function tell(obs: ObservabilityManager): void {
  obs.tracer.startSpan('checkout', (span) => {
    span.setAttribute('cart.items', 2);
    obs.tracer.startSpan('charge', () => obs.logger.info('charged'));
  });
  obs.recordMetric('queue.length', 7);
}

function expectAll(receiver: GrpcReceiver): void {
  const [charge, checkout] = receiver.spans();
  expect([charge?.name, checkout?.name]).toEqual(['charge', 'checkout']);
  expect(charge).toMatchObject({ traceId: checkout?.traceId, parentSpanId: checkout?.spanId, resource: { 'service.name': 'shop' } });
  expect(checkout?.attributes).toMatchObject({ 'cart.items': 2 });
  expect(receiver.logs()).toMatchObject([{ body: 'charged', traceId: charge?.traceId }]);
  expect(receiver.metrics().map(({ name }) => name)).toContain('queue.length');
}

describe('spans, logs and metrics', () => {
  it('arrive over gRPC by one connection when the sink says so', async () => {
    const receiver = await start();
    const { obs, health } = observe({ sinks: [otlpSink({ endpoint: `${receiver.url}/v1/traces`, protocol: 'grpc', headers: { 'X-Key': 'one' } })] });
    tell(obs);
    expect(await obs.flush()).toMatchObject({ timedOut: false });
    expectAll(receiver);
    expect(receiver.exports.map(({ path }) => path.split('.').at(-1))).toEqual(['TraceService/Export', 'LogsService/Export', 'MetricsService/Export']);
    expect(receiver.exports.map(({ headers }) => headers['x-key'])).toEqual(['one', 'one', 'one']);
    // The receiver is told how long the delivery waits.
    expect(receiver.exports.map(({ headers }) => headers['grpc-timeout'])).toEqual(['10000m', '10000m', '10000m']);
    expect([receiver.connections.made, health]).toEqual([1, []]);
  });

  it('arrive over gRPC when variables say so, for what `exporter` chooses', async () => {
    const receiver = await start();
    Object.assign(process.env, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url.replace('http://', ''), OTEL_EXPORTER_OTLP_INSECURE: 'true' });
    const { obs, health } = observe({ tracing: { exporter: 'otlp' }, sinks: (defaults) => defaults.filter(({ name }) => name === 'otlp') });
    tell(obs);
    await obs.flush();
    expectAll(receiver);
    expect(health).toEqual([]);
  });

  it('of one kind go on while the receiver takes no other', async () => {
    const receiver = await start();
    // As Jaeger, which has no service for logs and metrics.
    const treatment = keeps();
    receiver.treat((call) => (call.path.includes('TraceService') ? treatment : rejects(fails(12, { message: `unknown service ${call.path.slice(1, -7)}` })))(call));
    const { obs, health } = observe({ sinks: [otlpSink({ endpoint: receiver.url, protocol: 'grpc' })] });
    for (let turn = 0; turn < 3; turn++) {
      tell(obs);
      await obs.flush();
    }
    expect(receiver.spans()).toHaveLength(6);
    const messages = health.flatMap((trouble) => (trouble.type === 'sink-failed' ? [trouble.error.message] : []));
    expect(messages).toEqual(
      ['logs', 'metrics'].map((kind) => {
        const service = `opentelemetry.proto.collector.${kind}.v1.${kind === 'logs' ? 'Logs' : 'Metrics'}Service`;
        return `${kind}: gRPC ${receiver.url} answered UNIMPLEMENTED: unknown service ${service} (it does not take ${kind})`;
      }),
    );
    expect(obs.ledger().sinks['otlp']).toMatchObject({ delivered: 6, pending: 0 });
  });

  it('are not observed on their way, not even while a proxy is asked for it', async () => {
    const receiver = await start();
    const proxy = await startProxyServer();
    undo.push(() => proxy.close());
    const { obs } = observe({ sinks: [otlpSink({ endpoint: receiver.url, protocol: 'grpc' })] });
    // As instrumentations do: the client itself is replaced.
    const client = createRequire(import.meta.url)('node:http') as { -readonly [K in keyof typeof http]: (typeof http)[K] };
    const { request } = client;
    const asked: unknown[] = [];
    client.request = ((...args: Parameters<typeof request>) => {
      asked.push((args[0] as http.RequestOptions).method);
      obs.tracer.startSpan('asked', () => undefined);
      return request(...args).on('connect', () => obs.tracer.startSpan('connected', () => undefined));
    }) as typeof request;
    syncBuiltinESMExports();
    undo.push(() => {
      client.request = request;
      syncBuiltinESMExports();
    });
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '', no_proxy: '' });
    undo.push(() => {
      for (const name of ['HTTP_PROXY', 'NO_PROXY', 'no_proxy']) delete process.env[name];
      Object.assign(process.env, before);
    });
    tell(obs);
    await obs.flush();
    // Two spans, a log and a metric.
    expect([asked, obs.ledger().emitted]).toEqual([['CONNECT'], 4]);
    expectAll(receiver);
  });

  it('say once what of an endpoint gRPC does not have', async () => {
    const receiver = await start();
    const { obs, health } = observe({ sinks: [otlpSink({ endpoint: `${receiver.url}/tenant?key=hush`, protocol: 'grpc' })] });
    tell(obs);
    await obs.flush();
    expect(health).toMatchObject([
      { type: 'input-ignored', message: `${receiver.url}: gRPC has neither path nor query, that of the endpoint is not used` },
    ]);
    expect(receiver.spans()).toHaveLength(2);
  });
});

describe.skipIf(autotelMissing() !== undefined)('a receiver nobody here wrote', () => {
  it('understands what it gets over gRPC', { timeout: 60_000 }, async () => {
    const autotel = await startAutotel();
    undo.push(() => autotel.stop());
    const { obs, health } = observe({ sinks: [otlpSink({ endpoint: autotel.grpcEndpoint, protocol: 'grpc' })] });
    tell(obs);
    expect(await obs.flush()).toMatchObject({ timedOut: false });
    const spans = await autotel.spans();
    const named = (name: string): (typeof spans)[number] | undefined => spans.find((span) => span.name === name);
    expect(named('charge')).toMatchObject({ parentSpanId: named('checkout')?.spanId, traceId: named('checkout')?.traceId });
    expect(named('checkout')?.attributes).toMatchObject({ 'cart.items': 2 });
    expect(await autotel.logs()).toHaveLength(1);
    expect(await autotel.metric('queue.length')).toHaveLength(1);
    expect(obs.ledger().sinks['otlp']).toMatchObject({ delivered: 4, pending: 0 });
    expect(health).toEqual([]);
  });
});
