import { setAttribute } from './element.ts';

const svg = 'http://www.w3.org/2000/svg';
const WIDTH = 84;
const HEIGHT = 20;

/** A small line without axes beside a number. It says nothing the numbers do not. */
export interface TrendLine {
  readonly root: SVGSVGElement;
  draw(values: readonly (number | null)[], points: number): void;
}

export function createTrendLine(): TrendLine {
  const root = document.createElementNS(svg, 'svg');
  const path = document.createElementNS(svg, 'path');
  root.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  root.setAttribute('class', 'trend');
  root.setAttribute('aria-hidden', 'true');
  root.append(path);
  return { root, draw: (values, points) => setAttribute(path, 'd', trendPath(values, points)) };
}

/** The path of these values, the newest at the right edge of `points`, from 0 to the greatest. A `null` breaks the line. */
export function trendPath(values: readonly (number | null)[], points: number): string {
  const highest = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  const step = WIDTH / Math.max(1, points - 1);
  let path = '';
  let pen = 'M';
  values.forEach((value, index) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const x = WIDTH - (values.length - 1 - index) * step;
    const y = HEIGHT - 1.5 - (highest > 0 ? value / highest : 0) * (HEIGHT - 3);
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  });
  return path;
}
