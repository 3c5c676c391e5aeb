import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import type { Statistics } from '../../../src/core/statistics/statistics.ts';

const quantiles = { p50: 500, p75: 750, p90: 900, p95: 950, p99: 990, p999: 999 } as const;
const names = Object.keys(quantiles) as (keyof typeof quantiles)[];

function histogramOf(values: readonly number[], failures = 0): ExponentialHistogram {
  const histogram = new ExponentialHistogram();
  values.forEach((value, index) => histogram.record(value, index < failures));
  return histogram;
}

/** The value of nearest rank. */
function exact(values: readonly number[], thousandths: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((sorted.length * thousandths) / 1000)) - 1] ?? Number.NaN;
}

/** The worst relative error of all percentiles. */
function worstError(values: readonly number[]): number {
  const statistics = histogramOf(values).statistics('x', 0);
  return Math.max(
    ...names.map((name) => {
      const truth = exact(values, quantiles[name]);
      return truth === 0 ? Math.abs(statistics[name]) : Math.abs(statistics[name] - truth) / Math.abs(truth);
    }),
  );
}

/** Everything a histogram knows that must not depend on the order of merging. */
function contents(histogram: ExponentialHistogram): unknown {
  const { distribution, moments } = histogram;
  return {
    zeros: distribution.zeros,
    positive: distribution.positive.toBuckets(),
    negative: distribution.negative?.toBuckets() ?? { offset: 0, counts: [] },
    count: moments.count,
    errors: moments.errors,
    min: moments.min,
    max: moments.max,
  };
}

function merged(...histograms: readonly ExponentialHistogram[]): ExponentialHistogram {
  const all = new ExponentialHistogram();
  for (const histogram of histograms) all.merge(histogram);
  return all;
}

const duration = fc.double({ min: 0, max: 1e7, noNaN: true });
const anything = fc.oneof(duration, fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(0), fc.integer({ min: -100, max: 100 }));
const many = fc.array(anything, { maxLength: 200 });
const some = fc.array(anything, { minLength: 1, maxLength: 200 });

