import type { Statistics } from '../../core/statistics/statistics.ts';
import { createPlot } from './chart-plot.ts';
import { element, part, setAttribute, setText, updateChildren } from './element.ts';
import { formatCount, formatDuration, formatMeasured, formatRate, formatShare, formatTime, nothing, seriesLabel } from './format.ts';
import type { HistoryColumns } from './series-history.ts';

/** The details of the selected series: percentiles and rate over time, and its traces. */
export interface SeriesChart {
  /** `statistics` are absent while the series has no values in the window. */
  show(name: string, statistics: Statistics | undefined, columns: HistoryColumns, exemplars: HTMLElement): void;
  recolour(): void;
}

const lines = ['p50', 'p95', 'p99', 'rate'] as const;
type Line = (typeof lines)[number];

export function createSeriesChart(): SeriesChart {
  const title = part('chart-title');
  const facts = element('p', { class: 'facts' });
  const moment = element('span', { class: 'moment muted' });
  const swatches = new Map<Line, HTMLElement>();
  const values = new Map<Line, HTMLElement>();
  const latency = element('div', { class: 'plot', attributes: { role: 'img' } });
  const rate = element('div', { class: 'plot', attributes: { role: 'img' } });
  const traces = element('div');
  let columns: HistoryColumns | undefined;
  let latest: Statistics | undefined;

  function legend(of: readonly Line[], label: string, ...more: Node[]): HTMLElement {
    const entries = of.map((line) => {
      const swatch = element('span', { class: `swatch ${line}`, attributes: { 'aria-hidden': 'true' } });
      const value = element('span', { class: 'number', text: nothing, attributes: { id: `chart-${line}` } });
      swatches.set(line, swatch);
      values.set(line, value);
      return element('span', { class: 'entry' }, swatch, element('span', { class: 'label', text: line === 'rate' ? 'rate' : line }), value);
    });
    return element('div', { class: 'legend' }, element('h3', { text: label }), ...entries, ...more);
  }

  part('chart').append(facts, legend(['p50', 'p95', 'p99'], 'Latency', moment), latency, legend(['rate'], 'Rate'), rate, element('h3', { class: 'pad', text: 'Traces behind the percentiles' }), traces);
  const colourOf = (line: Line): Element => swatches.get(line) as Element;
  const plots = {
    latency: createPlot({
      mount: latency,
      height: 200,
      lines: [
        { colour: colourOf('p50'), width: 1.5 },
        { colour: colourOf('p95'), width: 1.5 },
        { colour: colourOf('p99'), width: 2 },
      ],
      format: formatDuration,
      hovered: showValues,
    }),
    rate: createPlot({ mount: rate, height: 110, lines: [{ colour: colourOf('rate'), width: 1.5, filled: true }], format: formatRate, hovered: showValues }),
  };

  /** Those under the pointer, else the latest. */
  function showValues(index?: number): void {
    const time = index === undefined ? undefined : columns?.times[index];
    setText(moment, time === undefined ? '' : `at ${formatTime(time * 1_000)}`);
    for (const line of lines) setText(values.get(line) as HTMLElement, time === undefined ? latestText(line) : valueText(line, columns?.[line][index as number] ?? Number.NaN));
  }

  const valueText = (line: Line, value: number): string => (line === 'rate' ? formatRate(value) : formatDuration(value));

  function latestText(line: Line): string {
    if (latest === undefined) return nothing;
    return line === 'rate' ? formatRate((latest.count / latest.window) * 1_000) : formatMeasured(latest[line], latest.resolution);
  }

  function describe(name: string): void {
    const { count = 0, errors = 0, mean = Number.NaN, max = Number.NaN, resolution } = latest ?? {};
    const clock = resolution !== undefined && latest !== undefined && latest.p50 < 10 * resolution ? ` · the clock ticks in ${formatDuration(resolution)}` : '';
    setText(facts, latest === undefined ? 'No values in the window.' : `${formatCount(count)} values · mean ${formatMeasured(mean, resolution)} · max ${formatMeasured(max, resolution)} · ${formatShare(errors / count)} errors${clock}`);
    const span = columns === undefined ? 0 : ((columns.times.at(-1) ?? 0) - (columns.times[0] ?? 0)) * 1_000;
    const over = `over the last ${formatDuration(span)}`;
    setAttribute(latency, 'aria-label', `Percentiles of ${name} ${over}. Now p50 ${latestText('p50')}, p95 ${latestText('p95')}, p99 ${latestText('p99')}.`);
    setAttribute(rate, 'aria-label', `Rate of ${name} ${over}. Now ${latestText('rate')}.`);
  }

  return {
    show(name, statistics, next, exemplars) {
      [columns, latest] = [next, statistics];
      setText(title, seriesLabel(name));
      title.title = name;
      plots.latency.draw(next.times, [next.p50, next.p95, next.p99]);
      plots.rate.draw(next.times, [next.rate]);
      // Drawing moves the pointer's point along, if it is over the plot; else the latest are shown.
      if (!latency.matches(':hover') && !rate.matches(':hover')) showValues();
      describe(name);
      updateChildren(traces, [exemplars]);
    },
    recolour() {
      plots.latency.recolour();
      plots.rate.recolour();
    },
  };
}
