import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExemplarBands } from '../../../src/core/statistics/exemplar-bands.ts';
import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import type { Exemplars, PercentileName } from '../../../src/core/statistics/statistics.ts';

const percentiles = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly PercentileName[];

/** Values, each in a trace of its own, called after the value. */
function traced(...values: readonly number[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram();
  values.forEach((value, index) => histogram.record(value, false, `trace of ${value}`, index));
  return histogram;
}
function exemplarsOf(histogram: ExponentialHistogram): Exemplars {
  return histogram.statistics('x', 0).exemplars!;
}

const slow = fc.double({ min: 0.001, max: 100_000, noNaN: true });

describe('the exemplars of a histogram', () => {
  it('lead from each percentile to the trace of a value that is at least as great', () => {
    const histogram = traced(...Array.from({ length: 1_000 }, (_, index) => index + 1));
    const statistics = histogram.statistics('x', 0);
    for (const name of percentiles) {
      const { value = 0, traceId, timestamp } = statistics.exemplars?.[name] ?? {};
      expect(value).toBeGreaterThanOrEqual(statistics[name] * 0.989);
      expect(value).toBeLessThanOrEqual(Math.min(statistics[name] * 2, 1_000));
      expect([traceId, timestamp]).toEqual([`trace of ${value}`, value - 1]);
    }
  });

  it('are there whenever a traced value is as great as the percentile, and then name a value that was recorded', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(slow, fc.boolean()), { minLength: 1, maxLength: 200 }), (values) => {
        const histogram = new ExponentialHistogram();
        values.forEach(([value, hasTrace], index) => histogram.record(value, false, hasTrace ? `${index}` : undefined, index));
        const statistics = histogram.statistics('x', 0);
        const greatest = Math.max(...values.map(([value, hasTrace]) => (hasTrace ? value : 0)));
        for (const name of percentiles) {
          const exemplar = statistics.exemplars?.[name];
          expect(exemplar !== undefined).toBe(greatest >= statistics[name] * 0.989);
          if (exemplar === undefined) continue;
          expect(exemplar.value).toBeGreaterThanOrEqual(statistics[name] * 0.989);
          expect(values[Number(exemplar.traceId)]).toEqual([exemplar.value, true]);
          expect(exemplar.timestamp).toBe(Number(exemplar.traceId));
        }
      }),
    );
  });

  it('are absent without traces, and for what no trace is as slow as', () => {
    const histogram = new ExponentialHistogram();
    for (let index = 0; index < 100; index += 1) histogram.record(index < 90 ? 10 : 500, false, index === 0 ? 'one' : undefined, 7);
    expect(exemplarsOf(histogram)).toEqual({
      p50: { traceId: 'one', value: 10, timestamp: 7 },
      p75: { traceId: 'one', value: 10, timestamp: 7 },
      p90: { traceId: 'one', value: 10, timestamp: 7 },
    });
    const untraced = new ExponentialHistogram();
    untraced.record(5);
    expect(exemplarsOf(untraced)).toEqual({});
  });

  it('prefer the latest of about the same value', () => {
    expect(exemplarsOf(traced(100, 101, 102)).p50?.traceId).toBe('trace of 102');
    expect(exemplarsOf(traced(102, 101, 101.5)).p50?.traceId).toBe('trace of 101.5');
  });

  it('keep the greatest, whatever came after it', () => {
    // All in one half octave.
    const values = [127, ...Array.from({ length: 50 }, (_, index) => 100 + index / 10)];
    expect(exemplarsOf(traced(...values)).p999?.traceId).toBe('trace of 127');
  });

  it('take no identifier that is none', () => {
    const histogram = new ExponentialHistogram();
    for (const traceId of ['', 'x'.repeat(129), 5, null, {}]) histogram.record(5, false, traceId as string);
    expect(exemplarsOf(histogram)).toEqual({});
  });

  it('stay few, however far the values lie apart', () => {
    const bands = new ExemplarBands();
    for (let octave = -1_000; octave < 1_000; octave += 0.25) bands.record(2 ** octave, `${octave}`, 0);
    expect(bands.between(0, 1)).toHaveLength(32);
    expect(bands.bytes).toBeLessThan(8_192);
    expect(bands.above(1)?.value).toBeGreaterThan(2 ** 980);
  });

  it('are those of the union after a merge, on either side', () => {
    const values = fc.array(slow, { maxLength: 60 });
    fc.assert(
      fc.property(values, values, values, (...all) => {
        let timestamp = 0;
        const union = new ExponentialHistogram();
        const [a, b, c] = all.map((one) => {
          const part = new ExponentialHistogram();
          for (const value of one) {
            timestamp += 1;
            part.record(value, false, `${timestamp}`, timestamp);
            union.record(value, false, `${timestamp}`, timestamp);
          }
          return part;
        }) as [ExponentialHistogram, ExponentialHistogram, ExponentialHistogram];
        const { merge } = ExponentialHistogram;
        for (const merged of [merge(a, b, c), merge(c, b, a), merge(merge(a, b), c), merge(a, merge(b, c))]) {
          expect(exemplarsOf(merged)).toEqual(exemplarsOf(union));
        }
        expect(exemplarsOf(ExponentialHistogram.fromBytes(union.toBytes()))).toEqual(exemplarsOf(union));
      }),
    );
  });
});

describe('ExemplarBands', () => {
  it('forgets what is from before a time, and falls back on what it still knows', () => {
    const bands = new ExemplarBands();
    bands.record(900, 'a', 1, 1);
    bands.record(5, 'b', 2, 2);
    bands.record(800, 'c', 3, 3);
    bands.record(4, 'd', 4, 4);
    expect(bands.above(850)?.traceId).toBe('a');
    bands.forget(2);
    expect(bands.above(850)).toBeUndefined();
    expect(bands.above(100)?.traceId).toBe('c');
    expect(bands.above(0)?.traceId).toBe('d');
    bands.forget(5);
    expect([bands.above(0), bands.isEmpty]).toEqual([undefined, true]);
  });

  it('makes room below when the greatest was forgotten', () => {
    const bands = new ExemplarBands();
    bands.record(2 ** 40, 'huge', 0, 1);
    bands.record(1, 'too small', 0, 2);
    expect(bands.above(0)?.traceId).toBe('huge');
    bands.forget(2);
    bands.record(1, 'one', 0, 3);
    expect(bands.above(0)?.traceId).toBe('one');
  });

  it('gives those of a time, in an order that can be recorded again', () => {
    const bands = new ExemplarBands();
    bands.record(127, 'greatest', 0, 1);
    bands.record(120, 'latest', 0, 1);
    bands.record(3, 'small', 0, 2);
    expect(bands.between(1, 2).map(({ traceId }) => traceId)).toEqual(['greatest', 'latest']);
    expect(bands.between(2, 3).map(({ traceId }) => traceId)).toEqual(['small']);
    expect(bands.between(0, 9)).toHaveLength(3);
  });
});
