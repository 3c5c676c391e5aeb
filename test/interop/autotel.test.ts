// What we send, as a receiver understands it that nobody here wrote.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createObservability, otlpSink } from '#sdk';
import type { ObservabilityManager } from '#sdk';
import { autotelMissing, startAutotel } from '../helpers/autotel.ts';
import type { Autotel } from '../helpers/autotel.ts';

const missing = autotelMissing();
let receiver: Autotel;
let managers: ObservabilityManager[] = [];

describe.skipIf(missing !== undefined)(`autotel-devtools understands what we send${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  beforeAll(async () => {
    receiver = await startAutotel();
  });
  afterEach(async () => {
    await Promise.all(managers.map((obs) => obs.shutdown()));
    managers = [];
  });
  afterAll(() => receiver?.stop());

  function start(serviceName: string, protocol: 'http/protobuf' | 'http/json'): ObservabilityManager {
    const obs = createObservability({
      serviceName,
      environment: 'production',
      sinks: [otlpSink({ endpoint: receiver.endpoint, protocol })],
    });
    managers.push(obs);
    return obs;
  }

  it.each(['http/protobuf', 'http/json'] as const)('over %s: one trace of two services, its logs, and its timed calls', async (protocol) => {
    const [page, backend] = [start(`page ${protocol}`, protocol), start(`backend ${protocol}`, protocol)];
    const total = backend.profiler.profileFunction({ name: `total ${protocol}` })((pieces: number) => pieces * 49);
    let traceId = '';
    page.tracer.startSpan('click buy', { kind: 'client', attributes: { 'product.id': 'lamp', quantity: 2, gift: true, price: 9.5 } }, (click) => {
      traceId = click.trace.traceId;
      const headers = page.tracer.inject();
      backend.traceRequest('POST', '/api/checkout', { route: '/api/checkout', parent: backend.tracer.extract(headers) }, () => {
        backend.tracer.startSpan('reserve stock', (span) => {
          span.addEvent('reserved', { left: 39 });
          for (let call = 0; call < 7; call += 1) total(call);
          backend.logger.warn('the stock is low', { 'stock.left': 39 });
        });
        try {
          backend.tracer.startSpan('charge card', () => {
            throw new TypeError('no such card');
          });
        } catch (error) {
          backend.errorTracker.captureException(error);
        }
      });
    });
    for (const obs of [page, backend]) expect(await obs.flush()).toMatchObject({ ok: true, dropped: 0, pending: 0 });

    const spans = (await receiver.spans()).filter((span) => span.traceId === traceId);
    const named = (name: string) => spans.find((span) => span.name === name) ?? expect.fail(`no span "${name}" came`);
    expect(spans.map(({ name }) => name).sort()).toEqual(['POST /api/checkout', 'charge card', 'click buy', 'reserve stock']);
    expect(named('click buy')).toMatchObject({
      kind: 'CLIENT',
      attributes: { 'service.name': `page ${protocol}`, 'product.id': 'lamp', quantity: 2, gift: true, price: 9.5 },
    });
    expect(named('POST /api/checkout')).toMatchObject({
      kind: 'SERVER',
      parentSpanId: named('click buy').spanId,
      attributes: { 'service.name': `backend ${protocol}`, 'http.route': '/api/checkout' },
    });
    expect(named('reserve stock')).toMatchObject({
      parentSpanId: named('POST /api/checkout').spanId,
      events: [{ name: 'reserved', attributes: { left: 39 } }],
    });
    expect(named('charge card')).toMatchObject({ parentSpanId: named('POST /api/checkout').spanId, status: { code: 'ERROR' } });

    const logs = (await receiver.logs()).filter((log) => log['traceId'] === traceId);
    expect(logs).toHaveLength(4); // The request, its response, the message, the exception.
    const log = (body: string, attributes = {}) => expect.objectContaining({ body, attributes: expect.objectContaining(attributes) as object }) as object;
    expect(logs).toEqual(
      expect.arrayContaining([
        log('the stock is low', { 'stock.left': 39 }),
        log('no such card', { 'exception.type': 'TypeError', 'exception.message': 'no such card' }),
        log('POST /api/checkout', { 'arkhe.duration_ms': expect.any(Number) as number }),
      ]),
    );
    expect(logs.find(({ body }) => body === 'the stock is low')).toMatchObject({ spanId: named('reserve stock').spanId, severityText: 'WARN' });
    expect(logs.find(({ body }) => body === 'no such card')).toMatchObject({ spanId: named('charge card').spanId, severityText: 'ERROR' });

    const series = await receiver.metric('code.function.duration');
    const mine = series.find(({ attributes }) => attributes['code.function.name'] === `total ${protocol}`);
    expect(mine).toMatchObject({ unit: 's', kind: 'exponentialHistogram', temporality: 'cumulative', points: [{ scale: expect.any(Number) }] });
    // 5, or less where the first call took so much longer than the others that they do not fit into 160 buckets.
    expect(mine?.points[0]?.scale).toBeLessThanOrEqual(5);
    // It loses the field `count` of protobuf; the buckets tell as much.
    expect(mine?.points[0]?.positive.bucketCounts.reduce((sum, count) => sum + count, 0)).toBe(7);
  });
});
