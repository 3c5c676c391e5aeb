import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import type { Statistics } from '../../../src/core/statistics/statistics.ts';

/** Those of so many values. */
export function createStatistics(name: string, count: number): Statistics {
  const histogram = new ExponentialHistogram();
  for (let value = 1; value <= count; value++) histogram.record(value, value % 10 === 0);
  return histogram.statistics(name, 60_000);
}
