import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMetricTable } from '../../../src/core/metrics/metric-table.ts';
import { boundariesOf, nearestBoundaries } from '../../../src/core/prometheus/boundaries.ts';
import { writeExposition } from '../../../src/core/prometheus/exposition.ts';
import type { BoundariesFor } from '../../../src/core/prometheus/metric-families.ts';
import type { Attributes, MetricSignal, ProfileSignal } from '../../../src/core/signal.ts';
import { createOtlpResource } from '../../../src/core/sinks/otlp/otlp-resource.ts';
import { metricSignal, profileSignal } from '../../helpers/signals.ts';
import { readExposition } from './read-exposition.ts';
import type { ReadSample } from './read-exposition.ts';

const standard: BoundariesFor = ({ unit }) => boundariesOf(unit);
const shop: Attributes = { 'service.name': 'shop' };

/** What a scrape tells of these signals. */
function exposed(signals: readonly (MetricSignal | ProfileSignal)[], boundariesFor = standard, resource = shop): string {
  const described = createOtlpResource(resource, 'nodejs');
  const table = createMetricTable({ resource: () => described, start: () => 0 });
  let refused = 0;
  for (const signal of signals) if (table.add(signal) === undefined) refused += 1;
  return writeExposition({ series: table.series.values(), resource: described.attributes, refused }, boundariesFor);
}

function read(signals: readonly (MetricSignal | ProfileSignal)[], boundariesFor = standard) {
  return readExposition(exposed(signals, boundariesFor));
}

/** The families of the application alone. */
function names(signals: readonly (MetricSignal | ProfileSignal)[]): string[] {
  return [...read(signals).keys()].filter((name) => !name.startsWith('arkhe_') && name !== 'target_info');
}

const metric = (fields: Partial<MetricSignal>): MetricSignal => metricSignal({ name: 'm', instrument: 'counter', unit: '', value: 1, ...fields });
const valueOf = (samples: readonly ReadSample[] | undefined, name: string): number | undefined => samples?.find((sample) => sample.name === name)?.value;

