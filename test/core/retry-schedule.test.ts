import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../src/core/delivery/retry-schedule.ts';
import { readFailure } from '../../src/core/delivery/write-answer.ts';
import { DeliveryError } from '../../src/core/sink.ts';

describe('the wait before a retry', () => {
  it('is at most 1 s, then twice as long after each failure, up to 30 s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 1_000, 10_000].map((failures) => retryDelay(failures, undefined, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  it('is anything from nothing to that', () => {
    expect([0, 0.25, 0.5, 1].map((value) => retryDelay(3, undefined, () => value))).toEqual([0, 1_000, 2_000, 4_000]);
  });

  it('is at least what the receiver asked for, and at most a second more', () => {
    expect([0, 0.5, 1].map((value) => retryDelay(5, 60_000, () => value))).toEqual([60_000, 60_500, 61_000]);
    expect(retryDelay(1, 0, () => 0)).toBe(0);
  });

  it.each<readonly [string, () => number]>([
    ['throws', () => { throw new Error('no'); }],
    ['gives NaN', () => Number.NaN],
    ['gives too much', () => 7],
    ['gives a negative number', () => -1],
  ])('needs no chance that works: one that %s', (_, random) => {
    expect(retryDelay(1, undefined, random)).toBe(500);
  });
});

describe('what a write threw', () => {
  it('says what a DeliveryError says, also one of another copy of this package', () => {
    expect(readFailure(new DeliveryError('x'))).toEqual({ final: false, tooLarge: false, retryAfter: undefined });
    expect(readFailure(new DeliveryError('x', { retryable: false }))).toEqual({ final: true, tooLarge: false, retryAfter: undefined });
    expect(readFailure(new DeliveryError('x', { tooLarge: true, retryAfter: 5 }))).toEqual({ final: false, tooLarge: true, retryAfter: 5 });
    expect(readFailure(Object.assign(new Error('x'), { name: 'DeliveryError', retryable: false }))).toMatchObject({ final: true });
  });

  it('is tried again, when it is anything else', () => {
    const throwing = new Proxy({}, { get: () => { throw new Error('no'); } });
    for (const thrown of [new Error('x'), 'text', null, undefined, 5, { retryable: false, tooLarge: true }, throwing]) {
      expect(readFailure(thrown)).toEqual({ final: false, tooLarge: false, retryAfter: undefined });
    }
  });

  it('is not believed when it asks for more than ten minutes, or for no time at all', () => {
    const asked = (retryAfter: unknown) => readFailure(new DeliveryError('x', { retryAfter: retryAfter as number })).retryAfter;
    expect([asked(1e12), asked(Number.POSITIVE_INFINITY), asked(600_000)]).toEqual([600_000, 600_000, 600_000]);
    expect([asked(-1), asked(Number.NaN), asked('5'), asked(null)]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
