// Errors without Sentry: as an OpenTelemetry backend gets them, read by the official decoder.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createObservability, otlpSink } from '#sdk';
import type { ObservabilityManager } from '#sdk';
import { startCollector } from '../helpers/collector.ts';
import type { Collector } from '../helpers/collector.ts';
import type { DecodedLog } from '../helpers/decode-otlp.ts';

describe.each(['http/protobuf', 'http/json'] as const)('over %s', (protocol) => {
  let collector: Collector;
  let obs: ObservabilityManager;

  beforeEach(async () => {
    collector = await startCollector();
    obs = createObservability({ serviceName: 'shop', environment: 'production', sources: false, sinks: [otlpSink({ endpoint: collector.url, protocol })] });
  });

  afterEach(async () => {
    await obs.shutdown();
    await collector.close();
  });

  /** What arrived, once all was sent. */
  async function exceptions(): Promise<readonly DecodedLog[]> {
    await obs.flush();
    return collector.logs().filter(({ eventName }) => eventName === 'exception');
  }

  it.each<[string, () => unknown, string, string, RegExp]>([
    ['an error', () => new RangeError('too far'), 'RangeError', 'too far', /^RangeError: too far\n {4}at /],
    [
      'a chain of causes',
      () => new Error('no order', { cause: new TypeError('fetch failed', { cause: 'the line is dead' }) }),
      'Error',
      'no order',
      /^Error: no order\n {4}at [^]*\nCaused by: TypeError: fetch failed\n {4}at [^]*\nCaused by: string: the line is dead/,
    ],
    [
      'an AggregateError',
      () => new AggregateError([new Error('one'), new Error('two')], 'all of them'),
      'AggregateError',
      'all of them',
      /^AggregateError: all of them\n[^]*\nSuppressed: Error: one\n {4}at [^]*\nSuppressed: Error: two\n {4}at /,
    ],
    ['what is no error', () => 'just text', 'string', 'just text', /^string: just text\n {4}at /],
  ])('%s has its type, its message, and its stack with all that caused it', async (_, make, type, message, stack) => {
    obs.errorTracker.captureException(make());
    const records = await exceptions();
    expect(records).toMatchObject([
      {
        ...{ body: message, severityNumber: 17, severityText: 'ERROR' },
        attributes: { 'exception.type': type, 'exception.message': message, 'arkhe.handled': true },
      },
    ]);
    expect(records[0]?.attributes['exception.stacktrace']).toMatch(stack);
  });

  it('is found by the event id, the trace, its tags and its user', async () => {
    const [id, trace] = obs.tracer.startSpan('checkout', (span) => [
      obs.errorTracker.captureException(new Error('no order'), {
        ...{ level: 'fatal', handled: false, context: { cart: { items: 3 } }, attributes: { 'order.number': 7 } },
        ...{ tags: { region: 'eu', retried: true }, user: { id: 'u1', username: 'ada' } },
      }),
      span.trace,
    ]);
    const [record] = await exceptions();
    expect(record).toMatchObject({ traceId: trace.traceId, spanId: trace.spanId, severityNumber: 21, severityText: 'FATAL' });
    expect(record?.attributes).toMatchObject({
      ...{ 'log.record.uid': id, 'arkhe.handled': false, 'arkhe.context': { cart: { items: 3 } }, 'order.number': 7 },
      ...{ region: 'eu', retried: 'true', 'user.id': 'u1', 'user.name': 'ada' },
    });
  });

  it('comes with the steps that led to it', async () => {
    obs.errorTracker.addBreadcrumb('cart opened', { attributes: { 'cart.items': 3 } });
    obs.errorTracker.captureException(new Error('no order'));
    const [record] = await exceptions();
    expect(record?.attributes['arkhe.breadcrumbs']).toEqual([
      expect.objectContaining({ category: 'manual', message: 'cart opened', level: 'info', attributes: { 'cart.items': 3 } }),
    ]);
  });

  it('that happens again and again is a record of the first, and one of how many followed', async () => {
    for (let time = 0; time < 12; time += 1) obs.errorTracker.captureException(new Error('no order'));
    await obs.shutdown();
    expect((await exceptions()).map(({ attributes }) => attributes['arkhe.count'] ?? 1)).toEqual([1, 11]);
  });

  it('leaves with no secret, wherever that was', async () => {
    const secret = 'hunter2-s3cr3t';
    obs.errorTracker.addBreadcrumb(`password=${secret}`, { attributes: { password: secret } });
    const error = new Error(`login failed: password=${secret}`, { cause: new Error(`https://ada:${secret}@bank.test/?token=${secret}`) });
    error.stack = `Error: login failed: password=${secret}\n    at login (https://shop.test/app.js?token=${secret}:1:1)`;
    obs.errorTracker.captureException(error, {
      ...{ context: { headers: { authorization: `Bearer ${secret}` }, password: secret }, attributes: { api_key: secret } },
      ...{ tags: { password: secret }, user: { id: 'u1', password: secret } },
    });
    expect(await exceptions()).toHaveLength(1);
    expect(collector.exports.map(({ body }) => new TextDecoder().decode(body)).join()).not.toContain(secret);
  });
});
