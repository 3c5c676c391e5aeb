import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import fc from 'fast-check';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Batch, Queue } from '../../src/core/delivery/channel.ts';
import type { Attributes, Signal } from '../../src/core/signal.ts';
import { createMetricQueue } from '../../src/core/sinks/otlp/metric-queue.ts';
import { createOtlpResource } from '../../src/core/sinks/otlp/otlp-resource.ts';
import { downscale, levelsFor } from '../../src/core/statistics/downscale.ts';
import { bucketIndex } from '../../src/core/statistics/bucket-index.ts';
import { Distribution } from '../../src/core/statistics/distribution.ts';
import type { DecodedBuckets, DecodedPoint } from '../helpers/decode-otlp.ts';
import { context, protocols, recordedOtlp } from '../helpers/recorded-otlp.ts';
import type { RecordedOtlp } from '../helpers/recorded-otlp.ts';
import { metricSignal, profileSignal, traceOf } from '../helpers/signals.ts';

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const nano = (milliseconds: number): string => `${BigInt(milliseconds) * 1_000_000n}`;

function pushAll(queue: Queue, signals: readonly Signal[]): number {
  return total(signals.map((signal, index) => queue.push(signal, 100, index)));
}

function takeAll(queue: Queue): Batch {
  return queue.take(512, 1_000_000);
}

/** What arrives of these signals, in one request. */
async function exported(otlp: RecordedOtlp, signals: readonly Signal[], queue = otlp.queue()) {
  pushAll(queue, signals);
  return otlp.metrics(takeAll(queue));
}

/** A value of a histogram by nearest rank, from the middle of its bucket. */
function quantile({ positive, scale = 0, zeroCount = 0, negative }: DecodedPoint, rank: number): number {
  const base = 2 ** 2 ** -scale;
  const middle = (index: number): number => (2 * base ** (index + 1)) / (1 + base);
  const each = ({ offset, bucketCounts }: DecodedBuckets) => bucketCounts.map((count, at) => ({ count, value: middle(offset + at) }));
  const ascending = [
    ...each(negative!).map(({ count, value }) => ({ count, value: -value })).reverse(),
    { count: zeroCount, value: 0 },
    ...each(positive!),
  ];
  let passed = 0;
  return ascending.find(({ count }) => (passed += count) >= rank)!.value;
}

/** Which series each of these signals is in, as the points of it tell: those of a queue that has to find each of them anew, too. */
async function seriesOf(signals: readonly Signal[], anew: boolean): Promise<unknown> {
  const otlp = recordedOtlp({ resource: { 'service.name': 'shop', list: ['a'] } });
  const queue = otlp.queue();
  for (const [index, signal] of signals.entries()) {
    // Another resource that says the same.
    if (anew) otlp.configure({ 'service.name': 'shop', list: ['a'] });
    queue.push(signal, 0, index);
  }
  const metrics = await otlp.metrics(takeAll(queue));
  return metrics.map(({ name, unit, type, points }) => ({ name, unit, type, points: points.map(({ attributes, count, sum, value }) => ({ attributes, count, sum, value })) }));
}

