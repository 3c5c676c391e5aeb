import type { Clock } from '../../clock.ts';
import type { Answer, Batch, Queue } from '../../delivery/channel.ts';
import type { MetricSignal, ProfileSignal, Signal } from '../../signal.ts';
import type { WriteContext } from '../../sink.ts';
import { Distribution } from '../../statistics/distribution.ts';
import type { OtlpSettings } from './otlp-options.ts';
import { createAttributeIndex } from './attribute-index.ts';
import type { AttributeIndex } from './attribute-index.ts';
import { toOtlpBuckets } from './otlp-metrics.ts';
import type { Instrument, Metric, Point } from './otlp-metrics.ts';
import type { OtlpResource } from './otlp-resource.ts';
import { hrTime } from './otlp-time.ts';
import type { HrTime } from './otlp-time.ts';

type Fields = Record<string, unknown>;

const maxSeries = 1_000;
/** Of the attributes of a series, in characters of JSON. */
const longestKey = 4_096;
/** About what a series takes in a request: most have some ten buckets. */
const bytesPerSeries = 256;
/** Greater ones could add up to an infinity. */
const greatest = 1e150;

/** Places of attributes that are remembered. */
const maxPlaces = 20_000;
const overflow: Fields = Object.freeze({ 'otel.metric.overflow': true });

/** Numbers of one metric with one set of attributes. */
interface Series {
  readonly metric: Metric;
  readonly attributes: Fields;
  readonly startTime: HrTime;
  /** Of a histogram. */
  readonly distribution: Distribution;
  count: number;
  /** Of all values. */
  sum: number;
  min: number;
  max: number;
  last: number;
  /** Signals since the last time something was taken. */
  fresh: number;
}

/** The series a name was recorded in, so that they are found without a look at each attribute's text. */
interface Recent {
  readonly variant: string | boolean;
  readonly unit: string;
  /** What signals without attributes of their own have: always the same object. */
  shared: object | undefined;
  sharedSeries: Series | undefined;
  readonly index: AttributeIndex<Series>;
}

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
 * Adds up timed calls and metrics as they come: what leaves is one point a series, however many signals it stands for. A thousand
 * series have attributes; what is beyond is counted in one series a metric, marked `otel.metric.overflow`, of which there are a
 * thousand as well. What is beyond that, what is no number, and a counter that goes down is refused: `push` throws.
 *
 * Cumulative points tell of all series each time, so what a lost request should have said the next one says.
 */
