import { describe, expect, it } from 'vitest';
import { createTrail } from '../../../src/core/errors/trail.ts';
import type { Trail } from '../../../src/core/errors/trail.ts';
import type { Breadcrumb, Signal, TraceContext } from '../../../src/core/signal.ts';
import { estimateSize } from '../../../src/core/signal-size.ts';
import { errorSignal, logSignal, metricSignal, profileSignal, requestSignal, responseSignal, spanSignal, traceOf } from '../../helpers/signals.ts';

interface Bench {
  readonly trail: Trail;
  record(...signals: readonly Signal[]): void;
  messages(trace?: TraceContext): readonly string[];
}

function setUp({ most = 50, enabled = true, sessionId }: { readonly most?: number; readonly enabled?: boolean; readonly sessionId?: string } = {}): Bench {
  const settings = { enabled, maxBreadcrumbs: most };
  const trail = createTrail({ settings: () => settings, sessionId: () => sessionId });
  return {
    trail,
    record(...signals) {
      for (const signal of signals) trail.record(signal, estimateSize(signal));
    },
    messages: (trace) => trail.leadingTo(trace).map(({ message }) => message),
  };
}

function step(message: string, fields: Partial<Breadcrumb> = {}): Breadcrumb {
  return { category: 'manual', message, timestamp: 1_700_000_000_000, level: 'info', attributes: {}, ...fields };
}

const log = (message: string, trace?: TraceContext, timestamp = 1_700_000_000_000): Signal => logSignal({ message, trace, timestamp });

describe('a breadcrumb', () => {
  it.each<[string, Signal, Partial<Breadcrumb>]>([
    ['a log', logSignal({ level: 'warn' }), { category: 'log', message: 'order placed', level: 'warn', attributes: {} }],
    ['a call of the console', logSignal({ name: 'console' }), { category: 'console', message: 'order placed' }],
    [
      'a response',
      responseSignal({ path: '/orders?token=1', statusCode: 404 }),
      {
        category: 'http',
        message: 'GET /orders 404',
        level: 'warn',
        timestamp: 1_700_000_000_010,
        attributes: { 'http.request.method': 'GET', 'url.path': '/orders', 'http.response.status_code': 404, 'arkhe.status': 'success', 'arkhe.duration_ms': 10 },
      },
    ],
    [
      'a response from elsewhere',
      responseSignal({ side: 'client', path: 'https://api.example.com/orders#top', status: 'abandoned', statusCode: undefined }),
      { category: 'http', message: 'GET https://api.example.com/orders abandoned', level: 'error', attributes: expect.objectContaining({ 'url.full': 'https://api.example.com/orders' }) },
    ],
    ['a request without a response', requestSignal(), { category: 'http', message: 'GET /orders began', timestamp: 1_700_000_000_000, attributes: { 'http.request.method': 'GET', 'url.path': '/orders' } }],
    [
      'a span',
      spanSignal({ parentSpanId: '1111111111111111', spanKind: 'client', status: { code: 'error', message: 'no route' } }),
      { category: 'span', message: 'work: no route', level: 'error', timestamp: 1_700_000_000_010, attributes: { 'span.kind': 'client', 'otel.status_code': 'ERROR', 'arkhe.duration_ms': 10 } },
    ],
    ['an earlier error', errorSignal({ level: 'fatal' }), { category: 'error', message: 'TypeError: x is not a function', level: 'fatal', attributes: { 'log.record.uid': '0123456789abcdef0123456789abcdef' } }],
  ])('of %s', (_, signal, expected) => {
    const { trail, record } = setUp();
    record(signal);
    expect(trail.leadingTo(signal.trace)).toEqual([expect.objectContaining(expected)]);
  });

  it('comes of nothing that is measured', () => {
    const { trail } = setUp();
    expect([profileSignal(), metricSignal(), logSignal(), requestSignal()].map(({ kind }) => trail.wants(kind))).toEqual([false, false, true, true]);
  });

  it('is one for a request, its response and its span', () => {
    const { record, messages } = setUp();
    const trace = traceOf(1, '1111111111111111');
    record(
      requestSignal({ trace, requestId: 'a' }),
      spanSignal({ trace: traceOf(1, '2222222222222222'), name: 'inner', parentSpanId: trace.spanId, timestamp: 1_700_000_000_001 }),
      responseSignal({ trace, requestId: 'a' }),
      spanSignal({ trace, spanKind: 'server', name: 'GET' }),
      requestSignal({ trace, requestId: 'b', timestamp: 1_700_000_000_020 }),
    );
    expect(messages(trace)).toEqual(['GET /orders 200', 'inner', 'GET /orders began']);
  });

  it('has at most 256 characters of message, wherever it comes from', () => {
    const { trail, record } = setUp();
    record(log('x'.repeat(4_000)), responseSignal({ path: `/${'x'.repeat(4_000)}` }), log('y'.repeat(257)));
    trail.add(step('z'.repeat(1_000)), undefined);
    const crumbs = trail.leadingTo(undefined);
    expect(crumbs).toHaveLength(4);
    for (const { message, attributes } of crumbs) for (const text of [message, String(attributes['url.path'])]) expect(text.length).toBeLessThanOrEqual(256);
  });

  it('is left out for what is not what its kind says, which disturbs nothing', () => {
    const { record, messages } = setUp();
    const broken = ['span', 'response', 'request', 'log', 'error'].map((kind) => ({ kind, name: 'broken', timestamp: 1, attributes: {} }) as unknown as Signal);
    record(...broken, ...broken.map((signal) => ({ ...signal, attributes: { large: 'x'.repeat(9_000) } })), log('fine'));
    expect(messages()).toContain('fine');
    expect(messages()).not.toContain('broken');
  });
});