describe('a series that is found by what its signals had before', () => {
  const shared = { 'service.name': 'shop', list: ['a'] };
  const values = fc.constantFrom<Attributes[string]>('a', 'b', '1', 1, 0, -0, true, 'true', undefined, Number.NaN, 'shop');
  const keys = fc.constantFrom('a', 'b', 'c', 'service.name', '__proto__', '1', 'error.type');
  const attributes = fc.oneof(
    fc.constant<Attributes>(shared),
    fc.dictionary(keys, values, { maxKeys: 4, noNullPrototype: true }),
    fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: true }).map((own) => ({ ...own, ...shared })),
    fc.constantFrom<Attributes>({ list: ['b'] }, { list: ['a'] }),
  );
  const signals = fc.oneof(
    fc.tuple(attributes, fc.boolean(), fc.constantFrom('x', 'y')).map(([attributes, failed, name]) => profileSignal({ name, failed, attributes })),
    fc.tuple(attributes, fc.constantFrom('counter', 'gauge', 'histogram'), fc.constantFrom('ms', 's', '1'), fc.constantFrom('x', 'y')).map(([attributes, instrument, unit, name]) =>
      metricSignal({ name, instrument, unit, attributes }),
    ),
  );

  it('is the one that a search finds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(signals, { minLength: 1, maxLength: 40 }), async (signals) => {
        expect(await seriesOf(signals, false)).toEqual(await seriesOf(signals, true));
      }),
      { numRuns: 150 },
    );
  });

  it('is another one when the resource has changed', async () => {
    const otlp = recordedOtlp({ resource: { 'service.name': 'shop' } });
    const queue = otlp.queue();
    const signal = metricSignal({ instrument: 'counter', attributes: { 'service.name': 'shop', tenant: 'acme' } });
    queue.push(signal, 0, 0);
    otlp.configure({ 'service.name': 'other' });
    queue.push(signal, 0, 1);
    const [metric] = await otlp.metrics(takeAll(queue));
    expect(metric!.points.map(({ attributes }) => attributes)).toEqual([{ tenant: 'acme' }, { 'service.name': 'shop', tenant: 'acme' }]);
  });
});

