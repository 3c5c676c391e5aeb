import { describe, expect, it } from 'vitest';
import { TickCounter } from '../../../src/core/statistics/tick-counter.ts';

/** How many ticks each of these readings of the clock stands for. */
function ticksAt(readings: readonly (number | undefined)[], counter: TickCounter = new TickCounter(1_000, 0)): number[] {
  return readings.map((elapsed) => counter.passed(elapsed));
}

describe('TickCounter', () => {
  it('counts a tick for each that comes in time', () => {
    expect(ticksAt([1_000, 2_001, 2_998, 4_010])).toEqual([1, 1, 1, 1]);
  });

  it('counts as many as a late one stands for', () => {
    expect(ticksAt([1_000, 4_100, 5_000, 3_605_000])).toEqual([1, 3, 1, 3_600]);
  });

  it('stays true to the clock when every tick is a little late', () => {
    const readings = Array.from({ length: 100 }, (_, index) => (index + 1) * 1_400);
    expect(ticksAt(readings).reduce((sum, ticks) => sum + ticks, 0)).toBe(140);
  });

  it('counts one for a tick that comes early, and does not wait longer after a sleep for it', () => {
    expect(ticksAt([10, 20, 30, 40, 50, 100_050])).toEqual([1, 1, 1, 1, 1, 100]);
  });

  it('counts one when the clock jumps back, and goes on from there', () => {
    expect(ticksAt([500_000, 501_000, 3_000, 4_000, 14_000])).toEqual([500, 1, 1, 1, 10]);
  });

  it('counts one for what is no reading, and for a first one without a start', () => {
    expect(ticksAt([Number.NaN, undefined, Number.POSITIVE_INFINITY, 2_000])).toEqual([1, 1, 1, 2]);
    expect(ticksAt([70_000, 71_000, 73_000], new TickCounter(1_000))).toEqual([1, 1, 2]);
  });

  it('goes on counting when the clock leaves all bounds', () => {
    const counter = new TickCounter(1, 0);
    expect(ticksAt([1e300, 1e300 + 1], counter)).toEqual([2 ** 31, 1]);
    const { now } = counter;
    counter.passed();
    expect(counter.now).toBe(now + 1);
  });

  it('tells apart what is late from the tick that is due', () => {
    const counter = new TickCounter(1_000, 0);
    expect([counter.late(1_000), counter.passed(1_000)]).toEqual([0, 1]);
    expect([counter.late(4_400), counter.passed(4_400)]).toEqual([2, 1]);
    expect([counter.late(5_000), counter.passed(5_000)]).toEqual([0, 1]);
    expect([counter.late(Number.NaN), counter.passed(Number.NaN)]).toEqual([0, 1]);
    expect(counter.now).toBe(6);
  });
});