describe('a trail', () => {
  it('has what is of the trace and of none, by time, and nothing of others', () => {
    const { trail, record, messages } = setUp();
    record(log('first', traceOf(1), 1), log('second', undefined, 2), log('elsewhere', traceOf(2), 3), log('fourth', traceOf(1), 5));
    trail.add(step('third', { timestamp: 4 }), traceOf(1));
    expect(messages(traceOf(1))).toEqual(['first', 'second', 'third', 'fourth']);
    expect(messages(traceOf(3))).toEqual(['second']);
    expect(messages()).toEqual(['second']);
  });

  it('of a page is that of its session, whatever the traces are', () => {
    const { record, messages } = setUp({ sessionId: 'a'.repeat(32) });
    record(log('one', traceOf(1)), spanSignal({ name: 'two', trace: traceOf(2) }), log('three'));
    expect(messages(traceOf(3))).toEqual(['one', 'three', 'two']);
  });

  it('has the last of them, as many as are wanted', () => {
    const { record, messages } = setUp({ most: 2 });
    record(log('a'), log('b', traceOf(1)), log('c', traceOf(1)), log('d', traceOf(1)));
    expect(messages(traceOf(1))).toEqual(['c', 'd']);
  });

  it('does not lose half of what is wanted to requests that have their response', () => {
    const { record, messages } = setUp({ most: 10 });
    for (let index = 0; index < 20; index += 1) record(requestSignal({ requestId: `${index}` }), responseSignal({ requestId: `${index}` }));
    expect(messages()).toHaveLength(10);
  });

  it('has at most 32 KiB in all, the latest, and what is too large alone with short attributes', () => {
    const { trail } = setUp({ most: 1_000 });
    trail.add(step('large', { attributes: { text: 'x'.repeat(30_000) } }), undefined);
    for (let index = 0; index < 300; index += 1) trail.add(step(`${index} ${'x'.repeat(200)}`), undefined);
    const many = trail.leadingTo(undefined);
    expect(JSON.stringify(many).length).toBeGreaterThan(16_384);
    expect(JSON.stringify(many).length).toBeLessThan(34_000);
    expect(many.at(-1)?.message).toMatch(/^299 /);
    const other = setUp().trail;
    other.add(step('small'), undefined);
    other.add(step('large', { attributes: { text: 'x'.repeat(60_000) } }), undefined);
    expect(other.leadingTo(undefined)).toEqual([step('small'), step('large', { attributes: { text: `${'x'.repeat(228)}…[60000 characters]` } })]);
  });

  it('leaves out the error that asks, when it is a repetition', () => {
    const { trail, record } = setUp();
    record(errorSignal({ eventId: 'mine' }), errorSignal({ eventId: 'other', name: 'RangeError', error: { type: 'RangeError', message: 'far' } }));
    expect(trail.leadingTo(undefined, (eventId) => eventId === 'mine').map(({ message }) => message)).toEqual(['RangeError: far']);
  });

  it('is empty, and records nothing, when none is wanted', () => {
    const { trail, messages } = setUp({ most: 0 });
    expect(trail.wants('log')).toBe(false);
    trail.add(step('none'), undefined);
    expect(messages()).toEqual([]);
    expect(setUp({ enabled: false }).trail.wants('log')).toBe(false);
  });
});

