import type { Metric } from '../metrics/metric-series.ts';
import { unitWords } from './unit-words.ts';

/**
 * What Prometheus calls a metric: its words joined by `_`, then its unit, then `total` for a counter. A gauge of unit `1` is a `ratio`.
 * Different metrics may come out the same. https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export function metricName({ name, unit, instrument }: Metric): string {
  const words = name.split(/[^a-zA-Z0-9]+/).filter(Boolean).join('_') || 'unnamed';
  const isCounter = instrument === 'counter';
  const ofUnit = instrument === 'gauge' && unit === '1' ? 'ratio' : unitWords(unit);
  const base = withSuffix(isCounter ? words.replace(/_total$/, '') : words, ofUnit);
  const full = isCounter ? withSuffix(base, 'total') : base;
  return /^\d/.test(full) ? `_${full}` : full;
}

function withSuffix(name: string, suffix: string): string {
  return suffix === '' || name === suffix || name.endsWith(`_${suffix}`) ? name : `${name}_${suffix}`;
}
