// Exporting is not observed: neither by us, nor by what the host uses to observe its own requests.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type * as http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { context, propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ObservabilityManager, Signal } from '#sdk';
import { refuses, startCollector, takes } from '../helpers/collector.ts';
import type { Treatment } from '../helpers/collector.ts';
import { createFaultBench } from '../helpers/fault-bench.ts';
import { answer, closeBeforeHeaders, html, reset } from '../helpers/fault-server.ts';
import { accountOf } from '../helpers/ledger-faults.ts';
import type * as observedPage from '../helpers/observed-page.ts';
import type { ObservedPage } from '../helpers/observed-page.ts';
import { createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';

declare const sdk: typeof observedPage;
declare let bench: ObservedPage;
declare let seen: { readonly names: string[]; readonly asked: string[] };

let undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** Everything an instrumented client could tell of a request: with our API, and with that of OpenTelemetry. */
function tell(obs: ObservabilityManager, what: string): void {
  obs.tracer.startSpan(`${what}, span`, () => obs.logger.info(`${what}, log`));
  obs.traceResponse(obs.traceRequest('GET', `/${what}`), { status: 200 });
  obs.profiler.profile(`${what}, call`, () => undefined);
  obs.recordMetric(`${what}, metric`, 1);
  obs.errorTracker.captureMessage(`${what}, message`);
  obs.errorTracker.captureException(new Error(`${what}, error`));
  trace.getTracer('instrumentation').startActiveSpan(`${what}, theirs`, (span) => span.end());
}

const afterFailures: readonly Treatment[] = [refuses(answer(503)), refuses(reset()), refuses(closeBeforeHeaders()), takes()];

describe('exports of a Node process', () => {
  const commonJs = createRequire(import.meta.url)('node:http') as { -readonly [K in keyof typeof http]: (typeof http)[K] };

  /** As instrumentations do: the client itself is replaced. The result is what was asked for since. */
  function instrument(obs: ObservabilityManager): string[] {
    const asked: string[] = [];
    const { request } = commonJs;
    commonJs.request = ((...args: Parameters<typeof request>) => {
      asked.push('http.request');
      tell(obs, 'asked');
      const client = request(...args);
      client.on('socket', () => tell(obs, 'connected'));
      client.on('response', (response) => {
        tell(obs, 'answered');
        response.on('close', () => tell(obs, 'ended'));
      });
      client.on('error', () => tell(obs, 'failed'));
      client.on('close', () => tell(obs, 'closed'));
      return client;
    }) as typeof request;
    syncBuiltinESMExports();
    undo.push(() => {
      commonJs.request = request;
      syncBuiltinESMExports();
    });
    return asked;
  }

  /** A request of the application itself. */
  async function askElsewhere(): Promise<void> {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = commonJs.request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).end();
    const [response] = (await once(client, 'response')) as [http.IncomingMessage];
    response.resume();
    await once(client, 'close');
    server.close();
  }

  const situations = ['no OpenTelemetry', 'OpenTelemetry of the host', 'our tracer registered with OpenTelemetry'] as const;
  const compressions = ['none', 'gzip'] as const;

  it.each(situations.flatMap((situation) => compressions.map((compression) => [situation, compression] as const)))(
    'tell of nothing: %s, compression %s',
    { timeout: 60_000 },
    async (situation, compression) => {
      const theirs = new InMemorySpanExporter();
      if (situation === 'OpenTelemetry of the host') {
        new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(theirs)] }).register();
        undo.push(() => [trace.disable(), context.disable(), propagation.disable()]);
      }
      const { obs, collector, clock, settle, close } = await createFaultBench({
        sink: { compression },
        tracing: { register: situation === 'our tracer registered with OpenTelemetry' },
      });
      undo.push(close);
      const signals: Signal[] = [];
      obs.signals$.subscribe((signal) => signals.push(signal));
      const asked = instrument(obs);

      // The instrumentation works.
      await askElsewhere();
      const names = signals.map(({ name }) => name);
      for (const moment of ['asked', 'connected', 'answered', 'ended', 'closed']) expect(names).toContain(`${moment}, span`);
      if (situation === 'OpenTelemetry of the host') expect(theirs.getFinishedSpans().map(({ name }) => name)).toContain('asked, theirs');
      await settle();

      signals.length = 0;
      asked.splice(0);
      theirs.reset();
      const before = { ...obs.ledger(), exports: collector.exports.length };
      collector.treat(...afterFailures);
      // The batch is written from inside of a span of the application.
      obs.tracer.startSpan('work', () => clock.advance(60_000));
      obs.recordMetric('orders', 1);
      await settle();
      clock.advance(60_000);
      await settle();

      expect(signals.map(({ name }) => name)).toEqual(['work', 'orders']);
      expect(theirs.getFinishedSpans()).toEqual([]);
      expect(collector.exports.length - before.exports).toBeGreaterThanOrEqual(5);
      expect(asked.length).toBeGreaterThanOrEqual(collector.exports.length - before.exports);
      const { emitted, routed, filtered } = obs.ledger();
      // What was told was counted as not wanted.
      expect(routed - before.routed).toBe(2);
      expect(filtered.disabled - before.filtered.disabled).toBe(emitted - before.emitted - 2);
      expect(filtered.disabled - before.filtered.disabled).toBeGreaterThan(0);
      for (const { headers } of collector.exports) expect(headers['traceparent']).toBe(undefined);
    },
  );
});

