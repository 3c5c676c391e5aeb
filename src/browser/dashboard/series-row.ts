import type { Statistics } from '../../core/statistics/statistics.ts';
import { element, setAttribute, setText } from './element.ts';
import { formatCount, formatMeasured, formatRate, formatShare, seriesLabel } from './format.ts';
import { columnValue } from './sort-series.ts';
import type { SeriesColumn } from './sort-series.ts';
import { createTrendLine } from './trend-line.ts';

/** A series in the table. Every number is there twice: as text, and exactly in `data-value`. */
export interface SeriesRow {
  readonly root: HTMLTableRowElement;
  /** `trend`: the latest values of p95, of at most `points`. */
  show(statistics: Statistics, trend: readonly (number | null)[], points: number): void;
}

const columns = ['rate', 'count', 'errors', 'p50', 'p95', 'p99', 'max'] as const satisfies readonly SeriesColumn[];

/** From this share on errors are the first thing to see. */
const ALARMING = 0.05;

export function createSeriesRow(name: string): SeriesRow {
  const trend = createTrendLine();
  const cells = columns.map((column) => element('td', { class: `number col-${column}` }));
  const root = element(
    'tr',
    { attributes: { 'data-name': name, tabindex: '-1' } },
    element('th', { class: 'col-name', title: name, attributes: { scope: 'row' } }, element('span', { text: seriesLabel(name) })),
    element('td', { class: 'col-trend' }, trend.root),
    ...cells,
  );
  return {
    root,
    show(statistics, values, points) {
      columns.forEach((column, index) => {
        const cell = cells[index] as HTMLElement;
        const value = columnValue(statistics, column);
        setAttribute(cell, 'data-value', String(value));
        setText(cell, cellText(column, value, statistics.resolution));
      });
      const share = columnValue(statistics, 'errors');
      setAttribute(root, 'data-errors', share >= ALARMING ? 'many' : share > 0 ? 'some' : 'none');
      trend.draw(values, points);
    },
  };
}

function cellText(column: SeriesColumn, value: number, resolution: number | undefined): string {
  if (column === 'rate') return formatRate(value);
  if (column === 'count') return formatCount(value);
  return column === 'errors' ? formatShare(value) : formatMeasured(value, resolution);
}
