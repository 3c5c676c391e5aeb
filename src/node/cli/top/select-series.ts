import type { Statistics } from '../../../core/statistics/statistics.ts';

/** What the series can be sorted by, in the order of the key that goes on to the next. */
export const sortKeys = ['p99', 'rate', 'count', 'errors', 'name'] as const;
export type SortKey = (typeof sortKeys)[number];

/** Which series are shown, and in which order. */
export interface Selection {
  readonly sort: SortKey;
  /** Names go up and numbers down, unless reversed. */
  readonly reversed: boolean;
  /** A part of the name, in either case. Empty: all. */
  readonly filter: string;
  /** Default: no limit. */
  readonly limit: number | undefined;
}

/** Those to show. */
export function selectSeries(series: readonly Statistics[], { sort, reversed, filter, limit }: Selection): readonly Statistics[] {
  const part = filter.toLowerCase();
  const found = part === '' ? [...series] : series.filter(({ name }) => name.toLowerCase().includes(part));
  const sign = reversed ? -1 : 1;
  found.sort((a, b) => sign * (sort === 'name' ? 0 : rank(b, sort) - rank(a, sort)) || sign * byName(a, b));
  return limit === undefined ? found : found.slice(0, limit);
}

/** Per second. */
export function rateOf({ count, window }: Statistics): number {
  return window > 0 ? count / (window / 1_000) : 0;
}

function rank(statistics: Statistics, key: Exclude<SortKey, 'name'>): number {
  return key === 'rate' ? rateOf(statistics) : statistics[key];
}

function byName(a: Statistics, b: Statistics): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