export function createMetricQueue({ clock, temporality, resource, send }: MetricQueueOptions): Queue {
  const seriesByKey = new Map<string, Series>();
  const recentCalls = new Map<string, Recent>();
  const recentFailures = new Map<string, Recent>();
  const recentMetrics = new Map<string, Recent>();
  const room = { left: maxPlaces };
  let described: OtlpResource | undefined;
  let overflows = 0;
  let waiting = 0;
  let changed = 0;
  let oldest: number | undefined;
  let since = clock.now();

  function push(signal: Signal, _bytes: number, order: number): number {
    const series = seriesOf(signal as ProfileSignal | MetricSignal);
    if (series === undefined) throw new TypeError('no measurement, or one of too many series');
    const value = signal.kind === 'profile' ? signal.duration / 1_000 : normalized(signal as MetricSignal);
    series.count += 1;
    series.sum += value;
    series.last = value;
    if (value < series.min) series.min = value;
    if (value > series.max) series.max = value;
    if (series.metric.instrument === 'histogram') series.distribution.add(value);
    if (series.fresh === 0) changed += 1;
    series.fresh += 1;
    waiting += 1;
    oldest ??= order;
    return 0;
  }

  function seriesOf(signal: ProfileSignal | MetricSignal): Series | undefined {
    if (!isNumber(signal)) return undefined;
    const { attributes } = signal;
    // Which attributes are a signal's own depends on it.
    if (described !== resource()) forgetRecent();
    described = resource();
    const recent = recentOf(signal);
    if (recent.shared === attributes) return recent.sharedSeries;
    const known = recent.index.find(attributes);
    if (known !== undefined) return known;
    const own = { attributes: {}, droppedAttributesCount: 0 };
    described.describe(own, attributes);
    const series = signal.kind === 'profile' ? callSeries(signal, own.attributes) : metricSeries(signal, own.attributes);
    if (series === undefined) return undefined;
    if (Object.keys(own.attributes).length === 0) {
      recent.shared = attributes;
      recent.sharedSeries = series;
    } else if (series.attributes !== overflow) recent.index.put(attributes, series);
    if (room.left <= 0) forgetRecent();
    return series;
  }

  function recentOf(signal: ProfileSignal | MetricSignal): Recent {
    const { name } = signal;
    const isCall = signal.kind === 'profile';
    const recent = isCall ? (signal.failed ? recentFailures : recentCalls) : recentMetrics;
    const variant = isCall ? signal.failed : signal.instrument;
    const unit = isCall ? 's' : signal.unit;
    const known = recent.get(name);
    if (known !== undefined && known.variant === variant && known.unit === unit) return known;
    const met = { variant, unit, shared: undefined, sharedSeries: undefined, index: createAttributeIndex<Series>(room) };
    if (recent.size >= maxSeries) recent.clear();
    recent.set(name, met);
    return met;
  }

  function metricSeries({ name, unit, instrument }: MetricSignal, own: Fields): Series | undefined {
    return openSeries(name, unit === 'ms' ? 's' : unit, instrument, own);
  }

  /** What OpenTelemetry's conventions call a function and a failure without a type. */
  function callSeries({ name, failed }: ProfileSignal, own: Fields): Series | undefined {
    const attributes = { 'code.function.name': name, ...(failed && { 'error.type': '_OTHER' }), ...own };
    return openSeries('code.function.duration', 's', 'histogram', attributes);
  }

  function openSeries(name: string, unit: string, instrument: Instrument, attributes: Fields): Series | undefined {
    const metric = { key: `${instrument} ${unit.length} ${unit} ${name.length} ${name}`, name, unit, instrument };
    const own = Object.keys(attributes).sort().map((attribute) => keyPart(attribute) + keyPart(attributes[attribute]));
    let key = metric.key + own.join('');
    const fits = key.length <= longestKey && (seriesByKey.size - overflows < maxSeries || seriesByKey.has(key));
    if (!fits) key = `overflow ${metric.key}`;
    let series = seriesByKey.get(key);
    if (series === undefined && !fits) {
      if (overflows === maxSeries || key.length > longestKey) return undefined;
      overflows += 1;
    }
    series ??= {
      metric,
      attributes: fits ? attributes : overflow,
      startTime: hrTime(since),
      distribution: new Distribution(),
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      last: 0,
      fresh: 0,
    };
    seriesByKey.set(key, series);
    return series;
  }

  function take(): Batch {
    // A point that begins when it ends would tell of no time at all.
    const end = Math.max(clock.now(), since + 1);
    const endTime = hrTime(end);
    const points = [...seriesByKey.values()].map((series) => pointOf(series, endTime));
    const batch = batchOf(points, oldest ?? 0, changed * bytesPerSeries);
    if (temporality === 'delta') forget();
    for (const series of seriesByKey.values()) series.fresh = 0;
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

  function forget(): void {
    seriesByKey.clear();
    forgetRecent();
    overflows = 0;
  }

  function forgetRecent(): void {
    for (const recent of [recentCalls, recentFailures, recentMetrics]) recent.clear();
    room.left = maxPlaces;
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
      forget();
      rest(clock.now());
    },
  };
}

/** With its length, because any character may be in a text. */
function keyPart(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return ` ${typeof value} ${text.length} ${text}`;
}

function pointOf(series: Series, endTime: HrTime): MetricPoint {
  const { metric, attributes, startTime, fresh } = series;
  return { metric, point: { startTime, endTime, attributes, value: valueOf(series) }, signals: fresh };
}

function valueOf({ metric, distribution, count, sum, min, max, last }: Series): unknown {
  if (metric.instrument === 'histogram') return { count, sum, min, max, ...toOtlpBuckets(distribution) };
  return metric.instrument === 'gauge' ? last : sum;
}

/** OpenTelemetry measures time in seconds. */
function normalized({ value, unit }: MetricSignal): number {
  return unit === 'ms' ? value / 1_000 : value;
}

/** Whether it can be counted: anything else would be a false measurement, as a counter would be that goes down. */
function isNumber(signal: ProfileSignal | MetricSignal): boolean {
  const value = signal.kind === 'profile' ? signal.duration : signal.value;
  return typeof value === 'number' && Math.abs(value) <= greatest && !(value < 0 && signal.kind === 'metric' && signal.instrument === 'counter');
}
