import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestSpans } from '../../../src/browser/dashboard/nest-spans.ts';
import { layOutTrace } from '../../../src/browser/dashboard/trace-layout.ts';
import type { SpanSignal } from '../../../src/core/signal.ts';
import { spanSignal, traceOf } from '../../helpers/signals.ts';

/** A span with this id, under this parent. */
function span(id: string, parentSpanId?: string, timestamp = 0, duration = 10): SpanSignal {
  return spanSignal({ name: id, trace: traceOf(1, id), parentSpanId, timestamp, duration });
}

const shapeOf = (spans: readonly SpanSignal[]): string[] => nestSpans(spans).map(({ span: { name }, depth, orphan }) => `${'-'.repeat(depth)}${name}${orphan ? '?' : ''}`);

describe('spans', () => {
  it('stand under their parents, siblings as they began', () => {
    expect(shapeOf([span('d', 'b', 3), span('c', 'a', 4), span('b', 'a', 1), span('a', undefined, 0)])).toEqual(['a', '-b', '--d', '-c']);
  });

  it('whose parent is not there stand by themselves, with what is under them', () => {
    expect(shapeOf([span('a', undefined, 0), span('c', 'gone', 1), span('d', 'c', 2)])).toEqual(['a', 'c?', '-d']);
  });

  it('that go in circles are shown once, from the first on', () => {
    expect(shapeOf([span('a', 'c', 0), span('b', 'a', 1), span('c', 'b', 2), span('self', 'self', 3)])).toEqual(['a?', '-b', '--c', 'self?']);
  });

  it('with the same id are both shown', () => {
    expect(shapeOf([span('a', undefined, 0), span('a', undefined, 1), span('b', 'a', 2)])).toEqual(['a', '-b', 'a']);
  });

  it('nest as deep as they like', () => {
    const deep = Array.from({ length: 20_000 }, (_, index) => span(`s${index}`, index === 0 ? undefined : `s${index - 1}`, index));
    expect(nestSpans(deep).at(-1)?.depth).toBe(19_999);
  });

  it('are each shown exactly once, whoever their parents are', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '');
    const spans = fc.array(fc.tuple(ids, fc.option(ids, { nil: undefined }), fc.integer()), { maxLength: 30 });
    fc.assert(
      fc.property(spans, (given) => {
        const made = given.map(([id, parent, timestamp]) => span(id, parent, timestamp));
        const nested = nestSpans(made);
        expect(nested).toHaveLength(made.length);
        expect(new Set(nested.map((one) => one.span))).toEqual(new Set(made));
      }),
    );
  });
});

describe('a trace over time', () => {
  it('goes from the first beginning to the last end', () => {
    const { duration, bars } = layOutTrace([span('a', undefined, 1_000, 50), span('b', 'a', 1_010, 100)]);
    expect(duration).toBe(110);
    expect(bars.map(({ offset, duration: length }) => [offset, length])).toEqual([[0, 50], [10, 100]]);
  });

  it('begins with the earliest span, even if that is not the root', () => {
    expect(layOutTrace([span('a', undefined, 1_000, 50), span('b', 'a', 990, 5)]).bars.map(({ offset }) => offset)).toEqual([10, 0]);
  });

  it('stays finite whatever the numbers are', () => {
    const odd = [span('a', undefined, Number.NaN, 5), span('b', 'a', 10, Number.NaN), span('c', 'a', 20, -5), span('d', 'a', 30, Number.POSITIVE_INFINITY)];
    const { duration, bars } = layOutTrace(odd);
    expect(duration).toBe(20);
    for (const { offset, duration: length } of bars) expect([offset >= 0 && offset <= 20, length >= 0 && length <= 20]).toEqual([true, true]);
  });
});
