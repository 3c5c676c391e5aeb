import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatMeasured,
  formatQuantity,
  formatRate,
  formatShare,
  formatTime,
  formatWindow,
} from '../../../src/browser/dashboard/format.ts';

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [0.0004, '0.4 µs'],
    [0.0123, '12.3 µs'],
    [0.9996, '1 ms'],
    [1, '1 ms'],
    [12.345, '12.3 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_250, '1.25 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_723_000, '1 h 2 min'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('of %d ms reads %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('is at most 0.5 % off below a minute, whatever the unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 59_000, noNaN: true }), (milliseconds) => {
        const [number, unit = ''] = formatDuration(milliseconds).split(' ');
        const read = Number(number) * ({ µs: 0.001, ms: 1, s: 1_000 }[unit] ?? Number.NaN);
        expect(Math.abs(read / milliseconds - 1)).toBeLessThanOrEqual(0.00501);
      }),
    );
  });

  it('below what the clock can tell is not claimed', () => {
    expect(formatMeasured(0, 0.1)).toBe('< 100 µs');
    expect(formatMeasured(0.3, 0.1)).toBe('≈ 300 µs');
    expect(formatMeasured(3, 0.1)).toBe('3 ms');
    expect(formatMeasured(0.3, undefined)).toBe('300 µs');
  });
});

describe('a number', () => {
  it.each([
    [formatCount(1_234), '1,234'],
    [formatCount(1_234_567), '1.23 M'],
    [formatCount(Number.NaN), '–'],
    [formatRate(0), '0/s'],
    [formatRate(0.05), '3/min'],
    [formatRate(12.34), '12.3/s'],
    [formatRate(12_345), '12.3 k/s'],
    [formatShare(0), '0%'],
    [formatShare(0.00001), '< 0.01%'],
    [formatShare(0.1234), '12.3%'],
    [formatShare(1), '100%'],
    [formatBytes(512), '512 B'],
    [formatBytes(1_536), '1.5 KiB'],
    [formatBytes(13 * 2 ** 20), '13 MiB'],
    [formatWindow(60_000), '60 s'],
    [formatWindow(300_000), '5 min'],
    [formatAge(400), 'now'],
    [formatAge(12_000), '12 s ago'],
    [formatAge(600_000), '10 min ago'],
    [formatTime(Number.NaN), '–'],
  ])('reads %s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('of a metric is shown in its unit', () => {
    expect(formatQuantity(0.0123, 's')).toBe('12.3 ms');
    expect(formatQuantity(250, 'us')).toBe('250 µs');
    expect(formatQuantity(2_048, 'By')).toBe('2 KiB');
    expect(formatQuantity(7, '{handle}')).toBe('7');
    expect(formatQuantity(0.256, '1')).toBe('0.256');
    expect(formatQuantity(3, 'Cel')).toBe('3 Cel');
  });
});
