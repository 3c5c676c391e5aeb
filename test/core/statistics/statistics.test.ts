import { describe, expect, it } from 'vitest';
import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import { createStatisticsMap } from '../../../src/core/statistics/statistics.ts';

const a = new ExponentialHistogram().statistics('a', 1_000);
const proto = new ExponentialHistogram().statistics('__proto__', 1_000);

describe('createStatisticsMap', () => {
  it('is a map of series by name', () => {
    const series = createStatisticsMap([['a', a]]);
    expect(series).toBeInstanceOf(Map);
    expect([series.size, series.get('a'), [...series]]).toEqual([1, a, [['a', a]]]);
    expect(createStatisticsMap().size).toBe(0);
  });

  it('is an object in JSON', () => {
    expect(JSON.parse(JSON.stringify({ series: createStatisticsMap([['a', a]]) }))).toEqual({ series: { a } });
    expect(JSON.stringify(createStatisticsMap())).toBe('{}');
  });

  it('keeps a series called __proto__ a series', () => {
    const json = createStatisticsMap([['a', a], ['__proto__', proto]]).toJSON();
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
    expect(Object.keys(json)).toEqual(['a', '__proto__']);
    expect(JSON.stringify(json)).toContain('"__proto__":{"name":"__proto__"');
  });
});
