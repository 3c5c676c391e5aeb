import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Baggage } from '../../src/core/propagation/baggage.ts';
import type { HeadersInput } from '../../src/core/propagation/headers.ts';
import { createPropagation } from '../../src/core/propagation/propagation.ts';
import type { Propagation } from '../../src/core/propagation/propagation.ts';
import type { TraceContext } from '../../src/core/signal.ts';
import type { Propagator } from '../../src/core/tracing/tracing-options.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const half = 'a3ce929d0e0e4736';
const parent = '05e3ac9a4f6e3b90';
const zeros = '0'.repeat(32);
const every: readonly Propagator[] = ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger'];

/** The formats, the complaints, and what becomes of traces whose headers leave the decision open. */
function formats(propagators: readonly Propagator[], isSampled: (traceId: string) => boolean = () => false): Propagation & { readonly said: string[] } {
  const said: string[] = [];
  return { ...createPropagation({ propagators, isSampled, ignored: (what) => said.push(what) }), said };
}

function trace(sampled: boolean, id = traceId, span = spanId): TraceContext {
  return { traceId: id, spanId: span, sampled, traceState: undefined };
}

function baggage(...entries: readonly (readonly [key: string, value: string, metadata?: string])[]): Baggage {
  return entries.map(([key, value, metadata]) => ({ key, value, metadata }));
}

describe('tracecontext', () => {
  const valid = `00-${traceId}-${spanId}-01`;

  it.each([
    ['sampled', { traceparent: valid }, trace(true)],
    ['not sampled', { traceparent: `00-${traceId}-${spanId}-fe` }, trace(false)],
    ['of a later version', { traceparent: `fe-${traceId}-${spanId}-01-more` }, trace(true)],
    ['with its state', { traceparent: valid, tracestate: ['a=1 ', '', ' b=2'] }, { ...trace(true), traceState: 'a=1,b=2' }],
    ['with an empty state', { traceparent: valid, tracestate: ', \t,' }, trace(true)],
  ])('reads a trace %s', (_, headers, expected) => {
    const { extract, said } = formats(['tracecontext']);
    expect(extract(headers)).toEqual({ trace: expected, baggage: undefined });
    expect(said).toEqual([]);
  });

  it.each([
    ['version ff', `ff-${traceId}-${spanId}-01`],
    ['a trace id of zeros', `00-${zeros}-${spanId}-01`],
    ['a span id of zeros', `00-${traceId}-${zeros.slice(16)}-01`],
    ['more than version 00 has', `${valid}-more`],
    ['more flags than there are', `01-${traceId}-${spanId}-011`],
    ['upper case', valid.toUpperCase()],
    ['two different ones', `${valid}, ${valid.replace('4bf9', '5bf9')}`],
    ['100 kB', `01-${traceId}-${spanId}-01-${'0'.repeat(100_000)}`],
  ])('ignores what is malformed: %s', (_, traceparent) => {
    const { extract, said } = formats(['tracecontext']);
    expect(extract({ traceparent, tracestate: 'a=1' }).trace).toBe(undefined);
    expect(said).toEqual(['a malformed traceparent']);
  });
});

