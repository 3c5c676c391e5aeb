import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExponentialHistogram } from '../../../src/core/statistics/exponential-histogram.ts';
import { readHistogram } from '../../../src/core/statistics/histogram-bytes.ts';

interface Recorded {
  readonly value: number;
  readonly failed: boolean;
  readonly traceId: string | undefined;
}
const recorded = fc.record({
  value: fc.oneof(
    fc.double({ min: 0, max: 1e7, noNaN: true }),
    fc.integer({ min: -100, max: 100 }),
    fc.double({ min: -1e150, max: 1e150, noNaN: true }),
  ),
  failed: fc.boolean(),
  traceId: fc.option(fc.oneof(fc.constantFrom('4bf92f3577b34da6a3ce929d0e0e4736', 'é😀'), fc.string({ minLength: 1 })), { nil: undefined }),
});
const history = fc.array(recorded, { maxLength: 100 });

function histogramOf(values: readonly Recorded[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram();
  values.forEach(({ value, failed, traceId }, index) => histogram.record(value, failed, traceId, index));
  return histogram;
}

/** Everything it says, and what decides what it will say. */
function contents(histogram: ExponentialHistogram): unknown {
  const { positive, negative, zeros } = histogram.distribution;
  const buckets = [zeros, positive.toBuckets(), negative?.toBuckets() ?? { offset: 0, counts: [] }];
  return { statistics: histogram.statistics('x', 0), buckets };
}

function sample(): Uint8Array {
  const trace = { failed: false, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' };
  return histogramOf([{ ...trace, value: 5 }, { ...trace, value: 700 }, { value: -3, failed: true, traceId: undefined }]).toBytes();
}

function changed(bytes: Uint8Array, at: number, to: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = to;
  return copy;
}

describe('a snapshot of a histogram', () => {
  it('restores everything', () => {
    fc.assert(
      fc.property(history, (values) => {
        const histogram = histogramOf(values);
        const bytes = histogram.toBytes();
        const restored = ExponentialHistogram.fromBytes(bytes);
        expect(contents(restored)).toEqual(contents(histogram));
        expect(restored.toBytes()).toEqual(bytes);
      }),
    );
  });

  it('can be merged, and counted on, like the original', () => {
    fc.assert(
      fc.property(history, history, (one, other) => {
        const live = ExponentialHistogram.merge(histogramOf(one), histogramOf(other));
        const restored = ExponentialHistogram.fromBytes(histogramOf(one).toBytes());
        restored.merge(ExponentialHistogram.fromBytes(histogramOf(other).toBytes()));
        restored.record(7);
        live.record(7);
        const { total, mean, stddev, ...exact } = live.statistics('x', 0);
        const statistics = restored.statistics('x', 0);
        expect(statistics).toMatchObject(exact);
        const scale = Math.max(Math.abs(exact.min), Math.abs(exact.max));
        expect(Math.abs(statistics.total - total)).toBeLessThanOrEqual(scale * 1e-13);
        expect(Math.abs(statistics.mean - mean)).toBeLessThanOrEqual(scale * 1e-13);
        expect(Math.abs(statistics.stddev - stddev)).toBeLessThanOrEqual(scale * 1e-7);
      }),
    );
  });

  it('is as small as its contents', () => {
    expect(new ExponentialHistogram().toBytes().length).toBe(6);
    const histogram = new ExponentialHistogram();
    histogram.record(12);
    expect(histogram.toBytes().length).toBeLessThan(60);
    for (let index = 0; index < 100_000; index += 1) histogram.record(10 ** (3 * ((index * 0.618_033_988_7) % 1)));
    expect(histogram.toBytes().length).toBeLessThan(1_000);
  });

  it('is its own memory', () => {
    const histogram = new ExponentialHistogram();
    histogram.record(1);
    const [one, other] = [histogram.toBytes(), histogram.toBytes()];
    expect(one.buffer.byteLength).toBe(one.length);
    one.fill(0);
    expect(ExponentialHistogram.fromBytes(other).count).toBe(1);
  });

  it('may lie anywhere in a buffer, and be one', () => {
    const bytes = sample();
    const framed = Buffer.concat([Buffer.from('head'), bytes, Buffer.from('tail')]).subarray(4, 4 + bytes.length);
    expect(ExponentialHistogram.fromBytes(framed).count).toBe(3);
  });
});

describe('bytes that are no snapshot', () => {
  it('are refused with what is wrong', () => {
    const refused = (bytes: unknown): string => {
      try {
        ExponentialHistogram.fromBytes(bytes as Uint8Array);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        return (error as TypeError).message;
      }
      return 'accepted';
    };
    const bytes = sample();
    expect(refused('bytes')).toBe('No snapshot of a histogram: it is no Uint8Array');
    expect(refused(undefined)).toBe('No snapshot of a histogram: it is no Uint8Array');
    expect(refused(new Uint8Array(0))).toBe('No snapshot of a histogram: it ends after 0 bytes');
    expect(refused(new Uint8Array(2 ** 17 + 1))).toBe('No snapshot of a histogram: it has more than 131072 bytes');
    expect(refused(changed(bytes, 0, 9))).toBe('No snapshot of a histogram: version 9 is unknown');
    expect(refused(changed(bytes, 1, 4))).toBe('No snapshot of a histogram: its buckets hold another number of values');
    expect(refused(changed(bytes, 2, 4))).toBe('No snapshot of a histogram: a number is above 3');
    expect(refused(Uint8Array.of(...bytes, 0))).toBe('No snapshot of a histogram: 1 bytes are left over');
    // The highest byte of the sum and of the least value: other signs.
    expect(refused(changed(bytes, 3 + 4 * 8 - 1, 0x40))).toBe('No snapshot of a histogram: its extremes lie in other buckets');
    expect(refused(changed(bytes, 3 + 7, 0xc0))).toBe('No snapshot of a histogram: its sums are none of measurements');
  });

  it('are refused at whatever byte they end', () => {
    const bytes = sample();
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => ExponentialHistogram.fromBytes(bytes.subarray(0, length))).toThrow(TypeError);
      expect(readHistogram(bytes.subarray(0, length))).toBeUndefined();
    }
    expect(readHistogram(bytes)?.count).toBe(3);
    expect(readHistogram({ length: 2 ** 40 })).toBeUndefined();
  });

  /** What holds for any histogram. */
  function isSound(histogram: ExponentialHistogram): boolean {
    const { count, errors, total, mean, min, max, stddev, p50, p75, p90, p95, p99, p999, exemplars } = histogram.statistics('x', 0);
    const { positive, negative, zeros } = histogram.distribution;
    const counted = [...positive.toBuckets().counts, ...(negative?.toBuckets().counts ?? [])].reduce((sum, of) => sum + of, zeros);
    const row = [min, p50, p75, p90, p95, p99, p999, max];
    return (
      counted === count &&
      errors >= 0 && errors <= count &&
      [total, mean, stddev, ...row].every(Number.isFinite) &&
      mean >= min && mean <= max && stddev >= 0 &&
      row.every((value, index) => index === 0 || value >= row[index - 1]!) &&
      Object.values(exemplars ?? {}).every(({ value, traceId }) => value >= min && value <= max && traceId.length <= 128) &&
      readHistogram(histogram.toBytes())?.count === count
    );
  }

  it('are refused, or say something sound, whichever bytes were changed', () => {
    let accepted = 0;
    const changes = fc.array(fc.record({ at: fc.nat(400), to: fc.integer({ min: 0, max: 255 }) }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(history, changes, (values, all) => {
        const bytes = histogramOf(values).toBytes();
        for (const { at, to } of all) bytes[at % bytes.length] = to;
        const histogram = readHistogram(bytes);
        if (histogram === undefined) return;
        accepted += 1;
        expect(isSound(histogram)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('are refused whatever they are', () => {
    const header = fc.constantFrom([], [1], [1, 1, 0], [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const histogram = readHistogram(Uint8Array.of(...start, ...rest));
        expect(histogram === undefined || isSound(histogram)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
