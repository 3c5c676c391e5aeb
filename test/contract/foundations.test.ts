import { describe, expect, it } from '#test';
import { anchoredNow } from '../../src/core/clock.ts';
import { createIds, fillFrom } from '../../src/core/ids.ts';
import { severityNamed } from '../../src/core/severity.ts';

describe('the wall clock', () => {
  function setUp() {
    const time = { wall: 1_000_000, ticks: 500 };
    return { time, now: anchoredNow(() => time.wall, () => time.ticks) };
  }

  it('keeps the order of what happens within a millisecond', () => {
    const { time, now } = setUp();
    expect(now()).toBe(1_000_000);
    time.ticks += 0.25;
    expect(now()).toBe(1_000_000.25);
  });

  it('follows the monotonic clock through small differences, and the system through great ones', () => {
    const { time, now } = setUp();
    now();
    time.ticks += 50;
    expect(now()).toBe(1_000_050);
    time.wall += 3_600_000;
    time.ticks += 10;
    expect(now()).toBe(4_600_000);
    time.wall -= 3_600_000;
    time.ticks += 1;
    expect(now()).toBe(1_000_000);
  });

  it('asks the system no more than once a millisecond', () => {
    const time = { wall: 1_000_000, ticks: 500, asked: 0 };
    const now = anchoredNow(() => (time.asked++, time.wall), () => time.ticks);
    for (let call = 0; call < 1_000; call++) {
      now();
      time.ticks += 0.01;
    }
    expect(time.asked).toBeLessThanOrEqual(11);
    // Nor does a monotonic clock that starts again keep it from asking.
    time.ticks = 0;
    expect(now()).toBe(1_000_000);
  });
});

describe('identifiers', () => {
  it('are all different, and of the right length', () => {
    const ids = createIds((bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
    const made = { traceId: 32, spanId: 16, eventId: 32, requestId: 36 } as const;
    for (const [kind, length] of Object.entries(made) as [keyof typeof made, number][]) {
      const many = Array.from({ length: 1_000 }, () => ids[kind]());
      expect(new Set(many).size).toBe(1_000);
      expect(many.filter((id) => id.length !== length || !/^[\da-f-]+$/.test(id))).toEqual([]);
    }
  });

  it('are never all zero, as W3C Trace Context asks', () => {
    for (const random of [() => 0, () => Number.NaN]) {
      const ids = createIds(fillFrom(random));
      expect(ids.traceId()).toBe(`${'0'.repeat(31)}1`);
      expect(ids.spanId()).toBe(`${'0'.repeat(15)}1`);
      expect(ids.requestId()).toBe('00000000-0000-4000-8000-000000000000');
    }
  });

  it('are the same for the same chance', () => {
    const made = () => createIds(fillFrom(() => 0.7)).traceId();
    expect(made()).toBe(made());
    expect(made()).toBe('b3'.repeat(16));
  });
});

describe('a severity', () => {
  it.each([
    ['trace', 'trace'],
    ['INFO', 'info'],
    ['Warning', 'warn'],
    ['CRITICAL', 'fatal'],
    ['notice', undefined],
    ['constructor', undefined],
    [17, undefined],
  ])('is named: %s', (name, severity) => {
    expect(severityNamed(name)).toBe(severity);
  });
});