describe('the whole text', () => {
  it('is this, line by line', () => {
    const signals = [
      metric({ name: 'orders.placed', unit: '{order}', value: 2.5, attributes: { ...shop, channel: 'web' } }),
      metric({ name: 'cart.size', unit: 'By', instrument: 'gauge', value: -1 }),
      metric({ name: 'mail.delay', unit: 'ms', instrument: 'histogram', value: 500 }),
      metric({ name: 'mail.delay', unit: 'ms', instrument: 'histogram', value: 501 }),
    ];
    const two = nearestBoundaries([0.5, 1]);
    expect(exposed(signals, () => two).split('\n')).toEqual([
      '# HELP target_info What these metrics are of.',
      '# TYPE target_info gauge',
      expect.stringMatching(/^target_info\{service_name="shop",telemetry_sdk_language="nodejs",telemetry_sdk_name="@arkhe\/observability",telemetry_sdk_version="[^"]+"\} 1$/),
      '# HELP arkhe_metrics_refused_total Measurements that were no number, went down, or were of too many series.',
      '# TYPE arkhe_metrics_refused_total counter',
      'arkhe_metrics_refused_total 0',
      '# HELP arkhe_metrics_left_out Series that are not shown, because another metric has their name.',
      '# TYPE arkhe_metrics_left_out gauge',
      'arkhe_metrics_left_out 0',
      '# HELP orders_placed_total orders.placed in {order}',
      '# TYPE orders_placed_total counter',
      'orders_placed_total{channel="web"} 2.5',
      '# HELP cart_size_bytes cart.size in By',
      '# TYPE cart_size_bytes gauge',
      'cart_size_bytes -1',
      '# HELP mail_delay_seconds mail.delay in s',
      '# TYPE mail_delay_seconds histogram',
      'mail_delay_seconds_bucket{le="0.5"} 1',
      'mail_delay_seconds_bucket{le="1"} 2',
      'mail_delay_seconds_bucket{le="+Inf"} 2',
      'mail_delay_seconds_sum 1.001',
      'mail_delay_seconds_count 2',
      '',
    ]);
  });

  it('tells profiled calls by function and failure', () => {
    const family = read([profileSignal({ name: 'pay', duration: 2_000 }), profileSignal({ name: 'pay', failed: true, duration: 1 })]).get('code_function_duration_seconds');
    const counts = family!.samples.filter(({ name }) => name.endsWith('_count')).map(({ labels, value }) => [labels, value]);
    expect(counts).toEqual([
      [{ code_function_name: 'pay' }, 1],
      [{ code_function_name: 'pay', error_type: '_OTHER' }, 1],
    ]);
  });
});

describe('the name of a metric', () => {
  it.each([
    ['http.server.request.duration', 'ms', 'histogram', 'http_server_request_duration_seconds'],
    ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds'],
    ['wait_seconds', 's', 'gauge', 'wait_seconds'],
    ['seconds', 's', 'gauge', 'seconds'],
    ['v8js.memory.heap.used', 'By', 'gauge', 'v8js_memory_heap_used_bytes'],
    ['nodejs.eventloop.utilization', '1', 'gauge', 'nodejs_eventloop_utilization_ratio'],
    ['page.shift', '1', 'histogram', 'page_shift'],
    ['orders', '1', 'counter', 'orders_total'],
    ['orders', '{order}', 'counter', 'orders_total'],
    ['orders.total', '', 'counter', 'orders_total'],
    ['sent_total', 'By', 'counter', 'sent_bytes_total'],
    ['process.cpu.time', 's', 'counter', 'process_cpu_time_seconds_total'],
    ['disk.speed', 'By/s', 'gauge', 'disk_speed_bytes_per_second'],
    ['queue', '{job}/min', 'gauge', 'queue_per_minute'],
    ['load', '%', 'gauge', 'load_percent'],
    ['temperature', 'Cel', 'gauge', 'temperature_celsius'],
    ['odd', 'sacks & bags', 'gauge', 'odd_sacks_bags'],
    ['odd', 'constructor', 'gauge', 'odd_constructor'],
    ['a--b..c', '', 'gauge', 'a_b_c'],
    ['job:rate', '', 'gauge', 'job_rate'],
    ['2xx', '', 'gauge', '_2xx'],
    ['__proto__', '', 'gauge', 'proto'],
    ['🙂', '', 'gauge', 'unnamed'],
    ['größe\n{x="1"} 2', '', 'gauge', 'gr_e_x_1_2'],
  ] as const)('%j in %j as %s is %s', (name, unit, instrument, expected) => {
    expect(names([metric({ name, unit, instrument })])).toEqual([expected]);
  });

  it('is taken by one metric: what comes later under it is left out, and counted', () => {
    const families = read([
      metric({ name: 'a.b', instrument: 'gauge', value: 1 }),
      metric({ name: 'a_b', instrument: 'gauge', value: 2 }),
      metric({ name: 'a.b', instrument: 'histogram', value: 3 }),
      metric({ name: 'wait', instrument: 'histogram', value: 4 }),
      metric({ name: 'wait.count', instrument: 'gauge', value: 5 }),
      metric({ name: 'late.sum', instrument: 'gauge', value: 6 }),
      metric({ name: 'late', instrument: 'histogram', value: 7 }),
      metric({ name: 'target_info', instrument: 'gauge', value: 8 }),
    ]);
    expect([...families].slice(3).map(([name, { type }]) => [name, type])).toEqual([
      ['a_b', 'gauge'],
      ['wait', 'histogram'],
      ['late_sum', 'gauge'],
    ]);
    expect(valueOf(families.get('a_b')?.samples, 'a_b')).toBe(1);
    expect(valueOf(families.get('arkhe_metrics_left_out')?.samples, 'arkhe_metrics_left_out')).toBe(5);
  });
});

describe('labels', () => {
  const labelsOf = (attributes: Attributes) => read([metric({ attributes })]).get('m_total')!.samples.map(({ labels }) => labels);

  it('have the names of attributes as Prometheus can write them, and joined values where two names are one', () => {
    expect(labelsOf({ 'http.route': '/', 'http-route': 'b', '0': 'digit', __name__: 'x', 'ключ': 'y', le: '1', quantile: '2' })).toEqual([
      { http_route: 'b;/', key_0: 'digit', _name_: 'x', _: 'y', exported_le: '1', exported_quantile: '2' },
    ]);
  });

  it('have any text as value, and numbers, booleans and lists as text', () => {
    const text = 'a "quoted" \\ back\\nslash,\nline } 1 \t é 🙂';
    expect(labelsOf({ text, number: 1.5, yes: true, list: ['a', 'b"'] })).toEqual([{ text, number: '1.5', yes: 'true', list: '["a","b\\""]' }]);
  });

  it('never have what would end a line, or has no UTF-8', () => {
    expect(labelsOf({ a: 'x\r\0\u0007y', b: '\ud800' })).toEqual([{ a: 'x\ufffd\ufffd\ufffdy', b: '\ufffd' }]);
  });

  it('are left out without a value, as Prometheus does', () => {
    expect(labelsOf({ empty: '', kept: 'x' })).toEqual([{ kept: 'x' }]);
  });

  it('that are the same add up', () => {
    const both = [{ code: 200 }, { code: '200' }, { code: '200', empty: '' }];
    const counter = both.map((attributes) => metric({ attributes, value: 2 }));
    const histogram = both.map((attributes) => metric({ name: 'h', instrument: 'histogram', attributes, value: 2 }));
    const gauge = both.map((attributes, value) => metric({ name: 'g', instrument: 'gauge', attributes, value }));
    const families = read([...counter, ...histogram, ...gauge]);
    expect(families.get('m_total')!.samples).toEqual([{ name: 'm_total', labels: { code: '200' }, value: 6 }]);
    expect(families.get('g')!.samples).toEqual([{ name: 'g', labels: { code: '200' }, value: 2 }]);
    const { samples } = families.get('h')!;
    expect([valueOf(samples, 'h_count'), valueOf(samples, 'h_sum')]).toEqual([3, 6]);
    expect(samples.filter(({ labels }) => labels['le'] === '2').map(({ value }) => value)).toEqual([3]);
  });
});

describe('a histogram', () => {
  it.each([
    ['ms', 0.000_122_070_312_5, 32, 19],
    ['By', 64, 2 ** 34, 15],
    ['1', 0.007_812_5, 65_536, 24],
  ])('in %s has boundaries from %d to %d', (unit, first, last, length) => {
    const [family] = [...read([metric({ name: 'h', unit, instrument: 'histogram' })]).values()].slice(-1);
    const les = family!.samples.flatMap(({ labels }) => (labels['le'] === undefined || labels['le'] === '+Inf' ? [] : [Number(labels['le'])]));
    expect([les[0], les.at(-1), les.length]).toEqual([first, last, length]);
  });

  it('counts exactly what is at most each boundary', () => {
    const onBoundaries = fc.integer({ min: -7, max: 16 }).map((power) => 2 ** power);
    const beside = onBoundaries.chain((value) => fc.constantFrom(value, value * (1 + Number.EPSILON), value * (1 - Number.EPSILON / 2)));
    const values = fc.array(fc.oneof(beside, fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(0)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (values) => {
        const { samples } = read(values.map((value) => metric({ name: 'h', instrument: 'histogram', value }))).get('h')!;
        for (const { labels, value } of samples) {
          const le = labels['le'];
          if (le === undefined) continue;
          expect([le, value]).toEqual([le, values.filter((each) => each <= Number(le.replace('+Inf', 'Infinity'))).length]);
        }
      }),
    );
  });

  it('has boundaries of one\'s own, moved to where the counts are exact', () => {
    const wanted = [0.005, 0.01, 0.0101, 0.1, 1, 10];
    const moved = nearestBoundaries(wanted).map(({ le }) => Number(le));
    // 0.01 and 0.0101 are in one bucket.
    expect(moved).toHaveLength(5);
    for (const le of moved) expect(wanted.some((each) => le >= each && le / each < 1.0219)).toBe(true);
    const { samples } = read(wanted.map((value) => metric({ name: 'h', unit: 's', instrument: 'histogram', value })), () => nearestBoundaries(wanted)).get('h_seconds')!;
    expect(samples.slice(0, 5).map(({ value }) => value)).toEqual([1, 3, 4, 5, 6]);
  });
});

it('says what was refused, and has no number that is none', () => {
  const bad = [Number.NaN, Number.POSITIVE_INFINITY, -1].map((value) => metric({ value }));
  const families = read([...bad, metric({ name: '' }), metric({ name: 'ok' })]);
  expect(valueOf(families.get('arkhe_metrics_refused_total')?.samples, 'arkhe_metrics_refused_total')).toBe(4);
});

it('spells numbers that a broken series may have', () => {
  const series = (value: number) => ({ metric: { key: `${value}`, name: `g${Number.isNaN(value)}${value > 0}`, unit: '', instrument: 'gauge' as const }, attributes: {}, last: value }) as never;
  const text = writeExposition({ series: [Number.NaN, Infinity, -Infinity, 1e300, 1e-7].map(series).slice(0, 3), resource: {}, refused: 0 }, standard);
  expect([...text.matchAll(/^g\w+ (.+)$/gm)].map(([, value]) => value)).toEqual(['NaN', '+Inf', '-Inf']);
  expect(() => readExposition(text)).not.toThrow();
});

it('is well formed whatever comes in', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('__proto__', 'le', 'a.b', 'a_b', '', '\n', '"', '\\', '\ud800', 'a_total', 'a', 'a_count', 'target_info'));
  const attributes = fc.dictionary(text, fc.oneof(text, fc.double(), fc.boolean(), fc.array(text)), { maxKeys: 4 });
  const signal = fc.record({ name: text, unit: text, instrument: fc.constantFrom('counter', 'gauge', 'histogram'), value: fc.double(), attributes });
  fc.assert(
    fc.property(fc.array(signal, { maxLength: 30 }), (signals) => {
      expect(() => read(signals.map((fields) => metric(fields as Partial<MetricSignal>)))).not.toThrow();
    }),
    { numRuns: 150 },
  );
});

it('stays small however many names there are', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => metric({ name: `n${index}`, attributes: { user: `${index}` } }));
  const families = read(many);
  expect(families.size).toBeLessThanOrEqual(2_003);
  expect(valueOf(families.get('arkhe_metrics_refused_total')?.samples, 'arkhe_metrics_refused_total')).toBe(3_000);
});
