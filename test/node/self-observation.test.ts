// With every source on, exporting is not observed: no span of it on the stream, none at the receiver, no header of a trace on it.
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Agent, ClientRequest, createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createObservability, fetches, incomingRequests, otlpSink, outgoingRequests } from '#sdk';
import type { SpanSignal } from '#sdk';
import { refuses, startCollector, takes } from '../helpers/collector.ts';
import type { Treatment } from '../helpers/collector.ts';
import { createFaultBench } from '../helpers/fault-bench.ts';
import { answer, closeBeforeHeaders, reset } from '../helpers/fault-server.ts';
import { fails, keeps, rejects, startGrpcReceiver } from '../helpers/grpc-receiver.ts';
import { accountOf } from '../helpers/ledger-faults.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const REQUESTS = 200;

interface Application {
  readonly origin: string;
  /** One request of it, by one client or the other. */
  ask(index: number): Promise<void>;
}

/** A service that is asked by itself. */
async function startApplication(): Promise<Application> {
  const server = createServer((_, response) => void response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  undo.push(async () => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    async ask(index) {
      if (index % 2 === 0) return void (await (await fetch(`${origin}/${index}`)).text());
      const client = get(`${origin}/${index}`, { agent });
      const [response] = (await once(client, 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
    },
  };
}

/** What sources leave on the process. */
function traces(): unknown {
  const names = [
    'http.server.request.start',
    'http.server.response.finish',
    'undici:request:create',
    'undici:request:headers',
    'undici:request:error',
  ];
  return [
    names.map((name) => channel(name).hasSubscribers),
    Object.getOwnPropertyDescriptor(ClientRequest.prototype, '_storeHeader'),
    Object.getOwnPropertyDescriptor(Server.prototype, 'emit'),
  ];
}

/** Sockets, servers and timers that are open. */
function handles(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'TCPServerWrap');
}

const protocols = ['http/protobuf', 'http/json'] as const;
const compressions = ['none', 'gzip'] as const;
const receivers: readonly (readonly [string, readonly Treatment[]])[] = [
  ['that takes everything', [takes()]],
  ['that fails first', [refuses(answer(503)), refuses(reset()), refuses(closeBeforeHeaders()), refuses(answer(429)), takes()]],
];

describe.each(protocols)('exporting over %s', (protocol) => {
  describe.each(compressions)('with compression %s', (compression) => {
    it.each(receivers)('to a receiver %s', { timeout: 60_000 }, async (_, treatments) => {
      const before = traces();
      const open = handles();
      const application = await startApplication();
      const bench = await createFaultBench({
        sink: { protocol, compression },
        sources: [incomingRequests(), outgoingRequests(), fetches()],
        delivery: { maxBatchSize: 50 },
      });
      const { obs, collector } = bench;
      const spans: SpanSignal[] = [];
      obs.spans$.subscribe((span) => spans.push(span));
      collector.treat(...treatments);

      // Some of it from inside of a span, so that a batch that gets full is sent from there.
      for (let index = 0; index < REQUESTS; index += 1) await application.ask(index);
      await bench.during(obs.flush());
      await bench.settle();
      await obs.tracer.startSpan('work', () => application.ask(1));
      await bench.during(obs.shutdown());

      const ofApplication = (url: unknown): boolean => String(url).startsWith(`${application.origin}/`);
      const kinds = (kind: string): SpanSignal[] => spans.filter(({ spanKind }) => spanKind === kind);
      expect(kinds('client').filter(({ attributes }) => !ofApplication(attributes['url.full']))).toEqual([]);
      expect(kinds('server').filter(({ attributes }) => String(attributes['url.path']).startsWith('/v1/'))).toEqual([]);
      expect([kinds('client').length, kinds('server').length, kinds('internal').length]).toEqual([REQUESTS + 1, REQUESTS + 1, 1]);

      expect(collector.exports.length).toBeGreaterThan(4);
      for (const { headers } of collector.exports)
        expect([headers['traceparent'], headers['tracestate'], headers['baggage']]).toEqual([undefined, undefined, undefined]);
      const arrived = collector.spans();
      expect(arrived.length).toBe(spans.length);
      expect(new Set(arrived.map(({ spanId }) => spanId))).toEqual(new Set(spans.map(({ trace }) => trace.spanId)));
      expect(accountOf(obs.ledger()).pending).toBe(0);
      expect(bench.health.filter(({ type }) => type === 'source-failed')).toEqual([]);

      // Nothing is left of it.
      expect(traces()).toEqual(before);
      await bench.close();
      for (const step of undo.splice(0).reverse()) await step();
      for (let turn = 0; turn < 100 && handles().length > open.length; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
      // Those of `fetch` are undici's, and are kept for a while.
      expect(handles().filter((name) => name === 'TCPServerWrap')).toEqual(open.filter((name) => name === 'TCPServerWrap'));
    });
  });
});

describe('two managers of a process', () => {
  it('do not see what the other sends', { timeout: 60_000 }, async () => {
    const application = await startApplication();
    const collector = await startCollector();
    undo.push(() => collector.close());
    const both = ['one', 'other'].map((serviceName) =>
      createObservability({ serviceName, environment: 'production', sinks: [otlpSink({ endpoint: collector.url })], delivery: { maxBatchSize: 5 } }),
    );
    for (let index = 0; index < 20; index += 1) await application.ask(index);
    for (let round = 0; round < 5; round += 1) for (const obs of both) await obs.flush();
    await Promise.all(both.map((obs) => obs.shutdown()));
    const seen = collector.spans().map(({ attributes }) => String(attributes['url.full'] ?? `${application.origin}${attributes['url.path']}`));
    // Each request has a client and a server, in each of them.
    expect(seen.filter((url) => url.startsWith(application.origin))).toHaveLength(80);
    expect(seen.filter((url) => !url.startsWith(application.origin))).toEqual([]);
    for (const { headers } of collector.exports) expect(headers['traceparent']).toBe(undefined);
  });
});

describe('exporting over gRPC', () => {
  it('to a receiver that fails first', { timeout: 60_000 }, async () => {
    const before = traces();
    const application = await startApplication();
    const receiver = await startGrpcReceiver();
    undo.push(() => receiver.close());
    receiver.treat(rejects(fails(14)), keeps());
    const obs = createObservability({
      environment: 'production',
      sinks: [otlpSink({ endpoint: receiver.url, protocol: 'grpc' })],
      delivery: { maxBatchSize: 50 },
    });
    const spans: SpanSignal[] = [];
    obs.spans$.subscribe((span) => spans.push(span));
    for (let index = 0; index < REQUESTS; index += 1) await application.ask(index);
    await obs.flush();
    await obs.shutdown();
    expect(spans.length).toBe(2 * REQUESTS);
    expect(receiver.exports.length).toBeGreaterThan(4);
    for (const { headers } of receiver.exports) expect(headers['traceparent']).toBe(undefined);
    expect(new Set(receiver.spans().map(({ spanId }) => spanId))).toEqual(new Set(spans.map(({ trace }) => trace.spanId)));
    expect(traces()).toEqual(before);
  });
});