describe.each(protocols)('over %s', (protocol) => {
  it('calls become an exponential histogram of seconds for each function', async () => {
    const calls = [...Array.from({ length: 900 }, (_, index) => profileSignal({ name: 'pay', duration: index + 1 })), profileSignal({ name: 'ship', duration: 0 })];
    const [metric, ...others] = await exported(recordedOtlp({ protocol, resource: { 'service.name': 'shop' } }), calls);
    expect(others).toEqual([]);
    expect(metric).toMatchObject({
      name: 'code.function.duration',
      unit: 's',
      type: 'histogram',
      temporality: 'cumulative',
      scope: { name: '@arkhe/observability' },
      resource: { 'service.name': 'shop' },
    });
    const [pay, ship] = metric!.points;
    expect(pay).toMatchObject({ attributes: { 'code.function.name': 'pay' }, count: 900, min: 0.001, max: 0.9, zeroCount: 0, negative: { bucketCounts: [] } });
    expect(pay!.sum).toBeCloseTo(405.45, 9);
    expect(total(pay!.positive!.bucketCounts)).toBe(900);
    expect(ship).toMatchObject({ attributes: { 'code.function.name': 'ship' }, count: 1, zeroCount: 1, sum: 0, min: 0, max: 0, positive: { bucketCounts: [] } });
  });

  it('the duration of a request leaves in seconds, with exactly the conventions\' attributes', async () => {
    const resource = { 'service.name': 'shop', 'service.version': '1' };
    const common = { [ATTR_HTTP_REQUEST_METHOD]: 'GET', [ATTR_URL_SCHEME]: 'https', [ATTR_HTTP_ROUTE]: '/orders/:id', [ATTR_NETWORK_PROTOCOL_VERSION]: '1.1' };
    const answered = { ...common, [ATTR_HTTP_RESPONSE_STATUS_CODE]: 200 };
    const failed = { ...common, [ATTR_HTTP_RESPONSE_STATUS_CODE]: 503, [ATTR_ERROR_TYPE]: '503' };
    const measured = (value: number, attributes: Attributes, index: number) =>
      metricSignal({ name: METRIC_HTTP_SERVER_REQUEST_DURATION, unit: 'ms', instrument: 'histogram', value, attributes: { ...attributes, 'server.port': undefined, ...resource }, requestId: `req-${index}`, trace: traceOf(index + 1) });
    const signals = Array.from({ length: 100 }, (_, index) => measured(index + 1, index % 10 === 9 ? failed : answered, index));
    const [metric, ...others] = await exported(recordedOtlp({ protocol, resource }), signals);
    expect(others).toEqual([]);
    expect(metric).toMatchObject({ name: 'http.server.request.duration', unit: 's', type: 'histogram', temporality: 'cumulative', resource });
    const [ok, wrong, ...more] = metric!.points;
    expect(more).toEqual([]);
    expect(ok).toMatchObject({ count: 90, min: 0.001, max: 0.099 });
    expect(ok!.attributes).toEqual(answered);
    expect(wrong).toMatchObject({ count: 10, min: 0.01, max: 0.1 });
    expect(wrong!.attributes).toEqual(failed);
    expect(total(ok!.positive!.bucketCounts)).toBe(90);
    expect(wrong!.sum).toBeCloseTo(0.55, 9);
  });

  it('failed calls are apart', async () => {
    const calls = [profileSignal(), profileSignal({ failed: true }), profileSignal({ failed: true, attributes: { 'error.type': 'TypeError' } })];
    const [metric] = await exported(recordedOtlp({ protocol }), calls);
    expect(metric!.points.map(({ attributes, count }) => [attributes['error.type'], count])).toEqual([
      [undefined, 1],
      ['_OTHER', 1],
      ['TypeError', 1],
    ]);
  });

  it('the percentiles of a histogram are as exact as its scale', async () => {
    for (const octaves of [3, 8, 40]) {
      const values = Array.from({ length: 2_000 }, (_, index) => 1_000 * 2 ** ((octaves * (index * 7_919 % 2_000)) / 2_000));
      const [metric] = await exported(recordedOtlp({ protocol }), values.map((duration) => profileSignal({ duration })));
      const point = metric!.points[0]!;
      expect(point.positive!.bucketCounts.length).toBeLessThanOrEqual(160);
      expect(total(point.positive!.bucketCounts)).toBe(2_000);
      const sorted = values.sort((a, b) => a - b).map((value) => value / 1_000);
      for (const rank of [1, 100, 1_000, 1_500, 1_900, 1_980, 2_000]) {
        const truth = sorted[rank - 1]!;
        expect(Math.abs(quantile(point, rank) - truth) / truth).toBeLessThan(0.011 * 2 ** (5 - point.scale!));
      }
    }
  });

  it.each([1, -1])('both signs of a histogram fit at one scale, whichever is the wider (%i)', async (sign) => {
    const values = [-5_000, -0.001, 0, 0.5, 1e9, 1e-9].map((value) => sign * value);
    const [metric] = await exported(recordedOtlp({ protocol }), values.map((value) => metricSignal({ instrument: 'histogram', value })));
    const point = metric!.points[0]!;
    expect(point).toMatchObject({ count: 6, zeroCount: 1, min: Math.min(...values), max: Math.max(...values), sum: total(values) });
    const counts = [point.positive!.bucketCounts, point.negative!.bucketCounts];
    expect(counts.map(total)).toEqual(sign === 1 ? [3, 2] : [2, 3]);
    expect(counts.every(({ length }) => length <= 160)).toBe(true);
    expect(point.scale).toBe(1);
    expect(Math.abs(quantile(point, 1) / Math.min(...values) - 1)).toBeLessThan(0.2);
  });

  it('counters are monotonic sums, gauges what was last said', async () => {
    const signals = [
      metricSignal({ name: 'orders', instrument: 'counter', value: 2, unit: '{order}' }),
      metricSignal({ name: 'orders', instrument: 'counter', value: 3, unit: '{order}' }),
      metricSignal({ name: 'queue', instrument: 'gauge', value: 7 }),
      metricSignal({ name: 'queue', instrument: 'gauge', value: -4 }),
    ];
    expect(await exported(recordedOtlp({ protocol }), signals)).toMatchObject([
      { name: 'orders', unit: '{order}', type: 'sum', isMonotonic: true, temporality: 'cumulative', points: [{ value: 5 }] },
      { name: 'queue', unit: '1', type: 'gauge', points: [{ value: -4 }] },
    ]);
  });

  it('milliseconds become seconds, other units stay', async () => {
    const signals = (['counter', 'gauge', 'histogram'] as const).flatMap((instrument) => [
      metricSignal({ name: instrument, instrument, unit: 'ms', value: 1_500 }),
      metricSignal({ name: instrument, instrument, unit: 's', value: 2 }),
      metricSignal({ name: instrument, instrument, unit: 'By', value: 10 }),
    ]);
    const metrics = await exported(recordedOtlp({ protocol }), signals);
    expect(metrics.map(({ name, unit, points }) => [name, unit, points.map(({ value, sum }) => value ?? sum)])).toEqual([
      ['counter', 's', [3.5]],
      ['counter', 'By', [10]],
      ['gauge', 's', [2]],
      ['gauge', 'By', [10]],
      ['histogram', 's', [3.5]],
      ['histogram', 'By', [10]],
    ]);
  });

  it('a series is one set of attributes, in whatever order, without the resource\'s', async () => {
    const resource = { 'service.name': 'shop' };
    const of = (attributes: object) => metricSignal({ name: 'n', instrument: 'counter', attributes: attributes as never });
    const otlp = recordedOtlp({ protocol, resource });
    const [metric] = await exported(otlp, [of({ a: 1, b: 'x' }), of({ ...resource, b: 'x', a: 1 }), of({ a: '1', b: 'x' }), of(resource), of({})]);
    expect(metric!.points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ a: 1, b: 'x' }, 2],
      [{ a: '1', b: 'x' }, 1],
      [{}, 2],
    ]);
  });
});

