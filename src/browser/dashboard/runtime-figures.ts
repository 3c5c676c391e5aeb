import type { MetricSignal } from '../../core/signal.ts';
import { element, part, setAttribute, setText } from './element.ts';
import { formatQuantity, formatShare } from './format.ts';
import { ownAttributes } from './own-attributes.ts';
import { createTrendLine } from './trend-line.ts';
import type { TrendLine } from './trend-line.ts';

/** Every metric with its latest value and how it went. */
export interface RuntimeFigures {
  show(metrics: readonly MetricSignal[]): void;
}

interface Figure {
  readonly root: HTMLElement;
  readonly value: HTMLElement;
  readonly trend: TrendLine;
  readonly values: number[];
}

const POINTS = 120;
/** More metrics than this are no overview any more. */
const CAP = 200;

export function createRuntimeFigures(): RuntimeFigures {
  const root = part('runtime');
  const list = element('ul', { class: 'figures' });
  const empty = element('p', { class: 'empty', text: 'No metrics yet.' });
  const figures = new Map<string, Figure>();
  root.append(list, empty);

  function figureOf(key: string, name: string, remark: string): Figure {
    let figure = figures.get(key);
    if (figure === undefined) {
      const value = element('span', { class: 'number' });
      const trend = createTrendLine();
      const label = element('span', { class: 'figure-name', title: name }, element('span', { text: name }), element('span', { class: 'muted', text: remark }));
      figure = { root: element('li', { attributes: { 'data-metric': name } }, label, trend.root, value), value, trend, values: [] };
      figures.set(key, figure);
    }
    return figure;
  }

  return {
    show(metrics) {
      const shown: Figure[] = [];
      for (const { metric, remark } of described(metrics)) {
        const { name, value, unit } = metric;
        const figure = figureOf(JSON.stringify([name, remark]), name, remark);
        figure.values.push(value);
        if (figure.values.length > POINTS) figure.values.shift();
        setAttribute(figure.value, 'data-value', String(value));
        setText(figure.value, metricText(metric.name, value, unit));
        figure.trend.draw(figure.values, POINTS);
        shown.push(figure);
      }
      const kept = new Set(shown);
      for (const [key, figure] of figures) if (!kept.has(figure)) figures.delete(key);
      if (shown.some(({ root: wanted }, index) => wanted !== list.children[index]) || shown.length !== list.childElementCount) list.replaceChildren(...shown.map(({ root: wanted }) => wanted));
      empty.hidden = shown.length > 0;
    },
  };
}

/** A metric as text. What is called a utilization is a share. */
export function metricText(name: string, value: number, unit: string): string {
  return unit === '1' && /utili[sz]ation$/.test(name) ? formatShare(value) : formatQuantity(value, unit);
}

/** Those of the event loop first, then by name; of several of one name with what tells them apart. */
function described(metrics: readonly MetricSignal[]): { readonly metric: MetricSignal; readonly remark: string }[] {
  const byName = new Map<string, MetricSignal[]>();
  for (const metric of metrics.slice(0, CAP)) byName.set(metric.name, [...(byName.get(metric.name) ?? []), metric]);
  const names = [...byName.keys()].sort((a, b) => Number(isOfLoop(b)) - Number(isOfLoop(a)) || (a < b ? -1 : 1));
  return names.flatMap((name) => {
    const all = byName.get(name) as MetricSignal[];
    const remarks = ownAttributes(all.map(({ attributes }) => attributes));
    return all.map((metric, index) => ({ metric, remark: remarks[index]?.join(' ') ?? '' }));
  });
}

function isOfLoop(name: string): boolean {
  return name.startsWith('nodejs.eventloop.');
}
