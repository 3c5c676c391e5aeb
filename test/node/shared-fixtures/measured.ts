import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import type { Statistics } from '../../../src/core/statistics/statistics.ts';
import type { ObservabilityManager } from '../../../src/core/observability.ts';

/** Answers requests that took so long each, in milliseconds: they count in the series `GET`. */
export function respond(obs: ObservabilityManager, durations: readonly number[]): void {
  for (const duration of durations) obs.traceResponse(obs.traceRequest('GET', '/'), { status: 200, duration });
}

/** What each of four participants measures: quick and many, slower, slow, and the few that are stuck. */
export const measured: readonly (readonly number[])[] = [
  Array.from({ length: 600 }, (_, index) => 1 + index / 100),
  Array.from({ length: 300 }, (_, index) => 20 + index / 10),
  Array.from({ length: 90 }, (_, index) => 200 + index),
  Array.from({ length: 10 }, (_, index) => 5_000 + 100 * index),
];

/** Of them, what adds up exactly in whatever order. */
export type Numbers = Pick<Statistics, 'count' | 'min' | 'max' | 'p50' | 'p95' | 'p99' | 'p999'>;

export function numbersOf({ count, min, max, p50, p95, p99, p999 }: Statistics): Numbers {
  return { count, min, max, p50, p95, p99, p999 };
}

/** The numbers of one histogram of all these values. */
export function exactly(values: readonly number[]): Numbers {
  const histogram = new ExponentialHistogram();
  for (const value of values) histogram.record(value);
  return numbersOf(histogram.statistics('GET', 60_000));
}
