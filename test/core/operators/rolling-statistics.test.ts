import { map, Subject } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { GuardedObservable } from '../../../src/core/guarded-observable.ts';
import { rollingStatistics } from '../../../src/core/operators/rolling-statistics.ts';
import type { RollingStatisticsOptions } from '../../../src/core/operators/rolling-statistics.ts';
import type { AttributeValue, ResponseSignal, Signal, TraceContext } from '../../../src/core/signal.ts';
import type { StatisticsMap } from '../../../src/core/statistics/statistics.ts';
import { marbles } from '../../helpers/marbles.ts';
import { logSignal, responseSignal } from '../../helpers/signals.ts';

const by = (signal: Signal): AttributeValue | undefined => signal.attributes['http.route'];
const value = (signal: Signal): number | undefined => ('duration' in signal ? signal.duration : undefined);

function response(route: string, fields: Partial<ResponseSignal> = {}): ResponseSignal {
  return responseSignal({ attributes: { 'http.route': route }, ...fields });
}
const signals = {
  a: response('/a'),
  A: response('/a', { duration: 30, status: 'error' }),
  b: response('/b'),
  n: responseSignal(),
  l: logSignal(),
};

/** Each map as text: `/a 2:1` is two values of series /a, one of them of a failure. */
function counts(): OperatorFunction<StatisticsMap, string> {
  return map((series) => [...series.values()].map(({ name, count, errors }) => `${name} ${count}:${errors}`).join(', '));
}