describe('b3', () => {
  it.each([
    ['sampled', `${traceId}-${spanId}-1`, trace(true)],
    ['not sampled', `${traceId}-${spanId}-0`, trace(false)],
    ['to be debugged', `${traceId}-${spanId}-d`, trace(true)],
    ['with its parent', `${traceId}-${spanId}-1-${parent}`, trace(true)],
    ['with its parent, undecided', `${traceId}-${spanId}-${parent}`, trace(false)],
    ['with an id of 64 bits', `${half}-${spanId}-1`, trace(true, `0000000000000000${half}`)],
    ['in white space', ` ${traceId}-${spanId}-1\t`, trace(true)],
    ['joined with itself', `${traceId}-${spanId}-1, ${traceId}-${spanId}-1`, trace(true)],
  ])('reads a trace %s', (_, b3, expected) => {
    const { extract, said } = formats(['b3']);
    expect(extract({ b3 })).toEqual({ trace: expected, baggage: undefined });
    expect(said).toEqual([]);
  });

  it.each(['0', '1', 'd'])('reads no trace from a decision alone: %s', (b3) => {
    const { extract, said } = formats(['b3']);
    expect(extract({ b3 }).trace).toBe(undefined);
    expect(said).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['another decision', '2'],
    ['upper case', `${traceId.toUpperCase()}-${spanId}-1`],
    ['no hexadecimal digits', `${'x'.repeat(32)}-${spanId}-1`],
    ['a trace id of zeros', `${zeros}-${spanId}-1`],
    ['a short trace id of zeros', `${zeros.slice(16)}-${spanId}-1`],
    ['a span id of zeros', `${traceId}-${zeros.slice(16)}-1`],
    ['a trace id of 31 digits', `${traceId.slice(1)}-${spanId}-1`],
    ['a span id of 15 digits', `${traceId}-${spanId.slice(1)}-1`],
    ['no span id', `${traceId}-1`],
    ['an unknown decision', `${traceId}-${spanId}-2`],
    ['a parent of 15 digits', `${traceId}-${spanId}-1-${parent.slice(1)}`],
    ['more parts', `${traceId}-${spanId}-1-${parent}-1`],
    ['two different ones', `${traceId}-${spanId}-1,${traceId}-${spanId}-0`],
    ['100 kB', `${traceId}-${spanId}-1-${'0'.repeat(100_000)}`],
  ])('ignores what is malformed: %s', (_, b3) => {
    const { extract, said } = formats(['b3']);
    expect(extract({ b3 }).trace).toBe(undefined);
    expect(said).toEqual(['a malformed b3']);
  });

  it('asks for the decision that is left open', () => {
    const asked: string[] = [];
    const isSampled = (id: string) => asked.push(id) > 0;
    expect(formats(['b3'], isSampled).extract({ b3: `${half}-${spanId}` }).trace?.sampled).toBe(true);
    expect(formats(['b3multi'], isSampled).extract({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId }).trace?.sampled).toBe(true);
    expect(asked).toEqual([`0000000000000000${half}`, traceId]);
  });

  it('writes one header', () => {
    const { inject, fields } = formats(['b3']);
    expect(inject({ trace: trace(true), baggage: undefined })).toEqual({ b3: `${traceId}-${spanId}-1` });
    expect(inject({ trace: trace(false), baggage: undefined })).toEqual({ b3: `${traceId}-${spanId}-0` });
    expect(fields).toEqual(['b3']);
  });
});

