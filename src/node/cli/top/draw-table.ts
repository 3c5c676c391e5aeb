import { drawHeading, drawSeries } from './draw-series.ts';
import { drawSummary } from './draw-summary.ts';
import { formatCount } from './format-number.ts';
import { selectSeries } from './select-series.ts';
import type { Selection } from './select-series.ts';
import type { Style } from './style.ts';
import type { TopView } from './top-view.ts';

/** Everything as lines of text, one below the other. */
export function drawTable(view: TopView, selection: Selection, width: number, style: Style): string[] {
  const all = view.statistics?.series ?? [];
  const shown = selectSeries(all, selection);
  const beyond = all.length - shown.length + (view.statistics?.leftOut ?? 0);
  return [
    ...drawSummary(view, width, style, false),
    '',
    style.bold(drawHeading(selection, width)),
    ...shown.map((statistics) => drawSeries(statistics, width, style)),
    ...(shown.length === 0 ? [style.dim('no series with values')] : []),
    ...(beyond > 0 ? [style.dim(`${formatCount(beyond)} more series`)] : []),
  ];
}