describe('cumulative metrics', () => {
  it('tell of all the time since the same start, of every series each time', async () => {
    const otlp = recordedOtlp();
    const start = otlp.clock.now();
    const queue = otlp.queue();
    otlp.clock.advance(1_000);
    const first = await exported(otlp, [profileSignal({ name: 'a' }), profileSignal({ name: 'b' })], queue);
    otlp.clock.advance(1_000);
    const second = await exported(otlp, [profileSignal({ name: 'a' }), profileSignal({ name: 'late' })], queue);
    const told = (metrics: typeof first) =>
      metrics[0]!.points.map(({ attributes, count, startTimeUnixNano, timeUnixNano }) => [attributes['code.function.name'], count, startTimeUnixNano, timeUnixNano]);
    expect(told(first)).toEqual([
      ['a', 1, nano(start), nano(start + 1_000)],
      ['b', 1, nano(start), nano(start + 1_000)],
    ]);
    expect(told(second)).toEqual([
      ['a', 2, nano(start), nano(start + 2_000)],
      ['b', 1, nano(start), nano(start + 2_000)],
      ['late', 1, nano(start + 1_000), nano(start + 2_000)],
    ]);
  });
});

describe('what was lost on its way', () => {
  const lost = async (temporality: 'cumulative' | 'delta') => {
    const otlp = recordedOtlp({ temporality });
    const queue = otlp.queue();
    const start = otlp.clock.now();
    for (const value of [1, 2]) {
      otlp.clock.advance(1_000);
      pushAll(queue, [metricSignal({ name: 'orders', instrument: 'counter', value }), metricSignal({ name: 'wait', instrument: 'histogram', value })]);
      if (value === 1) takeAll(queue);
    }
    const metrics = await otlp.metrics(takeAll(queue));
    return metrics.map(({ points: [point] }) => [point!.value ?? point!.sum, BigInt(point!.startTimeUnixNano) - BigInt(nano(start))]);
  };

  it('the next cumulative points tell again', async () => {
    expect(await lost('cumulative')).toEqual([[3, 0n], [3, 0n]]);
  });

  it('the next delta points do not: theirs is a time of their own', async () => {
    expect(await lost('delta')).toEqual([[2, 1_000_000_000n], [2, 1_000_000_000n]]);
  });
});

