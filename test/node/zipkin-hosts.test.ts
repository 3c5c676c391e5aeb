// The Zipkin and the Jaeger sink as the hosts make them: with variables in Node, without Thrift and gRPC everywhere else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createObservability, jaegerSink, zipkinSink } from '#sdk';
import type { Health, Sink } from '#sdk';
import * as page from '../../src/browser/index.ts';
import * as universal from '../../src/browser/universal.ts';
import { decodeTraces } from '../helpers/decode-otlp.ts';
import { decodeJaegerBatch } from '../helpers/decode-thrift.ts';
import { withoutVariables } from '../helpers/environment.ts';
import { answer, startFaultServer } from '../helpers/fault-server.ts';
import type { FaultServer } from '../helpers/fault-server.ts';

withoutVariables();

let server: FaultServer;
beforeEach(async () => {
  server = await startFaultServer();
  server.treat(answer(202));
});
afterEach(() => server.close());

/** A span with a child, by these sinks; answers what was said. */
async function exported(...sinks: readonly Sink[]): Promise<readonly Health[]> {
  const obs = createObservability({ serviceName: 'shop', environment: 'production', sources: false, sinks });
  const health: Health[] = [];
  obs.health$.subscribe((trouble) => void health.push(trouble));
  obs.tracer.startSpan('GET /cart', { kind: 'server' }, (span) => span.startSpan('SELECT', () => undefined));
  expect(await obs.shutdown()).toMatchObject({ ok: true, delivered: 2 * sinks.length });
  return health;
}

describe('in Node', () => {
  it('a trace arrives at Zipkin', async () => {
    await exported(zipkinSink({ endpoint: server.url }));
    const [child, root] = JSON.parse(server.received[0]!.body.toString()) as readonly Record<string, unknown>[];
    expect(server.received[0]).toMatchObject({ path: '/api/v2/spans', headers: { 'content-type': 'application/json' } });
    expect(root).toMatchObject({ name: 'GET /cart', kind: 'SERVER', localEndpoint: { serviceName: 'shop' } });
    expect(child).toMatchObject({ name: 'SELECT', traceId: root!['traceId'], parentId: root!['id'] });
  });

  it('a trace arrives at Jaeger, over OTLP', async () => {
    await exported(jaegerSink({ endpoint: server.url }));
    expect(server.received).toHaveLength(1);
    expect(server.received[0]!.path).toBe('/v1/traces');
    expect(decodeTraces(server.received[0]!.body, 'application/x-protobuf').map(({ name }) => name)).toEqual(['SELECT', 'GET /cart']);
  });

  it('a trace arrives at Jaeger, as Thrift', async () => {
    await exported(jaegerSink({ endpoint: `${server.url}/api/traces` }));
    const { serviceName, spans } = decodeJaegerBatch(server.received[0]!.body);
    expect(serviceName).toBe('shop');
    expect(spans.map(({ operationName }) => operationName)).toEqual(['SELECT', 'GET /cart']);
    expect(spans[0]!.parentSpanId).toBe(spans[1]!.spanId);
  });

  it('variables tell where both are, and what of them is wrong is said once', async () => {
    process.env['OTEL_EXPORTER_ZIPKIN_ENDPOINT'] = `${server.url.replace('http://', 'http://us:pw@')}/tracing/api/v2/spans`;
    process.env['OTEL_EXPORTER_JAEGER_ENDPOINT'] = `${server.url}/api/traces`;
    process.env['OTEL_EXPORTER_JAEGER_TIMEOUT'] = 'soon';
    const health = await exported(zipkinSink(), jaegerSink());
    expect(server.received.map(({ path, headers }) => [path, headers.authorization]).sort()).toEqual([
      ['/api/traces', undefined],
      ['/tracing/api/v2/spans', `Basic ${btoa('us:pw')}`],
    ]);
    expect(health).toEqual([expect.objectContaining({ type: 'input-ignored', message: 'OTEL_EXPORTER_JAEGER_TIMEOUT: expected milliseconds, from 1 to 2147483647, ignored' })]);
  });

  it('the variables of OTLP, which may hold the keys of another receiver, are not for Jaeger', async () => {
    process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'x-api-key=hush';
    process.env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] = 'http/json';
    await exported(jaegerSink({ endpoint: server.url }));
    expect(server.received[0]!.headers).toMatchObject({ 'content-type': 'application/x-protobuf' });
    expect(server.received[0]!.headers).not.toHaveProperty('x-api-key');
  });
});

describe.each([
  ['a page', page],
  ['any other host', universal],
])('in %s', (_, entry) => {
  it.each([
    ['http://localhost:14268/api/traces', /^jaegerSink\.endpoint: expected an endpoint for OTLP, at port 4318 .*CORS.*\(did you mean http:\/\/localhost:4318\?\)$/],
    ['http://localhost:4317', /^jaegerSink\.endpoint: .*4318/],
  ])('%s is a ConfigurationError', (endpoint, message) => {
    expect(() => entry.jaegerSink({ endpoint })).toThrow(entry.ConfigurationError);
    expect(() => entry.jaegerSink({ endpoint })).toThrow(message);
  });

  it('a trace goes to Zipkin and to Jaeger by fetch', async () => {
    await exported(entry.zipkinSink({ endpoint: server.url }), entry.jaegerSink({ endpoint: server.url }));
    expect(server.received.map(({ path }) => path).sort()).toEqual(['/api/v2/spans', '/v1/traces']);
  });
});
