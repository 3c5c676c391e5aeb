import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { exceeds } from '../../../src/core/operators/exceeds.ts';
import type { ExceedsOptions } from '../../../src/core/operators/exceeds.ts';
import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import { createStatisticsMap } from '../../../src/core/statistics/statistics.ts';
import type { Statistics } from '../../../src/core/statistics/statistics.ts';
import { marbles } from '../../helpers/marbles.ts';

/** A series in which every value is this one. */
function series(name: string, value: number, count = 10): Statistics {
  const histogram = new ExponentialHistogram();
  for (let times = 0; times < count; times += 1) histogram.record(value);
  return histogram.statistics(name, 60_000);
}
const low = series('/a', 100);
const high = series('/a', 600);
const few = series('/a', 600, 3);
const other = series('/b', 600);
const maps = {
  l: createStatisticsMap([['/a', low]]),
  h: createStatisticsMap([['/a', high]]),
  f: createStatisticsMap([['/a', few]]),
  b: createStatisticsMap([['/a', low], ['/b', other]]),
  B: createStatisticsMap([['/a', high], ['/b', other]]),
  n: createStatisticsMap(),
};
const values = { h: high, b: other };

describe('exceeds', () => {
  it('gives the statistics of a series once per crossing', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -l-h-h-l-h-|', maps);
    const sourceSubs = '  ^----------!';
    const expected = '    ---h-----h-|';
    expectObservable(source.pipe(exceeds({ statistic: 'p95', above: 500 }))).toBe(expected, values);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('watches each series by itself, and passes an error on', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -b-B----l-B---#', maps);
    const sourceSubs = '  ^-------------!';
    const expected = '    -b-h------(hb)#';
    expectObservable(source.pipe(exceeds({ statistic: 'mean', above: 500 }))).toBe(expected, values);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('takes the line itself for not above', marbles(({ hot, expectObservable }) => {
    expectObservable(hot('-h-|', maps).pipe(exceeds({ statistic: 'max', above: 600 }))).toBe('---|');
    expectObservable(hot('-h-|', maps).pipe(exceeds({ statistic: 'max', above: 599.9 }))).toBe('-h-|', values);
  }));

  it('waits for so many ticks in a row', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -h-h-l-h-h-n-h-h-h-h-', maps);
    const unsub = '       -------------------! ';
    const sourceSubs = '  ^------------------! ';
    const expected = '    -----------------h---';
    expectObservable(source.pipe(exceeds({ statistic: 'p99', above: 500, times: 3 })), unsub).toBe(expected, values);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('does not count a tick with too few values', marbles(({ hot, expectObservable }) => {
    const source = hot('  -f-f-h-f-h-|', maps);
    const expected = '    -----h---h-|';
    expectObservable(source.pipe(exceeds({ statistic: 'p50', above: 500, minCount: 5 }))).toBe(expected, values);
  }));

  it('on request says also when a series comes back', marbles(({ hot, expectObservable }) => {
    const source = hot('  -l-h-h-l-l-h-n-n-|', maps);
    const expected = '    ---x---y---x-z---|';
    const gone = { ...new ExponentialHistogram().statistics('/a', 0), state: 'recovered' };
    expectObservable(source.pipe(exceeds({ statistic: 'p95', above: 500, recovery: true }))).toBe(expected, {
      x: { ...high, state: 'exceeded' },
      y: { ...low, state: 'recovered' },
      z: gone,
    });
  }));

  it('does not recover what has not been above for long enough', marbles(({ hot, expectObservable }) => {
    const options = { statistic: 'p95', above: 500, times: 2, recovery: true } as const;
    expectObservable(hot('-h-l-h-n-|', maps).pipe(exceeds(options))).toBe('---------|');
  }));

  it('reads what a function says', marbles(({ hot, expectObservable }) => {
    const errorRate = ({ errors, count }: Statistics): number => errors / count;
    const failing = { ...low, errors: 3 };
    const source = hot('-l-f-|', { l: maps.l, f: createStatisticsMap([['/a', failing]]) });
    expectObservable(source.pipe(exceeds({ statistic: errorRate, above: 0.2 }))).toBe('---f-|', { f: failing });
  }));

  it('leaves a series as it is when the function throws or has no number', marbles(({ hot, expectObservable }) => {
    const reading = ({ p95 }: Statistics): number => {
      if (p95 < 200) throw new Error('no reading');
      return p95;
    };
    expectObservable(hot('-h-l-h-|', maps).pipe(exceeds({ statistic: reading, above: 500, recovery: true }))).toBe('-x-----|', {
      x: { ...high, state: 'exceeded' },
    });
    const none = ({ p95 }: Statistics): number => (p95 < 200 ? Number.NaN : p95);
    expectObservable(hot('-h-l-h-|', maps).pipe(exceeds({ statistic: none, above: 500 }))).toBe('-h-----|', values);
  }));

  it('does not share what it knows between subscriptions', marbles(({ hot, expectObservable }) => {
    const crossings$ = hot('-h-h-|', maps).pipe(exceeds({ statistic: 'p95', above: 500 }));
    expectObservable(crossings$).toBe('-h---|', values);
    expectObservable(crossings$, '--^----').toBe('---h-|', values);
  }));

  it('refuses wrong options', () => {
    const wrong = (options: unknown): (() => unknown) => () => exceeds(options as ExceedsOptions);
    expect(wrong(undefined)).toThrow(ConfigurationError);
    expect(wrong({ statistic: 'p97', above: 5 })).toThrow(/^exceeds\.statistic: expected a function, or one of count, .*"p97"$/);
    expect(wrong({ statistic: 'name', above: 5 })).toThrow(/^exceeds\.statistic/);
    expect(wrong({ statistic: 'p95' })).toThrow(/^exceeds\.above: expected a number, received undefined$/);
    expect(wrong({ statistic: 'p95', above: 5, times: 0 })).toThrow(/^exceeds\.times/);
    expect(wrong({ statistic: 'p95', above: 5, minCount: 1.5 })).toThrow(/^exceeds\.minCount/);
  });
});
