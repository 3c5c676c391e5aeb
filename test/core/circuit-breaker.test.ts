import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../src/core/delivery/circuit-breaker.ts';
import type { CircuitBreaker } from '../../src/core/delivery/circuit-breaker.ts';

const minute = 60_000;

/** One that has just opened, at 0. */
function opened(retryAfter?: number): CircuitBreaker {
  const breaker = createCircuitBreaker();
  for (let failure = 0; failure < 5; failure++) breaker.fail(0, breaker.begin(0), retryAfter);
  return breaker;
}

/** What its probes wait for, while each fails when it may begin. */
function waits(breaker: CircuitBreaker, count: number): number[] {
  let now = 0;
  return Array.from({ length: count }, () => {
    const wait = breaker.wait(now);
    now += wait;
    breaker.fail(now, breaker.begin(now), undefined);
    return wait;
  });
}

describe('a circuit breaker', () => {
  it('lets writes pass until five in a row have failed', () => {
    const breaker = createCircuitBreaker();
    for (let failure = 0; failure < 4; failure++) breaker.fail(0, breaker.begin(0), undefined);
    expect(breaker.wait(0)).toBe(0);
    breaker.succeed();
    for (let failure = 0; failure < 4; failure++) breaker.fail(0, breaker.begin(0), undefined);
    expect(breaker.wait(0)).toBe(0);
    breaker.fail(0, breaker.begin(0), undefined);
    expect(breaker.wait(0)).toBe(30_000);
    expect(breaker.wait(29_999)).toBe(1);
  });

  it('then lets one probe pass, and nothing beside it', () => {
    const breaker = opened();
    expect(breaker.wait(30_000)).toBe(0);
    expect(breaker.begin(30_000)).toBe(true);
    expect(breaker.wait(30_001)).toBe(Number.POSITIVE_INFINITY);
    expect(breaker.begin(30_001)).toBe(false);
  });

  it('waits twice as long each time the probe fails, up to five minutes', () => {
    expect(waits(opened(), 6)).toEqual([30_000, minute, 2 * minute, 4 * minute, 5 * minute, 5 * minute]);
  });

  it('is closed by a success, and begins anew', () => {
    const breaker = opened();
    waits(breaker, 3);
    breaker.succeed();
    expect(breaker.wait(0)).toBe(0);
    expect(breaker.begin(0)).toBe(false);
    for (let failure = 0; failure < 5; failure++) breaker.fail(0, false, undefined);
    expect(breaker.wait(0)).toBe(30_000);
  });

  it('is closed by a success of what began before it opened, also while the probe is under way', () => {
    const breaker = opened();
    const probe = breaker.begin(30_000);
    breaker.succeed();
    expect(breaker.wait(30_000)).toBe(0);
    breaker.fail(30_000, probe, undefined);
    expect(breaker.wait(30_000)).toBe(0);
  });

  it('takes no notice of failures of what began before it opened', () => {
    const breaker = opened();
    breaker.fail(20_000, false, undefined);
    expect(breaker.wait(20_000)).toBe(10_000);
    const probe = breaker.begin(30_000);
    breaker.fail(30_000, false, undefined);
    expect(breaker.wait(30_000)).toBe(Number.POSITIVE_INFINITY);
    breaker.fail(30_000, probe, undefined);
    expect(breaker.wait(30_000)).toBe(minute);
  });

  it('lets another probe pass when one ended without telling anything', () => {
    const breaker = opened();
    breaker.release(breaker.begin(30_000));
    expect(breaker.wait(30_000)).toBe(0);
    expect(breaker.begin(30_000)).toBe(true);
  });

  it('does not take for the probe what the end of the page makes begin before its time', () => {
    const breaker = opened();
    expect(breaker.begin(10_000)).toBe(false);
    expect(breaker.wait(30_000)).toBe(0);
  });

  it('waits as long as the receiver asks, opened or not', () => {
    const breaker = createCircuitBreaker();
    breaker.fail(1_000, breaker.begin(1_000), 7_000);
    expect(breaker.wait(1_000)).toBe(7_000);
    breaker.fail(2_000, false, 100);
    expect(breaker.wait(2_000)).toBe(6_000);
    // A write that began before it asked.
    breaker.succeed();
    expect(breaker.wait(2_000)).toBe(6_000);
    expect(opened(10 * minute).wait(0)).toBe(10 * minute);
    expect(opened(1_000).wait(0)).toBe(30_000);
  });
});
