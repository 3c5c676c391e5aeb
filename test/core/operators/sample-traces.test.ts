import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { isTraceSampled, sampleTraces } from '../../../src/core/operators/sample-traces.ts';
import { marbles } from '../../helpers/marbles.ts';
import { logSignal, spanSignal } from '../../helpers/signals.ts';

const traceId = fc.stringMatching(/^[0-9a-f]{32}$/);
const rate = fc.double({ min: 0, max: 1, noNaN: true });

const low = { traceId: '4bf92f3577b34da6a300000000000000', spanId: '00f067aa0ba902b7', sampled: true };
const high = { ...low, traceId: '4bf92f3577b34da6a3ffffffffffffff' };
const signals = { l: spanSignal({ trace: low }), h: spanSignal({ trace: high }), m: logSignal({ trace: high }), n: logSignal() };

describe('sampleTraces', () => {
  it('keeps all signals of a trace or none, and those without a trace', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -l-h-m-n-l-|', signals);
    const sourceSubs = '  ^----------!';
    const expected = '    ---h-m-n---|';
    expectObservable(source.pipe(sampleTraces({ rate: 0.5 }))).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('keeps everything by default, and passes an error on', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -l-h-n-#', signals);
    const sourceSubs = '  ^------!';
    const expected = '    -l-h-n-#';
    expectObservable(source.pipe(sampleTraces())).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('keeps no trace at rate 0; leaves the source when unsubscribed', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -l-h-n-n-', signals);
    const unsub = '       ------!';
    const sourceSubs = '  ^-----!';
    const expected = '    -----n-';
    expectObservable(source.pipe(sampleTraces({ rate: 0 })), unsub).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('draws signals without a trace when given chance', marbles(({ hot, expectObservable }) => {
    const draws = [0.2, 0.3, 0.1];
    const random = (): number => draws.shift() ?? 1;
    expectObservable(hot('-n-n-n-h-|', signals).pipe(sampleTraces({ rate: 0.25, random }))).toBe('-n---n-h-|', signals);
  }));

  it('keeps the signal when chance throws', marbles(({ hot, expectObservable }) => {
    const random = (): number => {
      throw new Error('no entropy');
    };
    expectObservable(hot('-n-n-|', signals).pipe(sampleTraces({ rate: 0.1, random }))).toBe('-n-n-|', signals);
  }));

  it('refuses a rate that is none, and chance that is no function', () => {
    for (const wrong of [-0.1, 1.1, Number.NaN, '0.5' as unknown as number]) {
      expect(() => sampleTraces({ rate: wrong })).toThrow(ConfigurationError);
    }
    expect(() => sampleTraces({ rate: 5 })).toThrow(/^sampleTraces\.rate: expected a number from 0 to 1, received number 5$/);
    expect(() => sampleTraces({ random: 0.5 as unknown as () => number })).toThrow(/^sampleTraces\.random: expected a function/);
  });
});

describe('isTraceSampled', () => {
  it('keeps a trace whose low 56 bits are at least (1 - rate) * 2^56', () => {
    fc.assert(
      fc.property(traceId, fc.integer({ min: 0, max: 2 ** 20 }), (id, share) => {
        const threshold = 2n ** 56n - BigInt(share) * 2n ** 36n;
        expect(isTraceSampled(id, share / 2 ** 20)).toBe(BigInt(`0x${id.slice(-14)}`) >= threshold);
      }),
    );
  });

  it('decides exactly at the threshold', () => {
    const prefix = '4bf92f3577b34da6a3';
    expect(isTraceSampled(`${prefix}80000000000000`, 0.5)).toBe(true);
    expect(isTraceSampled(`${prefix}7fffffffffffff`, 0.5)).toBe(false);
    expect(isTraceSampled(`${prefix}ffffffffffffff`, 2 ** -56)).toBe(true);
    expect(isTraceSampled(`${prefix}fffffffffffffe`, 2 ** -56)).toBe(false);
    expect(isTraceSampled(`${prefix}ffffffffffffff`, 0)).toBe(false);
    expect(isTraceSampled(`${prefix}00000000000000`, 1)).toBe(true);
  });

  it('keeps at a higher rate what it keeps at a lower one', () => {
    fc.assert(
      fc.property(traceId, rate, rate, (id, one, other) => {
        if (isTraceSampled(id, Math.min(one, other))) expect(isTraceSampled(id, Math.max(one, other))).toBe(true);
      }),
    );
  });

  it('does not look at the rest of the trace id', () => {
    fc.assert(
      fc.property(traceId, traceId, rate, (id, other, share) => {
        expect(isTraceSampled(other.slice(0, 18) + id.slice(18), share)).toBe(isTraceSampled(id, share));
      }),
    );
  });

  it('keeps about that share of random traces', () => {
    const spread = Array.from({ length: 20_000 }, (_, index) => {
      return ((BigInt(index) * 0x9e3779b97f4a7c15n) % 2n ** 56n).toString(16).padStart(32, '0');
    });
    const kept = spread.filter((id) => isTraceSampled(id, 0.1)).length;
    expect(kept / spread.length).toBeCloseTo(0.1, 2);
  });
});
