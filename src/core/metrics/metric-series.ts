import type { MetricSignal } from '../signal.ts';
import type { Distribution } from '../statistics/distribution.ts';

export type Instrument = MetricSignal['instrument'];

/** What the series of one metric have in common. */
export interface Metric {
  /** The same for all of them, and for no others. */
  readonly key: string;
  readonly name: string;
  readonly unit: string;
  readonly instrument: Instrument;
}

/** Numbers of one metric with one set of attributes. Only its table adds to it. */
export interface MetricSeries {
  readonly metric: Metric;
  /** Without the resource's. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** When it began, in epoch milliseconds. */
  readonly start: number;
  /** Of a histogram. */
  readonly distribution: Distribution;
  count: number;
  /** Of all values. */
  sum: number;
  min: number;
  max: number;
  last: number;
  /** Signals that nobody has been told of yet: up to the owner of the table, who counts here. */
  fresh: number;
}
