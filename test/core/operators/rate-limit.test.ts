import { NEVER, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { rateLimit } from '../../../src/core/operators/rate-limit.ts';
import type { RateLimitOptions } from '../../../src/core/operators/rate-limit.ts';
import { marbles } from '../../helpers/marbles.ts';

describe('rateLimit', () => {
  it('passes so many a second after the first burst', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    // Two tokens at the start, then one each 500 ms.
    const source = hot('  abcd 496ms e 499ms fg-|');
    const sourceSubs = '  ^--- 496ms - 499ms ---!';
    const expected = '    ab-- 496ms e 499ms f--|';
    expectObservable(source.pipe(rateLimit({ perSecond: 2, clock }))).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('saves up no more than a burst, and passes an error on', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  abcd 1m efghi#');
    const sourceSubs = '  ^--- 1m -----!';
    const expected = '    abc- 1m efg--#';
    expectObservable(source.pipe(rateLimit({ perSecond: 2, burst: 3, clock }))).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('lets at least one pass when it is fewer than one a second', marbles(({ hot, clock, expectObservable }) => {
    const source = hot('  a 1s b 997ms c 1s d-|');
    const expected = '    a 1s - 997ms - 1s d-|';
    expectObservable(source.pipe(rateLimit({ perSecond: 0.4, clock }))).toBe(expected);
  }));

  it('loses no time to rounding while it refuses', marbles(({ hot, clock, expectObservable }) => {
    const source = hot('  a 9ms b 9ms c 9ms d 9ms e 9ms f 9ms g 9ms h 9ms i 9ms j 9ms k|');
    const expected = '    a 99ms k|';
    expectObservable(source.pipe(rateLimit({ perSecond: 10, burst: 1, clock }))).toBe(expected);
  }));

  it('limits each key by itself', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  aAbBaA-');
    const unsub = '       ------!';
    const sourceSubs = '  ^-----!';
    const expected = '    a-b----';
    const by = (letter: string): string => letter.toLowerCase();
    expectObservable(source.pipe(rateLimit({ perSecond: 1, by, clock })), unsub).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('gives values without a key, or whose key cannot be had, one limit together', marbles(({ hot, clock, expectObservable }) => {
    const by = (letter: string): string | null | undefined => {
      if (letter === 't') throw new Error('no key');
      return letter === 'n' ? null : letter === 'u' ? undefined : letter;
    };
    expectObservable(hot('tnuatnua|').pipe(rateLimit({ perSecond: 1, burst: 1, by, clock }))).toBe('t--a----|');
  }));

  it('does not share its tokens between subscriptions', marbles(({ hot, clock, expectObservable }) => {
    const limited$ = hot('ab-c|').pipe(rateLimit({ perSecond: 1, clock }));
    expectObservable(limited$).toBe('a---|');
    expectObservable(limited$, '-^---').toBe('-b--|');
  }));

  it('keeps a bounded number of keys, and forgets only those that are full again', () => {
    let time = 0;
    const clock: Clock = { now: () => time, elapsed: () => time, every: () => NEVER };
    const source = new Subject<string>();
    const passed: string[] = [];
    source.pipe(rateLimit({ perSecond: 1, by: (key) => key, clock })).subscribe((key) => passed.push(key));
    const send = (...keys: readonly string[]): string[] => {
      passed.length = 0;
      for (const key of keys) source.next(key);
      return [...passed];
    };
    const flood = Array.from({ length: 1_500 }, (_, index) => `key${index}`);
    // A thousand have their own limit, the others share one.
    expect(send(...flood)).toEqual(flood.slice(0, 1_001));
    expect(send(...flood)).toEqual([]);
    time = 600;
    expect(send('key0', 'new')).toEqual([]);
    time = 1_000;
    // Those of the flood are full again and forgotten, which frees room for these.
    expect(send('new1', 'new2', 'new1', 'key0', 'key0')).toEqual(['new1', 'new2', 'key0']);
  });

  it('refuses wrong options', marbles(({ clock }) => {
    const wrong = (options: unknown): (() => unknown) => () => rateLimit(options as RateLimitOptions<string>);
    expect(wrong(undefined)).toThrow(ConfigurationError);
    expect(wrong({ clock })).toThrow(/^rateLimit\.perSecond: expected a number above 0, received undefined$/);
    expect(wrong({ perSecond: 0, clock })).toThrow(/^rateLimit\.perSecond/);
    expect(wrong({ perSecond: Number.POSITIVE_INFINITY, clock })).toThrow(/^rateLimit\.perSecond/);
    expect(wrong({ perSecond: 1, burst: 0.5, clock })).toThrow(/^rateLimit\.burst: expected a number from 1/);
    expect(wrong({ perSecond: 1, by: 'name', clock })).toThrow(/^rateLimit\.by: expected a function/);
    expect(wrong({ perSecond: 1 })).toThrow(/^rateLimit\.clock: expected a Clock .*, received undefined$/);
  }));
});
