import type { Clock } from '../../clock.ts';
import type { Answer, Batch, Queue } from '../../delivery/channel.ts';
import { createMetricTable } from '../../metrics/metric-table.ts';
import type { MeasuredSignal } from '../../metrics/metric-table.ts';
import type { Metric, MetricSeries } from '../../metrics/metric-series.ts';
import type { Signal } from '../../signal.ts';
import type { WriteContext } from '../../sink.ts';
import type { OtlpSettings } from './otlp-options.ts';
import { toOtlpBuckets } from './otlp-metrics.ts';
import type { Point } from './otlp-metrics.ts';
import type { OtlpResource } from './otlp-resource.ts';
import { hrTime } from './otlp-time.ts';
import type { HrTime } from './otlp-time.ts';

/** About what a series takes in a request: most have some ten buckets. */
const bytesPerSeries = 256;

export interface MetricQueueOptions {
  readonly clock: Clock;
  readonly temporality: OtlpSettings['temporality'];
  readonly resource: () => OtlpResource;
  readonly send: (points: readonly MetricPoint[], context: WriteContext) => Answer;
}

export interface MetricPoint {
  readonly metric: Metric;
  readonly point: Point;
  /** How many signals it stands for. */
  readonly signals: number;
}

/**
 * Adds up timed calls and metrics as they come: what leaves is one point a series, however many signals it stands for. What the table
 * refuses, `push` throws.
 *
 * Cumulative points tell of all series each time, so what a lost request should have said the next one says.
 */
export function createMetricQueue({ clock, temporality, resource, send }: MetricQueueOptions): Queue {
  let waiting = 0;
  let changed = 0;
  let oldest: number | undefined;
  let since = clock.now();
  const table = createMetricTable({ resource, start: () => since });

  function push(signal: Signal, _bytes: number, order: number): number {
    const series = table.add(signal as MeasuredSignal);
    if (series === undefined) throw new TypeError('no measurement, or one of too many series');
    if (series.fresh === 0) changed += 1;
    series.fresh += 1;
    waiting += 1;
    oldest ??= order;
    return 0;
  }

  function take(): Batch {
    // A point that begins when it ends would tell of no time at all.
    const end = Math.max(clock.now(), since + 1);
    const endTime = hrTime(end);
    const points = [...table.series.values()].map((series) => pointOf(series, endTime));
    const batch = batchOf(points, oldest ?? 0, changed * bytesPerSeries);
    if (temporality === 'delta') table.clear();
    for (const series of table.series.values()) series.fresh = 0;
    rest(end);
    return batch;
  }

  function batchOf(points: readonly MetricPoint[], first: number, bytes: number): Batch {
    const middle = points.length >> 1;
    return {
      size: points.reduce((sum, { signals }) => sum + signals, 0),
      bytes,
      first,
      send: (context) => send(points, context),
      split: () =>
        middle === 0 ? undefined : [batchOf(points.slice(0, middle), first, bytes / 2), batchOf(points.slice(middle), first, bytes / 2)],
    };
  }

  function rest(now: number): void {
    waiting = 0;
    changed = 0;
    oldest = undefined;
    since = now;
  }

  return {
    get length() {
      return waiting;
    },
    get bytes() {
      return changed * bytesPerSeries;
    },
    get oldest() {
      return oldest;
    },
    push,
    take,
    clear() {
      table.clear();
      rest(clock.now());
    },
  };
}

function pointOf(series: MetricSeries, endTime: HrTime): MetricPoint {
  const { metric, attributes, start, fresh } = series;
  return { metric, point: { startTime: hrTime(start), endTime, attributes, value: valueOf(series) }, signals: fresh };
}

function valueOf({ metric, distribution, count, sum, min, max, last }: MetricSeries): unknown {
  if (metric.instrument === 'histogram') return { count, sum, min, max, ...toOtlpBuckets(distribution) };
  return metric.instrument === 'gauge' ? last : sum;
}