describe('rollingStatistics', () => {
  it('gives one map a tick, of the series with values in the window', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b---A-------|', signals);
    const sourceSubs = '  ^--------------!';
    const ticks = hot('   --t---t---t--t--', signals);
    const ticksSubs = '   ^--------------!';
    const expected = '    --u---v---w--x-|';
    const every = { ...clock, every: () => ticks };
    expectObservable(source.pipe(rollingStatistics({ by, value, window: 2_000, every: 1_000, clock: every }), counts())).toBe(expected, {
      u: '/a 1:0',
      v: '/a 1:0, /b 1:0',
      w: '/b 1:0, /a 1:1',
      x: '/a 1:1',
    });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    expectSubscriptions(ticks.subscriptions).toBe(ticksSubs);
  }));

  it('ticks as often as asked, also when there is nothing', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  --- 2s a', signals);
    const unsub = '       --- 3s !';
    const sourceSubs = '  ^-- 3s !';
    const expected = '    1s u 999ms u 999ms v';
    const statistics$ = source.pipe(rollingStatistics({ by, value, window: 5_000, every: 1_000, clock }), counts());
    expectObservable(statistics$, unsub).toBe(expected, { u: '', v: '/a 1:0' });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('has a window of a minute and a tick of a second unless told otherwise', marbles(({ hot, clock, expectObservable }) => {
    const one = { by, value, clock };
    expectObservable(hot('a', signals).pipe(rollingStatistics(one), counts()), '61500ms !').toBe(
      `1s ${Array.from({ length: 61 }, () => 'u').join(' 999ms ')}`.replace(/u$/, 'v'),
      { u: '/a 1:0', v: '' },
    );
    const short = { by, value, window: 500, clock };
    expectObservable(hot('a', signals).pipe(rollingStatistics(short), counts()), '1200ms !').toBe('500ms u 499ms v', { u: '/a 1:0', v: '' });
  }));

  it('says what it covers, so that counts are rates from the first second on', marbles(({ hot, clock, expectObservable }) => {
    const windows = (window: number): OperatorFunction<Signal, number | undefined> => (source) =>
      source.pipe(rollingStatistics({ by, value, window, every: 1_000, clock }), map((series) => series.get('/a')?.window));
    const source = 'a 999ms a 999ms a 999ms a';
    expectObservable(hot(source, signals).pipe(windows(60_000)), '3100ms !').toBe('1s u 999ms v 999ms w', { u: 1_000, v: 2_000, w: 3_000 });
    expectObservable(hot(source, signals).pipe(windows(2_000)), '3100ms !').toBe('1s u 999ms v 999ms v', { u: 1_000, v: 2_000 });
  }));

  it('gives out what is new before it completes', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a---b-|', signals);
    const ticks = hot('   ---t----');
    const subs = '        ^------!';
    const expected = '    ---u---(v|)';
    const options = { by, value, clock: { ...clock, every: () => ticks } };
    expectObservable(source.pipe(rollingStatistics(options), counts())).toBe(expected, { u: '/a 1:0', v: '/a 1:0, /b 1:0' });
    expectSubscriptions(source.subscriptions).toBe(subs);
    expectSubscriptions(ticks.subscriptions).toBe(subs);
  }));

  it('gives out what is new before it errors', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a---#', signals);
    const ticks = hot('   ------');
    const subs = '        ^----!';
    const expected = '    -----(u#)';
    const options = { by, value, clock: { ...clock, every: () => ticks } };
    expectObservable(source.pipe(rollingStatistics(options), counts())).toBe(expected, { u: '/a 1:0' });
    expectSubscriptions(ticks.subscriptions).toBe(subs);
  }));

  it('says at the end nothing that it has said', marbles(({ hot, clock, expectObservable }) => {
    const ticks = hot('---t----');
    const options = { by, value, clock: { ...clock, every: () => ticks } };
    expectObservable(hot('-a-----|', signals).pipe(rollingStatistics(options), counts())).toBe('---u---|', { u: '/a 1:0' });
    expectObservable(hot('-a-----#', signals).pipe(rollingStatistics(options), counts())).toBe('---u---#', { u: '/a 1:0' });
  }));

  it('errors when the clock does', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-----', signals);
    const ticks = hot('   ---#   ');
    const sourceSubs = '  ^--!   ';
    const expected = '    ---(u#)';
    const options = { by, value, clock: { ...clock, every: () => ticks } };
    expectObservable(source.pipe(rollingStatistics(options), counts())).toBe(expected, { u: '/a 1:0' });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('leaves out what has no series or no number', marbles(({ hot, clock, expectObservable }) => {
    const options = { by: (signal: Signal) => (signal.kind === 'log' ? null : by(signal)), value, clock };
    expectObservable(hot('-n-l-a-|', signals).pipe(rollingStatistics(options), counts())).toBe('-------(u|)', { u: '/a 1:0' });
    expectObservable(hot('-l-|', signals).pipe(rollingStatistics({ ...options, by: () => 'all' }), counts())).toBe('---|');
  }));

  it('names series by texts, numbers, booleans and lists', marbles(({ hot, clock, expectObservable }) => {
    const names: AttributeValue[] = ['', 200, false, ['GET', '/a'], '__proto__'];
    const series$ = hot('(abcde|)', { a: 0, b: 1, c: 2, d: 3, e: 4 }).pipe(
      rollingStatistics({ by: (index) => names[index], value: () => 1, clock }),
      map((series) => Object.keys(series.toJSON())),
    );
    expectObservable(series$).toBe('(u|)', { u: ['200', '', 'false', 'GET,/a', '__proto__'] });
  }));

  it('counts as failed what the option says', marbles(({ hot, clock, expectObservable }) => {
    const numbers = rollingStatistics<string>({ by: () => 'all', value: () => 1, failed: (letter) => letter === 'x', clock });
    expectObservable(hot('axx|').pipe(numbers, counts())).toBe('---(u|)', { u: 'all 3:2' });
  }));

  it('counts what is no signal as not failed', marbles(({ hot, clock, expectObservable }) => {
    const values = { a: null, b: { kind: 'error' }, c: 7, d: { kind: 'span', name: 'x', timestamp: 0, attributes: {} } };
    const numbers = rollingStatistics<unknown>({ by: () => 'all', value: () => 1, clock });
    expectObservable(hot('abcd|', values).pipe(numbers, counts())).toBe('----(u|)', { u: 'all 4:0' });
  }));

  it('goes on when a function throws', marbles(({ hot, clock, expectObservable }) => {
    const unless = <R>(letter: string, result: R) => (given: string): R => {
      if (given === letter) throw new Error(`nothing for ${letter}`);
      return result;
    };
    const numbers = rollingStatistics({ by: unless('b', 'all'), value: unless('v', 1), failed: unless('f', true), clock });
    expectObservable(hot('abvfN|').pipe(numbers, counts())).toBe('-----(u|)', { u: 'all 3:2' });
  }));

  it('leads from percentiles to the exported traces of signals', marbles(({ hot, clock, expectObservable }) => {
    const traceOf = (digit: string, sampled: boolean): TraceContext => ({ traceId: digit.repeat(32), spanId: '1'.repeat(16), sampled });
    const traced = {
      a: response('/a', { duration: 10, timestamp: 7, trace: traceOf('a', true) }),
      b: response('/a', { duration: 10, timestamp: 8, trace: traceOf('b', false) }),
      c: response('/a', { duration: 500, timestamp: 9, trace: traceOf('c', true) }),
      d: response('/a', { duration: 600, timestamp: 9 }),
    };
    const exemplars$ = hot('abcd|', traced).pipe(rollingStatistics({ by, value, clock }), map((series) => series.get('/a')?.exemplars));
    const a = { traceId: 'a'.repeat(32), value: 10, timestamp: 7 };
    const c = { traceId: 'c'.repeat(32), value: 500, timestamp: 9 };
    expectObservable(exemplars$).toBe('----(u|)', { u: { p50: a, p75: c } });
  }));

  it('takes the trace from an option, at the time of the clock for what is no signal', marbles(({ hot, clock, expectObservable }) => {
    const trace = (letter: string): string | undefined => {
      if (letter === 'b') throw new Error('no trace');
      return letter === 'c' ? undefined : `trace of ${letter}`;
    };
    const options = { by: (letter: string) => letter, value: () => 1, trace, clock };
    const exemplars$ = hot('--abc|').pipe(rollingStatistics(options), map((series) => [...series.values()].map((one) => one.exemplars?.p99)));
    expectObservable(exemplars$).toBe('-----(u|)', { u: [{ traceId: 'trace of a', value: 1, timestamp: 2 }, undefined, undefined] });
  }));

  it('says the resolution it was told', marbles(({ hot, clock, expectObservable }) => {
    const resolutions = (resolution?: number): OperatorFunction<Signal, number | undefined> => (source) =>
      source.pipe(rollingStatistics({ by, value, clock, resolution }), map((series) => series.get('/a')?.resolution));
    expectObservable(hot('a|', signals).pipe(resolutions())).toBe('-(u|)', { u: undefined });
    expectObservable(hot('a|', signals).pipe(resolutions(0.1))).toBe('-(u|)', { u: 0.1 });
  }));

  it('forgets what is too old when a tick comes late, before it gives out anything', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a 70s b 999ms --', signals);
    const ticks = hot('   -- 70s - 999ms t-', signals);
    const unsub = '       -- 70s - 999ms -!';
    const ticksSubs = '   ^- 70s - 999ms -!';
    const expected = '    -- 70s - 999ms v-';
    const options = { by, value, clock: { ...clock, every: () => ticks } };
    expectObservable(source.pipe(rollingStatistics(options), counts()), unsub).toBe(expected, { v: '/b 1:0' });
    expectSubscriptions(ticks.subscriptions).toBe(ticksSubs);
  }));

  it('keeps what came in time while ticks are late, as those of a page in the background are', marbles(({ hot, clock, expectObservable }) => {
    const source = hot('  -a 20s b 20s A 39s -', signals);
    const ticks = hot('   -- 20s - 20s - 39s t', signals);
    const unsub = '       -- 20s - 20s - 39s -!';
    const expected = '    -- 20s - 20s - 39s u';
    const options = { by, value, clock: { ...clock, every: () => ticks } };
    expectObservable(source.pipe(rollingStatistics(options), counts()), unsub).toBe(expected, { u: '/a 1:1, /b 1:0' });
  }));

  it('counts names beyond the limit together', marbles(({ hot, clock, expectObservable }) => {
    const numbers = rollingStatistics<string>({ by: (letter) => letter, value: () => 1, maxSeries: 2, clock });
    expectObservable(hot('abcda|').pipe(numbers, counts())).toBe('-----(u|)', { u: 'a 2:0, b 1:0, __other__ 2:0' });
  }));

  it('does not share its window between subscriptions', marbles(({ hot, clock, expectObservable }) => {
    const statistics$ = hot('-a-b-|', signals).pipe(rollingStatistics({ by, value, clock }), counts());
    expectObservable(statistics$).toBe('-----(u|)', { u: '/a 1:0, /b 1:0' });
    expectObservable(statistics$, '--^----').toBe('-----(v|)', { v: '/b 1:0' });
  }));

  it('keeps the guard of its source', () => {
    const reported: unknown[] = [];
    const source = new Subject<Signal>();
    const ticks = new Subject<void>();
    const guarded$ = new GuardedObservable<Signal>((error) => reported.push(error), (subscriber) => source.subscribe(subscriber));
    const clock = { now: () => 0, elapsed: () => 0, every: () => ticks };
    const failure = new Error('the subscriber is broken');
    guarded$.pipe(rollingStatistics({ by, value, clock })).subscribe(() => {
      throw failure;
    });
    ticks.next();
    ticks.next();
    expect(reported).toEqual([failure, failure]);
  });

  it('refuses wrong options', marbles(({ clock }) => {
    const good = { by, value, clock };
    const wrong = (options: unknown): (() => unknown) => () => rollingStatistics(options as RollingStatisticsOptions<Signal>);
    expect(wrong(undefined)).toThrow(ConfigurationError);
    expect(wrong({ value, clock })).toThrow(/^rollingStatistics\.by: expected a function, received undefined$/);
    expect(wrong({ by, value: 5, clock })).toThrow(/^rollingStatistics\.value: expected a function/);
    expect(wrong({ ...good, failed: true })).toThrow(/^rollingStatistics\.failed: expected a function/);
    expect(wrong({ ...good, window: 0 })).toThrow(/^rollingStatistics\.window: expected a number above 0/);
    expect(wrong({ ...good, window: '30s' })).toThrow(/^rollingStatistics\.window/);
    expect(wrong({ ...good, window: 1_000, every: 5_000 })).toThrow(/^rollingStatistics\.window: expected at least `every` \(5000 ms\)/);
    expect(wrong({ ...good, every: Number.NaN })).toThrow(/^rollingStatistics\.every/);
    expect(wrong({ ...good, window: 2 ** 40, every: 2 ** 31 })).toThrow(/^rollingStatistics\.every/);
    expect(wrong({ ...good, trace: 'id' })).toThrow(/^rollingStatistics\.trace: expected a function/);
    expect(wrong({ ...good, maxBytes: Number.NaN })).toThrow(/^rollingStatistics\.maxBytes/);
    expect(wrong({ ...good, resolution: -1 })).toThrow(/^rollingStatistics\.resolution/);
    expect(wrong({ ...good, window: Number.NaN })).toThrow(/^rollingStatistics\.window/);
    expect(wrong({ ...good, maxSeries: 0 })).toThrow(/^rollingStatistics\.maxSeries/);
    expect(wrong({ by, value })).toThrow(
      "rollingStatistics.clock: expected a Clock (the package's own entries supply the host's), received undefined",
    );
  }));
});
