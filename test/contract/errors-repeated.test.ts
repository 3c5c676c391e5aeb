import { describe, expect, it } from '#test';
import type { ErrorSignal } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

/** Thrown at one place. */
function same(message = 'always'): Error {
  return new Error(message);
}

/** How many exceptions signals stand for. */
function total(signals: readonly ErrorSignal[]): number {
  return signals.reduce((sum, { count = 1 }) => sum + count, 0);
}

describe('the same error object', () => {
  it('is captured once, however often it is thrown on and caught', () => {
    const { obs, only } = recorded();
    const error = Object.freeze(same());
    const ids = [1, 2, 3].map(() => obs.errorTracker.captureException(error));
    const { eventId, count } = only('error');
    expect([ids, count]).toEqual([[eventId, eventId, eventId], undefined]);
    expect(obs.ledger()).toMatchObject({ emitted: 3, filtered: { repeated: 2 } });
  });

  it('is so also when spans saw it pass in between', () => {
    const { obs, only, span } = recorded();
    const ids: string[] = [];
    try {
      obs.tracer.startSpan('outer', () =>
        obs.tracer.startSpan('inner', () => {
          const error = same();
          ids.push(obs.errorTracker.captureException(error));
          throw error;
        }),
      );
    } catch (error) {
      ids.push(obs.errorTracker.captureException(error));
    }
    expect(ids).toEqual([only('error').eventId, only('error').eventId]);
    expect(only('error').trace).toEqual(span('inner').trace);
  });

  it('is another one when it is thrown in another trace', async () => {
    const { obs, ofKind } = recorded();
    const singleton = same();
    for (const name of ['first', 'second']) {
      try {
        obs.tracer.startSpan(name, () => {
          throw singleton;
        });
      } catch (error) {
        obs.errorTracker.captureException(error);
        obs.errorTracker.captureException(error);
      }
    }
    await obs.flush();
    expect(ofKind('error').map(({ trace }) => trace)).toEqual(ofKind('span').map(({ trace }) => trace));
    expect(total(ofKind('error'))).toBe(2);
  });
});

describe('errors like one before', () => {
  it('are counted until the window ends, and told of by the latest', () => {
    const { obs, ofKind, clock, span } = recorded({ errorTracking: { repeatWindow: 10_000 } });
    const first = obs.errorTracker.captureException(same());
    const ids: string[] = [];
    for (let number = 1; number <= 4; number += 1) {
      clock.advance(1_000);
      obs.tracer.startSpan(`span ${number}`, () => {
        obs.errorTracker.addBreadcrumb(`step ${number}`);
        ids.push(obs.errorTracker.captureException(same(), { context: { number }, tags: { number } }));
      });
    }
    const latestAt = clock.now();
    clock.advance(5_999);
    expect(ofKind('error').length).toBe(1);
    clock.advance(1);
    const [told, counted] = ofKind('error');
    expect(told).toMatchObject({ eventId: first, count: undefined });
    expect(counted).toMatchObject({ count: 4, timestamp: latestAt, trace: span('span 4').trace, context: { number: 4 }, tags: { number: '4' }, error: { message: 'always' } });
    expect(counted?.breadcrumbs.map(({ message }) => message)).toContain('step 4');
    // Who shows an id shows one that can be found.
    expect(new Set(ids)).toEqual(new Set([counted?.eventId]));
    expect(obs.ledger().filtered.repeated).toBe(4);
    clock.advance(100_000);
    expect(ofKind('error').length).toBe(2);
  });

  it('are told at once again after the window', () => {
    const { obs, ofKind, clock } = recorded({ errorTracking: { repeatWindow: 1_000 } });
    for (let time = 0; time < 3; time += 1) {
      obs.errorTracker.captureException(same());
      clock.advance(1_000);
    }
    expect(ofKind('error').map(({ count }) => count)).toEqual([undefined, undefined, undefined]);
  });

  it('are of one type, message and place', () => {
    const { obs, ofKind } = recorded();
    const others = [same(), same('another'), new Error('always'), new TypeError('always'), 'always', 7, { always: 1 }, undefined];
    for (const error of others) obs.errorTracker.captureException(error);
    expect(ofKind('error').length).toBe(others.length);
  });

  it('are of one fingerprint, where there is one', () => {
    const { obs, ofKind } = recorded();
    obs.errorTracker.captureException(same('one'), { fingerprint: ['stock'] });
    obs.errorTracker.captureException(new TypeError('two'), { fingerprint: ['stock'] });
    obs.errorTracker.captureException(same('one'), { fingerprint: ['price'] });
    obs.errorTracker.captureException(same('one'), { fingerprint: ['{{ default }}', 'stock'] });
    obs.errorTracker.captureException(same('two'), { fingerprint: ['{{ default }}', 'stock'] });
    expect(ofKind('error').map(({ error }) => error.message)).toEqual(['one', 'one', 'one', 'two']);
  });

  it('are not of one kind when they differ late', () => {
    const { obs, ofKind } = recorded();
    for (const end of ['a', 'b', 'a']) obs.errorTracker.captureException(same('x'.repeat(3_000) + end));
    expect(ofKind('error').length).toBe(2);
  });

  it('each are told without a window', () => {
    const { obs, ofKind } = recorded({ errorTracking: { repeatWindow: 0 } });
    for (let time = 0; time < 5; time += 1) obs.errorTracker.captureException(same());
    expect(ofKind('error').map(({ count }) => count)).toEqual(Array.from({ length: 5 }));
  });

  it('are told of before the manager waits for its sinks, and before it ends', async () => {
    for (const wait of ['flush', 'shutdown'] as const) {
      const { obs, sink } = recorded();
      for (let time = 0; time < 5; time += 1) obs.errorTracker.captureException(same());
      await obs[wait]();
      expect(sink.ofKind('error').map(({ count }) => count)).toEqual([undefined, 4]);
    }
  });

  it('are told of in no request but their own', () => {
    const { obs, ofKind, clock } = recorded();
    obs.errorTracker.captureException(same());
    obs.errorTracker.captureException(same());
    obs.traceRequest('GET', '/', () => clock.advance(10_000));
    const [, counted] = ofKind('error');
    expect([counted?.requestId, counted?.trace]).toEqual([undefined, undefined]);
  });
});

