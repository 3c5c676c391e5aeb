import type { MetricSeries } from '../metrics/metric-series.ts';
import { labelSet } from './label-set.ts';
import { metricFamilies } from './metric-families.ts';
import type { BoundariesFor, MetricFamily } from './metric-families.ts';
import { plainText } from './plain-text.ts';

/** What a scrape is to tell. */
export interface Exposed {
  readonly series: Iterable<MetricSeries>;
  /** Attributes of the resource. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** Measurements that no series counts. */
  readonly refused: number;
}

const target = 'target_info';
const refusals = 'arkhe_metrics_refused_total';
const omissions = 'arkhe_metrics_left_out';

/** The type of what `writeExposition` writes. */
export const expositionType: string = 'text/plain; version=0.0.4; charset=utf-8';

/** Metrics in the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function writeExposition({ series, resource, refused }: Exposed, boundariesFor: BoundariesFor): string {
  const { families, leftOut } = metricFamilies(series, [target, refusals, omissions], boundariesFor);
  const lines: string[] = [];
  head(lines, target, 'gauge', 'What these metrics are of.');
  sample(lines, target, labelSet(resource), 1);
  head(lines, refusals, 'counter', 'Measurements that were no number, went down, or were of too many series.');
  sample(lines, refusals, '', refused);
  head(lines, omissions, 'gauge', 'Series that are not shown, because another metric has their name.');
  sample(lines, omissions, '', leftOut);
  for (const family of families) writeFamily(lines, family);
  lines.push('');
  return lines.join('\n');
}

function writeFamily(lines: string[], { name, metric, boundaries, points }: MetricFamily): void {
  const { unit, instrument } = metric;
  head(lines, name, instrument, unit === '' || unit === '1' ? metric.name : `${metric.name} in ${unit}`);
  for (const [labels, { value, below, count, sum }] of points) {
    if (instrument !== 'histogram') {
      sample(lines, name, labels, value);
      continue;
    }
    const before = labels === '' ? '' : `${labels},`;
    for (const [at, { le }] of boundaries.entries()) sample(lines, `${name}_bucket`, `${before}le="${le}"`, below[at]!);
    sample(lines, `${name}_bucket`, `${before}le="+Inf"`, count);
    sample(lines, `${name}_sum`, labels, sum);
    sample(lines, `${name}_count`, labels, count);
  }
}

function head(lines: string[], name: string, type: string, help: string): void {
  const escaped = plainText(help).replace(/[\\\n]/g, (character) => (character === '\n' ? '\\n' : '\\\\'));
  lines.push(`# HELP ${name} ${escaped}`, `# TYPE ${name} ${type}`);
}

function sample(lines: string[], name: string, labels: string, value: number): void {
  lines.push(labels === '' ? `${name} ${numberText(value)}` : `${name}{${labels}} ${numberText(value)}`);
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
