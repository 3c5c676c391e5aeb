import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, SpanSignal } from '../../src/core/signal.ts';
import { createOtlpResource } from '../../src/core/sinks/otlp/otlp-resource.ts';
import { createScopes } from '../../src/core/sinks/otlp/otlp-scope.ts';
import { toOtlpSpan } from '../../src/core/sinks/otlp/otlp-span.ts';
import { createSpanEncoder } from '../../src/core/sinks/otlp/span-encoder.ts';
import { decodeTraces } from '../helpers/decode-otlp.ts';
import { spanSignal, traceOf } from '../helpers/signals.ts';

const { ProtobufTraceSerializer } = createRequire(import.meta.url)('@opentelemetry/otlp-transformer') as {
  readonly ProtobufTraceSerializer: { serializeRequest(spans: unknown): Uint8Array };
};

const given: Attributes = { 'service.name': 'shop', 'host.arch': 'x64', tags: ['a', 'b'], whole: -1 };
const resource = createOtlpResource(given, 'nodejs');

/** What OpenTelemetry's own serialiser makes of the same spans. */
function reference(signals: readonly SpanSignal[], of = resource): Uint8Array {
  const scopeOf = createScopes();
  return ProtobufTraceSerializer.serializeRequest(signals.map((signal) => toOtlpSpan(signal, of, scopeOf(signal.scope))));
}

const encode = createSpanEncoder();

function encoded(signals: readonly SpanSignal[], of = resource): Uint8Array {
  const { body, unreadable } = encode(signals, of);
  expect(unreadable).toBe(0);
  return body!;
}

/** Quick also for megabytes, unlike a comparison by index. */
function expectSame(ours: Uint8Array, theirs: Uint8Array): void {
  if (Buffer.compare(ours, theirs) !== 0) expect(Buffer.from(ours).toString('hex')).toBe(Buffer.from(theirs).toString('hex'));
}

const decode = (body: Uint8Array): unknown => decodeTraces(body, 'application/x-protobuf');