describe('exports of a page', () => {
  let browser: Browser;
  let script: string;
  beforeAll(async () => {
    [browser, script] = await Promise.all([startBrowser(), scriptOf(`export * from './test/helpers/observed-page.ts'`)]);
  }, 60_000);
  afterAll(() => browser.close());

  interface Case {
    readonly treat: readonly Treatment[];
    readonly compression?: 'gzip';
    readonly maxRetries?: number;
    /** The receiver lacks CORS headers. */
    readonly mute?: true;
    readonly delivered: number;
  }
  const cases: readonly (readonly [string, Case])[] = [
    ['that arrive', { treat: [takes()], delivered: 2 }],
    ['that arrive compressed', { treat: [takes()], compression: 'gzip', delivered: 2 }],
    ['that fail first', { treat: afterFailures, delivered: 2 }],
    ['that fail first, compressed', { treat: afterFailures, compression: 'gzip', delivered: 2 }],
    ['that are refused', { treat: [refuses(html())], delivered: 0 }],
    ['whose receiver lacks CORS headers', { treat: [takes()], mute: true, maxRetries: 1, delivered: 0 }],
  ];

  it.each(cases)('tell of nothing: %s', { timeout: 60_000 }, async (_, { treat, compression = 'none', maxRetries = 5, mute, delivered }) => {
    const collector = await startCollector();
    const silent = await createSite((_request, response) => response.end());
    const site = await createSite((_request, response) => response.end());
    const page = await browser.newPage();
    undo.push(() => collector.close(), () => silent.close(), () => site.close(), () => page.close());
    await page.goto(site.origin);
    const given = { sink: { endpoint: mute ? silent.origin : collector.url, compression }, options: { delivery: { maxRetries } } };
    await page.evaluate(`${script}; globalThis.sdk = sdk; globalThis.bench = sdk.observePage(${JSON.stringify(given)});`);
    collector.treat(...treat);
    await page.evaluate(() => {
      const { obs } = bench;
      const seen = { names: [] as string[], asked: [] as string[] };
      obs.signals$.subscribe(({ name }) => seen.names.push(name));
      /** Everything an instrumented client could tell of a request. */
      const tell = (url: unknown): void => {
        seen.asked.push(String(url));
        obs.tracer.startSpan('asked, span', () => obs.logger.info('asked, log'));
        obs.traceResponse(obs.traceRequest('GET', '/asked'), { status: 200 });
        obs.profiler.profile('asked, call', () => undefined);
        obs.recordMetric('asked, metric', 1);
        obs.errorTracker.captureException(new Error('asked, error'));
      };
      const { fetch } = globalThis;
      globalThis.fetch = (...args) => {
        tell(args[0]);
        return fetch(...args);
      };
      const sendBeacon = navigator.sendBeacon.bind(navigator);
      navigator.sendBeacon = (...args) => {
        tell(args[0]);
        return sendBeacon(...args);
      };
      Object.assign(globalThis, { seen });
      obs.tracer.startSpan('work', () => obs.logger.info('inside'));
    });
    for (let state = await page.evaluate(() => bench.state()); accountOf(state.ledger).pending > 0; state = await page.evaluate(() => bench.advance(50))) {
      expect(state.faults).toEqual([]);
      expect(state.ledger.routed).toBe(2);
    }
    const { ledger } = await page.evaluate(() => bench.state());
    expect(await page.evaluate(() => seen.names)).toEqual(['log', 'work']);
    expect(ledger.routed).toBe(2);
    expect(accountOf(ledger).delivered).toBe(delivered);
    // It was asked, and each time what it told was not wanted.
    const asked = await page.evaluate(() => seen.asked.splice(0));
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(ledger.filtered.disabled).toBeGreaterThan(asked.length);
    for (const { headers } of collector.exports) expect(headers['traceparent']).toBe(undefined);

    // The instrumentation works.
    await page.evaluate(() => fetch('/').then(() => undefined));
    expect(await page.evaluate(() => seen.names)).toContain('asked, span');
  });
});
