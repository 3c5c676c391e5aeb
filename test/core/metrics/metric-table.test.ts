import { describe, expect, it } from 'vitest';
import { createMetricTable } from '../../../src/core/metrics/metric-table.ts';
import type { MetricTable } from '../../../src/core/metrics/metric-table.ts';
import { describeBeside } from '../../../src/core/sinks/otlp/otlp-resource.ts';
import type { MetricSignal } from '../../../src/core/signal.ts';
import { metricSignal, profileSignal } from '../../helpers/signals.ts';

const bare = { describe: describeBeside({}) };

function table(start: () => number = () => 0): MetricTable {
  return createMetricTable({ resource: () => bare, start });
}

const counter = (fields: Partial<MetricSignal> = {}): MetricSignal => metricSignal({ name: 'orders', instrument: 'counter', unit: '', value: 1, ...fields });

describe('a table of metrics', () => {
  it('adds up what belongs together, exactly', () => {
    const { add, series } = table();
    for (const value of [0.1, 2.5, -3, 1e9, 0]) add(metricSignal({ name: 'shift', instrument: 'histogram', unit: 'V', value }));
    expect([...series.values()]).toMatchObject([{ metric: { name: 'shift', unit: 'V', instrument: 'histogram' }, count: 5, sum: 0.1 + 2.5 - 3 + 1e9, min: -3, max: 1e9, last: 0 }]);
    expect([...series.values()][0]!.distribution).toMatchObject({ zeros: 1 });
  });

  it('answers with the series, the same one for the same attributes', () => {
    const { add } = table();
    const web = add(counter({ attributes: { channel: 'web', items: 1 } }));
    expect(add(counter({ attributes: { items: 1, channel: 'web' } }))).toBe(web);
    expect(add(counter({ attributes: { channel: 'web', items: '1' } }))).not.toBe(web);
    expect(web).toMatchObject({ count: 2, sum: 2, fresh: 0 });
  });

  it('knows when each series began', () => {
    let now = 1_000;
    const { add, series } = table(() => now);
    add(counter({ name: 'a' }));
    now = 2_000;
    add(counter({ name: 'a' }));
    add(counter({ name: 'b' }));
    expect([...series.values()].map(({ start }) => start)).toEqual([1_000, 2_000]);
  });

  it('refuses what is no measurement', () => {
    const { add, series } = table();
    const bad = [counter({ value: Number.NaN }), counter({ value: Number.POSITIVE_INFINITY }), counter({ value: -0.5 }), counter({ value: '1' as never }), counter({ name: '' }), profileSignal({ duration: Number.NaN })];
    expect(bad.map(add)).toEqual(bad.map(() => undefined));
    expect(series.size).toBe(0);
  });

  it('begins anew once it is cleared, with room for a thousand again', () => {
    const { add, series, clear } = table();
    const many = (): void => {
      for (let index = 0; index < 1_200; index += 1) add(counter({ attributes: { index } }));
    };
    many();
    expect([series.size, [...series.values()].at(-1)]).toMatchObject([1_001, { attributes: { 'otel.metric.overflow': true }, sum: 200 }]);
    clear();
    expect(series.size).toBe(0);
    many();
    expect([series.size, [...series.values()].at(-1)]).toMatchObject([1_001, { sum: 200 }]);
    expect(add(counter({ attributes: { index: 5 } }))).toMatchObject({ sum: 2 });
  });

  it('has no more series than that, whatever the names are', () => {
    const { add, series } = table();
    let refused = 0;
    for (let index = 0; index < 10_000; index += 1) if (add(counter({ name: `n${index}` })) === undefined) refused += 1;
    expect([series.size, refused]).toEqual([2_000, 8_000]);
  });
});