describe('a clock that is set back', () => {
  it.each(['cumulative', 'delta'] as const)('makes no %s point end before it begins, nor begin before the last one ended', async (temporality) => {
    let time = 1_700_000_000_000;
    const sent: { start: number; end: number }[] = [];
    const seconds = ([whole, nanoseconds]: readonly [number, number]): number => whole + nanoseconds / 1e9;
    const resource = createOtlpResource({}, 'nodejs');
    const queue = createMetricQueue({
      clock: { now: () => time, elapsed: () => 0, every: () => NEVER },
      temporality,
      resource: () => resource,
      send: (points) => {
        for (const { point } of points) sent.push({ start: seconds(point.startTime), end: seconds(point.endTime) });
      },
    });
    for (const jump of [1_000, -3_600_000, 1_000, 7_200_000, 1_000]) {
      time += jump;
      queue.push(metricSignal({ instrument: 'counter', value: 1 }), 0, 0);
      void takeAll(queue).send(context);
    }
    expect(sent).toHaveLength(5);
    for (const [at, { start, end }] of sent.entries()) {
      expect(end).toBeGreaterThan(start);
      expect(end).toBeGreaterThan(sent[at - 1]?.end ?? 0);
      if (at > 0) expect(start).toBe(temporality === 'delta' ? sent[at - 1]!.end : sent[0]!.start);
    }
  });
});

describe('a histogram', () => {
  it('of any numbers has exactly their count, sum, least and greatest, and as many in its buckets', async () => {
    const values = fc.array(fc.oneof(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.double({ min: 1e-9, max: 1e-3, noNaN: true }), fc.constant(0)), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(values, async (values) => {
        const [metric] = await exported(recordedOtlp(), values.map((value) => metricSignal({ instrument: 'histogram', value })));
        const { count, sum, min, max, zeroCount, positive, negative, scale } = metric!.points[0]!;
        expect([count, sum, min, max].map((number) => number! + 0)).toEqual([values.length, total(values), Math.min(...values), Math.max(...values)].map((number) => number + 0));
        expect(zeroCount! + total(positive!.bucketCounts) + total(negative!.bucketCounts)).toBe(values.length);
        // Receivers take no wider ones.
        expect(scale).toBeGreaterThanOrEqual(-4);
        expect(Math.max(positive!.bucketCounts.length, negative!.bucketCounts.length)).toBeLessThanOrEqual(160);
      }),
      { numRuns: 100 },
    );
  });
});

describe('delta metrics', () => {
  it('tell of each interval, and only of what happened in it', async () => {
    const otlp = recordedOtlp({ temporality: 'delta' });
    const start = otlp.clock.now();
    const queue = otlp.queue();
    otlp.clock.advance(1_000);
    await exported(otlp, [profileSignal({ name: 'a' }), profileSignal({ name: 'b' })], queue);
    otlp.clock.advance(1_000);
    const [metric] = await exported(otlp, [profileSignal({ name: 'a', duration: 3 })], queue);
    expect(metric).toMatchObject({ temporality: 'delta', points: [{ count: 1, max: 0.003, startTimeUnixNano: nano(start + 1_000), timeUnixNano: nano(start + 2_000) }] });
    expect(metric!.points).toHaveLength(1);
  });
});