describe('b3multi', () => {
  const ids = { 'X-B3-TraceId': traceId, 'X-B3-SpanId': spanId };

  it.each([
    ['sampled', { ...ids, 'X-B3-Sampled': '1' }, trace(true)],
    ['sampled, in a word', { ...ids, 'X-B3-Sampled': 'true' }, trace(true)],
    ['not sampled', { ...ids, 'X-B3-Sampled': '0' }, trace(false)],
    ['not sampled, in a word', { ...ids, 'X-B3-Sampled': 'False' }, trace(false)],
    ['to be debugged', { ...ids, 'X-B3-Flags': '1' }, trace(true)],
    ['to be debugged, whatever else is said', { ...ids, 'X-B3-Flags': '1', 'X-B3-Sampled': '0' }, trace(true)],
    ['of flags that mean nothing', { ...ids, 'X-B3-Flags': '0' }, trace(false)],
    ['with its parent', { ...ids, 'X-B3-Sampled': '1', 'X-B3-ParentSpanId': parent }, trace(true)],
    ['with an id of 64 bits', { ...ids, 'X-B3-TraceId': half, 'X-B3-Sampled': '1' }, trace(true, `0000000000000000${half}`)],
    ['in lower case', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }, trace(true)],
  ])('reads a trace %s', (_, headers, expected) => {
    const { extract, said } = formats(['b3multi']);
    expect(extract(headers)).toEqual({ trace: expected, baggage: undefined });
    expect(said).toEqual([]);
  });

  it('reads no trace from a decision alone', () => {
    const { extract, said } = formats(['b3multi']);
    expect(extract({ 'X-B3-Sampled': '0' }).trace).toBe(undefined);
    expect(said).toEqual([]);
  });

  it.each([
    ['no span id', { 'X-B3-TraceId': traceId }],
    ['no trace id', { 'X-B3-SpanId': spanId }],
    ['upper case', { ...ids, 'X-B3-TraceId': traceId.toUpperCase() }],
    ['a trace id of zeros', { ...ids, 'X-B3-TraceId': zeros }],
    ['a span id of zeros', { ...ids, 'X-B3-SpanId': zeros.slice(16) }],
    ['a trace id of 33 digits', { ...ids, 'X-B3-TraceId': `0${traceId}` }],
    ['a decision in the span id', { ...ids, 'X-B3-SpanId': `${spanId}-1` }],
    ['all in the trace id', { 'X-B3-TraceId': `${traceId}-${spanId}-1`, 'X-B3-SpanId': spanId }],
    ['two different span ids', { ...ids, 'X-B3-SpanId': [spanId, parent] }],
    ['100 kB', { ...ids, 'X-B3-TraceId': '1'.repeat(100_000) }],
  ])('ignores what is malformed: %s', (_, headers) => {
    const { extract, said } = formats(['b3multi']);
    expect(extract(headers).trace).toBe(undefined);
    expect(said).toEqual(['a malformed x-b3-traceid or x-b3-spanid']);
  });

  it('takes a malformed decision for one left open', () => {
    const { extract, said } = formats(['b3multi'], () => true);
    expect(extract({ ...ids, 'X-B3-Sampled': 'maybe' }).trace).toEqual(trace(true));
    expect(said).toEqual(['a malformed x-b3-sampled']);
  });

  it('writes three headers, and knows which others would contradict them', () => {
    const { inject, fields } = formats(['b3multi']);
    const written = { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' };
    expect(inject({ trace: trace(true), baggage: undefined })).toEqual(written);
    expect(fields).toEqual([...Object.keys(written), 'x-b3-parentspanid', 'x-b3-flags']);
  });
});

