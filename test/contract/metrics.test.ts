import { describe, expect, it } from '#test';
import { createObservability, exceeds, memorySink, ofKind, rollingStatistics } from '#sdk';
import type { MetricSignal } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

describe('recordMetric', () => {
  it('puts one measured number on the stream', () => {
    const { obs, ofKind, clock } = recorded({ serviceName: 'shop' });
    obs.recordMetric('orders.value', 19.75, { unit: 'EUR', instrument: 'histogram', attributes: { channel: 'web', items: 3 } });
    expect(ofKind('metric')).toEqual([
      expect.objectContaining({
        kind: 'metric',
        name: 'orders.value',
        value: 19.75,
        unit: 'EUR',
        instrument: 'histogram',
        timestamp: clock.now(),
        trace: undefined,
        attributes: expect.objectContaining({ channel: 'web', items: 3, 'service.name': 'shop' }),
      }),
    ]);
  });

  it('takes it for a gauge without a unit when nothing is said', () => {
    const { obs, only } = recorded();
    obs.recordMetric('queue.length', -2);
    expect(only('metric')).toMatchObject({ value: -2, unit: '1', instrument: 'gauge' });
  });

  it('belongs to the span it was made in', () => {
    const { obs, only } = recorded();
    const trace = obs.tracer.startSpan('work', (span) => {
      obs.recordMetric('size', 1);
      return span.trace;
    });
    expect(only('metric').trace).toMatchObject({ traceId: trace.traceId, spanId: trace.spanId });
  });

  it('gives what rolling statistics can be made of, without a cast', () => {
    const { obs, clock } = recorded();
    const crossed: string[] = [];
    const late = obs.signals$.pipe(
      ofKind('metric'),
      rollingStatistics({ by: ({ name, attributes }) => `${name} ${attributes['queue']}`, value: ({ value }) => value, window: 10_000, every: 1_000, clock }),
      exceeds({ statistic: 'p95', above: 100 }),
    );
    const subscription = late.subscribe(({ name, p95 }) => crossed.push(`${name} ${Math.round(p95)}`));
    obs.recordMetric('wait', 50, { attributes: { queue: 'a' } });
    obs.recordMetric('wait', 500, { attributes: { queue: 'b' } });
    clock.advance(1_000);
    expect(crossed).toHaveLength(1);
    expect(crossed[0]).toMatch(/^wait b (49|50)\d$/);
    subscription.unsubscribe();
  });
});

describe('what is no measurement', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined, null, '5', 5n, {}, Symbol('five')])('such as %s is ignored, and said', (value) => {
    const { obs, ofKind, health } = recorded();
    obs.recordMetric('size', value as never);
    expect(ofKind('metric')).toEqual([]);
    expect(health).toEqual([expect.objectContaining({ type: 'input-ignored', name: 'recordMetric' })]);
  });

  it('such as a counter that goes down is ignored, and said', () => {
    const { obs, ofKind, health } = recorded();
    obs.recordMetric('orders', -1, { instrument: 'counter' });
    obs.recordMetric('orders', 0, { instrument: 'counter' });
    obs.recordMetric('queue', -1);
    expect(ofKind('metric').map(({ name, value }) => [name, value])).toEqual([
      ['orders', 0],
      ['queue', -1],
    ]);
    expect(health).toEqual([expect.objectContaining({ type: 'input-ignored', name: 'recordMetric' })]);
  });

  it('is said once a minute, with how often it came', () => {
    const { obs, health, clock } = recorded();
    for (let count = 0; count < 1_000; count += 1) obs.recordMetric('size', Number.NaN);
    expect(health).toMatchObject([{ count: 1 }]);
    clock.advance(60_000);
    obs.recordMetric('size', Number.NaN);
    expect(health).toMatchObject([{ count: 1 }, { count: 1_000 }]);
  });

  it('never reaches the caller, whatever the options are', () => {
    const { obs, ofKind } = recorded();
    const hostile = {
      get unit(): string {
        throw new Error('mine');
      },
    };
    const proxy = new Proxy({}, { get: () => { throw new Error('mine'); }, ownKeys: () => { throw new Error('mine'); } });
    for (const options of [hostile, proxy, { attributes: proxy }, { unit: proxy }, null, 5, 'counter', { instrument: 'toString' }, { unit: 5, attributes: 'x' }]) {
      expect(() => obs.recordMetric('size', 1, options as never)).not.toThrow();
    }
    for (const name of [undefined, null, 5, proxy, Symbol('name'), () => 'x']) expect(() => obs.recordMetric(name as never, 1)).not.toThrow();
    for (const { name, unit, instrument, value } of ofKind('metric')) expect([typeof name, typeof unit, instrument, value]).toEqual(['string', 'string', 'gauge', 1]);
  });
});

describe('names from outside', () => {
  it('are cut, units too', () => {
    const { obs, only } = recorded();
    const long = 'x'.repeat(1_000_000);
    obs.recordMetric(long, 1, { unit: long, attributes: { [long]: long } });
    const { name, unit, attributes } = only('metric');
    // With how long they were behind it.
    expect([name.length < 300, unit.length < 100]).toEqual([true, true]);
    expect(JSON.stringify(attributes).length).toBeLessThan(10_000);
  });

  it('may be those of what every object has', () => {
    const { obs, ofKind } = recorded();
    for (const name of ['__proto__', 'constructor', 'toString']) obs.recordMetric(name, 1, { unit: name, attributes: JSON.parse(`{ "${name}": "polluted" }`) });
    expect(ofKind('metric').map(({ name, unit }) => [name, unit])).toEqual(['__proto__', 'constructor', 'toString'].map((name) => [name, name]));
    expect(ofKind('metric').map(({ name, attributes }) => Object.hasOwn(attributes, name))).toEqual([true, true, true]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.getPrototypeOf(ofKind('metric')[0]!.attributes)).toBe(Object.prototype);
  });

  it('may be as many as there are: each is a signal, and none is kept', () => {
    const sink = memorySink({ capacity: 10 });
    const obs = createObservability({ sources: false, sinks: [sink] });
    let last: MetricSignal | undefined;
    let count = 0;
    obs.metrics$.subscribe((signal) => {
      last = signal;
      count += 1;
    });
    for (let index = 0; index < 20_000; index += 1) obs.recordMetric(`name ${index}`, index);
    expect([count, last?.name]).toEqual([20_000, 'name 19999']);
    return obs.shutdown();
  });
});

describe('a manager that is off', () => {
  it('takes metrics, and does nothing', async () => {
    const off = recorded({ enabled: false });
    expect(() => off.obs.recordMetric('size', 1)).not.toThrow();
    expect(off.ofKind('metric')).toEqual([]);
    const ended = recorded();
    await ended.obs.shutdown();
    expect(() => ended.obs.recordMetric('size', 1)).not.toThrow();
    expect(ended.ofKind('metric')).toEqual([]);
    const { emitted, filtered } = ended.obs.ledger();
    expect([emitted, filtered.shutdown]).toEqual([1, 1]);
  });
});