describe('what a trail remembers', () => {
  it('outlives the end of its trace, of the last hundred that ended', () => {
    const { record, messages } = setUp();
    const end = (number: number): void => record(log(`in ${number}`, traceOf(number)), spanSignal({ name: `end ${number}`, trace: traceOf(number) }));
    end(1);
    record(log('still open', traceOf(2)));
    for (let number = 3; number < 102; number += 1) end(number);
    expect(messages(traceOf(1))).toEqual(['in 1', 'end 1']);
    end(102);
    expect(messages(traceOf(1))).toEqual([]);
    expect(messages(traceOf(2))).toEqual(['still open']);
  });

  it('is nothing of a trace that was one span', () => {
    const { record, messages } = setUp();
    record(spanSignal({ trace: traceOf(1) }));
    expect(messages(traceOf(1))).toEqual([]);
  });

  it('is what is open, and not what is over, however many come and go', () => {
    const { record, messages } = setUp();
    record(log('open', traceOf(0)));
    for (let number = 1; number < 5_000; number += 1) record(log('x', traceOf(number)), spanSignal({ trace: traceOf(number) }));
    expect(messages(traceOf(0))).toEqual(['open']);
  });

  it('is what is open longest, and not what has ended, where traces share a set', () => {
    const { record, messages } = setUp();
    // The end of the id says which set.
    const sharing = (number: number): TraceContext => ({ traceId: `${number}`.padEnd(32, 'a'), spanId: '1'.repeat(16), sampled: true });
    for (let number = 0; number < 8; number += 1) record(log(`in ${number}`, sharing(number)));
    record(spanSignal({ trace: sharing(5) }), log('one more', sharing(8)));
    expect(messages(sharing(5))).toEqual([]);
    expect(messages(sharing(0))).toEqual(['in 0']);
    record(log('and another', sharing(9)));
    expect(messages(sharing(0))).toEqual([]);
    expect(messages(sharing(8))).toEqual(['one more']);
  });

  it('is what a breadcrumb needs of a large signal, and not its body', () => {
    const { record, messages } = setUp({ most: 50 });
    for (let index = 0; index < 60; index += 1) record(responseSignal({ requestId: `${index}`, data: 'x'.repeat(60_000) }));
    expect(messages()).toHaveLength(50);
  });

  it('does not grow with traces that never end', () => {
    const { record, messages } = setUp();
    for (let number = 0; number < 5_000; number += 1) record(log('x', traceOf(number)));
    const remembered = Array.from({ length: 5_000 }, (_, number) => messages(traceOf(number)).length).reduce((sum, count) => sum + count, 0);
    expect(remembered).toBeGreaterThan(500);
    expect(remembered).toBeLessThanOrEqual(1_024);
    expect(messages(traceOf(4_999))).toEqual(['x']);
  });

  it('is bounded in bytes: large signals are cut, and the older traces go', () => {
    const held: Signal[] = [];
    const { trail, record, messages } = setUp({ most: 100 });
    for (let number = 0; number < 400; number += 1) {
      for (let index = 0; index < 20; index += 1) {
        const signal = logSignal({ message: `${number}`, trace: traceOf(number), context: { body: 'x'.repeat(1_000) } });
        expect(estimateSize(signal)).toBeGreaterThan(2_000);
        trail.record(signal, estimateSize(signal));
        held.push(signal);
      }
    }
    const remembered = Array.from({ length: 400 }, (_, number) => messages(traceOf(number)).length).reduce((sum, count) => sum + count, 0);
    expect(remembered * estimateSize(held[0]!)).toBeLessThanOrEqual(4_194_304);
    expect(remembered * estimateSize(held[0]!)).toBeGreaterThan(1_500_000);
    expect(messages(traceOf(399))).toHaveLength(20);
    record(logSignal({ message: 'with a large context', context: 'x'.repeat(60_000), trace: traceOf(399) }));
    expect(messages(traceOf(399)).at(-1)).toBe('with a large context');
  });

  it('is bounded in bytes where there is no trace', () => {
    const { trail, messages } = setUp({ most: 100_000 });
    for (let index = 0; index < 1_000; index += 1) trail.record(logSignal({ message: 'm', context: 'x' }), 4_000);
    expect(messages().length).toBeLessThanOrEqual(524_288 / 4_000);
  });
});
