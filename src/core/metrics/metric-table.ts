import type { Attributes, MetricSignal, ProfileSignal } from '../signal.ts';
import { Distribution } from '../statistics/distribution.ts';
import { createAttributeIndex } from './attribute-index.ts';
import type { AttributeIndex } from './attribute-index.ts';
import type { Instrument, MetricSeries } from './metric-series.ts';

type Fields = Record<string, unknown>;

export type MeasuredSignal = ProfileSignal | MetricSignal;

const maxSeries = 1_000;
/** Of the attributes of a series, in characters of JSON. */
const longestKey = 4_096;
/** Greater ones could add up to an infinity. */
const greatest = 1e150;

/** Places of attributes that are remembered. */
const maxPlaces = 20_000;
const overflow: Fields = Object.freeze({ 'otel.metric.overflow': true });

/** What the signals of a manager have in common. */
export interface DescribedResource {
  /** Adds to a record those attributes of a signal that do not say the same as the resource. */
  describe(record: { readonly attributes: Fields; droppedAttributesCount: number }, attributes: Attributes): void;
}

export interface MetricTableOptions {
  /** Another object when it has changed. */
  readonly resource: () => DescribedResource;
  /** When a series that is opened now began, in epoch milliseconds. */
  readonly start: () => number;
}

/** Measurements by series, added up as they come. */
export interface MetricTable {
  /** In the order in which they came. */
  readonly series: ReadonlyMap<string, MetricSeries>;
  /** Adds a measurement to its series. `undefined` when it is refused: it is no number, or one of too many series. Never throws. */
  add(signal: MeasuredSignal): MetricSeries | undefined;
  clear(): void;
}

/** The series a name was recorded in, so that they are found without a look at each attribute's text. */
interface Recent {
  readonly variant: string | boolean;
  readonly unit: string;
  /** What signals without attributes of their own have: always the same object. */
  shared: object | undefined;
  sharedSeries: MetricSeries | undefined;
  readonly index: AttributeIndex<MetricSeries>;
}

/**
 * Adds up timed calls and metrics: times in seconds, everything else as it comes. A thousand series have attributes; what is beyond
 * is counted in one series a metric, marked `otel.metric.overflow`, of which there are a thousand as well. What is beyond that, what
 * is no number, what has no name, and a counter that goes down is refused.
 */
export function createMetricTable({ resource, start }: MetricTableOptions): MetricTable {
  const seriesByKey = new Map<string, MetricSeries>();
  const recentCalls = new Map<string, Recent>();
  const recentFailures = new Map<string, Recent>();
  const recentMetrics = new Map<string, Recent>();
  const room = { left: maxPlaces };
  let described: DescribedResource | undefined;
  let overflows = 0;

  function seriesOf(signal: MeasuredSignal): MetricSeries | undefined {
    const { attributes } = signal;
    // Which attributes are a signal's own depends on it.
    const now = resource();
    if (described !== now) forgetRecent();
    described = now;
    const recent = recentOf(signal);
    if (recent.shared === attributes) return recent.sharedSeries;
    const known = recent.index.find(attributes);
    if (known !== undefined) return known;
    const own = { attributes: {}, droppedAttributesCount: 0 };
    now.describe(own, attributes);
    const series = signal.kind === 'profile' ? callSeries(signal, own.attributes) : metricSeries(signal, own.attributes);
    if (series === undefined) return undefined;
    if (Object.keys(own.attributes).length === 0) {
      recent.shared = attributes;
      recent.sharedSeries = series;
    } else if (series.attributes !== overflow) recent.index.put(attributes, series);
    if (room.left <= 0) forgetRecent();
    return series;
  }

  function recentOf(signal: MeasuredSignal): Recent {
    const { name } = signal;
    const isCall = signal.kind === 'profile';
    const recent = isCall ? (signal.failed ? recentFailures : recentCalls) : recentMetrics;
    const variant = isCall ? signal.failed : signal.instrument;
    const unit = isCall ? 's' : signal.unit;
    const known = recent.get(name);
    if (known !== undefined && known.variant === variant && known.unit === unit) return known;
    const met = { variant, unit, shared: undefined, sharedSeries: undefined, index: createAttributeIndex<MetricSeries>(room) };
    if (recent.size >= maxSeries) recent.clear();
    recent.set(name, met);
    return met;
  }

  function metricSeries({ name, unit, instrument }: MetricSignal, own: Fields): MetricSeries | undefined {
    return openSeries(name, unit === 'ms' ? 's' : unit, instrument, own);
  }

  /** What OpenTelemetry's conventions call a function and a failure without a type. */
  function callSeries({ name, failed }: ProfileSignal, own: Fields): MetricSeries | undefined {
    const attributes = { 'code.function.name': name, ...(failed && { 'error.type': '_OTHER' }), ...own };
    return openSeries('code.function.duration', 's', 'histogram', attributes);
  }

  function openSeries(name: string, unit: string, instrument: Instrument, attributes: Fields): MetricSeries | undefined {
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
      start: start(),
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

  function forgetRecent(): void {
    for (const recent of [recentCalls, recentFailures, recentMetrics]) recent.clear();
    room.left = maxPlaces;
  }

  return {
    series: seriesByKey,
    add(signal) {
      if (!isMeasurement(signal)) return undefined;
      const series = seriesOf(signal);
      if (series === undefined) return undefined;
      const value = signal.kind === 'profile' ? signal.duration / 1_000 : normalized(signal);
      series.count += 1;
      series.sum += value;
      series.last = value;
      if (value < series.min) series.min = value;
      if (value > series.max) series.max = value;
      if (series.metric.instrument === 'histogram') series.distribution.add(value);
      return series;
    },
    clear() {
      seriesByKey.clear();
      forgetRecent();
      overflows = 0;
    },
  };
}

/** With its length, because any character may be in a text. */
function keyPart(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return ` ${typeof value} ${text.length} ${text}`;
}

/** OpenTelemetry measures time in seconds. */
function normalized({ value, unit }: MetricSignal): number {
  return unit === 'ms' ? value / 1_000 : value;
}

/** Whether it can be counted: anything else would be a false measurement, as a counter would be that goes down. */
function isMeasurement(signal: MeasuredSignal): boolean {
  if (signal.kind === 'profile') return isNumber(signal.duration);
  return isNumber(signal.value) && !(signal.value < 0 && signal.instrument === 'counter') && signal.name !== '';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= greatest;
}
