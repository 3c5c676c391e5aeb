import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCollector } from '../helpers/collector.ts';
import type { Collector } from '../helpers/collector.ts';
import type { DecodedSpan } from '../helpers/decode-otlp.ts';
import { startPostgresServer } from '../helpers/postgres-server.ts';
import { installApplications, startAskedService } from './installed-applications.ts';
import type { Asked, InstalledApplications } from './installed-applications.ts';

let applications: InstalledApplications;
beforeAll(() => void (applications = installApplications()), 60_000);
afterAll(() => applications?.dispose(), 60_000);

let collector: Collector;
let asked: Asked;
beforeEach(async () => {
  [collector, asked] = await Promise.all([startCollector(), startAskedService()]);
});
afterEach(() => Promise.all([collector.close(), asked.close()]));

const client = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${client.traceId}-${client.spanId}-01`;
const register = ['--import', '@arkhe/observability/register'];

/** All that an application is told. */
function variables(): Record<string, string> {
  return {
    OTEL_SERVICE_NAME: 'orders',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    ENVIRONMENT: 'production',
    STOCK_URL: asked.url,
  };
}

function spanNamed(name: string): DecodedSpan {
  const found = collector.spans().filter((span) => span.name === name);
  expect(found.map((span) => span.name), `of ${collector.spans().map((span) => span.name)}`).toEqual([name]);
  return found[0]!;
}

describe.each(['express.mjs', 'express.cjs', 'fastify.mjs', 'fastify.cjs'])('%s, which knows nothing of this package,', (file) => {
  it('is traced with `--import` and variables alone', async () => {
    const application = await applications.start([...register, file], variables());
    const found = await fetch(`${application.url}/orders/7?key=value`, { headers: { traceparent } });
    expect(found.status).toBe(200);
    const body = await found.json();
    expect((await fetch(`${application.url}/broken/7`)).status).toBe(500);
    expect(await application.stop()).toMatchObject({ code: 0, signal: null, stderr: '' });

    const served = spanNamed('GET /orders/:id');
    expect(served).toMatchObject({
      traceId: client.traceId,
      parentSpanId: client.spanId,
      kind: 2,
      attributes: { 'http.request.method': 'GET', 'http.route': '/orders/:id', 'url.path': '/orders/7', 'http.response.status_code': 200 },
      resource: { 'service.name': 'orders', 'deployment.environment.name': 'production' },
      status: { code: 0 },
    });
    // What the handler does after it awaited is part of the request: calls by `fetch` and by `node:http`, and a span of its own.
    const asking = collector.spans().filter(({ kind }) => kind === 3);
    expect(asking.map(({ parentSpanId, attributes }) => [parentSpanId, attributes['url.full']])).toEqual([
      [served.spanId, `${asked.url}/stock/7`],
      [served.spanId, `${asked.url}/price/7`],
    ]);
    expect(asked.requests.map(({ path, headers }) => [path, headers['traceparent']])).toEqual(
      asking.map(({ spanId }, index) => [['/stock/7', '/price/7'][index], `00-${client.traceId}-${spanId}-01`]),
    );
    const reserve = spanNamed('reserve');
    expect(reserve).toMatchObject({ traceId: client.traceId, parentSpanId: served.spanId, scope: { name: 'shop' } });
    expect(body).toEqual({ id: '7', stock: 3, price: 3, traceId: client.traceId, spanId: reserve.spanId });

    const broken = spanNamed('GET /broken/:id');
    expect(broken).toMatchObject({ parentSpanId: '', kind: 2, status: { code: 2 }, attributes: { 'error.type': 'Error', 'http.response.status_code': 500 } });
    expect(broken.traceId).not.toBe(client.traceId);
    // Nothing else: none of its own exports, nothing twice.
    expect(collector.spans().length).toBe(5);
  });
});

describe("OpenTelemetry's own instrumentations", () => {
  it.each([
    ['CommonJS', [...register, '--require', './instrumentations.cjs', 'postgres.cjs']],
    ['ES modules', [...register, '--import', './instrumentations.mjs', 'postgres.mjs']],
  ])('plug in unchanged, and their spans are children of ours: %s', async (_, flags) => {
    const postgres = await startPostgresServer('shoes');
    const connection = { PGHOST: '127.0.0.1', PGPORT: String(postgres.port), PGUSER: 'shop', PGPASSWORD: 'secret', PGDATABASE: 'shop' };
    const application = await applications.start(flags, { ...variables(), ...connection });
    const found = await fetch(`${application.url}/orders/7`, { headers: { traceparent } });
    expect(await found.json()).toEqual({ name: 'shoes' });
    expect(await application.stop()).toMatchObject({ code: 0, stderr: '' });
    await postgres.close();
    expect(postgres.queries).toEqual(['SELECT name FROM orders WHERE id = $1']);

    const served = spanNamed('GET /orders/:id');
    expect(served).toMatchObject({ traceId: client.traceId, parentSpanId: client.spanId, kind: 2 });
    const handler = spanNamed('request handler');
    expect(handler).toMatchObject({
      parentSpanId: served.spanId,
      scope: { name: '@opentelemetry/instrumentation-express' },
      attributes: { 'express.type': 'request_handler', 'http.route': '/orders/:id' },
    });
    const query = spanNamed('pg.query:SELECT shop');
    expect(query).toMatchObject({
      kind: 3,
      parentSpanId: handler.spanId,
      scope: { name: '@opentelemetry/instrumentation-pg' },
      attributes: { 'db.query.text': 'SELECT name FROM orders WHERE id = $1' },
    });
    expect(new Set(collector.spans().map(({ traceId }) => traceId))).toEqual(new Set([client.traceId]));
    // Every parent is there.
    const known = new Set([client.spanId, ...collector.spans().map(({ spanId }) => spanId)]);
    expect(collector.spans().filter(({ parentSpanId }) => !known.has(parentSpanId))).toEqual([]);
  });
});
