// What the demo exports, as a receiver sees it: each process by itself, and one trace all the same.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startCollector } from '../helpers/collector.ts';
import { buyThroughApi, checkoutOnce, endDemos, startDemo } from '../helpers/demo.ts';

/** A span, whatever it came as. */
interface Seen {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly service: unknown;
}

interface Receiver {
  /** The variables that make the demo send here. */
  readonly environment: Readonly<Record<string, string>>;
  spans(): readonly Seen[];
  close(): Promise<unknown>;
}

async function otlp(): Promise<Receiver> {
  const collector = await startCollector();
  return {
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    spans: () =>
      collector.spans().map(({ parentSpanId, resource, ...span }) => ({
        ...span,
        parentSpanId: parentSpanId || undefined,
        service: resource['service.name'],
      })),
    close: () => collector.close(),
  };
}

async function jaeger(): Promise<Receiver> {
  const { environment: { OTEL_EXPORTER_OTLP_ENDPOINT = '' }, ...receiver } = await otlp();
  return { ...receiver, environment: { OTEL_TRACES_EXPORTER: 'jaeger', OTEL_EXPORTER_JAEGER_ENDPOINT: OTEL_EXPORTER_OTLP_ENDPOINT } };
}

/** https://zipkin.io/zipkin-api/#/default/post_spans */
interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly localEndpoint: { readonly serviceName: string };
}

async function zipkin(): Promise<Receiver> {
  const received: ZipkinSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      received.push(...JSON.parse(String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)));
      response.writeHead(202).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/spans`;
  return {
    environment: { OTEL_TRACES_EXPORTER: 'zipkin', OTEL_EXPORTER_ZIPKIN_ENDPOINT: endpoint },
    spans: () =>
      received.map(({ traceId, id, parentId, name, localEndpoint }) => ({
        traceId,
        spanId: id,
        parentSpanId: parentId,
        name,
        service: localEndpoint.serviceName,
      })),
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The names from this span up to its root, each with its service. */
function pathOf(span: Seen, spans: readonly Seen[]): readonly string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [`${span.service}: ${span.name}`, ...(parent === undefined ? [] : pathOf(parent, spans))];
}

describe('the demo exports', () => {
  const close: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const one of close.splice(0)) await one();
  });
  afterAll(endDemos);

  async function start(receive: () => Promise<Receiver>): Promise<Receiver> {
    const receiver = await receive();
    close.push(receiver.close);
    return receiver;
  }

  it('over OTLP: one trace from the click in the page, through two services, to the job', async () => {
    const receiver = await start(otlp);
    const { traceId, isFromPage, code, output } = await checkoutOnce(receiver.environment);
    expect(code).toBe(0);
    expect(output).toContain('balanced, nothing pending');
    expect(isFromPage).toBe(true);
    const spans = receiver.spans().filter((span) => span.traceId === traceId);
    expect(spans).toHaveLength(12);
    expect(new Set(spans.map(({ spanId }) => spanId))).toHaveProperty('size', 12);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)).toEqual(['click buy']);
    const purchase = ['shop-backend: POST /api/checkout', 'shop-page: POST', 'shop-page: click buy'];
    const [authorise, receipt] = ['authorise', 'send receipt'].map((wanted) => spans.find(({ name }) => name === wanted) as Seen);
    expect(pathOf(authorise as Seen, spans)).toEqual([
      'payments: authorise',
      'payments: POST /charges',
      'shop-backend: POST',
      'shop-backend: charge card',
      ...purchase,
    ]);
    expect(pathOf(receipt as Seen, spans)).toEqual(['shop-backend: send receipt', 'shop-backend: publish order', ...purchase]);
    // Nothing of its own exports, nor of what the demo does to show them.
    expect(new Set(receiver.spans().map(({ service }) => service))).toEqual(new Set(['shop-page', 'shop-backend', 'payments']));
  }, 60_000);

  it.each([
    ['zipkin', zipkin],
    ['jaeger', jaeger],
  ])('with OTEL_TRACES_EXPORTER=%s', async (_, receive) => {
    const receiver = await start(receive);
    const demo = await startDemo({ DEMO_SHOPPERS: '0', ...receiver.environment });
    const traceId = await buyThroughApi(demo);
    expect(await demo.end('SIGTERM')).toBe(0);
    expect(demo.output()).toContain('balanced, nothing pending');
    expect(demo.output()).not.toContain('health:');
    const spans = receiver.spans().filter((span) => span.traceId === traceId);
    expect(spans).toHaveLength(10);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name.toUpperCase())).toEqual(['POST /API/CHECKOUT']);
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['shop-backend', 'payments']));
  }, 30_000);
});
