import { escapeControls } from '../escape-controls.ts';
import { fitText } from '../text-width.ts';
import { keyHelp } from './controls.ts';
import type { Controls } from './controls.ts';
import { drawHeading, drawSeries } from './draw-series.ts';
import { drawSummary } from './draw-summary.ts';
import { formatCount } from './format-number.ts';
import { selectSeries } from './select-series.ts';
import type { Style } from './style.ts';
import type { TopView } from './top-view.ts';

/** A screen full. */
export interface Page {
  readonly lines: readonly string[];
  /** How many lines of the table it shows. */
  readonly visible: number;
  /** The greatest sensible offset. */
  readonly last: number;
}

/** Draws a screen of this size. */
export function drawPage(view: TopView, controls: Controls, width: number, height: number, style: Style): Page {
  const { selection, isPaused, showsHelp } = controls;
  const summary = drawSummary(view, width, style, isPaused);
  if (showsHelp) return fixed([...summary, '', ...drawHelp(width)], width, height, style);
  const all = view.statistics?.series ?? [];
  const shown = selectSeries(all, selection);
  const head = [...summary, '', style.bold(drawHeading(selection, width))];
  const visible = Math.max(1, height - head.length - 1);
  const last = Math.max(0, shown.length - visible);
  const offset = Math.min(controls.offset, last);
  const rows = shown.slice(offset, offset + visible).map((statistics) => drawSeries(statistics, width, style));
  if (rows.length === 0) rows.push(style.dim(fitText(emptyText(view, selection.filter), width)));
  const count = shown.length > visible ? `${offset + 1}–${offset + rows.length} of ${formatCount(shown.length)}` : '';
  const body = [...head, ...rows].slice(0, Math.max(0, height - 1));
  return { lines: [...body, ...blank(height - 1 - body.length), drawFooter(controls, count, width, style)], visible, last };
}

function fixed(lines: readonly string[], width: number, height: number, style: Style): Page {
  const body = lines.slice(0, Math.max(0, height - 1));
  return { lines: [...body, ...blank(height - 1 - body.length), style.dim(fitText('any key: back', width))], visible: 1, last: 0 };
}

function drawHelp(width: number): string[] {
  return keyHelp.map(([key, what]) => fitText(`  ${key.padEnd(5)}${what}`, width));
}

function drawFooter({ editing, selection }: Controls, count: string, width: number, style: Style): string {
  const filter = escapeControls(selection.filter);
  if (editing !== undefined) return fitText(`filter: ${filter}▏`, width);
  const keys = 'q quit  s sort  r reverse  / filter  p pause  ? help';
  const left = filter === '' ? keys : `filter: ${filter}  ${keys}`;
  return style.dim(fitText(left, Math.max(0, width - count.length)) + count);
}

function emptyText(view: TopView, filter: string): string {
  if (view.statistics === undefined) return 'waiting for the first numbers…';
  return filter === '' ? 'no series with values' : 'no series with this in its name';
}

function blank(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '');
}