describe('both forms of b3', () => {
  const single = { b3: `${traceId}-${spanId}-1` };
  const multi = { 'x-b3-traceid': half, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' };

  it.each(['b3', 'b3multi'] as const)('are read by %s, the single one first', (name) => {
    const { extract } = formats([name]);
    expect(extract(multi).trace?.traceId).toBe(`0000000000000000${half}`);
    expect(extract({ ...multi, ...single }).trace?.traceId).toBe(traceId);
    expect(extract({ ...multi, b3: 'malformed' }).trace?.traceId).toBe(`0000000000000000${half}`);
  });

  it('are complained about once', () => {
    const { extract, said } = formats(['b3', 'b3multi']);
    extract({ b3: 'malformed', 'x-b3-traceid': 'malformed' });
    expect(said).toEqual(['a malformed b3', 'a malformed x-b3-traceid or x-b3-spanid']);
  });
});

describe('jaeger', () => {
  it.each([
    ['sampled', `${traceId}:${spanId}:0:1`, trace(true)],
    ['not sampled', `${traceId}:${spanId}:0:0`, trace(false)],
    ['of two digits of flags', `${traceId}:${spanId}:0:01`, trace(true)],
    ['to be debugged', `${traceId}:${spanId}:0:3`, trace(true)],
    ['of other flags', `${traceId}:${spanId}:0:08`, trace(false)],
    ['with its parent', `${traceId}:${spanId}:${parent}:1`, trace(true)],
    ['of short ids', 'deadbeef:beef:0:1', trace(true, `${'0'.repeat(24)}deadbeef`, `${'0'.repeat(12)}beef`)],
    ['in upper case', `${traceId.toUpperCase()}:${spanId.toUpperCase()}:0:1`, trace(true)],
    ['encoded for a URL', `${traceId}%3A${spanId}%3a0%3A1`, trace(true)],
  ])('reads a trace %s', (_, value, expected) => {
    const { extract, said } = formats(['jaeger']);
    expect(extract({ 'uber-trace-id': value })).toEqual({ trace: expected, baggage: undefined });
    expect(said).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['a trace id of zeros', `0:${spanId}:0:1`],
    ['a long trace id of zeros', `${zeros}:${spanId}:0:1`],
    ['a span id of zeros', `${traceId}:0:0:1`],
    ['a trace id of 33 digits', `1${traceId}:${spanId}:0:1`],
    ['a span id of 17 digits', `${traceId}:1${spanId}:0:1`],
    ['no flags', `${traceId}:${spanId}:0`],
    ['long flags', `${traceId}:${spanId}:0:001`],
    ['more parts', `${traceId}:${spanId}:0:1:1`],
    ['no hexadecimal digits', `xyz:${spanId}:0:1`],
    ['half of an encoding', `${traceId}%3${spanId}:0:1`],
    ['what cannot be decoded', '%'],
    ['two different ones', `${traceId}:${spanId}:0:1, ${traceId}:${spanId}:0:0`],
    ['100 kB', `${'0'.repeat(100_000)}1:${spanId}:0:1`],
  ])('ignores what is malformed: %s', (_, value) => {
    const { extract, said } = formats(['jaeger']);
    expect(extract({ 'uber-trace-id': value }).trace).toBe(undefined);
    expect(said).toEqual(['a malformed uber-trace-id']);
  });

  it('reads baggage, with or without a trace', () => {
    const { extract, said } = formats(['jaeger']);
    const headers = { 'uberctx-user': ['al%20ice'], 'Uberctx-Plan': 'a+b%2Bc', 'uberctx-empty': '', 'x-uberctx-other': '1' };
    expect(extract(headers)).toEqual({ trace: undefined, baggage: baggage(['user', 'al ice'], ['Plan', 'a b+c'], ['empty', '']) });
    expect(said).toEqual([]);
  });

  it('ignores malformed baggage, and more of it than fits', () => {
    const { extract, said } = formats(['jaeger']);
    expect(extract({ 'uberctx-a b': '1', 'uberctx-b': 'ä', 'uberctx-': '1', 'uberctx-c': '%ff', 'uberctx-d': 'x\r\n' }).baggage).toEqual(baggage(['c', '\ufffd']));
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`uberctx-k${index}`, 'v']));
    expect(extract(many).baggage?.length).toBe(64);
    expect(said).toEqual(['a malformed member of baggage', 'baggage beyond 64 members or 8192 bytes']);
  });

  it('writes what it reads', () => {
    const { inject, extract } = formats(['jaeger']);
    const carried = { trace: trace(true), baggage: baggage(['user', 'älice + bob'], ['__proto__', '1']) };
    const headers = inject(carried);
    expect(headers).toEqual({
      'uber-trace-id': `${traceId}:${spanId}:0:1`,
      'uberctx-user': '%C3%A4lice%20%2B%20bob',
      'uberctx-__proto__': '1',
    });
    expect(extract(headers)).toEqual(carried);
  });
});