describe('what waits', () => {
  it('is as many signals as came since the last take', () => {
    const queue = recordedOtlp().queue();
    expect([queue.length, queue.bytes, queue.oldest]).toEqual([0, 0, undefined]);
    queue.push(profileSignal(), 100, 41);
    queue.push(profileSignal(), 100, 42);
    expect([queue.length, queue.oldest]).toEqual([2, 41]);
    const bytes = queue.bytes;
    expect(bytes).toBeGreaterThan(0);
    expect(takeAll(queue)).toMatchObject({ size: 2, first: 41, bytes });
    expect([queue.length, queue.bytes, queue.oldest]).toEqual([0, 0, undefined]);
    queue.push(profileSignal(), 100, 43);
    expect(takeAll(queue)).toMatchObject({ size: 1, first: 43, bytes });
  });

  it('takes no more room for a hundred thousand calls than for one', () => {
    const queue = recordedOtlp().queue();
    queue.push(profileSignal(), 100, 0);
    const { bytes } = queue;
    for (let order = 1; order < 100_000; order += 1) queue.push(profileSignal(), 100, order);
    expect(queue.bytes).toBe(bytes);
    expect(takeAll(queue).size).toBe(100_000);
  });

  it('is forgotten on clear, totals included', async () => {
    const otlp = recordedOtlp();
    const queue = otlp.queue();
    pushAll(queue, [profileSignal(), profileSignal()]);
    queue.clear();
    expect([queue.length, queue.bytes, queue.oldest]).toEqual([0, 0, undefined]);
    const [metric] = await exported(otlp, [profileSignal()], queue);
    expect(metric!.points[0]!.count).toBe(1);
  });

  it('never ends when it begins', async () => {
    const otlp = recordedOtlp();
    const [metric] = await exported(otlp, [profileSignal()]);
    const { startTimeUnixNano, timeUnixNano } = metric!.points[0]!;
    expect(BigInt(timeUnixNano)).toBeGreaterThan(BigInt(startTimeUnixNano));
  });

  it('is counted in one series a metric beyond a thousand series', async () => {
    const otlp = recordedOtlp();
    const many = (name: string) => Array.from({ length: 1_500 }, (_, index) => metricSignal({ name, instrument: 'counter', attributes: { user: `${index}` } }));
    const queue = otlp.queue();
    expect(pushAll(queue, [...many('a'), ...many('b'), ...many('a')])).toBe(0);
    const [a, b] = await otlp.metrics(takeAll(queue));
    expect([a!.points.length, b!.points.length]).toEqual([1_001, 1]);
    expect(a!.points.at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, value: 1_000 });
    expect(b!.points).toMatchObject([{ attributes: { 'otel.metric.overflow': true }, value: 1_500 }]);
    expect(a!.points.slice(0, 1_000).every(({ value }) => value === 2)).toBe(true);
  });

  it('keeps apart what has no attributes and what did not fit', async () => {
    const otlp = recordedOtlp();
    const queue = otlp.queue();
    const counter = (attributes: object) => metricSignal({ instrument: 'counter', attributes: attributes as never });
    pushAll(queue, [counter({}), ...Array.from({ length: 1_000 }, (_, index) => counter({ index })), counter({})]);
    const [metric] = await otlp.metrics(takeAll(queue));
    expect(metric!.points.at(0)).toMatchObject({ attributes: {}, value: 2 });
    expect(metric!.points.at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, value: 1 });
  });

  it('is refused when there is no room for its metric either', () => {
    const queue = recordedOtlp().queue();
    pushAll(queue, Array.from({ length: 2_000 }, (_, index) => metricSignal({ name: `m${index}` })));
    expect(() => queue.push(metricSignal({ name: 'one more' }), 1, 1)).toThrow('too many series');
    expect(queue.length).toBe(2_000);
  });

  it('has no series with attributes of any length', async () => {
    const otlp = recordedOtlp();
    const [metric] = await exported(otlp, [metricSignal({ attributes: { text: 'x'.repeat(5_000) } })]);
    expect(metric!.points).toMatchObject([{ attributes: { 'otel.metric.overflow': true } }]);
  });

  it('refuses what is no measurement, and leaves nothing of it', () => {
    const queue = recordedOtlp().queue();
    const bad = [
      ...[Number.NaN, Number.POSITIVE_INFINITY, 1e200, 'five' as never, '5' as never, 5n as never].map((value) => metricSignal({ value })),
      profileSignal({ duration: Number.NaN }),
      metricSignal({ instrument: 'counter', value: -1 }),
    ];
    for (const signal of bad) expect(() => queue.push(signal, 1, 1)).toThrow('no measurement');
    expect([queue.length, queue.bytes]).toEqual([0, 0]);
  });
});

