import type { Statistics } from '../../core/statistics/statistics.ts';

/** The columns of the table by which it can be sorted. */
export type SeriesColumn = 'name' | 'rate' | 'count' | 'errors' | 'p50' | 'p95' | 'p99' | 'max';

/** An order of the table. */
export interface SeriesOrder {
  readonly column: SeriesColumn;
  readonly descending: boolean;
}

/** The number that a column shows: rates a second, errors as a share, durations in milliseconds. */
export function columnValue(statistics: Statistics, column: Exclude<SeriesColumn, 'name'>): number {
  const { count, window } = statistics;
  if (column === 'rate') return window > 0 ? (count / window) * 1_000 : 0;
  if (column === 'errors') return count > 0 ? statistics.errors / count : 0;
  return statistics[column];
}

/** The series whose name has all words of the filter, in order; equal ones by name, so that none moves without a cause. */
export function sortSeries(series: Iterable<Statistics>, { column, descending }: SeriesOrder, filter: string): Statistics[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const sign = descending ? -1 : 1;
  const kept: Statistics[] = [];
  for (const statistics of series) {
    const name = statistics.name.toLowerCase();
    if (words.every((word) => name.includes(word))) kept.push(statistics);
  }
  return kept.sort((a, b) => {
    const byColumn = column === 'name' ? byName(a, b) : columnValue(a, column) - columnValue(b, column);
    return byColumn === 0 || Number.isNaN(byColumn) ? byName(a, b) : sign * byColumn;
  });
}

function byName(a: Statistics, b: Statistics): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
