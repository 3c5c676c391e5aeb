import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { Instrument, Metric } from '../../metrics/metric-series.ts';
import type { Distribution } from '../../statistics/distribution.ts';
import { scale } from '../../statistics/bucket-index.ts';
import { downscale, levelsFor } from '../../statistics/downscale.ts';
import { ownScope } from './otlp-scope.ts';
import type { OtlpResource } from './otlp-resource.ts';
import type { OtlpScope } from './otlp-scope.ts';
import type { HrTime } from './otlp-time.ts';
import type { OtlpSettings } from './otlp-options.ts';

/** Receivers keep no more of each sign. */
const maxBuckets = 160;

/** What a series says at one moment. Never changes again, so that sending it again is sending the same. */
export interface Point {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** The metrics of a request, as OpenTelemetry's serialisers read them. */
export interface OtlpMetrics {
  readonly resource: OtlpResource;
  readonly scopeMetrics: readonly { readonly scope: OtlpScope; readonly metrics: readonly unknown[] }[];
}

interface MetricData {
  readonly descriptor: object;
  readonly dataPointType: DataPointType;
  readonly aggregationTemporality: AggregationTemporality;
  readonly isMonotonic: boolean;
  readonly dataPoints: Point[];
}

export function toOtlpMetrics(
  points: readonly { readonly metric: Metric; readonly point: Point }[],
  resource: OtlpResource,
  temporality: OtlpSettings['temporality'],
): OtlpMetrics {
  const metrics = new Map<string, MetricData>();
  for (const { metric, point } of points) {
    const { key, name, unit, instrument } = metric;
    const known = metrics.get(key);
    known?.dataPoints.push(point);
    if (known !== undefined) continue;
    metrics.set(key, {
      // 1 is OpenTelemetry's ValueType.DOUBLE.
      descriptor: { name, unit, description: '', valueType: 1 },
      dataPointType: typeOf(instrument),
      aggregationTemporality: temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      isMonotonic: true,
      dataPoints: [point],
    });
  }
  return { resource, scopeMetrics: [{ scope: ownScope, metrics: [...metrics.values()] }] };
}

function typeOf(instrument: Instrument): DataPointType {
  if (instrument === 'counter') return DataPointType.SUM;
  return instrument === 'gauge' ? DataPointType.GAUGE : DataPointType.EXPONENTIAL_HISTOGRAM;
}

/** The counts of a distribution as OTLP writes them. */
export function toOtlpBuckets({ positive, negative, zeros }: Distribution): object {
  const [above, below] = [positive.toBuckets(), negative?.toBuckets() ?? { offset: 0, counts: [] }];
  const levels = Math.max(levelsFor(above, maxBuckets), levelsFor(below, maxBuckets));
  const [up, down] = [downscale(above, levels), downscale(below, levels)];
  return {
    scale: scale - levels,
    zeroCount: zeros,
    positive: { offset: up.offset, bucketCounts: up.counts },
    negative: { offset: down.offset, bucketCounts: down.counts },
  };
}