describe('a batch', () => {
  it('says the same each time it is sent, whatever came in since', async () => {
    for (const temporality of ['delta', 'cumulative'] as const) {
      const otlp = recordedOtlp({ temporality });
      const queue = otlp.queue();
      pushAll(queue, [profileSignal({ duration: 1 }), profileSignal({ duration: 900 })]);
      const batch = takeAll(queue);
      const first = await otlp.metrics(batch);
      otlp.clock.advance(5_000);
      pushAll(queue, [profileSignal({ duration: 50 })]);
      expect(await otlp.metrics(batch)).toEqual(first);
    }
  });

  it('splits by series down to one, losing none', async () => {
    const otlp = recordedOtlp();
    const queue = otlp.queue();
    pushAll(queue, Array.from({ length: 21 }, (_, index) => profileSignal({ name: `f${index % 6}` })));
    const parts = (batch: Batch): Batch[] => {
      const halves = batch.split();
      if (halves === undefined) return [batch];
      expect(halves[0].size + halves[1].size).toBe(batch.size);
      expect(halves.every(({ first }) => first === batch.first)).toBe(true);
      return halves.flatMap(parts);
    };
    const whole = takeAll(queue);
    const pieces = parts(whole);
    expect(pieces).toHaveLength(6);
    const points = (await Promise.all(pieces.map((piece) => otlp.metrics(piece)))).flatMap(([metric]) => metric!.points);
    expect(points).toEqual((await otlp.metrics(whole))[0]!.points);
    expect(total(points.map(({ count }) => count!))).toBe(21);
  });

  it('too large for one request is refused at once', () => {
    const otlp = recordedOtlp({ maxBodyBytes: 10 });
    const queue = otlp.queue();
    queue.push(profileSignal(), 0, 0);
    expect(() => takeAll(queue).send({ abortSignal: new AbortController().signal, leaving: false })).toThrow(expect.objectContaining({ tooLarge: true }));
    expect(otlp.requests).toEqual([]);
  });
});

describe('downscaling', () => {
  const exponents = fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 50 });

  it('counts each value in the bucket it has at the lower scale', () => {
    fc.assert(
      fc.property(exponents, fc.integer({ min: 0, max: 8 }), (powers, levels) => {
        const distribution = new Distribution();
        const values = powers.map((power) => 2 ** power);
        for (const value of values) distribution.add(value);
        const { offset, counts } = downscale(distribution.positive.toBuckets(), levels);
        const expected = new Map<number, number>();
        for (const value of values) {
          const index = Math.floor(bucketIndex(value) / 2 ** levels);
          expected.set(index, (expected.get(index) ?? 0) + 1);
        }
        expect(Object.fromEntries(counts.map((count, at) => [offset + at, count] as const).filter(([, count]) => count > 0))).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  it('goes just as low as it must for the buckets to fit', () => {
    fc.assert(
      fc.property(exponents, fc.integer({ min: 2, max: 160 }), (powers, most) => {
        const distribution = new Distribution();
        for (const power of powers) distribution.add(2 ** power);
        const buckets = distribution.positive.toBuckets();
        const levels = levelsFor(buckets, most);
        expect(downscale(buckets, levels).counts.length).toBeLessThanOrEqual(most);
        if (levels > 0) expect(downscale(buckets, levels - 1).counts.length).toBeGreaterThan(most);
      }),
    );
  });

  it('leaves nothing as nothing', () => {
    expect(downscale({ offset: 0, counts: [] }, levelsFor({ offset: 0, counts: [] }, 160))).toEqual({ offset: 0, counts: [] });
  });
});
