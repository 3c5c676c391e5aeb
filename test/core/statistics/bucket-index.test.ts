import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketIndex, bucketValue } from '../../../src/core/statistics/bucket-index.ts';

/** Whether base^index < value <= base^(index + 1), with base = 2^(1/32), in whole numbers: both sides to the power of 32. */
function isInBucket(value: number, index: number): boolean {
  const { mantissa, exponent } = exactly(value);
  const power = mantissa ** 32n;
  // value^32 = mantissa^32 * 2^(32 * exponent), compared with 2^index and 2^(index + 1).
  return comparePowerOfTwo(power, index - 32 * exponent) > 0 && comparePowerOfTwo(power, index + 1 - 32 * exponent) <= 0;
}

function exactly(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  return { mantissa: (word & (2n ** 52n - 1n)) | (2n ** 52n), exponent: Number((word >> 52n) & 2047n) - 1075 };
}

function comparePowerOfTwo(value: bigint, power: number): number {
  const other = power >= 0 ? 2n ** BigInt(power) : 0n;
  return value > other ? 1 : value < other ? -1 : 0;
}

/** The doubles just below, at and just above. */
function around(value: number): number[] {
  const bits = new DataView(new ArrayBuffer(8));
  return [-2n, -1n, 0n, 1n, 2n].map((step) => {
    bits.setFloat64(0, value);
    bits.setBigUint64(0, bits.getBigUint64(0) + step);
    return bits.getFloat64(0);
  });
}

const normal = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true });

describe('bucketIndex', () => {
  it('is the bucket of the definition', () => {
    fc.assert(fc.property(normal, (value) => isInBucket(value, bucketIndex(value))), { numRuns: 2_000 });
  });

  it('is exact beside every boundary of an octave', () => {
    for (const octave of [-1000, -64, -10, -1, 0, 1, 9, 63, 1000]) {
      for (let step = 0; step <= 32; step += 1) {
        for (const value of around(2 ** (step / 32) * 2 ** octave)) {
          expect(isInBucket(value, bucketIndex(value)), `${value} in bucket ${bucketIndex(value)}`).toBe(true);
        }
      }
    }
  });

  it('puts a power of two at the upper end of its bucket, as OTLP says', () => {
    expect([0.5, 1, 2, 4, 1024].map(bucketIndex)).toEqual([-33, -1, 31, 63, 319]);
    expect(bucketIndex(1.0000000000000002)).toBe(0);
  });

  it('never descends', () => {
    fc.assert(
      fc.property(normal, normal, (one, other) => {
        expect(bucketIndex(Math.min(one, other))).toBeLessThanOrEqual(bucketIndex(Math.max(one, other)));
      }),
    );
  });
});

describe('bucketValue', () => {
  it('is at most 1.083 % from any value of its bucket', () => {
    fc.assert(
      fc.property(normal, (value) => {
        expect(Math.abs(bucketValue(bucketIndex(value)) - value) / value).toBeLessThanOrEqual(0.010831);
      }),
      { numRuns: 2_000 },
    );
  });

  it('lies in its bucket', () => {
    for (let index = -2_048; index < 2_048; index += 1) expect(bucketIndex(bucketValue(index))).toBe(index);
  });
});