describe('the bytes of spans are those of OpenTelemetry\'s serialiser', () => {
  const hex = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', 'é'.repeat(64), 'a\ud800', '\udc00'.repeat(50), '😀'.repeat(30)),
    fc.integer({ min: 90, max: 140 }).map((length) => 'x'.repeat(length)),
    fc.integer({ min: 90, max: 140 }).map((length) => 'ü'.repeat(length)),
    fc.constantFrom(16_300, 16_383, 16_384, 70_000).map((length) => 'y'.repeat(length)),
  );
  const number = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.maxSafeInteger(),
    fc.constantFrom(-0, -1, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), 2 ** 53, 2 ** 62, 2 ** 63, -(2 ** 63), -(2 ** 64), 2 ** 70, Number.NaN, Number.POSITIVE_INFINITY),
  );
  const value = fc.oneof(text, number, fc.boolean(), fc.array(text, { maxLength: 3 }), fc.array(number), fc.jsonValue(), fc.anything(), fc.constantFrom(null, undefined, ['a', 'b']));
  // An engine puts numbers first among the keys of an object, and the session is one of them in OpenTelemetry's.
  const key = fc.oneof(text, fc.constantFrom(...Object.keys(given), 'session.id', 'arkhe.request_id', '__proto__')).filter((name) => !/^\d+$/.test(name));
  const dropped = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.record({ 'arkhe.attributes_dropped': fc.oneof(fc.nat(), number) }) });
  const attributes = fc
    .tuple(fc.constantFrom({}, given), fc.dictionary(key, value, { maxKeys: 12 }), dropped)
    .map((parts) => Object.fromEntries(parts.flatMap((part) => Object.entries(part))) as Attributes);
  const time = fc.oneof(fc.double({ min: 0, max: 1e13, noNaN: true }), fc.double(), fc.constantFrom(1_700_000_000_123.25, 8_999_999_999_999.999));
  const trace = fc.record({ traceId: hex(32), spanId: hex(16), sampled: fc.boolean(), traceState: fc.option(text, { nil: undefined }) });
  const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
  const span = fc.record({
    name: text,
    trace,
    timestamp: time,
    duration: time,
    attributes,
    parentSpanId: fc.oneof(fc.constant(undefined), hex(16), fc.constant('short')),
    parentIsRemote: optional(fc.boolean()),
    requestId: optional(text),
    sessionId: optional(text),
    spanKind: fc.constantFrom('internal', 'server', 'client', 'producer', 'consumer', 'other'),
    status: fc.record({ code: fc.constantFrom('unset', 'ok', 'error', 'other'), message: optional(text) }),
    events: fc.array(fc.record({ name: text, timestamp: time, attributes }), { maxLength: 3 }),
    links: fc.array(fc.oneof(trace, fc.constant({ traceId: 'x', spanId: 'y', sampled: true })), { maxLength: 3 }),
    scope: optional(fc.record({ name: fc.constantFrom('http', 'pg', ''), version: fc.constantFrom(undefined, '', '1', '2') })),
  });
  const signals = fc.array(span.map((fields) => spanSignal(fields as Partial<SpanSignal>)), { minLength: 1, maxLength: 6 });

  it('whatever they carry', () => {
    fc.assert(
      fc.property(signals, (batch) => {
        expectSame(encoded(batch), reference(batch));
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  it('and so can be read, with every key once', () => {
    fc.assert(
      fc.property(signals, (batch) => {
        const withNumberedKeys = batch.map((signal) => ({ ...signal, attributes: { ...signal.attributes, 7: 'seven' } }));
        expect(decode(encoded(withNumberedKeys))).toEqual(decode(reference(withNumberedKeys)));
      }),
      { numRuns: 50 },
    );
  }, 60_000);

  it('for every resource', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key ${index}`, 'v'.repeat(index)]));
    for (const attributes of [{}, { a: 1 }, { nested: { b: [1, -2.5, null, true] } }, many]) {
      const of = createOtlpResource(attributes as never, 'webjs');
      const batch = [spanSignal({ attributes: { ...(attributes as Attributes), own: 1 } })];
      expectSame(encoded(batch, of), reference(batch, of));
    }
  });

  it.each([0, 1, 100, 127, 128, 129, 16_250, 16_383, 16_384, 2_097_151, 2_097_152])('for a text of %i characters', (length) => {
    for (const character of ['a', 'é', '☕']) {
      const batch = [spanSignal({ name: character.repeat(length) }), spanSignal({ attributes: { deep: [[{ text: character.repeat(length) }]] as never } })];
      expectSame(encoded(batch), reference(batch));
    }
  });

  it('for a span of any length', () => {
    for (let length = 0; length < 300; length += 1) {
      const batch = [spanSignal({ name: 'n'.repeat(length) }), spanSignal({ attributes: { own: 'n'.repeat(length) } })];
      expectSame(encoded(batch), reference(batch));
    }
  });

  it('for thousands of spans, of libraries in turn', () => {
    const batch = Array.from({ length: 5_000 }, (_, index) =>
      spanSignal({ name: `GET /${index}`, trace: traceOf(index), attributes: { [`key ${index}`]: index }, scope: index % 3 === 0 ? undefined : { name: `library ${index % 5}` } }),
    );
    expectSame(encoded(batch), reference(batch));
    // Again, with the keys known.
    expectSame(encoded(batch), reference(batch));
  });
});

describe('a span encoder', () => {
  it('keeps nothing of one body in another', () => {
    const [first, second] = [[spanSignal({ name: 'first' })], [spanSignal({ name: 'second' })]];
    const body = encoded(first);
    const copy = body.slice();
    expectSame(encoded(second), reference(second));
    expect(body).toEqual(copy);
    expect(body.buffer.byteLength).toBe(body.length);
  });

  it.each<[string, object]>([
    ['no identifiers', { trace: { traceId: 'short', spanId: 'x', sampled: true } }],
    ['no trace', { trace: undefined }],
    ['an unreadable scope', { scope: { get name(): never { throw new Error('no'); } } }],
    ['an attribute that throws, after others', { attributes: { big: 'x'.repeat(50_000), get broken(): never { throw new Error('no'); } } }],
    ['an event that throws, after another', { events: [{ name: 'fine', timestamp: 1, attributes: {} }, { name: 'broken', timestamp: 2, get attributes(): never { throw new Error('no'); } }] }],
    ['no events', { events: null }],
    ['no status', { status: undefined, attributes: { written: 'before' } }],
    ['a name that is no text', { name: Object.create(null) as never }],
  ])('leaves out a span with %s, alone and whole', (_, fields) => {
    // By definition: a spread would read the getters.
    const broken = Object.create(spanSignal(), Object.getOwnPropertyDescriptors(fields)) as SpanSignal;
    const good = [spanSignal({ name: 'good' }), spanSignal({ name: 'better', scope: { name: 'http' } })];
    const { body, unreadable } = encode([broken, good[0]!, broken, good[1]!, broken], resource);
    expect(unreadable).toBe(3);
    expectSame(body!, reference(good));
    expect(encode([broken], resource)).toEqual({ body: undefined, unreadable: 1 });
  });

  it('leaves out the library of which no span can be read', () => {
    const broken = spanSignal({ trace: traceOf(1, 'short'), scope: { name: 'pg' } });
    const { body } = encode([broken, spanSignal()], resource);
    expectSame(body!, reference([spanSignal()]));
  });

  it('is not confused by a signal that, when read, has spans encoded', () => {
    const inner = [spanSignal({ name: 'inner' })];
    let nested: Uint8Array | undefined;
    const outer = spanSignal({
      attributes: {
        before: 1,
        get [`between`]() {
          nested = encoded(inner);
          return 2;
        },
      },
    });
    expectSame(encoded([outer]), reference([spanSignal({ attributes: { before: 1, between: 2 } })]));
    expectSame(nested!, reference(inner));
  });
});
