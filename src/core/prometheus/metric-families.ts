import type { Metric, MetricSeries } from '../metrics/metric-series.ts';
import type { Distribution } from '../statistics/distribution.ts';
import type { Boundary } from './boundaries.ts';
import { labelSet } from './label-set.ts';
import { metricName } from './metric-name.ts';

/** What a set of labels says. */
export interface FamilyPoint {
  /** Of a counter or a gauge. */
  value: number;
  /** The rest: of a histogram. How many values are at most each boundary. */
  readonly below: number[];
  count: number;
  sum: number;
}

/** A metric as Prometheus knows it. */
export interface MetricFamily {
  readonly name: string;
  readonly metric: Metric;
  readonly boundaries: readonly Boundary[];
  /** By their labels. */
  readonly points: Map<string, FamilyPoint>;
}

export interface MetricFamilies {
  readonly families: readonly MetricFamily[];
  /** Series that are not shown, because another metric has their name. */
  readonly leftOut: number;
}

export type BoundariesFor = (metric: Metric) => readonly Boundary[];

const suffixes: readonly string[] = ['', '_bucket', '_count', '_sum'];

/**
 * Series by the names of Prometheus. Of metrics whose names come out the same the first is shown and the others are left out: together
 * they would be false, and Prometheus refuses everything when a name comes twice. `taken` are names that are not to be had.
 */
export function metricFamilies(series: Iterable<MetricSeries>, taken: readonly string[], boundariesFor: BoundariesFor): MetricFamilies {
  const byMetric = new Map<string, MetricFamily | undefined>();
  const names = new Set(taken);
  let leftOut = 0;

  function open(metric: Metric): MetricFamily | undefined {
    const name = metricName(metric);
    const isHistogram = metric.instrument === 'histogram';
    const own = isHistogram ? suffixes.map((suffix) => name + suffix) : [name];
    if (own.some((each) => names.has(each))) return undefined;
    for (const each of own) names.add(each);
    return { name, metric, boundaries: isHistogram ? boundariesFor(metric) : [], points: new Map() };
  }

  for (const each of series) {
    const { key } = each.metric;
    if (!byMetric.has(key)) byMetric.set(key, open(each.metric));
    const family = byMetric.get(key);
    if (family === undefined) leftOut += 1;
    else addSeries(family, each);
  }
  return { families: [...byMetric.values()].filter((family) => family !== undefined), leftOut };
}

/** Attributes may be different and their labels the same. */
function addSeries({ metric, boundaries, points }: MetricFamily, series: MetricSeries): void {
  const labels = labelSet(series.attributes);
  const known = points.get(labels);
  const point = known ?? { value: 0, below: boundaries.map(() => 0), count: 0, sum: 0 };
  if (known === undefined) points.set(labels, point);
  if (metric.instrument === 'gauge') point.value = series.last;
  else point.value += series.sum;
  if (metric.instrument !== 'histogram') return;
  point.count += series.count;
  point.sum += series.sum;
  addBelow(point.below, series.distribution, boundaries);
}

function addBelow(below: number[], { positive, negative, zeros }: Distribution, boundaries: readonly Boundary[]): void {
  const { offset, counts } = positive;
  // What is not above zero is below every boundary.
  let passed = zeros + (negative === undefined ? 0 : sumOf(negative.counts));
  let next = 0;
  for (const [at, { last }] of boundaries.entries()) {
    for (; next < counts.length && offset + next <= last; next += 1) passed += counts[next]!;
    below[at]! += passed;
  }
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < counts.length; at += 1) sum += counts[at]!;
  return sum;
}