/** Uniform random numbers, the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
function normalOf(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe('the percentiles of a histogram', () => {
  const shapes: Readonly<Record<string, (random: () => number) => number>> = {
    uniform: (random) => 1 + random() * 999,
    lognormal: (random) => Math.exp(3 + 1.5 * normalOf(random)),
    bimodal: (random) => (random() < 0.8 ? 5 + random() : 2_000 + 500 * random()),
    'constant': () => 42.5,
    'heavy-tailed': (random) => 1 / (1 - random()) ** 2,
    'around zero': (random) => 100 * normalOf(random),
    'on bucket boundaries': (random) => 2 ** (Math.floor(random() * 384) / 32),
    'beside powers of two': (random) => 2 ** Math.floor(random() * 12) * (1 + (Math.floor(random() * 3) - 1) * Number.EPSILON),
    'of every magnitude': (random) => 2 ** (126 * random() - 63),
    'of every magnitude and both signs': (random) => (random() < 0.5 ? -1 : 1) * 2 ** (126 * random() - 63),
    'tiny': (random) => 2 ** -60 * (1 + random()),
    'zero or denormal': (random) => Math.floor(random() * 2) * Number.MIN_VALUE,
  };

  it.each(Object.keys(shapes))('are at most 1.1 %% off for %s values', (shape) => {
    const random = chance(1);
    for (const size of [1, 2, 10, 1_000, 20_000]) {
      // What is below 2^-64 counts as zero.
      const values = Array.from({ length: size }, () => shapes[shape]!(random)).map((value) => (Math.abs(value) < 2 ** -64 ? 0 : value));
      expect(worstError(values)).toBeLessThanOrEqual(0.011);
    }
  });

  it('are at most 1.1 % off for any values', () => {
    const covered = fc.oneof(anything, fc.double({ min: 2 ** -63, max: 2 ** 64, noNaN: true }));
    fc.assert(
      fc.property(fc.array(covered, { minLength: 1, maxLength: 300 }), (values) => {
        // Below 2^-64 a value counts as zero.
        expect(worstError(values.map((value) => (Math.abs(value) <= 2 ** -64 ? 0 : value)))).toBeLessThanOrEqual(0.011);
      }),
    );
  });

  it('never descend, and stay between the least and the greatest value', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e150, max: 1e150 }), { minLength: 1, maxLength: 100 }), (values) => {
        const { min, max, ...rest } = histogramOf(values).statistics('x', 0);
        const row = [min, ...names.map((name) => rest[name]), max];
        expect(row).toEqual([...row].sort((a, b) => a - b));
      }),
    );
  });

  it('agree with the quantile of the same share', () => {
    fc.assert(
      fc.property(some, (values) => {
        const histogram = histogramOf(values);
        const statistics = histogram.statistics('x', 0);
        for (const name of names) expect(histogram.quantile(quantiles[name] / 1000)).toBe(statistics[name]);
        expect(histogram.quantile(0)).toBeCloseTo(statistics.min, -8);
        expect(histogram.quantile(1)).toBeLessThanOrEqual(statistics.max);
      }),
    );
  });

  it('take the rank from whole numbers', () => {
    // 0.07 * 100 is 7.000000000000001: rounded up it would be the eighth.
    const hundred = Array.from({ length: 100 }, (_, index) => 2 ** (index / 4));
    expect(histogramOf(hundred).quantile(0.07)).toBeCloseTo(2 ** (6 / 4), 1);
  });
});

describe('the other numbers of a histogram', () => {
  it('are exact', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000_000 }), { minLength: 1, maxLength: 300 }), (values) => {
        const failures = Math.floor(values.length / 3);
        const total = values.reduce((sum, value) => sum + value, 0);
        const mean = total / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        const statistics = histogramOf(values, failures).statistics('x', 60_000);
        expect(statistics).toMatchObject({ name: 'x', window: 60_000, count: values.length, errors: failures, total });
        expect([statistics.min, statistics.max]).toEqual([Math.min(...values), Math.max(...values)]);
        expect(statistics.mean).toBeCloseTo(mean, 6);
        expect(statistics.stddev).toBeCloseTo(Math.sqrt(variance), 4);
      }),
    );
  });

  it('say that equal values have no spread', () => {
    const values = Array.from({ length: 1_000 }, () => 0.1);
    expect(histogramOf(values).statistics('x', 0)).toMatchObject({ mean: 0.1, stddev: 0, p50: 0.1, p999: 0.1 });
    expect(merged(histogramOf(values), histogramOf(values)).statistics('x', 0)).toMatchObject({ mean: 0.1, stddev: 0 });
  });

  it('stay numbers for the greatest values', () => {
    const numbers = Object.values(histogramOf([1e150, -1e150, 1e150, 1e150]).statistics('x', 0)).filter((value) => typeof value === 'number');
    expect(numbers.every(Number.isFinite)).toBe(true);
  });

  it('keep a small spread around a large mean', () => {
    const { stddev } = histogramOf([1e9 + 1, 1e9 + 2, 1e9 + 3]).statistics('x', 0);
    expect(stddev).toBeCloseTo(Math.sqrt(2 / 3), 6);
  });

  it('are all 0 when nothing was recorded', () => {
    const { name, window, resolution, exemplars, ...rest } = new ExponentialHistogram().statistics('x', 1_000, 0.1) satisfies Statistics;
    expect([name, window, resolution, exemplars]).toEqual(['x', 1_000, 0.1, {}]);
    expect(new Set(Object.values(rest))).toEqual(new Set([0]));
    expect(new ExponentialHistogram().quantile(0.5)).toBeUndefined();
  });
});

describe('recording', () => {
  it('refuses what is no measurement, and counts nothing of it', () => {
    const histogram = new ExponentialHistogram();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e151, -1e151, '5', 5n, null, undefined]) {
      expect(histogram.record(value as number, true, 'trace')).toBe(false);
    }
    expect(contents(histogram)).toEqual(contents(new ExponentialHistogram()));
  });

  it('takes zeros, negative values, tiny and huge ones', () => {
    const histogram = new ExponentialHistogram();
    for (const value of [0, -0, -5, 1e-300, Number.MIN_VALUE, 1e150, -1e150]) expect(histogram.record(value)).toBe(true);
    expect(histogram.distribution.zeros).toBe(4);
    expect(histogram.distribution.positive.toBuckets()).toEqual({ offset: 2_047, counts: [1] });
    const { min, max, p50 } = histogram.statistics('x', 0);
    expect([min, max, p50]).toEqual([-1e150, 1e150, 0]);
    expect(Object.is(histogramOf([-0]).statistics('x', 0).min, 0)).toBe(true);
  });

  it('counts on when a bucket overflows 31 bits and four bytes', () => {
    const histogram = new ExponentialHistogram();
    for (let times = 0; times < 70_000; times += 1) histogram.record(times % 1_000 === 0 ? 500 : 3);
    expect(histogram.distribution.positive.toBuckets().counts.filter((count) => count > 0)).toEqual([69_930, 70]);
    const doubled = merged(...Array.from({ length: 16 }, () => histogram));
    const huge = merged(...Array.from({ length: 64 }, () => merged(...Array.from({ length: 64 }, () => doubled))));
    expect(huge.distribution.positive.toBuckets().counts.filter((count) => count > 0)).toEqual([69_930 * 2 ** 16, 70 * 2 ** 16]);
    expect(huge.statistics('x', 0).p50).toBeCloseTo(3, 1);
  });

  it('writes the buckets as OTLP does', () => {
    const { distribution } = histogramOf([1, 1, 2, -4, 0]);
    expect(distribution.positive.toBuckets()).toEqual({ offset: -1, counts: [2, ...Array.from({ length: 31 }, () => 0), 1] });
    expect(distribution.negative?.toBuckets()).toEqual({ offset: 63, counts: [1] });
  });
});

describe('merging', () => {
  it('gives the same as recording all values in one', () => {
    fc.assert(
      fc.property(many, many, (one, other) => {
        const union = histogramOf([...one, ...other]);
        const both = merged(histogramOf(one), histogramOf(other));
        expect(contents(both)).toEqual(contents(union));
        const { total, mean, stddev, ...rest } = both.statistics('x', 0);
        const whole = union.statistics('x', 0);
        expect(rest).toEqual({ ...rest, ...Object.fromEntries(names.map((name) => [name, whole[name]])) });
        const magnitude = Math.max(1, ...one.map(Math.abs), ...other.map(Math.abs));
        expect(Math.abs(total - whole.total) / magnitude).toBeLessThan(1e-9);
        expect(Math.abs(mean - whole.mean) / magnitude).toBeLessThan(1e-9);
        expect(Math.abs(stddev - whole.stddev) / magnitude).toBeLessThan(1e-6);
      }),
    );
  });

  it('loses nothing of the total, in whatever order', () => {
    fc.assert(
      fc.property(many, many, many, (one, two, three) => {
        const magnitudes = [...one, ...two, ...three].reduce((sum, value) => sum + Math.abs(value), 0);
        const [a, b, c] = [histogramOf(one), histogramOf(two), histogramOf(three)];
        const whole = histogramOf([...three, ...one, ...two]).statistics('x', 0).total;
        for (const all of [merged(merged(a, b), c), merged(c, merged(a, b)), merged(b, merged(c, a))]) {
          // The last bit of the result, and far less than that of what it was added up from.
          const most = Math.abs(whole) * Number.EPSILON + magnitudes * 1e-27;
          expect(Math.abs(all.statistics('x', 0).total - whole)).toBeLessThanOrEqual(most);
        }
      }),
    );
    expect(histogramOf([1e16, 1, -1e16]).statistics('x', 0).total).toBe(1);
    expect(merged(histogramOf([1e16]), histogramOf([1]), histogramOf([-1e16])).statistics('x', 0).total).toBe(1);
  });

  it('takes any number of histograms, also the same one twice', () => {
    const one = histogramOf([1, 2, 3], 1);
    expect(ExponentialHistogram.merge().count).toBe(0);
    expect(ExponentialHistogram.merge(one, one, one).statistics('x', 0)).toMatchObject({ count: 9, errors: 3, total: 18, min: 1, max: 3 });
    one.merge(one);
    expect(one.statistics('x', 0)).toMatchObject({ count: 6, errors: 2, total: 12, mean: 2, min: 1, max: 3 });
    expect(one.statistics('x', 0).stddev).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  it('commutes', () => {
    fc.assert(
      fc.property(many, many, (one, other) => {
        const [a, b] = [histogramOf(one, 3), histogramOf(other)];
        expect(merged(a, b).statistics('x', 0)).toEqual(merged(b, a).statistics('x', 0));
        expect(contents(merged(a, b))).toEqual(contents(merged(b, a)));
      }),
    );
  });

  it('associates', () => {
    fc.assert(
      fc.property(many, many, many, (one, two, three) => {
        const [a, b, c] = [histogramOf(one), histogramOf(two), histogramOf(three)];
        expect(contents(merged(merged(a, b), c))).toEqual(contents(merged(a, merged(b, c))));
      }),
    );
  });

  it('leaves the other histogram as it was', () => {
    const other = histogramOf([1, 2, 3]);
    const before = contents(other);
    const all = merged(other);
    all.record(4);
    expect(contents(other)).toEqual(before);
  });

  it('can be undone in the distribution', () => {
    fc.assert(
      fc.property(many, many, (one, other) => {
        const both = merged(histogramOf(one), histogramOf(other)).distribution;
        both.removeAll(histogramOf(other).distribution);
        const alone = histogramOf(one).distribution;
        expect([both.zeros, both.positive.toBuckets(), both.negative?.toBuckets().counts ?? []]).toEqual([
          alone.zeros, alone.positive.toBuckets(), alone.negative?.toBuckets().counts ?? [],
        ]);
      }),
    );
  });
});
