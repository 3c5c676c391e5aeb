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
          expectSame(rolling.statistics(), model(ticks.slice(Math.max(0, index - length + 1), index + 1), Math.min(index + 1, length) * 1_000));
          rolling.advance();
        });
      }),
    );
  });

  it('gives the same by slices, merged elsewhere', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 6 }), (ticks, length) => {
        const rolling = new RollingWindow({ window: length * 1_000, every: 1_000 });
        ticks.forEach((values, index) => {
          if (index > 0) rolling.advance();
          for (const { name, value, failed } of values) rolling.record(name, value, failed, `trace ${index}`, index);
        });
        const merged = new Map<string, ExponentialHistogram>();
        for (const { name, age, bytes } of rolling.slices()) {
          expect(age).toBeLessThan(length);
          const histogram = merged.get(name) ?? new ExponentialHistogram();
          histogram.merge(ExponentialHistogram.fromBytes(bytes));
          merged.set(name, histogram);
        }
        const entries = [...merged].map(([name, histogram]) => [name, histogram.statistics(name, Math.min(Math.max(ticks.length, 1), length) * 1_000)] as const);
        expectSame(rolling.statistics(), new Map(entries));
      }),
    );
  });

  it('says of each slice how old it is', () => {
    const rolling = new RollingWindow({ window: 5_000, every: 1_000 });
    rolling.record('a', 1);
    rolling.advance();
    rolling.advance();
    rolling.record('a', 2);
    rolling.record('b', 3);
    rolling.advance();
    rolling.record('b', 4);
    const slices = [...rolling.slices()].map(({ name, age, bytes }) => [name, age, ExponentialHistogram.fromBytes(bytes).statistics('x', 0).max]);
    expect(slices).toEqual([['a', 3, 1], ['a', 1, 2], ['b', 1, 3], ['b', 0, 4]]);
  });

  it('counts a histogram from elsewhere in the present slice', () => {
    const [rolling, same] = [0, 1].map(() => new RollingWindow({ window: 2_000, every: 1_000 })) as [RollingWindow, RollingWindow];
    const histogram = new ExponentialHistogram();
    for (const [index, value] of [5, 70, 900, -3].entries()) {
      histogram.record(value, index === 1, `trace ${value}`, index);
      same.record('a', value, index === 1, `trace ${value}`, index);
    }
    rolling.recordAll('a', histogram);
    rolling.recordAll('empty', new ExponentialHistogram());
    histogram.record(1_000);
    expectSame(rolling.statistics(), same.statistics());
    expect(rolling.statistics().get('a')?.exemplars).toEqual(same.statistics().get('a')?.exemplars);
    rolling.advance();
    rolling.advance();
    expect(rolling.statistics().size).toBe(0);
  });

  it('leads to traces of the window only', () => {
    const rolling = new RollingWindow({ window: 3_000, every: 1_000 });
    rolling.record('a', 100, false, 'first', 1);
    rolling.advance();
    rolling.record('a', 50, false, 'second', 2);
    rolling.record('a', 60);
    expect(rolling.statistics().get('a')?.exemplars?.p999).toEqual({ traceId: 'first', value: 100, timestamp: 1 });
    rolling.advance();
    rolling.advance();
    expect(rolling.statistics().get('a')?.exemplars).toEqual({ p50: { traceId: 'second', value: 50, timestamp: 2 } });
  });

  it('names the resolution of the clock it was told', () => {
    const rolling = new RollingWindow({ window: 3_000, every: 1_000 });
    rolling.record('a', 100);
    expect([rolling.statistics().get('a')?.resolution, rolling.statistics(0.1).get('a')?.resolution]).toEqual([undefined, 0.1]);
  });

  it('loses nothing of a sum to rounding, within a slice and over all of them', () => {
    const rolling = new RollingWindow({ window: 5_000, every: 1_000 });
    for (const values of [[1e16, 1, 1, 1], [1], [-1e16], [-0.5]]) {
      for (const value of values) rolling.record('a', value);
      rolling.statistics();
      rolling.advance();
    }
    expect(rolling.statistics().get('a')).toMatchObject({ count: 7, total: 3.5 });
  });

  it('forgets a series without values, and makes room for another', () => {
    const rolling = new RollingWindow({ window: 2_000, every: 1_000, maxSeries: 1 });
    rolling.record('a', 1);
    rolling.record('b', 2);
    expect([...rolling.statistics().keys()]).toEqual(['a', '__other__']);
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
    expect([...rolling.statistics().keys()]).toEqual(['b', '__other__', 'e']);
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

  it('says what it covers: in the beginning the time since then, and after a sleep all of it', () => {
    const rolling = new RollingWindow({ window: 5_000, every: 1_000, elapsed: 0 });
    const covered: unknown[] = [];
    for (const elapsed of [1, 2, 3, 4, 5, 6, 7].map((second) => second * 1_000)) {
      rolling.record('a', 1);
      rolling.catchUp(elapsed);
      covered.push(rolling.statistics().get('a')?.window);
      rolling.advance(elapsed);
    }
    expect(covered).toEqual([1_000, 2_000, 3_000, 4_000, 5_000, 5_000, 5_000]);
    const slept = new RollingWindow({ window: 5_000, every: 1_000, elapsed: 0 });
    slept.advance(1_000);
    slept.catchUp(3_600_000);
    slept.record('a', 1);
    expect(slept.statistics().get('a')).toMatchObject({ count: 1, window: 5_000 });
    const late = new RollingWindow({ window: 5_000, every: 1_000, elapsed: 0 });
    late.record('a', 1);
    late.catchUp(3_000);
    expect(late.statistics().get('a')).toMatchObject({ count: 1, window: 3_000 });
  });

  it('covers less while an edge of several ticks has just left it', () => {
    const rolling = new RollingWindow({ window: 360_000, every: 1_000 });
    const rates = new Set<number>();
    for (let tick = 0; tick < 800; tick += 1) {
      rolling.record('a', 1);
      const { count, window } = rolling.statistics().get('a')!;
      rates.add(count / window);
      rolling.advance();
    }
    expect([...rates]).toEqual([1 / 1_000]);
  });

  it('keeps a thousand names unless told otherwise, and counts later ones together', () => {
    const rolling = new RollingWindow({ window: 60_000, every: 1_000 });
    for (let index = 0; index < 5_000; index += 1) rolling.record(`name ${index}`, 1);
    const statistics = rolling.statistics();
    expect(statistics.size).toBe(1_001);
    expect(statistics.get('__other__')?.count).toBe(4_000);
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

/** How many values each series has at the end. */
function countsOf(rolling: RollingWindow): Record<string, number> {
  return Object.fromEntries([...rolling.statistics()].map(([name, { count }]) => [name, count]));
}

describe('RollingWindow and the clock', () => {
  /** One value a second for ten seconds, by a clock that starts at 50 s. */
  function tenSeconds(): RollingWindow {
    const rolling = new RollingWindow({ window: 10_000, every: 1_000, elapsed: 50_000 });
    for (let second = 1; second <= 10; second += 1) {
      rolling.record('a', second);
      if (second < 10) rolling.advance(50_000 + second * 1_000);
    }
    return rolling;
  }

  it('moves by as many slices as have passed', () => {
    const rolling = tenSeconds();
    rolling.advance(63_000);
    expect(rolling.statistics().get('a')).toMatchObject({ count: 6, min: 5 });
  });

  it('forgets everything in a sleep of an hour', () => {
    const rolling = tenSeconds();
    rolling.catchUp(60_000 + 3_600_000);
    expect(countsOf(rolling)).toEqual({});
    rolling.advance(60_000 + 3_600_000);
    rolling.record('a', 1);
    expect(countsOf(rolling)).toEqual({ a: 1 });
    rolling.advance(61_000 + 3_600_000);
    expect(countsOf(rolling)).toEqual({ a: 1 });
  });

  it('catches up with a late tick before the numbers are read, but for the tick itself', () => {
    const rolling = tenSeconds();
    rolling.catchUp(60_000);
    expect(rolling.statistics().get('a')?.count).toBe(10);
    rolling.catchUp(63_000);
    expect(rolling.statistics().get('a')).toMatchObject({ count: 7, min: 4 });
    rolling.advance(63_000);
    expect(rolling.statistics().get('a')).toMatchObject({ count: 6, min: 5 });
  });

  it.each([['jumps back', 20_000], ['has no reading', Number.NaN], ['is left out', undefined]])('moves by one slice when the clock %s', (_, elapsed) => {
    const rolling = tenSeconds();
    rolling.advance(elapsed);
    expect(rolling.statistics().get('a')).toMatchObject({ count: 9, min: 2 });
  });
});

describe('the memory of a RollingWindow', () => {
  /** Durations over three decades. */
  function durations(seed: number): () => number {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return 10 ** ((3 * state) / 2 ** 32);
    };
  }

  it('is at most 64 KB for a busy series: a minute of slices of a second, durations over three decades', () => {
    const rolling = new RollingWindow({ window: 60_000, every: 1_000 });
    const next = durations(1);
    for (let tick = 0; tick < 130; tick += 1) {
      for (let times = 0; times < 5_000; times += 1) rolling.record('busy', next(), false, tick % 2 === 0 ? `trace ${times}` : undefined, tick);
      rolling.advance();
      expect(rolling.bytes).toBeLessThanOrEqual(65_536);
    }
    expect(rolling.statistics().get('busy')?.count).toBe(59 * 5_000);
    expect([...rolling.slices()]).toHaveLength(59);
  });

  it('stays within the bound of all series: slices become longer, nothing is lost, and the window stays a window', () => {
    const maxBytes = 400_000;
    const rolling = new RollingWindow({ window: 60_000, every: 1_000, maxBytes });
    const names = Array.from({ length: 40 }, (_, index) => `series ${index}`);
    const next = durations(2);
    const seen: number[] = [];
    const rates = new Set<number>();
    for (let tick = 0; tick < 200; tick += 1) {
      for (const name of names) for (let times = 0; times < 50; times += 1) rolling.record(name, next());
      for (const { count, window } of rolling.statistics().values()) rates.add((count / window) * 1_000);
      if (tick >= 120) {
        const statistics = [...rolling.statistics().values()];
        expect(statistics.map(({ name }) => name)).toEqual(names);
        seen.push(...statistics.map(({ count }) => count / 50));
      }
      rolling.advance();
      expect(rolling.bytes).toBeLessThanOrEqual(maxBytes);
    }
    // Never more ticks than the window has, and never a quarter of it fewer.
    expect(Math.max(...seen)).toBeLessThanOrEqual(60);
    expect(Math.min(...seen)).toBeGreaterThan(45);
    expect(Math.min(...seen)).toBeLessThan(59);
    // They say what they cover, so that rates are right.
    expect([...rates]).toEqual([50]);
  });

  it('gives slices their length back when there is less to keep, and says what it covers meanwhile', () => {
    const rolling = new RollingWindow({ window: 60_000, every: 1_000, maxBytes: 400_000 });
    const next = durations(3);
    for (let tick = 0; tick < 300; tick += 1) {
      const busy = tick < 100 ? 40 : 1;
      for (let series = 0; series < busy; series += 1) for (let times = 0; times < 50; times += 1) rolling.record(`series ${series}`, next());
      const { count, window } = rolling.statistics().get('series 0')!;
      expect(count / window).toBe(0.05);
      rolling.advance();
    }
    expect([...rolling.slices()]).toHaveLength(59);
  });

  it('counts the latest series under __other__ when longer slices are not enough, and lets new ones in again later', () => {
    const maxBytes = 150_000;
    const rolling = new RollingWindow({ window: 60_000, every: 1_000, maxBytes });
    const names = Array.from({ length: 40 }, (_, index) => `series ${index}`);
    const next = durations(4);
    for (let tick = 0; tick < 60; tick += 1) {
      for (const name of names) for (let times = 0; times < 50; times += 1) rolling.record(name, next());
      if (tick < 59) rolling.advance();
      expect(rolling.bytes).toBeLessThanOrEqual(maxBytes * 1.1);
    }
    const statistics = rolling.statistics();
    expect(statistics.get('series 0')?.count).toBeGreaterThan(45 * 50);
    expect(statistics.get('series 39')).toBeUndefined();
    const other = statistics.get('__other__')?.count ?? 0;
    const counted = [...statistics.values()].reduce((sum, { count }) => sum + count, 0);
    expect(other).toBeGreaterThan(0);
    expect(counted / (names.length * 50)).toBeGreaterThan(45);
    for (let tick = 0; tick < 70; tick += 1) rolling.advance();
    rolling.record('series 39', 1);
    expect(countsOf(rolling)).toEqual({ 'series 39': 1 });
  });

  it('counts in __other__ what it held before, with its traces', () => {
    const rolling = new RollingWindow({ window: 10_000, every: 1_000, maxBytes: 4_000 });
    for (const name of ['a', 'b', 'c']) rolling.record(name, name.charCodeAt(0), name === 'c', `trace of ${name}`, 1);
    rolling.advance();
    rolling.record('c', 1);
    const { a, ...folded } = Object.fromEntries(rolling.statistics());
    expect(a).toMatchObject({ count: 1 });
    expect(folded).toMatchObject({ __other__: { count: 3, errors: 1, min: 1, max: 99, exemplars: { p999: { traceId: 'trace of c' } } } });
  });

  it('does not grow with a million names, or with names of a megabyte', () => {
    const rolling = new RollingWindow({ window: 60_000, every: 1_000 });
    for (let index = 0; index < 1_000_000; index += 1) {
      rolling.record(`name ${index}`, index % 100);
      if (index % 10_000 === 0) rolling.advance();
    }
    for (let index = 0; index < 20; index += 1) rolling.record(`${index} ${'x'.repeat(2 ** 20)}`, 1);
    expect(rolling.statistics().size).toBe(1_001);
    expect(rolling.bytes).toBeLessThan(3_000_000);
  });
});
