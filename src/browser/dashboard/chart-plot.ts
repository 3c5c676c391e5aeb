// First: see there.
import { pageLanguage } from './page-language.ts';
import uPlot from 'uplot';
import { formatTime } from './format.ts';

/** A line of a plot. Its colour is the `color` of the element, so that the style sheet alone knows colours. */
export interface PlotLine {
  readonly colour: Element;
  readonly width: number;
  /** Whether what is below it is tinted. */
  readonly filled?: boolean;
}

export interface PlotSetup {
  readonly mount: HTMLElement;
  readonly height: number;
  readonly lines: readonly PlotLine[];
  format(value: number): string;
  /** The point under the pointer, `undefined` when there is none. */
  hovered(index: number | undefined): void;
}

/** A drawing over time. */
export interface Plot {
  draw(times: number[], lines: readonly (number | null)[][]): void;
  /** The colours of the page are others now. */
  recolour(): void;
}

const SHORTEST = 60;
const AXIS = 62;

export function createPlot({ mount, height, lines, format, hovered }: PlotSetup): Plot {
  const ink = (): string => getComputedStyle(mount).color;
  const line = (): string => getComputedStyle(mount).borderTopColor;
  const axis: uPlot.Axis = { stroke: ink, font: '11px system-ui, sans-serif', grid: { stroke: line, width: 1 }, ticks: { show: false } };
  mount.dataset['language'] = pageLanguage;
  const plot = new uPlot(
    {
      width: Math.max(mount.clientWidth, 120),
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, sync: { key: 'series' }, points: { size: 7 } },
      scales: {
        x: { time: true, range: (_, min, max) => [Math.min(min, max - SHORTEST), max] },
        y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
      },
      axes: [
        { ...axis, size: 26, space: 80, values: (_, seconds) => seconds.map((second) => formatTime(second * 1_000)) },
        { ...axis, size: AXIS, space: 30, values: (_, values) => values.map(format) },
      ],
      series: [
        {},
        ...lines.map(({ colour, width, filled = false }) => ({
          stroke: () => getComputedStyle(colour).color,
          ...(filled && { fill: () => faint(getComputedStyle(colour).color) }),
          width,
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [({ cursor }) => hovered(cursor.idx ?? undefined)] },
    },
    [[], ...lines.map(() => [])],
    mount,
  );
  mount.classList.add('blank');
  new ResizeObserver(() => {
    if (mount.clientWidth > 0 && mount.clientWidth !== plot.width) plot.setSize({ width: mount.clientWidth, height });
  }).observe(mount);
  return {
    draw(times, values) {
      // Axes without anything on them would be of 1970.
      mount.classList.toggle('blank', times.length === 0);
      plot.setData([times, ...values] as uPlot.AlignedData);
    },
    recolour: () => plot.redraw(false, true),
  };
}

/** A computed colour, almost transparent. */
function faint(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)');
}