describe('baggage', () => {
  it('is decoded, with its properties', () => {
    const { extract } = formats(['baggage']);
    expect(extract({ baggage: 'user=al%20ice;secret;ttl=5,__proto__=%E2%98%95' })).toEqual({
      trace: undefined,
      baggage: baggage(['user', 'al ice', 'secret;ttl=5'], ['__proto__', '☕']),
    });
  });

  it('of empty members is none, and nothing to complain of', () => {
    const { extract, said } = formats(['baggage']);
    for (const empty of ['', ' ', ' ,\t, ']) expect(extract({ baggage: empty }).baggage).toBe(undefined);
    expect(extract({ baggage: ',a=1,' }).baggage).toEqual(baggage(['a', '1']));
    expect(said).toEqual([]);
  });

  it.each(['a', '=1', 'a=1;', 'a=1;"p"', 'a=1;p q', 'a="1"', 'a=\u00e4', 'a b=1', 'a=1\r\n'])('loses a malformed member alone: %s', (member) => {
    const { extract, said } = formats(['baggage']);
    expect(extract({ baggage: `b=2,${member},c=3` }).baggage).toEqual(baggage(['b', '2'], ['c', '3']));
    expect(said).toEqual(['a malformed member of baggage']);
  });

  it('is frozen', () => {
    const { baggage: found } = formats(['baggage']).extract({ baggage: 'a=1' });
    expect([Object.isFrozen(found), Object.isFrozen(found?.[0])]).toEqual([true, true]);
  });

  it('is written only where a header can hold it', () => {
    const { inject, said } = formats(['baggage', 'jaeger']);
    const given = baggage(['a b', '1'], ['c\r\nx', '1'], ['d', '1', 'p\r\nx: y'], ['', '1'], ['e', 'x\r\ny, ä \ud83d']);
    const foreign = [{ key: 'f', value: 7, metadata: undefined }, { key: 8, value: '1', metadata: {} }] as unknown as Baggage;
    expect(inject({ trace: undefined, baggage: [...given, ...foreign] })).toEqual({
      baggage: 'e=x%0D%0Ay%2C%20%C3%A4%20%EF%BF%BD',
      'uberctx-d': '1',
      'uberctx-e': 'x%0D%0Ay%2C%20%C3%A4%20%EF%BF%BD',
    });
    expect(said).toEqual(['a malformed member of baggage', 'a malformed member of baggage']);
  });

  it('is written up to what everyone can carry', () => {
    const { inject, said } = formats(['baggage']);
    const written = inject({ trace: undefined, baggage: baggage(['a', 'x'.repeat(4_000)], ['b', ' '.repeat(1_500)], ['c', '1']) });
    expect(written['baggage']).toBe(`a=${'x'.repeat(4_000)}`);
    expect(said).toEqual(['baggage beyond 64 members or 8192 bytes']);
  });

  it('comes out as it went in', () => {
    const { inject, extract } = formats(['baggage']);
    const key = fc.stringMatching(/^[\w!#$%&'*+.^`|~-]{1,20}$/);
    const entry = fc.record({ key, value: fc.string({ unit: 'grapheme', maxLength: 40 }), metadata: fc.constantFrom(undefined, 'p', 'p;q=1') });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 10 }), (entries) => {
        expect(extract(inject({ trace: undefined, baggage: entries })).baggage).toEqual(entries);
      }),
    );
  });
});

describe('several formats', () => {
  const other = '1'.repeat(32);
  const headers = {
    traceparent: `00-${traceId}-${spanId}-01`,
    b3: `${other}-${spanId}-0`,
    'uber-trace-id': `${half}:${spanId}:0:1`,
    baggage: 'from=w3c',
    'uberctx-from': 'jaeger',
  };

  it.each([
    [['tracecontext', 'b3', 'jaeger'], traceId],
    [['b3', 'tracecontext', 'jaeger'], other],
    [['jaeger', 'b3', 'tracecontext'], `0000000000000000${half}`],
    [['baggage', 'b3'], other],
  ] as const)('%s are read in their order', (propagators, expected) => {
    expect(formats(propagators).extract(headers).trace?.traceId).toBe(expected);
  });

  it('take the first valid trace, not the first there is', () => {
    const { extract, said } = formats(['tracecontext', 'b3']);
    expect(extract({ ...headers, traceparent: 'malformed' }).trace?.traceId).toBe(other);
    expect(said).toEqual(['a malformed traceparent']);
  });

  it('take the first baggage there is, apart from the trace', () => {
    expect(formats(['b3', 'jaeger', 'baggage']).extract(headers).baggage).toEqual(baggage(['from', 'jaeger']));
    expect(formats(['baggage', 'jaeger']).extract(headers).baggage).toEqual(baggage(['from', 'w3c']));
    expect(formats(['jaeger', 'baggage']).extract({ baggage: 'a=1' }).baggage).toEqual(baggage(['a', '1']));
  });

  it('are all written, each once, into a fresh object', () => {
    const { inject, fields } = formats([...every, 'b3']);
    const carried = { trace: { ...trace(true), traceState: 'a=1' }, baggage: baggage(['k', 'v']) };
    const written = inject(carried);
    expect(written).toEqual({
      traceparent: `00-${traceId}-${spanId}-01`,
      tracestate: 'a=1',
      baggage: 'k=v',
      b3: `${traceId}-${spanId}-1`,
      'x-b3-traceid': traceId,
      'x-b3-spanid': spanId,
      'x-b3-sampled': '1',
      'uber-trace-id': `${traceId}:${spanId}:0:1`,
      'uberctx-k': 'v',
    });
    expect(inject(carried)).not.toBe(written);
    expect(new Set(fields).size).toBe(fields.length);
  });

  it('without any nothing is read or written', () => {
    const { extract, inject, fields } = formats([]);
    expect([extract(headers), inject({ trace: trace(true), baggage: baggage(['k', 'v']) }), fields]).toEqual([{ trace: undefined, baggage: undefined }, {}, []]);
  });

  it('write nothing of nothing', () => {
    expect(formats(every).inject({ trace: undefined, baggage: undefined })).toEqual({});
  });
});

