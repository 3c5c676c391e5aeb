import type { MetricSignal } from '../../core/signal.ts';
import type { Statistics } from '../../core/statistics/statistics.ts';
import { lostSignals } from './balance.ts';
import { element, part, setAttribute, setText } from './element.ts';
import { formatBytes, formatCount, formatMeasured, formatQuantity, formatRate, formatShare, nothing } from './format.ts';
import type { LivePicture } from './live-picture.ts';
import { columnValue } from './sort-series.ts';

/** The few numbers that say whether anything is wrong. */
export interface Tiles {
  show(picture: LivePicture): void;
}

type Mood = 'calm' | 'warn' | 'bad';

interface Tile {
  readonly value: string;
  readonly remark: string;
  readonly mood?: Mood;
}

const labels = ['Rate', 'Errors', 'Slowest p99', 'Event-loop delay p99', 'Heap', 'Lost signals'] as const;

export function createTiles(): Tiles {
  const tiles = labels.map((label) => {
    const [value, remark] = [element('span', { class: 'value', text: nothing }), element('span', { class: 'remark' })];
    return { root: element('li', { class: 'tile', attributes: { 'data-tile': label } }, element('span', { class: 'label', text: label }), value, remark), value, remark };
  });
  part('tiles').append(...tiles.map(({ root }) => root));
  return {
    show(picture) {
      const { statistics, metrics, ledger } = picture;
      const series = statistics?.series ?? [];
      const count = series.reduce((all, one) => all + one.count, 0);
      const now = [
        statistics && rateTile(series, statistics.leftOut),
        errorTile(series, count),
        slowestTile(series),
        delayTile(metrics),
        heapTile(metrics),
        ledger === undefined ? undefined : { value: formatCount(lostSignals(ledger)), remark: 'dropped by sinks', mood: lostSignals(ledger) > 0 ? 'bad' : 'calm' },
      ] satisfies (Tile | undefined)[];
      tiles.forEach(({ root, value, remark }, index) => {
        const tile: Tile = now[index] ?? { value: nothing, remark: '' };
        setText(value, tile.value);
        setText(remark, tile.remark);
        remark.title = tile.remark;
        setAttribute(root, 'data-mood', tile.mood ?? 'calm');
      });
    },
  };
}

function rateTile(series: readonly Statistics[], leftOut: number): Tile {
  const rate = series.reduce((all, one) => all + columnValue(one, 'rate'), 0);
  return { value: formatRate(rate), remark: leftOut > 0 ? `of the ${formatCount(series.length)} busiest series` : `${formatCount(series.length)} series` };
}

function errorTile(series: readonly Statistics[], count: number): Tile | undefined {
  if (count === 0) return undefined;
  const errors = series.reduce((all, one) => all + one.errors, 0);
  return { value: formatShare(errors / count), remark: `${formatCount(errors)} of ${formatCount(count)}`, mood: errors / count >= 0.05 ? 'bad' : errors > 0 ? 'warn' : 'calm' };
}

function slowestTile(series: readonly Statistics[]): Tile | undefined {
  const slowest = series.reduce<Statistics | undefined>((most, one) => (most === undefined || one.p99 > most.p99 ? one : most), undefined);
  return slowest && { value: formatMeasured(slowest.p99, slowest.resolution), remark: slowest.name };
}

function delayTile(metrics: readonly MetricSignal[]): Tile | undefined {
  const delay = metrics.find(({ name }) => name === 'nodejs.eventloop.delay.p99');
  const busy = metrics.find(({ name }) => name === 'nodejs.eventloop.utilization');
  if (delay === undefined) return undefined;
  const milliseconds = delay.unit === 's' ? delay.value * 1_000 : delay.value;
  return {
    value: formatQuantity(delay.value, delay.unit),
    remark: busy === undefined ? '' : `${formatShare(busy.value)} utilised`,
    mood: milliseconds >= 250 ? 'bad' : milliseconds >= 100 || (busy?.value ?? 0) >= 0.9 ? 'warn' : 'calm',
  };
}

function heapTile(metrics: readonly MetricSignal[]): Tile | undefined {
  const used = sumOf(metrics, 'v8js.memory.heap.used');
  const limit = sumOf(metrics, 'nodejs.memory.heap.limit');
  if (used === undefined) return undefined;
  return limit === undefined ? { value: formatBytes(used), remark: 'used' } : { value: formatBytes(used), remark: `of ${formatBytes(limit)}`, mood: used / limit >= 0.9 ? 'bad' : 'calm' };
}

/** Over the heap's spaces. */
function sumOf(metrics: readonly MetricSignal[], wanted: string): number | undefined {
  const found = metrics.filter(({ name }) => name === wanted);
  return found.length === 0 ? undefined : found.reduce((all, { value }) => all + value, 0);
}
