// What leaves a page and a Node process, as the official decoder reads it.
import type { Browser, Page } from 'playwright-core';
import { map } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createObservability, otlpSink } from '#sdk';
import type { Attributes, ObservabilityManager, ObservabilityOptions, OtlpSinkOptions, Signal } from '#sdk';
import { createTestClock } from '#testing';
import type * as browserSdk from '../../src/browser/index.ts';
import { startCollector } from '../helpers/collector.ts';
import type { Collector } from '../helpers/collector.ts';
import type { DecodedLog, DecodedPoint, DecodedSpan } from '../helpers/decode-otlp.ts';
import { createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';

declare const sdk: typeof browserSdk;
declare let obs: ObservabilityManager;

type Protocol = 'http/protobuf' | 'http/json';
const protocols = ['http/protobuf', 'http/json'] as const satisfies readonly Protocol[];

const patience = { timeout: 60_000 };

let undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function collect(): Promise<Collector> {
  const collector = await startCollector();
  undo.push(() => collector.close());
  return collector;
}

function observe(sink: OtlpSinkOptions, options: ObservabilityOptions = {}): ObservabilityManager {
  const obs = createObservability({ serviceName: 'shop', environment: 'production', sources: false, sinks: [otlpSink(sink)], ...options });
  undo.push(() => obs.shutdown());
  return obs;
}

function only<T>(values: readonly T[]): T {
  expect(values).toHaveLength(1);
  return values[0] as T;
}

describe.each(protocols)('over %s', (protocol) => {
  describe('a click in a page, and what its backend does', () => {
    let browser: Browser;
    let page: Page;
    let collector: Collector;
    let spans: readonly DecodedSpan[];
    let logs: readonly DecodedLog[];
    const ends: (() => unknown)[] = [];

    beforeAll(async () => {
      const script = scriptOf(`export * from './src/browser/index.ts'`);
      [browser, collector] = await Promise.all([startBrowser(), startCollector()]);
      const backend = createObservability({ serviceName: 'backend', environment: 'production', release: '1.2.3', sources: false, sinks: [otlpSink({ endpoint: collector.url, protocol })] });
      const site = await createSite((request, response) => {
        if (request.url !== '/api/checkout') return response.end('<!doctype html><button>buy</button>');
        const details = { parent: backend.tracer.extract(request.headers), route: '/api/checkout', params: { product: 'lamp' } };
        try {
          backend.traceRequest('POST', '/api/checkout', details, () => {
            backend.tracer.startSpan('reserve stock', { kind: 'client', attributes: { 'db.system.name': 'postgresql' } }, (span) => {
              span.addEvent('reserved', { left: 39 });
              backend.logger.warn('the stock is low', { left: 39 });
            });
            backend.tracer.startSpan('charge card', () => {
              throw new TypeError('no such card', { cause: new Error('the bank is closed') });
            });
          });
        } catch (error) {
          backend.errorTracker.captureException(error);
          response.statusCode = 500;
        }
        return response.end('{}');
      });
      ends.push(() => browser.close(), () => backend.shutdown(), () => site.close(), () => collector.close());
      page = await browser.newPage();
      await page.goto(site.origin);
      await page.evaluate(`${await script}; globalThis.sdk = sdk;`);
      await page.evaluate(
        (sink) => {
          const page = sdk.createObservability({ serviceName: 'page', environment: 'production', sources: false, sinks: [sdk.otlpSink(sink)] });
          Object.assign(globalThis, { obs: page });
          document.querySelector('button')?.addEventListener('click', () => {
            page.tracer.startSpan('click buy', { attributes: { 'browser.element': 'button' } }, async (click) => {
              page.logger.info('buying a lamp');
              await click.startSpan('POST /api/checkout', { kind: 'client' }, async (call) => {
                const { status } = await fetch('/api/checkout', { method: 'POST', headers: page.tracer.inject(call) });
                call.setAttribute('http.response.status_code', status);
                if (status >= 500) call.setStatus({ code: 'error', message: `answered ${status}` });
              });
              document.title = 'answered';
            });
          });
        },
        { endpoint: collector.url, protocol },
      );
      await page.click('button');
      await page.waitForFunction(() => document.title === 'answered');
      expect(await page.evaluate(() => obs.flush())).toMatchObject({ ok: true, dropped: 0, pending: 0 });
      expect(await backend.flush()).toMatchObject({ ok: true, dropped: 0, pending: 0 });
      [spans, logs] = [collector.spans(), collector.logs()];
    }, 120_000);
    afterAll(async () => {
      for (const end of ends) await end();
    });

    const span = (name: string, service: string): DecodedSpan =>
      only(spans.filter((each) => each.name === name && each.resource['service.name'] === service));
    const log = (eventName: string, service: string): DecodedLog =>
      only(logs.filter((each) => each.eventName === eventName && each.resource['service.name'] === service));

    it('are one trace, with the right parents across the processes', () => {
      const click = span('click buy', 'page');
      const call = span('POST /api/checkout', 'page');
      const served = span('POST /api/checkout', 'backend');
      expect(spans).toHaveLength(5);
      expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([click.traceId]));
      expect(click.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
      expect(spans.every(({ spanId }) => /^[0-9a-f]{16}$/.test(spanId))).toBe(true);
      expect(click.parentSpanId).toBe('');
      expect(call.parentSpanId).toBe(click.spanId);
      expect(served.parentSpanId).toBe(call.spanId);
      expect(span('reserve stock', 'backend').parentSpanId).toBe(served.spanId);
      expect(span('charge card', 'backend').parentSpanId).toBe(served.spanId);
    });

    it('say what they are: kind, status, attributes, events, and where the parent was', () => {
      expect(span('click buy', 'page')).toMatchObject({ kind: 1, status: { code: 0 }, attributes: { 'browser.element': 'button' } });
      expect(span('POST /api/checkout', 'page')).toMatchObject({
        kind: 3,
        status: { code: 2, message: 'answered 500' },
        attributes: { 'http.response.status_code': 500 },
      });
      const served = span('POST /api/checkout', 'backend');
      expect(served).toMatchObject({ kind: 2, status: { code: 2 }, attributes: { 'http.request.method': 'POST', 'http.route': '/api/checkout' } });
      expect(span('reserve stock', 'backend')).toMatchObject({
        kind: 3,
        attributes: { 'db.system.name': 'postgresql' },
        events: [{ name: 'reserved', attributes: { left: 39 } }],
      });
      expect(span('charge card', 'backend')).toMatchObject({
        kind: 1,
        status: { code: 2, message: 'no such card' },
        events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'no such card' } }],
      });
      // Sampled; bit 8: whether the parent is remote is known; bit 9: it is.
      expect(served.flags).toBe(0x301);
      expect(span('reserve stock', 'backend').flags).toBe(0x101);
      for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
        expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
        expect(Math.abs(Number(BigInt(startTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(600_000);
      }
    });

    it('belong to a resource and a scope each, said once a request', () => {
      const common = { 'deployment.environment.name': 'production', 'telemetry.sdk.name': '@arkhe/observability' };
      for (const record of [...spans, ...logs]) {
        const own = record.resource['service.name'] === 'page' ? { 'telemetry.sdk.language': 'webjs' } : { 'service.version': '1.2.3', 'telemetry.sdk.language': 'nodejs' };
        expect(record.resource).toMatchObject({ ...common, ...own });
        expect(record.scope.name).toBe('@arkhe/observability');
        expect(Object.keys(record.attributes)).not.toContain('service.name');
      }
      expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['page', 'backend']));
    });

    it('are told by log records, each of the span it happened in', () => {
      const served = span('POST /api/checkout', 'backend');
      const places = logs.map((each) => [each.eventName, each.traceId, each.spanId]);
      const of = (eventName: string, { traceId, spanId }: DecodedSpan): readonly string[] => [eventName, traceId, spanId];
      expect(places.sort()).toEqual(
        [
          of('arkhe.message', span('click buy', 'page')),
          of('arkhe.request', served),
          of('arkhe.message', span('reserve stock', 'backend')),
          of('arkhe.response', served),
          of('exception', span('charge card', 'backend')),
        ].sort(),
      );
    });

    it('are told with event name, severity, and what the conventions call it', () => {
      expect(log('arkhe.message', 'page')).toMatchObject({ severityNumber: 9, severityText: 'INFO', body: 'buying a lamp' });
      expect(log('arkhe.message', 'backend')).toMatchObject({ severityNumber: 13, severityText: 'WARN', body: 'the stock is low' });
      const request = log('arkhe.request', 'backend');
      expect(request).toMatchObject({
        severityNumber: 9,
        severityText: 'INFO',
        body: 'POST /api/checkout',
        attributes: { 'http.request.method': 'POST', 'url.path': '/api/checkout', 'arkhe.params': { product: 'lamp' } },
      });
      expect(log('arkhe.response', 'backend')).toMatchObject({
        severityNumber: 17,
        severityText: 'ERROR',
        attributes: { 'error.type': 'TypeError', 'exception.message': 'no such card', 'arkhe.request_id': request.attributes['arkhe.request_id'] },
      });
      expect(log('exception', 'backend')).toMatchObject({
        severityNumber: 17,
        severityText: 'ERROR',
        body: 'no such card',
        attributes: {
          'exception.type': 'TypeError',
          'exception.message': 'no such card',
          'exception.stacktrace': expect.stringMatching(/^TypeError: no such card\n[^]*\nCaused by: Error: the bank is closed/),
          'arkhe.handled': true,
          'log.record.uid': expect.stringMatching(/^[0-9a-f]{32}$/),
          'arkhe.request_id': request.attributes['arkhe.request_id'],
        },
      });
    });
  });

  it.each(['cumulative', 'delta'] as const)('the counts of %s histograms are the calls made, over several exports', patience, async (temporality) => {
    const collector = await collect();
    const clock = createTestClock();
    const obs = observe({ endpoint: collector.url, protocol, temporality }, { clock });
    const work = obs.profiler.profileFunction({ name: 'work' })((duration: number) => clock.advance(duration));
    const fail = obs.profiler.profileFunction({ name: 'work' })((duration: number) => {
      clock.advance(duration);
      throw new Error('failed');
    });
    const calls = [7, 0, 5, 11];
    for (const count of calls) {
      for (let call = 1; call <= count; call++) work(call * 10);
      if (count === 5) expect(() => fail(1)).toThrow();
      obs.recordMetric('orders', count, { instrument: 'counter' });
      expect(await obs.flush()).toMatchObject({ ok: true, pending: 0 });
    }
    const metrics = collector.metrics();
    const histograms = metrics.filter(({ name }) => name === 'code.function.duration');
    expect(histograms.every(({ unit, type, temporality: said }) => unit === 's' && type === 'histogram' && said === temporality)).toBe(true);
    const points = histograms.flatMap((metric) => metric.points).filter(({ attributes }) => attributes['code.function.name'] === 'work');
    const failed = points.filter(({ attributes }) => attributes['error.type'] === '_OTHER');
    const succeeded = points.filter((point) => !failed.includes(point));
    const counts = (of: readonly DecodedPoint[]): readonly (number | undefined)[] => of.map(({ count }) => count);
    const seconds = (of: readonly DecodedPoint[]): readonly number[] => of.map(({ sum = 0 }) => Math.round(sum * 1_000) / 1_000);
    const orders = metrics.filter(({ name }) => name === 'orders').flatMap((metric) => metric.points).map(({ value }) => value);
    if (temporality === 'cumulative') {
      expect(counts(succeeded)).toEqual([7, 7, 12, 23]);
      expect(seconds(succeeded)).toEqual([0.28, 0.28, 0.43, 1.09]);
      expect(counts(failed)).toEqual([1, 1]);
      expect(orders).toEqual([7, 7, 12, 23]);
      expect(new Set(succeeded.map(({ startTimeUnixNano }) => startTimeUnixNano)).size).toBe(1);
    } else {
      expect(counts(succeeded)).toEqual([7, 5, 11]);
      expect(seconds(succeeded)).toEqual([0.28, 0.15, 0.66]);
      expect(counts(failed)).toEqual([1]);
      expect(orders).toEqual([7, 0, 5, 11]);
    }
    for (const point of points) {
      const { count, zeroCount = 0, positive = { bucketCounts: [] }, min = 0, max = 0 } = point;
      expect(positive.bucketCounts.reduce((sum, each) => sum + each, zeroCount)).toBe(count);
      expect(min).toBeGreaterThanOrEqual(0.001);
      expect(max).toBeLessThanOrEqual(0.11);
      expect(BigInt(point.timeUnixNano)).toBeGreaterThan(BigInt(point.startTimeUnixNano));
    }
  });

  it('a histogram over twelve orders of magnitude has at most 160 buckets, which hold every value', patience, async () => {
    const collector = await collect();
    const obs = observe({ endpoint: collector.url, protocol });
    const values = Array.from({ length: 1_200 }, (_, index) => 10 ** (index / 100 - 6));
    for (const value of values) obs.recordMetric('size', value, { instrument: 'histogram', unit: 'By' });
    await obs.flush();
    const { unit, points } = only(collector.metrics());
    const { count, scale = 0, positive = { offset: 0, bucketCounts: [] } } = only(points);
    expect([unit, count]).toEqual(['By', 1_200]);
    expect(positive.bucketCounts.length).toBeLessThanOrEqual(160);
    const base = 2 ** (2 ** -scale);
    positive.bucketCounts.forEach((held, index) => {
      const [above, upTo] = [base ** (positive.offset + index), base ** (positive.offset + index + 1)];
      // A value at a bound may be a hair on either side.
      const sure = values.filter((value) => value > above * (1 + 1e-9) && value < upTo * (1 - 1e-9)).length;
      const perhaps = values.filter((value) => value > above * (1 - 1e-9) && value < upTo * (1 + 1e-9)).length;
      expect(held).toBeGreaterThanOrEqual(sure);
      expect(held).toBeLessThanOrEqual(perhaps);
    });
    expect(positive.bucketCounts.reduce((sum, each) => sum + each)).toBe(1_200);
  });

  it('values the protocol does not know become text, wherever they were given', patience, async () => {
    const collector = await collect();
    const odd = {
      big: 12345678901234567890n,
      date: new Date(0),
      symbol: Symbol('here'),
      expression: /a+/u,
      function: Math.max,
      infinity: Number.POSITIVE_INFINITY,
      nothing: Number.NaN,
      bytes: new Uint8Array(3),
    } as unknown as Attributes;
    const texts = {
      big: '12345678901234567890n',
      date: '1970-01-01T00:00:00.000Z',
      symbol: 'Symbol(here)',
      expression: '/a+/u',
      function: '[function max]',
      infinity: 'Infinity',
      nothing: 'NaN',
      bytes: '[Uint8Array 3]',
    };
    // By itself, none is an attribute: see `snapshotAttributes`.
    const { symbol: _, function: __, ...attributesOnly } = texts;
    const addOdd = map((signal: Signal) => ({ ...signal, attributes: { ...signal.attributes, added: odd } }) as unknown as Signal);
    const obs = observe({ endpoint: collector.url, protocol }, { pipeline: [addOdd] });
    obs.tracer.startSpan('odd', { attributes: odd }, (span) => {
      span.addEvent('odd', odd);
      obs.logger.info('odd', odd);
    });
    expect(await obs.flush()).toMatchObject({ ok: true, delivered: 2, dropped: 0 });
    const { attributes, events, droppedAttributesCount } = only(collector.spans());
    expect(attributes).toMatchObject({ ...attributesOnly, added: texts });
    expect(only(events).attributes).toEqual(attributesOnly);
    expect(only(collector.logs()).attributes).toMatchObject({ added: texts });
    expect(droppedAttributesCount).toBe(0);
  });
});
