import { Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { createRepetition } from '../../../src/core/errors/repetition.ts';
import type { Repetition } from '../../../src/core/errors/repetition.ts';
import { createTestClock } from '../../../src/core/testing/test-clock.ts';
import { errorSignal } from '../../helpers/signals.ts';

interface Bench {
  readonly repetition: Repetition;
  readonly told: (readonly [name: string, count: number])[];
  /** Timers that run. */
  timers(): number;
  /** Tells it, or counts it. */
  capture(name: string, context?: unknown): void;
}

function bench(clock: Clock, window = 1_000): Bench {
  const told: (readonly [string, number])[] = [];
  let timers = 0;
  const counted: Clock = {
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    every: (milliseconds) =>
      new Observable((subscriber) => {
        timers += 1;
        const ticks = clock.every(milliseconds).subscribe(subscriber);
        return () => {
          timers -= 1;
          ticks.unsubscribe();
        };
      }),
  };
  const repetition = createRepetition({ clock: counted, tell: ({ name }, count) => told.push([name, count]), failed: (error) => { throw error; } });
  return {
    repetition,
    told,
    timers: () => timers,
    capture(name, context) {
      const repeats = repetition.of(name);
      if (repeats === undefined) {
        repetition.open(name, window, `${name} 0`);
        told.push([name, 1]);
      } else repetition.repeat(repeats, errorSignal({ name, context }));
    },
  };
}

describe('repetition', () => {
  it('has a timer only while something waits, and one', () => {
    const clock = createTestClock();
    const { capture, told, timers, repetition } = bench(clock);
    capture('a');
    expect(timers()).toBe(0);
    capture('a');
    clock.advance(500);
    for (const name of ['b', 'b', 'c', 'c', 'c']) capture(name);
    expect(timers()).toBe(1);
    clock.advance(500);
    expect(told.slice(3)).toEqual([['a', 1]]);
    expect(timers()).toBe(1);
    clock.advance(500);
    expect(told.slice(4)).toEqual([['b', 1], ['c', 2]]);
    expect(timers()).toBe(0);
    capture('d');
    capture('d');
    repetition.settle();
    expect([told.at(-1), timers()]).toEqual([['d', 1], 0]);
  });

  it('goes on counting in the window after it was settled', () => {
    const clock = createTestClock();
    const { capture, told, repetition } = bench(clock);
    for (let time = 0; time < 3; time += 1) capture('a');
    repetition.settle();
    capture('a');
    repetition.settle();
    repetition.settle();
    expect(told).toEqual([['a', 1], ['a', 2], ['a', 1]]);
  });

  it('keeps a thousand: of more the oldest is told early, and loses nothing', () => {
    const { capture, told, repetition } = bench(createTestClock());
    capture('first');
    capture('first');
    for (let number = 1; number < 1_000; number += 1) capture(`error ${number}`);
    expect(told.length).toBe(1_000);
    capture('one more');
    expect(told.slice(1_000)).toEqual([['first', 1], ['one more', 1]]);
    capture('first');
    expect(told.at(-1)).toEqual(['first', 1]);
    expect(repetition.of('error 1')).toBeUndefined();
    expect(repetition.of('error 2')).toBeDefined();
  });

  it('keeps 4 MiB of what waits: of more the oldest are told early', () => {
    const { capture, told, repetition } = bench(createTestClock());
    const large = Array.from({ length: 16 }, () => 'x'.repeat(4_096));
    for (let number = 0; number < 100; number += 1) {
      capture(`error ${number}`);
      capture(`error ${number}`, large);
    }
    const early = told.length - 100;
    expect(early).toBeGreaterThan(50);
    expect(early).toBeLessThan(90);
    // The same one again and again is held once.
    for (let time = 0; time < 100; time += 1) capture('error 99', large);
    expect(told.length - 100).toBe(early);
    repetition.settle();
    expect(told.reduce((sum, [, count]) => sum + count, 0)).toBe(300);
  });

  it('tells what is due when a timer is late, as after a sleep', () => {
    let elapsed = 0;
    const clock: Clock = { now: () => 0, elapsed: () => elapsed, every: () => new Observable() };
    const { capture, told, timers } = bench(clock);
    capture('a');
    capture('a');
    elapsed = 3_600_000;
    capture('a');
    expect(told).toEqual([['a', 1], ['a', 1], ['a', 1]]);
    expect(timers()).toBe(0);
  });

  it('keeps nothing for longer when the clock is set back', () => {
    let elapsed = 3_600_000;
    const clock: Clock = { now: () => 0, elapsed: () => elapsed, every: () => new Observable() };
    const { capture, told } = bench(clock);
    capture('a');
    capture('a');
    elapsed = 5;
    capture('a');
    expect(told).toEqual([['a', 1], ['a', 1], ['a', 1]]);
  });

  it('survives a clock that ticks as soon as it is asked, and one whose ticks come early', () => {
    let asked = 0;
    const eager = bench({ now: () => 0, elapsed: () => 0, every: () => ((asked += 1), of(1)) });
    eager.capture('a');
    eager.capture('a');
    expect([eager.told, asked]).toEqual([[['a', 1]], 1]);
    const clock = createTestClock();
    const early = bench({ now: clock.now, elapsed: () => clock.elapsed() * 0.9, every: clock.every });
    early.capture('a');
    early.capture('a');
    clock.advance(1_001);
    expect(early.told).toEqual([['a', 1]]);
    clock.advance(200);
    expect(early.told).toEqual([['a', 1], ['a', 1]]);
  });

  it('is not confused by who captures one more when told of one', () => {
    const clock = createTestClock();
    const told: number[] = [];
    const repetition = createRepetition({
      clock,
      tell(_, count) {
        told.push(count);
        if (told.length > 10) return;
        const repeats = repetition.of('a');
        if (repeats === undefined) repetition.open('a', 1_000, 'first');
        else repetition.repeat(repeats, errorSignal());
      },
      failed: (error) => { throw error; },
    });
    repetition.open('a', 1_000, 'first');
    repetition.repeat(repetition.of('a')!, errorSignal());
    repetition.settle();
    expect(told).toEqual([1]);
    clock.advance(1_000);
    expect(told).toEqual([1, 1]);
  });
});
