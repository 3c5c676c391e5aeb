import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, SpanSignal, TraceContext } from '../../src/core/signal.ts';
import { jaegerSinkFactory } from '../../src/core/sinks/jaeger/jaeger-sink-factory.ts';
import { thriftFormat } from '../../src/core/sinks/jaeger/thrift-format.ts';
import { createOtlpResource } from '../../src/core/sinks/otlp/otlp-resource.ts';
import { VERSION } from '../../src/core/version.ts';
import { decodeJaegerBatch, decodeThrift } from '../helpers/decode-thrift.ts';
import type { DecodedJaegerBatch, DecodedJaegerSpan } from '../helpers/decode-thrift.ts';
import { recordedHttp } from '../helpers/recorded-http.ts';
import { logSignal, spanSignal, traceOf } from '../helpers/signals.ts';

const resource: Attributes = { 'service.name': 'Shop', 'host.arch': 'x64', 'process.pid': 42, tags: ['a', 'b'] };
const scope = {
  'otel.scope.name': '@arkhe/observability',
  'otel.library.name': '@arkhe/observability',
  'otel.scope.version': VERSION,
  'otel.library.version': VERSION,
};

function batchOf(signals: readonly Partial<SpanSignal>[], given: Attributes = resource): DecodedJaegerBatch {
  const { body, unreadable } = thriftFormat.createEncoder(createOtlpResource(given, 'nodejs'))(signals.map(spanSignal));
  expect(unreadable).toBe(0);
  return decodeJaegerBatch(body!);
}

function spanOf(fields: Partial<SpanSignal>): DecodedJaegerSpan {
  const [span, ...others] = batchOf([fields]).spans;
  expect(others).toEqual([]);
  return span!;
}

/** Without those of the library, which every span has. */
function tagsOf(fields: Partial<SpanSignal>): DecodedJaegerSpan['tags'] {
  return Object.fromEntries(Object.entries(spanOf(fields).tags).filter(([key]) => !(key in scope)));
}

describe('a batch for Jaeger', () => {
  it('has the resource as its process', () => {
    const { serviceName, processTags } = batchOf([{ attributes: resource }]);
    expect(serviceName).toBe('Shop');
    expect(processTags).toEqual({
      'host.arch': 'x64',
      'process.pid': 42n,
      tags: '["a","b"]',
      'telemetry.sdk.name': '@arkhe/observability',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': VERSION,
    });
    expect(batchOf([{}], {}).serviceName).toBe('unknown_service');
  });

  it('has its spans in order, and nothing of the batch before', () => {
    const encode = thriftFormat.createEncoder(createOtlpResource(resource, 'nodejs'));
    const names = ['one', 'two', 'three'];
    const encoded = (): readonly string[] => decodeJaegerBatch(encode(names.map((name) => spanSignal({ name }))).body!).spans.map((span) => span.operationName);
    expect(encoded()).toEqual(names);
    expect(encoded()).toEqual(names);
  });

  it('leaves out alone what cannot be read, and counts it', () => {
    const broken = Object.defineProperty({ ...spanSignal() }, 'attributes', { get: () => { throw new Error('no'); } });
    const nameless = spanSignal({ trace: { traceId: 'x'.repeat(32), spanId: 'y', sampled: true } });
    const encode = thriftFormat.createEncoder(createOtlpResource(resource, 'nodejs'));
    const { body, unreadable } = encode([spanSignal({ name: 'one' }), broken, nameless, spanSignal({ name: 'two' })]);
    expect(unreadable).toBe(2);
    expect(decodeJaegerBatch(body!).spans.map((span) => span.operationName)).toEqual(['one', 'two']);
    expect(encode([broken])).toEqual({ body: undefined, unreadable: 1 });
  });

  it('is bare, as the collector reads it: a struct of two fields', () => {
    const { body } = thriftFormat.createEncoder(createOtlpResource(resource, 'nodejs'))([spanSignal()]);
    expect([...decodeThrift(body!).keys()]).toEqual([1, 2]);
  });
});

