import { describe, expect, it } from 'vitest';
import { SeriesHistory } from '../../../src/browser/dashboard/series-history.ts';
import { seriesOf } from '../../helpers/live-frames.ts';

const start = 1_700_000_000_000;

describe('the history of series', () => {
  it('gives back what was recorded, in seconds and rates', () => {
    const history = new SeriesHistory();
    history.record(start, [seriesOf('work', 60, 10)], true);
    history.record(start + 1_000, [seriesOf('work', 120, 20)], true);
    expect(history.columns('work', 3_000)).toEqual({ times: [start / 1_000, start / 1_000 + 1], p50: [10, 20], p95: [10, 20], p99: [10, 20], rate: [1, 2] });
    expect(history.trend('work', 10)).toEqual([10, 20]);
  });

  it('reaches back so far and no further', () => {
    const history = new SeriesHistory({ reach: 10_000 });
    for (let second = 0; second < 100; second++) history.record(start + second * 1_000, [seriesOf('work', second + 1)], true);
    const { times, rate } = history.columns('work', 3_000);
    expect(times).toEqual(Array.from({ length: 10 }, (_, index) => start / 1_000 + 90 + index));
    expect(rate.at(-1)).toBeCloseTo(100 / 60, 5);
  });

  it('reaches no further back when points are rare', () => {
    const history = new SeriesHistory({ reach: 10_000 });
    for (let point = 0; point < 5; point++) history.record(start + point * 5_000, [seriesOf('work', 1)], true);
    expect(history.columns('work', 60_000).times).toHaveLength(3);
  });

  it('keeps the latest of what comes faster than a step', () => {
    const history = new SeriesHistory();
    for (let tick = 0; tick <= 30; tick++) history.record(start + tick * 100, [seriesOf('work', 1, tick)], true);
    const { times, p50 } = history.columns('work', 3_000);
    expect(times.length).toBeLessThanOrEqual(6);
    expect(p50.at(-1)).toBe(30);
  });

  it('breaks the line where the connection was lost', () => {
    const history = new SeriesHistory();
    for (const second of [0, 1, 30, 31]) history.record(start + second * 1_000, [seriesOf('work', 1)], true);
    expect(history.columns('work', 3_500).p99).toEqual([10, 10, null, 10, 10]);
  });

  it('knows of a series that is absent that it has no values, unless the server left some out', () => {
    const history = new SeriesHistory();
    history.record(start, [seriesOf('work', 60)], true);
    history.record(start + 1_000, [], true);
    history.record(start + 2_000, [], false);
    const { p50, rate } = history.columns('work', 3_000);
    expect(p50).toEqual([10, null, null]);
    expect(rate).toEqual([1, 0, null]);
  });

  it('forgets a series that had no values for as long as it reaches back', () => {
    const history = new SeriesHistory({ reach: 5_000 });
    history.record(start, [seriesOf('gone', 1), seriesOf('work', 1)], true);
    for (let second = 1; second < 10; second++) history.record(start + second * 1_000, [seriesOf('work', 1)], true);
    expect(history.size).toBe(1);
    expect(history.columns('gone', 3_000).times).toEqual([]);
  });

  it('keeps a bounded number of series, those it heard of last', () => {
    const history = new SeriesHistory({ maxSeries: 100, reach: 60_000 });
    for (let second = 0; second < 50; second++) {
      history.record(start + second * 1_000, Array.from({ length: 50 }, (_, index) => seriesOf(`series ${second * 50 + index}`, 1)), true);
    }
    expect(history.size).toBe(100);
    expect(history.trend('series 2499', 1)).toEqual([10]);
    expect(history.trend('series 0', 1)).toEqual([]);
  });

  it('takes names that are those of object members for what they are', () => {
    const history = new SeriesHistory();
    history.record(start, [seriesOf('__proto__', 60), seriesOf('constructor', 60)], true);
    expect(history.columns('__proto__', 3_000).rate).toEqual([1]);
    expect(history.columns('toString', 3_000).rate).toEqual([]);
  });

  it('leaves out a frame that is late, and begins anew when the clock was set back', () => {
    const history = new SeriesHistory();
    history.record(start, [seriesOf('work', 1, 1)], true);
    history.record(start - 1_000, [seriesOf('work', 1, 2)], true);
    expect(history.columns('work', 3_000).p50).toEqual([1]);
    history.record(start - 3_600_000, [seriesOf('work', 1, 3)], true);
    expect(history.columns('work', 3_000)).toMatchObject({ times: [(start - 3_600_000) / 1_000], p50: [3] });
    history.record(Number.NaN, [seriesOf('work', 1, 4)], true);
    expect(history.columns('work', 3_000).p50).toEqual([3]);
  });
});
