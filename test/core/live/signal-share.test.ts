import { describe, expect, it } from 'vitest';
import { SignalShare } from '../../../src/core/live/signal-share.ts';
import { errorSignal, logSignal, spanSignal } from '../../helpers/signals.ts';

describe('a share of the signals', () => {
  it('is all of them while they are few, in the order they came', () => {
    const share = new SignalShare(['span', 'log'], 10, 10_000);
    for (const signal of [spanSignal({ name: 'a' }), logSignal({ name: 'b' }), spanSignal({ name: 'c' }), errorSignal()]) share.add(signal);
    const { texts, leftOut } = share.take() ?? { texts: [], leftOut: NaN };
    expect(texts.map((text) => (JSON.parse(text) as { name: string }).name)).toEqual(['a', 'b', 'c']);
    expect(leftOut).toBe(0);
    expect(share.take()).toBeUndefined();
  });

  it('has room for each kind, whatever another one takes', () => {
    const share = new SignalShare(['span', 'error'], 10, 100_000);
    for (let index = 0; index < 1_000; index += 1) share.add(spanSignal());
    for (let index = 0; index < 3; index += 1) share.add(errorSignal());
    const { texts, leftOut } = share.take() ?? { texts: [], leftOut: NaN };
    expect([texts.length, texts.filter((text) => text.startsWith('{"kind":"error"') || text.includes('"kind":"error"')).length, leftOut]).toEqual([10, 3, 993]);
  });

  it('has room for small ones beside large ones', () => {
    const share = new SignalShare(['log', 'span'], 100, 20_000);
    for (let index = 0; index < 50; index += 1) {
      share.add(logSignal({ message: 'x'.repeat(6_000) }));
      share.add(spanSignal());
    }
    const { texts, leftOut } = share.take() ?? { texts: [], leftOut: NaN };
    expect(texts.join().length).toBeLessThan(20_000);
    expect(texts.filter((text) => text.includes('"kind":"span"')).length).toBeGreaterThan(10);
    expect(texts.length + leftOut).toBe(100);
  });

  it('has an error without what the flight recorder had, which would leave it out', () => {
    const share = new SignalShare(['error'], 10, 10_000);
    share.add(errorSignal({ recording: Array.from({ length: 1_000 }, () => logSignal()) }));
    expect(share.take()).toMatchObject({ texts: [expect.stringContaining('"kind":"error"')], leftOut: 0 });
  });

  it('draws each with the same chance', () => {
    const counts = new Array<number>(50).fill(0);
    for (let round = 0; round < 2_000; round += 1) {
      const share = new SignalShare(['log'], 5, 100_000);
      for (let index = 0; index < 50; index += 1) share.add(logSignal({ message: String(index) }));
      for (const text of share.take()?.texts ?? []) counts[Number((JSON.parse(text) as { message: string }).message)]! += 1;
    }
    // 200 each, with a deviation of 13.
    expect(Math.min(...counts)).toBeGreaterThan(130);
    expect(Math.max(...counts)).toBeLessThan(270);
  });

  it('counts what is no JSON as left out', () => {
    const share = new SignalShare(['log'], 5, 1_000);
    const endless: { self?: unknown } = {};
    endless.self = endless;
    share.add(logSignal({ context: endless }));
    share.add(logSignal({ context: { toJSON: () => { throw new Error('no'); } } }));
    expect(share.take()).toEqual({ texts: [], leftOut: 2 });
  });
});
