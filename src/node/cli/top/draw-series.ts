import type { Statistics } from '../../../core/statistics/statistics.ts';
import { escapeControls } from '../escape-controls.ts';
import { fitText } from '../text-width.ts';
import { formatDuration } from './format-duration.ts';
import { formatCount, formatRate } from './format-number.ts';
import { rateOf } from './select-series.ts';
import type { Selection, SortKey } from './select-series.ts';
import type { Style } from './style.ts';

interface Column {
  readonly title: string;
  readonly sort?: SortKey;
  readonly text: (statistics: Statistics) => string;
}

const columns: readonly Column[] = [
  { title: 'rate/s', sort: 'rate', text: (statistics) => formatRate(rateOf(statistics)) },
  { title: 'count', sort: 'count', text: ({ count }) => formatCount(count) },
  { title: 'errors', sort: 'errors', text: ({ errors }) => formatCount(errors) },
  { title: 'p50', text: ({ p50 }) => formatDuration(p50) },
  { title: 'p95', text: ({ p95 }) => formatDuration(p95) },
  { title: 'p99', sort: 'p99', text: ({ p99 }) => formatDuration(p99) },
  { title: 'max', text: ({ max }) => formatDuration(max) },
];
/** A blank and seven characters: as much as a number takes. */
const COLUMN = 8;
/** What a name needs to be known by; below it columns go, these first. */
const NAME = 20;
const dispensable = ['p95', 'max', 'errors', 'count', 'p50', 'rate/s'];
/** No name is looked at further: it may be long beyond any screen. */
const LONGEST_NAME = 1_024;

/** The heading of the table. */
export function drawHeading({ sort, reversed }: Selection, width: number): string {
  const arrow = (sort === 'name') === reversed ? '▾' : '▴';
  const shown = columnsFor(width);
  const cells = shown.map((column) => (column.sort === sort ? `${column.title}${arrow}` : column.title).padStart(COLUMN));
  return fitText(sort === 'name' ? `series${arrow}` : 'series', nameWidth(shown, width)) + cells.join('');
}

/** A line of it. */
export function drawSeries(statistics: Statistics, width: number, style: Style): string {
  const shown = columnsFor(width);
  const cells = shown.map((column) => {
    const cell = column.text(statistics).padStart(COLUMN);
    return column.title === 'errors' && statistics.errors > 0 ? style.bad(cell) : cell;
  });
  return fitText(escapeControls(statistics.name.slice(0, LONGEST_NAME)), nameWidth(shown, width)) + cells.join('');
}

function columnsFor(width: number): readonly Column[] {
  let shown = columns;
  for (const title of dispensable) {
    if (nameWidth(shown, width) >= NAME) break;
    shown = shown.filter((column) => column.title !== title);
  }
  return shown;
}

function nameWidth(shown: readonly Column[], width: number): number {
  return Math.max(1, width - shown.length * COLUMN);
}