describe('what ends the process', () => {
  it('is told at once, whatever came before: there may be no later moment', () => {
    const { obs, ofKind } = recorded({ errorTracking: { rateLimit: { perMinute: 1, burst: 1 } } });
    for (const level of ['error', 'fatal'] as const) {
      for (let time = 0; time < 2; time += 1) obs.errorTracker.captureException(same(), { level, handled: false });
    }
    expect(ofKind('error').map(({ level, count }) => [level, count])).toEqual([['error', undefined], ['fatal', undefined], ['fatal', undefined]]);
  });
});

describe('errors of one kind that come too often', () => {
  it('are stopped, counted, and said', () => {
    const { obs, ofKind, clock, health } = recorded({ errorTracking: { rateLimit: { perMinute: 60, burst: 3 } } });
    for (let number = 0; number < 10; number += 1) obs.errorTracker.captureException(same(`order ${number}`));
    obs.errorTracker.captureException(new TypeError('elsewhere'));
    expect(ofKind('error').map(({ error }) => error.message)).toEqual(['order 0', 'order 1', 'order 2', 'elsewhere']);
    expect(obs.ledger()).toMatchObject({ emitted: 11, filtered: { 'rate-limited': 7 } });
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'captureException', message: expect.stringContaining('errorTracking.rateLimit') }]);
    clock.advance(2_000);
    for (let number = 10; number < 20; number += 1) obs.errorTracker.captureException(same(`order ${number}`));
    expect(ofKind('error').slice(4).map(({ error }) => error.message)).toEqual(['order 10', 'order 11']);
  });

  it('are stopped by fingerprint, where there is one', () => {
    const { obs, ofKind } = recorded({ errorTracking: { rateLimit: { perMinute: 1, burst: 1 } } });
    for (const fingerprint of [['a'], ['a'], ['b']]) obs.errorTracker.captureException(new Error(String(ofKind('error').length)), { fingerprint });
    expect(ofKind('error').map(({ attributes }) => attributes['arkhe.fingerprint'])).toEqual([['a'], ['b']]);
  });

  it('return an id all the same, and one capture of an object is one', () => {
    const { obs } = recorded({ errorTracking: { repeatWindow: 0, rateLimit: { perMinute: 1, burst: 1 } } });
    obs.errorTracker.captureException(same());
    const error = same();
    const ids = [obs.errorTracker.captureException(error), obs.errorTracker.captureException(error)];
    expect(ids[0]).toMatch(/^[\da-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(obs.ledger().filtered).toMatchObject({ 'rate-limited': 1, repeated: 1 });
  });

  it('all are told when there is no limit', () => {
    const { obs, ofKind } = recorded({ errorTracking: { rateLimit: false, repeatWindow: 0 } });
    for (let number = 0; number < 100; number += 1) obs.errorTracker.captureException(same());
    expect(ofKind('error').length).toBe(100);
  });
});

it('an error like one before has no step of its trail that tells of those like it', async () => {
  const { obs, ofKind } = recorded();
  obs.errorTracker.captureException(new TypeError('another'));
  for (let times = 0; times < 2; times += 1) {
    obs.errorTracker.captureException(same());
    obs.errorTracker.captureException(same());
    await obs.flush();
  }
  const [, first, ...repeats] = ofKind('error');
  expect(first?.breadcrumbs.map(({ message }) => message)).toEqual(['TypeError: another']);
  expect(repeats.map(({ count }) => count)).toEqual([undefined, 2]);
  for (const { breadcrumbs } of repeats) expect(breadcrumbs.map(({ message }) => message)).toEqual(['TypeError: another']);
});