describe('headers', () => {
  const traceparent = `00-${traceId}-${spanId}-01`;
  const b3 = `${traceId}-${spanId}-1`;
  const carried = { trace: trace(true), baggage: baggage(['a', '1'], ['b', '2']) };
  const lists = ['a=1', 'b=2'];

  const shapes: readonly (readonly [string, () => unknown])[] = [
    ['a plain object', () => ({ traceparent, baggage: 'a=1,b=2' })],
    ['of other case', () => ({ TraceParent: traceparent, BAGGAGE: 'a=1,b=2' })],
    ['of values in lists', () => ({ traceparent: [traceparent], baggage: lists })],
    ['without prototype, as Node has them', () => Object.assign(Object.create(null), { host: 'x', traceparent, baggage: 'a=1, b=2' })],
    ['as Headers', () => new Headers({ traceparent, baggage: 'a=1,b=2' })],
    ['as a Map', () => new Map<string, unknown>([['Traceparent', traceparent], ['baggage', lists]])],
    ['as pairs', () => [['traceparent', traceparent], ['baggage', 'a=1'], ['Baggage', 'b=2']]],
    ['that can be iterated once', () => new Map([['traceparent', traceparent], ['baggage', 'a=1,b=2']]).entries()],
    ['among what is none', () => [7, null, 'x', [], [7], [null, 1], ['traceparent', traceparent], ['baggage', 'a=1,b=2']]],
    ['with undefined', () => ({ tracestate: undefined, traceparent, baggage: lists })],
    ['twice the same', () => [['traceparent', traceparent], ['Traceparent', traceparent], ['baggage', 'a=1,b=2']]],
    ['twice the same, joined', () => ({ traceparent: `${traceparent}, ${traceparent}`, baggage: 'a=1,b=2' })],
  ];

  it.each(shapes)('are read %s', (_, headers) => {
    const { extract, said } = formats(['tracecontext', 'baggage']);
    expect(extract(headers() as HeadersInput)).toEqual(carried);
    expect(said).toEqual([]);
  });

  it.each([undefined, null, 7, 'traceparent', [], {}, new Map(), Symbol('x'), () => undefined])('are none: %s', (headers) => {
    const { extract, said } = formats(every);
    expect(extract(headers as never)).toEqual({ trace: undefined, baggage: undefined });
    expect(said).toEqual([]);
  });

  it('are the own ones of an object', () => {
    const { extract } = formats(every);
    expect(extract(Object.create({ traceparent, b3, baggage: 'a=1' }) as HeadersInput)).toEqual({ trace: undefined, baggage: undefined });
  });

  const broken = (): never => {
    throw new Error('broken');
  };
  const proxy = new Proxy({}, { get: broken, has: broken, ownKeys: broken, getPrototypeOf: broken, getOwnPropertyDescriptor: broken });

  it.each([
    ['a Proxy', proxy],
    ['a Proxy of a list', new Proxy([], { get: broken })],
    ['getters', Object.defineProperty({}, 'traceparent', { get: broken, enumerable: true })],
    ['getters without prototype', Object.defineProperty(Object.create(null), 'traceparent', { get: broken, enumerable: true })],
    ['an iterator', { [Symbol.iterator]: broken }],
  ])('that throw are ignored, and said once: %s', (_, headers) => {
    const { extract, said } = formats(every);
    expect(extract(headers as never)).toEqual({ trace: undefined, baggage: undefined });
    expect(said).toEqual(['headers that cannot be read']);
  });

  it.each([7, null, {}, Symbol('x'), proxy, () => b3, new String(b3)])('whose value is no text are malformed', (value) => {
    const { extract, said } = formats(['tracecontext', 'baggage', 'b3', 'jaeger']);
    const headers = { traceparent: value, baggage: value, b3: value, 'uber-trace-id': value };
    expect(extract(headers as never)).toEqual({ trace: undefined, baggage: undefined });
    expect(said).toEqual(['a malformed traceparent', 'a malformed b3', 'a malformed uber-trace-id', 'a malformed member of baggage']);
  });

  it('whose tracestate is no text lose that alone', () => {
    const { extract, said } = formats(['tracecontext']);
    expect(extract({ traceparent, tracestate: ['a=1', Symbol('x')] } as never).trace).toEqual(trace(true));
    expect(said).toEqual(['a malformed tracestate']);
  });
});

