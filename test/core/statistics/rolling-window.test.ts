import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import { RollingWindow } from '../../../src/core/statistics/rolling-window.ts';
import type { Statistics } from '../../../src/core/statistics/statistics.ts';

interface Recorded {
  readonly name: string;
  readonly value: number;
  readonly failed: boolean;
}
const recorded = fc.record({
  name: fc.constantFrom('a', 'b', 'c', '__proto__'),
  value: fc.oneof(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.integer({ min: -50, max: 50 })),
  failed: fc.boolean(),
});
/** What is recorded in each tick. */
const history = fc.array(fc.array(recorded, { maxLength: 8 }), { maxLength: 30 });

/** The same numbers, from all values of the window at once. */
function model(ticks: readonly (readonly Recorded[])[], window: number): Map<string, Statistics> {
  const histograms = new Map<string, ExponentialHistogram>();
  for (const { name, value, failed } of ticks.flat()) {
    const histogram = histograms.get(name) ?? new ExponentialHistogram();
    histogram.record(value, failed);
    histograms.set(name, histogram);
  }
  return new Map([...histograms].map(([name, histogram]) => [name, histogram.statistics(name, window)]));
}

/** Equal but for the last bits of what is summed up in another order. */
function expectSame(actual: ReadonlyMap<string, Statistics>, expected: ReadonlyMap<string, Statistics>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { total, mean, stddev, ...rest }] of expected) {
    expect(actual.get(name)).toMatchObject(rest);
    expect(actual.get(name)?.total).toBeCloseTo(total, 4);
    expect(actual.get(name)?.mean).toBeCloseTo(mean, 4);
    expect(actual.get(name)?.stddev).toBeCloseTo(stddev, 2);
  }
}

describe('RollingWindow', () => {
  it('gives at each tick the numbers of exactly the last ticks', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 6 }), (ticks, length) => {
        const rolling = new RollingWindow({ window: length * 1_000, every: 1_000 });
        ticks.forEach((values, index) => {
          for (const { name, value, failed } of values) rolling.record(name, value, failed);
          expectSame(rolling.statistics(), model(ticks.slice(Math.max(0, index - length + 1), index + 1), length * 1_000));
          rolling.advance();
        });
      }),
    );
  });

  it('forgets a series without values, and makes room for another', () => {
    const rolling = new RollingWindow({ window: 2_000, every: 1_000, maxSeries: 1 });
    rolling.record('a', 1);
    rolling.record('b', 2);
    expect([...rolling.statistics().keys()]).toEqual(['a', '(other)']);
    rolling.advance();
    rolling.advance();
    expect(rolling.statistics().size).toBe(0);
    rolling.record('b', 2);
    expect([...rolling.statistics().keys()]).toEqual(['b']);
  });

  it('gives a freed place to a new name while others still share one', () => {
    const rolling = new RollingWindow({ window: 2_000, every: 1_000, maxSeries: 2 });
    for (const name of ['a', 'b', 'c']) rolling.record(name, 1);
    rolling.advance();
    for (const name of ['b', 'd']) rolling.record(name, 1);
    rolling.advance();
    for (const name of ['e', 'f']) rolling.record(name, 1);
    expect([...rolling.statistics().keys()]).toEqual(['b', '(other)', 'e']);
  });

  it('has at most 120 slices: a longer window takes several ticks a slice', () => {
    // 360 ticks are 120 slices of 3.
    const rolling = new RollingWindow({ window: 360_000, every: 1_000 });
    expect(rolling.window).toBe(360_000);
    rolling.record('a', 1);
    for (let tick = 1; tick < 360; tick += 1) {
      rolling.advance();
      rolling.record('b', 1);
    }
    expect(rolling.statistics().get('a')?.count).toBe(1);
    expect(rolling.statistics().get('b')?.count).toBe(359);
    rolling.advance();
    expect(rolling.statistics().get('a')).toBeUndefined();
    expect(rolling.statistics().get('b')?.count).toBe(357);
  });

  it('covers whole slices: what is asked for, or a little more', () => {
    expect(new RollingWindow({ window: 2_500, every: 1_000 }).window).toBe(3_000);
    expect(new RollingWindow({ window: 121_000, every: 1_000 }).window).toBe(122_000);
    expect(new RollingWindow({ window: 100, every: 1_000 }).window).toBe(1_000);
  });

  it('keeps a thousand names unless told otherwise, and counts later ones together', () => {
    const rolling = new RollingWindow({ window: 60_000, every: 1_000 });
    for (let index = 0; index < 5_000; index += 1) rolling.record(`name ${index}`, 1);
    const statistics = rolling.statistics();
    expect(statistics.size).toBe(1_001);
    expect(statistics.get('(other)')?.count).toBe(4_000);
    expect(statistics.get('name 999')?.count).toBe(1);
  });

  it('cuts long names', () => {
    const rolling = new RollingWindow({ window: 60_000, every: 1_000 });
    rolling.record('x'.repeat(256), 1);
    rolling.record('y'.repeat(257), 1);
    rolling.record(`${'y'.repeat(255)}z`.repeat(9), 1);
    rolling.record(`${'z'.repeat(254)}😀 and more`, 1);
    const names = [...rolling.statistics().keys()];
    expect(names).toEqual(['x'.repeat(256), `${'y'.repeat(255)}…`, `${'z'.repeat(254)}…`]);
    expect(rolling.statistics().get(`${'y'.repeat(255)}…`)?.count).toBe(2);
  });

  it('takes no room for a name without a measurement', () => {
    const rolling = new RollingWindow({ window: 60_000, every: 1_000, maxSeries: 1 });
    expect(rolling.record('broken', Number.NaN)).toBe(false);
    expect(rolling.record('huge', 1e200)).toBe(false);
    expect(rolling.record('a', 1)).toBe(true);
    expect([...rolling.statistics().keys()]).toEqual(['a']);
  });
});
