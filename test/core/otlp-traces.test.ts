import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, SpanSignal } from '../../src/core/signal.ts';
import { protocols, recordedOtlp } from '../helpers/recorded-otlp.ts';
import { spanSignal, traceOf } from '../helpers/signals.ts';

const resource = { 'service.name': 'shop', 'host.arch': 'x64', tags: ['a', 'b'] };

describe.each(protocols)('a span over %s', (protocol) => {
  const decoded = async (fields: Partial<SpanSignal>, given: Attributes = resource) => {
    const spans = await recordedOtlp({ protocol, resource: given }).spans(spanSignal(fields));
    expect(spans).toHaveLength(1);
    return spans[0]!;
  };

  it('carries its identity, name, kind and status', async () => {
    const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };
    const span = await decoded({ trace, parentSpanId: 'b9c7c989f97918e1', name: 'pay ☕', spanKind: 'client', status: { code: 'error', message: 'no funds' } });
    expect(span).toMatchObject({
      traceId: trace.traceId,
      spanId: trace.spanId,
      parentSpanId: 'b9c7c989f97918e1',
      name: 'pay ☕',
      kind: 3,
      status: { code: 2, message: 'no funds' },
    });
  });

  it.each([
    ['internal', 1],
    ['server', 2],
    ['client', 3],
    ['producer', 4],
    ['consumer', 5],
    ['nonsense', 0],
  ] as const)('of the kind %s is OTLP\'s kind %i', async (spanKind, kind) => {
    expect((await decoded({ spanKind: spanKind as SpanSignal['spanKind'] })).kind).toBe(kind);
  });

  it.each([
    ['unset', 0],
    ['ok', 1],
    ['error', 2],
  ] as const)('of the status %s has OTLP\'s status %i', async (code, expected) => {
    expect((await decoded({ status: { code } })).status).toEqual({ code: expected, message: '' });
  });

  it('says whether its parent is of another process', async () => {
    const parentSpanId = 'b9c7c989f97918e1';
    expect((await decoded({ parentSpanId, parentIsRemote: true })).flags).toBe(0x301);
    expect((await decoded({ parentSpanId })).flags).toBe(0x101);
    expect((await decoded({})).parentSpanId).toBe('');
  });

  it('carries the state of its trace', async () => {
    const trace = { ...traceOf(1), traceState: 'vendor=1,other=2' };
    expect((await decoded({ trace })).traceState).toBe('vendor=1,other=2');
    expect((await decoded({ links: [trace] })).links[0]?.traceState).toBe('vendor=1,other=2');
  });

  it('carries its events and links in order', async () => {
    const events = [
      { name: 'cache.miss', timestamp: 1_700_000_000_001.5, attributes: { key: 'user:42', tries: 2, ...resource } },
      { name: 'retry', timestamp: 1_700_000_000_002, attributes: { 'arkhe.attributes_dropped': 3 } },
    ];
    const links = [traceOf(7, 'aaaaaaaaaaaaaaaa'), { ...traceOf(8, 'bbbbbbbbbbbbbbbb'), sampled: false }];
    const span = await decoded({ events, links });
    expect(span.events).toEqual([
      { name: 'cache.miss', timeUnixNano: '1700000000001500000', attributes: { key: 'user:42', tries: 2, ...resource }, droppedAttributesCount: 0 },
      { name: 'retry', timeUnixNano: '1700000000002000000', attributes: {}, droppedAttributesCount: 3 },
    ]);
    expect(span.links.map(({ traceId, spanId, flags }) => [traceId, spanId, flags & 0xff])).toEqual([
      [traceOf(7).traceId, 'aaaaaaaaaaaaaaaa', 1],
      [traceOf(8).traceId, 'bbbbbbbbbbbbbbbb', 0],
    ]);
  });

  it('leaves out a link that leads nowhere, and counts it', async () => {
    const span = await decoded({ links: [{ traceId: 'x', spanId: 'y', sampled: true }, traceOf(7)] });
    expect([span.links.length, span.droppedLinksCount]).toEqual([1, 1]);
  });

  it('began and ended to the nanosecond', async () => {
    const span = await decoded({ timestamp: 1_700_000_000_123.25, duration: 1_234.567891 });
    expect(span.startTimeUnixNano).toBe('1700000000123250000');
    expect(span.endTimeUnixNano).toBe('1700000001357817891');
  });

  it.each([Number.NaN, -5, Number.POSITIVE_INFINITY, 1e13, 1e300])('of the time %s is still one', async (time) => {
    const span = await decoded({ timestamp: time, duration: time });
    expect([span.startTimeUnixNano, span.endTimeUnixNano]).toEqual(['0', '0']);
  });

  it('carries its own attributes, its session and its request', async () => {
    const attributes = { text: 'a', whole: 42, part: 0.5, yes: true, no: false, list: ['a', 'b'], numbers: [1, 2.5], '': 'empty', __proto__: null };
    const span = await decoded({ attributes: attributes as never, sessionId: 'f'.repeat(32), requestId: 'req-1' });
    expect(span.attributes).toEqual({ ...attributes, 'session.id': 'f'.repeat(32), 'arkhe.request_id': 'req-1' });
  });

  it('leaves to the resource what it has in common with it', async () => {
    const span = await decoded({ attributes: { ...resource, own: 1 } });
    expect(span.attributes).toEqual({ own: 1 });
    expect(span.resource).toEqual({
      ...resource,
      'telemetry.sdk.name': '@arkhe/observability',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  it('leaves to the resource equal lists, in whatever order the attributes come', async () => {
    const span = await decoded({ attributes: { own: 1, tags: ['a', 'b'], 'host.arch': 'x64', 'service.name': 'shop' } });
    expect(span.attributes).toEqual({ own: 1 });
  });

  it('keeps what it says otherwise than the resource', async () => {
    const span = await decoded({ attributes: { ...resource, 'service.name': 'other', tags: ['a,b'] } });
    expect(span.attributes).toEqual({ 'service.name': 'other', tags: ['a,b'] });
  });

  it('has no attributes when they are the resource itself', async () => {
    expect((await decoded({ attributes: resource })).attributes).toEqual({});
  });

  it('counts the attributes that were given up', async () => {
    const span = await decoded({ attributes: { own: 1, 'arkhe.attributes_dropped': 12 } });
    expect([span.attributes, span.droppedAttributesCount]).toEqual([{ own: 1 }, 12]);
  });

  it.each([
    [-3, 0],
    [2.5, 2],
    [Number.NaN, 0],
    [2 ** 62, 2 ** 32 - 1],
  ])('counts %d attributes that were given up as a whole number of 32 bits', async (count, expected) => {
    const attributes = { 'arkhe.attributes_dropped': count };
    const span = await decoded({ attributes, events: [{ name: 'e', timestamp: 1, attributes }] });
    expect([span.droppedAttributesCount, span.events[0]?.droppedAttributesCount]).toEqual([expected, expected]);
  });

  it('says once what its attributes say otherwise than its session and request', async () => {
    const attributes = { 'arkhe.request_id': 'mine', 'session.id': 'mine too', own: 1 };
    const span = await decoded({ attributes, sessionId: 'f'.repeat(32), requestId: 'req-1' });
    expect(span.attributes).toEqual(attributes);
  });

  it('says in text what the protocol does not know, and loses none of it', async () => {
    const cyclic: Record<string, unknown> = { name: 'ring' };
    cyclic['self'] = cyclic;
    let deep: unknown = 'bottom';
    for (let level = 0; level < 20; level += 1) deep = { deep };
    const attributes = {
      bigint: 12n,
      symbol: Symbol('s'),
      date: new Date(0),
      nan: Number.NaN,
      infinite: Number.NEGATIVE_INFINITY,
      huge: 2 ** 70,
      hugeNegative: -(2 ** 70),
      edge: 2 ** 53,
      map: new Map([[1, 2]]),
      error: new TypeError('broken'),
      bytes: new Uint8Array(3),
      bytesOfMegabytes: new Float64Array(1e6),
      holes: [1, undefined, null],
      instance: new (class Point {
        x = 1;
      })(),
      unreadable: {
        get value(): never {
          throw new Error('no');
        },
      },
      cyclic,
      deep,
      half: 'a\ud83d',
      otherHalf: '\ude00"intValue":12345678901234567890 \\ud83d b',
      '\udc00key': 'pair 😀',
      absent: undefined,
    };
    const span = await decoded({ attributes: attributes as never });
    expect(span.attributes).toMatchObject({
      bigint: '12',
      symbol: 'Symbol(s)',
      date: '1970-01-01T00:00:00.000Z',
      nan: 'NaN',
      infinite: '-Infinity',
      huge: 2 ** 70,
      hugeNegative: -(2 ** 70),
      edge: 2 ** 53,
      map: '[object Map]',
      error: 'TypeError: broken',
      bytes: '[object Uint8Array]',
      bytesOfMegabytes: '[object Float64Array]',
      holes: [1, null, null],
      instance: { x: 1 },
      unreadable: '[unreadable]',
      half: 'a\ufffd',
      otherHalf: '\ufffd"intValue":12345678901234567890 \\ud83d b',
      '\ufffdkey': 'pair 😀',
    });
    expect(JSON.stringify(span.attributes['cyclic'])).toMatch(/^(\{"name":"ring","self":){8}"\[depth]"\}+$/);
    expect(JSON.stringify(span.attributes['deep'])).toMatch(/^(\{"deep":){8}"\[depth]"\}+$/);
    expect('absent' in span.attributes).toBe(false);
  });

  it('bounds what a value may hold', async () => {
    const ring: unknown[] = [];
    for (let index = 0; index < 100; index += 1) ring.push(ring);
    const { attributes } = await decoded({ attributes: { ring } as never });
    expect(JSON.stringify(attributes['ring']).length).toBeLessThan(200_000);
    expect(JSON.stringify(attributes['ring'])).toContain('…');
  });

  it('is sent with the others when one of them cannot be read', async () => {
    const otlp = recordedOtlp({ protocol });
    const broken = [
      spanSignal({ trace: { traceId: 'short', spanId: 'x', sampled: true } }),
      spanSignal({ events: null as never }),
      spanSignal({ status: undefined as never }),
    ];
    const answer = await otlp.channel('traces').write([spanSignal({ name: 'good' }), ...broken], { abortSignal: new AbortController().signal, leaving: false });
    expect(answer).toEqual({ rejected: 3 });
    expect((await otlp.spans(spanSignal({ name: 'good' }), ...broken)).map(({ name }) => name)).toEqual(['good']);
    expect(await otlp.spans(...broken)).toEqual([]);
  });
});

describe('spans', () => {
  it('say the same in both formats, whatever they carry', async () => {
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.array(fc.string()), fc.jsonValue(), fc.anything());
    const attributes = fc.dictionary(fc.string({ unit: 'binary' }), value) as fc.Arbitrary<Attributes>;
    const span = fc.record({
      name: fc.string(),
      attributes,
      timestamp: fc.double({ min: 0, max: 4e12, noNaN: true }),
      duration: fc.double({ min: 0, max: 1e7, noNaN: true }),
      events: fc.array(fc.record({ name: fc.string(), timestamp: fc.double({ min: 0, max: 4e12, noNaN: true }), attributes }), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(span.map((fields) => spanSignal(fields)), { minLength: 1, maxLength: 3 }), async (signals) => {
        const [protobuf, json] = await Promise.all(protocols.map((protocol) => recordedOtlp({ protocol, resource }).spans(...signals)));
        expect(json).toEqual(protobuf);
        expect(json).toHaveLength(signals.length);
      }),
      { numRuns: 50 },
    );
  }, 30_000);

  it('end exactly as long after their start as they lasted', async () => {
    const otlp = recordedOtlp();
    const time = fc.double({ min: 0, max: 4e12, noNaN: true });
    await fc.assert(
      fc.asyncProperty(time, fc.integer({ min: 0, max: 1e12 }), async (timestamp, microseconds) => {
        const [span] = await otlp.spans(spanSignal({ timestamp, duration: microseconds / 1_000 }));
        expect(BigInt(span!.endTimeUnixNano) - BigInt(span!.startTimeUnixNano)).toBe(BigInt(microseconds) * 1_000n);
      }),
    );
  });

  it('come in one group for each library', async () => {
    const scopes = [{ name: 'http', version: '1' }, { name: 'http', version: '1' }, { name: 'http', version: '2' }, undefined];
    const spans = await recordedOtlp().spans(...scopes.map((scope) => spanSignal({ scope })));
    expect(spans.map(({ scope }) => [scope.name, scope.version])).toEqual([
      ['http', '1'],
      ['http', '1'],
      ['http', '2'],
      ['@arkhe/observability', expect.any(String)],
    ]);
    // One object a group.
    expect(new Set(spans.map(({ scope }) => scope)).size).toBe(3);
  });
});
