import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveTrace } from '../../../src/core/live/live-frame.ts';
import { SlowestTraces } from '../../../src/core/live/slowest-traces.ts';
import type { SpanSignal } from '../../../src/core/signal.ts';
import { spanSignal, traceOf } from '../../helpers/signals.ts';

const read = (traces: SlowestTraces, elapsed: number): readonly LiveTrace[] => (JSON.parse(traces.read(elapsed)) as { traces: LiveTrace[] }).traces;
const root = (number: number, duration: number, more: Partial<SpanSignal> = {}): SpanSignal => spanSignal({ trace: traceOf(number), name: `trace ${number}`, duration, ...more });
const child = (number: number, duration: number, more: Partial<SpanSignal> = {}): SpanSignal =>
  spanSignal({ trace: traceOf(number, '1'.repeat(16)), parentSpanId: '00f067aa0ba902b7', name: 'inside', duration, ...more });

describe('the slowest traces', () => {
  it('are the ten slowest that ended in the window, at any time', () => {
    const ended = fc.array(fc.record({ after: fc.integer({ min: 0, max: 400 }), duration: fc.integer({ min: 1, max: 1_000 }) }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(ended, (all) => {
        // In slices of 20 ms.
        const traces = new SlowestTraces(1_200);
        const known: { at: number; duration: number }[] = [];
        let elapsed = 0;
        for (const [index, { after, duration }] of all.entries()) {
          elapsed += after;
          traces.add(root(index, duration), elapsed);
          known.push({ at: Math.floor(elapsed / 20), duration });
          const expected = known.filter(({ at }) => Math.floor(elapsed / 20) - at < 60).map((each) => each.duration).sort((one, other) => other - one).slice(0, 10);
          expect(read(traces, elapsed).map((each) => each.duration)).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('have their spans in the order they began, those too that end after the first', () => {
    const traces = new SlowestTraces(1_000);
    traces.add(child(1, 5, { name: 'second', timestamp: 20 }), 0);
    traces.add(root(1, 50, { timestamp: 10 }), 0);
    traces.add(child(1, 70, { name: 'third', timestamp: 30, status: { code: 'error', message: 'late' } }), 5);
    expect(read(traces, 5)).toMatchObject([{ name: 'trace 1', timestamp: 10, duration: 50, failed: true, leftOut: 0, spans: [{ name: 'trace 1' }, { name: 'second' }, { name: 'third' }] }]);
  });

  it('know no trace whose first span has not ended, and take one of another process for its beginning here', () => {
    const traces = new SlowestTraces(1_000);
    traces.add(child(1, 5), 0);
    expect(read(traces, 0)).toEqual([]);
    traces.add(child(1, 8, { name: 'served', parentIsRemote: true }), 0);
    expect(read(traces, 0)).toMatchObject([{ name: 'served', duration: 8 }]);
  });

  it('are as long as the outermost span here, though a request to itself ended before', () => {
    const traces = new SlowestTraces(1_200);
    traces.add(child(1, 5, { name: 'inner', parentIsRemote: true, timestamp: 20 }), 0);
    traces.add(root(1, 50, { timestamp: 10 }), 40);
    expect(read(traces, 40)).toMatchObject([{ name: 'trace 1', duration: 50 }]);
    // The time counts from the end of the outermost.
    expect(read(traces, 1_239)).toHaveLength(1);
    expect(read(traces, 1_240)).toHaveLength(0);
  });

  it('keep the hundred longest spans of a trace, and say how many there are beyond', () => {
    const traces = new SlowestTraces(1_000);
    for (let index = 1; index <= 300; index += 1) traces.add(child(1, index, { timestamp: index }), 0);
    traces.add(root(1, 0.5, { timestamp: 0 }), 0);
    const [trace] = read(traces, 0);
    expect(trace?.spans).toHaveLength(100);
    expect(trace?.leftOut).toBe(201);
    expect(trace?.spans.map(({ duration }) => duration)).toEqual([0.5, ...Array.from({ length: 99 }, (_, index) => 202 + index)]);
  });

  it('have a bound in bytes for what they say', () => {
    const traces = new SlowestTraces(1_000);
    for (let number = 0; number < 10; number += 1) {
      for (let index = 0; index < 99; index += 1) traces.add(child(number, index, { attributes: { text: 'x'.repeat(2_000) } }), 0);
      traces.add(root(number, 1_000), 0);
    }
    const text = traces.read(0);
    expect(text.length).toBeLessThan(210_000);
    const shown = (JSON.parse(text) as { traces: LiveTrace[] }).traces;
    expect(shown).toHaveLength(10);
    for (const { spans, leftOut } of shown) {
      expect(spans.length + leftOut).toBe(100);
      expect(spans.some(({ name }) => name.startsWith('trace'))).toBe(true);
    }
  });

  it('hold no more than their bytes, whatever never ends', () => {
    const traces = new SlowestTraces(1_000);
    traces.add(root(1, 1_000_000), 0);
    const before = process.memoryUsage().heapUsed;
    for (let number = 2; number < 20_000; number += 1) traces.add(child(number, 1, { attributes: { text: `${number} ${'x'.repeat(5_000)}` } }), 0);
    expect((process.memoryUsage().heapUsed - before) / 1e6).toBeLessThan(60);
    expect(read(traces, 0)).toMatchObject([{ name: 'trace 1' }]);
  });

  it('are whole though thousands of others began meanwhile, and make room for them when they never end', () => {
    const traces = new SlowestTraces(1_000);
    traces.add(child(1, 5), 0);
    for (let number = 2; number < 3_000; number += 1) traces.add(child(number, 1), 10);
    traces.add(root(1, 900), 900);
    expect(read(traces, 900)).toMatchObject([{ name: 'trace 1', spans: [{ name: 'trace 1' }, { name: 'inside' }] }]);

    // Those of before never ended. Their window is over.
    traces.add(child(5_000, 5), 1_900);
    traces.add(root(5_000, 20), 1_920);
    expect(read(traces, 1_920).find(({ name }) => name === 'trace 5000')?.spans).toHaveLength(2);
  });

  it('are few even where each is faster than the one before', () => {
    const traces = new SlowestTraces(1_000_000);
    for (let number = 0; number < 20_000; number += 1) traces.add(root(number, 1_000_000 - number), 0);
    expect(read(traces, 0).map(({ duration }) => duration)).toEqual(Array.from({ length: 10 }, (_, index) => 1_000_000 - index));
  });
});
