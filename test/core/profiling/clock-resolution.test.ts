import { describe, expect, it } from 'vitest';
import { createClock as createBrowserClock } from '../../../src/browser/clock.ts';
import { clockResolution } from '../../../src/core/clock-resolution.ts';
import { createClock as createNodeClock } from '../../../src/node/clock.ts';

/** A clock that really goes on by this much with each reading, and shows it in steps. */
function steppingClock(step: number, perReading: number) {
  const clock = { readings: 0, elapsed: () => Math.floor((clock.readings++ * perReading) / step) * step };
  return clock;
}

describe('the resolution of a clock', () => {
  it.each([
    ['a millisecond', 1, 0.00005],
    ['100 us, as of a page', 0.1, 0.0003],
    ['5 us, as of an isolated page', 0.005, 0.0003],
    ['as long as a reading takes', 0.00004, 0.00004],
  ])('of %s is found, within 3 ms', (_, step, perReading) => {
    const clock = steppingClock(step, perReading);
    expect(clockResolution(clock.elapsed)()).toBe(step);
    expect(clock.readings * perReading).toBeLessThan(3);
  });

  it('is measured when it is asked for, and once', () => {
    const clock = steppingClock(0.1, 0.01);
    const resolution = clockResolution(clock.elapsed);
    expect(clock.readings).toBe(0);
    resolution();
    const { readings } = clock;
    expect(readings).toBeGreaterThan(0);
    expect([resolution(), resolution()]).toEqual([0.1, 0.1]);
    expect(clock.readings).toBe(readings);
  });

  it('is the shortest step, when the thread had to wait in between', () => {
    const readings = [0, 0.5, 0.6, 0.6, 0.7, 1.1, 1.2];
    let next = 0;
    expect(clockResolution(() => readings[next++] ?? 9)()).toBe(0.1);
  });

  it.each([
    ['stands still while code runs', () => 5],
    ['gives no number', () => Number.NaN],
    ['only goes backwards', ((at) => () => (at -= 1))(0)],
  ])('is not known of one that %s, and it is not asked for ever', (_, elapsed) => {
    let readings = 0;
    expect(clockResolution(() => (readings++, elapsed()))()).toBe(undefined);
    expect(readings).toBeLessThan(50_000);
  });

  it("of Node's clock is far below a microsecond", () => {
    expect(createNodeClock().resolution?.()).toBeGreaterThan(0);
    expect(createNodeClock().resolution?.()).toBeLessThanOrEqual(0.001);
  });
});

describe.each([
  ['Node', createNodeClock],
  ['every other host', createBrowserClock],
])('the clock of %s', (_, createClock) => {
  it('tells the time of a reading, in the order of the readings', () => {
    const clock = createClock();
    const before = clock.now();
    const [first, second] = [clock.elapsed(), clock.elapsed()];
    const times = [before, clock.at?.(first) ?? 0, clock.at?.(second) ?? 0, clock.now()];
    expect([...times].sort((one, other) => one - other)).toEqual(times);
    expect(Math.abs(times[1]! - Date.now())).toBeLessThan(1_000);
  });
});