describe('a span for Jaeger', () => {
  it('has its identity as 64-bit integers, signed as they come', () => {
    const span = spanOf({
      trace: { traceId: '80000000000000010fedcba987654321', spanId: 'ffffffffffffffff', sampled: true },
      parentSpanId: '7fffffffffffffff',
      name: 'pay ☕',
    });
    expect(span).toMatchObject({
      traceIdHigh: -(2n ** 63n) + 1n,
      traceIdLow: 0x0fedcba987654321n,
      spanId: -1n,
      parentSpanId: 2n ** 63n - 1n,
      operationName: 'pay ☕',
      flags: 1,
    });
  });

  it('has the parent 0 without one', () => {
    for (const parentSpanId of [undefined, '', 'x'.repeat(16), '0'.repeat(16)]) expect(spanOf({ parentSpanId }).parentSpanId).toBe(0n);
  });

  it.each([
    [1_700_000_000_123.4567, 1.2344, 1_700_000_000_123_457n, 1_234n],
    [1_700_000_000_123, 0, 1_700_000_000_123_000n, 0n],
    [Number.NaN, -1, 0n, 0n],
    [1e300, Number.POSITIVE_INFINITY, 0n, 0n],
  ])('that began at %d and took %d ms is told in whole microseconds', (timestamp, duration, start, length) => {
    const span = spanOf({ timestamp, duration });
    expect([span.startTime, span.duration]).toEqual([start, length]);
  });

  it('has its attributes by their types, lists as JSON', () => {
    const attributes = {
      text: 'a\ud83d', yes: true, no: false, whole: -42, zero: 0, large: 2 ** 53, huge: 2 ** 70, edge: 2 ** 63, least: -(2 ** 63), part: 0.5,
      texts: ['a', '"'], numbers: [1, 2.5], nan: Number.NaN, '': 'empty', long: 'ü'.repeat(20_000),
    };
    expect(tagsOf({ attributes })).toEqual({
      text: 'a\ufffd', yes: true, no: false, whole: -42n, zero: 0n, large: 2n ** 53n, huge: 2 ** 70, edge: 2 ** 63, least: -(2n ** 63n), part: 0.5,
      texts: '["a","\\""]', numbers: '[1,2.5]', nan: 'NaN', '': 'empty', long: 'ü'.repeat(20_000),
    });
  });

  it('leaves to the process what it has in common with it', () => {
    expect(tagsOf({ attributes: { ...resource, 'host.arch': 'arm', own: 1 } })).toEqual({ 'host.arch': 'arm', own: 1n });
  });

  it.each([
    ['server', { 'span.kind': 'server' }],
    ['client', { 'span.kind': 'client' }],
    ['producer', { 'span.kind': 'producer' }],
    ['consumer', { 'span.kind': 'consumer' }],
    ['internal', {}],
    ['nonsense', {}],
  ])('of the kind %s has the tags %j', (spanKind, tags) => {
    expect(tagsOf({ spanKind: spanKind as SpanSignal['spanKind'] })).toEqual(tags);
  });

  it.each([
    ['unset', undefined, {}],
    ['ok', undefined, { 'otel.status_code': 'OK' }],
    ['error', undefined, { 'otel.status_code': 'ERROR', error: true }],
    ['error', 'no funds', { 'otel.status_code': 'ERROR', error: true, 'otel.status_description': 'no funds' }],
  ] as const)('with the status %s and the message %s has the tags %j', (code, message, tags) => {
    expect(tagsOf({ status: { code, message }, attributes: code === 'error' ? { error: 'mine' } : {} })).toEqual(tags);
  });

  it('says its session, its request, the state of its trace and the library that made it', () => {
    const { tags } = spanOf({ sessionId: 'f'.repeat(32), requestId: 'req-1', trace: { ...traceOf(1), traceState: 'vendor=1' }, scope: { name: 'pg', version: '8' } });
    expect(tags).toEqual({
      'session.id': 'f'.repeat(32), 'arkhe.request_id': 'req-1', 'w3c.tracestate': 'vendor=1',
      'otel.scope.name': 'pg', 'otel.library.name': 'pg', 'otel.scope.version': '8', 'otel.library.version': '8',
    });
  });

  it('has its events as logs, the name as a field', () => {
    const events = [
      { name: 'cache.miss', timestamp: 1_700_000_000_001.5, attributes: { key: 'user:42', tries: 2 } },
      { name: 'named', timestamp: 1_700_000_000_002, attributes: { event: 'by its attribute', 'arkhe.attributes_dropped': 3 } },
    ];
    expect(spanOf({ events }).logs).toEqual([
      { timestamp: 1_700_000_000_001_500n, fields: { event: 'cache.miss', key: 'user:42', tries: 2n } },
      { timestamp: 1_700_000_000_002_000n, fields: { event: 'by its attribute', 'otel.event.dropped_attributes_count': 3n } },
    ]);
  });

  it('follows from its links, and counts what leads nowhere', () => {
    const lost: TraceContext = { traceId: 'x', spanId: 'y', sampled: true };
    const { references, tags } = spanOf({ links: [traceOf(7, 'aaaaaaaaaaaaaaaa'), lost] });
    expect(references).toEqual([{ refType: 1, traceIdHigh: 0x4bf92f3500000000n, traceIdLow: 7n, spanId: -0x5555555555555556n }]);
    expect(tags['otel.dropped_links_count']).toBe(1n);
  });

  it('counts the attributes that were given up', () => {
    expect(tagsOf({ attributes: { 'arkhe.attributes_dropped': 3 } })).toEqual({ 'otel.dropped_attributes_count': 3n });
  });

  it('is Thrift whatever it says', { timeout: 60_000 }, () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('\ud83d', '\ufeff', '\u0000'));
    const value = fc.oneof(text, fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.array(text), fc.object(), fc.bigInt(), fc.constant(null));
    const key = fc.oneof(text, fc.constantFrom('error', '__proto__', 'span.kind', 'event', 'arkhe.attributes_dropped'));
    const attributes = fc.dictionary(key, value, { maxKeys: 8 }) as fc.Arbitrary<Attributes>;
    const time = fc.oneof(fc.double(), fc.double({ min: 0, max: 2e12 }));
    const signal = fc.record({
      name: text,
      timestamp: time,
      duration: time,
      attributes,
      events: fc.array(fc.record({ name: text, timestamp: time, attributes }), { maxLength: 4 }),
      status: fc.record({ code: fc.constantFrom('unset', 'ok', 'error') as fc.Arbitrary<'ok'>, message: fc.option(text, { nil: undefined }) }),
    });
    fc.assert(
      fc.property(fc.array(signal, { minLength: 1, maxLength: 4 }), (signals) => {
        const { spans } = batchOf(signals);
        expect(spans.map((span) => span.operationName)).toEqual(signals.map(({ name }) => Buffer.from(name).toString()));
        expect(spans.map((span) => span.logs.length)).toEqual(signals.map(({ events }) => events.length));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the Jaeger sink at /api/traces', () => {
  it.each(['http://jaeger.test:14268/api/traces', 'http://jaeger.test:14268/api/traces/', 'https://jaeger.test/tracing/api/traces?format=jaeger.thrift'])('sends Thrift to %s', async (endpoint) => {
    const http = recordedHttp();
    const sink = jaegerSinkFactory({ ...http.host, thrift: thriftFormat })({ endpoint, headers: { 'X-Api-Key': 'abc' } });
    await http.write(sink, [spanSignal(), logSignal()], resource);
    expect(http.requests).toHaveLength(1);
    expect(http.requests[0]).toMatchObject({ url: endpoint, headers: { 'x-api-key': 'abc', 'content-type': 'application/vnd.apache.thrift.binary' } });
    expect(decodeJaegerBatch(http.requests[0]!.body)).toMatchObject({ serviceName: 'Shop', spans: [{ operationName: 'work' }] });
  });

  it('takes sampled spans, and nothing else', () => {
    const sink = jaegerSinkFactory({ ...recordedHttp().host, thrift: thriftFormat })({ endpoint: 'http://jaeger.test:14268/api/traces' });
    const unsampled = spanSignal({ trace: { ...traceOf(1), sampled: false } });
    expect([spanSignal(), unsampled, logSignal()].map((signal) => sink.accepts?.(signal))).toEqual([true, false, false]);
    expect(sink.name).toBe('jaeger');
  });

  it('is a ConfigurationError where Thrift cannot be sent, which says why and where to send instead', () => {
    const create = (): unknown => jaegerSinkFactory(recordedHttp().host)({ endpoint: 'http://us:hush@jaeger.test:14268/api/traces?key=hush' });
    expect(create).toThrow(
      "jaegerSink.endpoint: expected an endpoint for OTLP, at port 4318 (Thrift over HTTP is for Node: Jaeger's collector answers no page that asks by CORS), " +
        'received the path /api/traces, which is for Thrift (did you mean http://jaeger.test:4318?)',
    );
  });
});