describe('a megabyte', () => {
  const million = 1_048_576;
  const rows: readonly (readonly [string, string])[] = [
    ['of one letter', 'a'.repeat(million)],
    ['of zeros', '0'.repeat(million)],
    ['of spaces', ' '.repeat(million)],
    ['of spaces between letters', `a${' '.repeat(million)}a`],
    ['of spaces before an equals sign', `a${' '.repeat(million)}=1`],
    ['of spaces behind an equals sign', `a=${' '.repeat(million)}\u0000`],
    ['of tabs and spaces', '\t '.repeat(million / 2)],
    ['of commas', ','.repeat(million)],
    ['of commas and spaces', ', '.repeat(million / 2)],
    ['of semicolons', `a=1${';'.repeat(million)}`],
    ['of properties', `a=1${'; b = '.repeat(million / 6)}"`],
    ['of properties and spaces', `a=1${`;b=${' '.repeat(1_000)}`.repeat(million / 1_003)}"`],
    ['of members', 'a=1,'.repeat(million / 4)],
    ['of malformed members', 'a,'.repeat(million / 2)],
    ['of equals signs', `a${'='.repeat(million)}`],
    ['of percent signs', `a=${'%'.repeat(million)}`],
    ['of encoded bytes', `a=${'%ff'.repeat(million / 3)}`],
    ['of encoded colons', '%3A'.repeat(million / 3)],
    ['of dashes', '-'.repeat(million)],
    ['of a trace that goes on', `01-${traceId}-${spanId}-01-${'x'.repeat(million)}`],
    ['of traces', `${traceId}-${spanId}-1,`.repeat(20_000)],
  ];

  it.each(rows)('%s takes no time', (_, value) => {
    const { extract, inject } = formats(every);
    const names = ['traceparent', 'tracestate', 'baggage', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags', 'uber-trace-id', 'uberctx-a'];
    // Of the processor: the machine may have other work.
    const before = process.cpuUsage();
    const carried = extract({ ...Object.fromEntries(names.map((name) => [name, value])), traceparent: value });
    extract({ traceparent: `00-${traceId}-${spanId}-01`, tracestate: value });
    const written = inject({ ...carried, baggage: baggage([value, value], ['a', value], ['b', '1', value]) });
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
    expect(carried.trace).toBe(undefined);
    expect(Object.values(written).every((header) => header.length <= 8_192)).toBe(true);
  }, 60_000);
});

describe('whatever comes in', () => {
  it('what goes out can be a header, and is read the same', () => {
    const nasty = fc.constantFrom('\r', '\n', '\0', ' ', '\t', ',', ';', '=', '%', '"', '\\', 'ä', '☕', '\ud83d', 'a', '0', '-', ':', '%0d', traceId, spanId, '1');
    const text = fc.oneof(fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join('')), fc.string({ unit: 'binary' }));
    const dash = fc.constantFrom(`00-${traceId}-${spanId}-01`, `${traceId}-${spanId}-1`, `${traceId}:${spanId}:0:1`);
    const names = ['traceparent', 'tracestate', 'baggage', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags', 'uber-trace-id', 'uberctx-a'];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(text, dash)), { maxLength: 8 }), (headers) => {
        const { extract, inject } = formats(every);
        const carried = extract(headers);
        const written = inject(carried);
        // Throws for what may not be in a header.
        expect([...new Headers(written)].length).toBe(Object.keys(written).length);
        for (const value of Object.values(written)) expect(value).toMatch(/^[\t -~]*$/);
        expect(extract(written)).toEqual(carried);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
