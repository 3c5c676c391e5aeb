import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, SpanSignal, TraceContext } from '../../src/core/signal.ts';
import type { HttpSinkOptions } from '../../src/core/sinks/http/http-sink-options.ts';
import { zipkinSinkFactory } from '../../src/core/sinks/zipkin/zipkin-sink-factory.ts';
import type { ZipkinSpan } from '../../src/core/sinks/zipkin/zipkin-span.ts';
import { VERSION } from '../../src/core/version.ts';
import { recordedHttp } from '../helpers/recorded-http.ts';
import type { RecordedHttpOptions } from '../helpers/recorded-http.ts';
import { logSignal, metricSignal, spanSignal, traceOf } from '../helpers/signals.ts';
import { zipkinFaults } from '../helpers/zipkin-faults.ts';

const resource: Attributes = { 'service.name': 'Shop', 'service.namespace': 'eu', 'host.arch': 'x64', tags: ['a', 'b'] };

/** On every span. */
const common = {
  'service.namespace': 'eu',
  'host.arch': 'x64',
  tags: '["a","b"]',
  'telemetry.sdk.name': '@arkhe/observability',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.version': VERSION,
  'otel.scope.name': '@arkhe/observability',
  'otel.library.name': '@arkhe/observability',
  'otel.scope.version': VERSION,
  'otel.library.version': VERSION,
};

async function sent(signals: readonly Partial<SpanSignal>[], given: Attributes = resource): Promise<readonly ZipkinSpan[]> {
  const http = recordedHttp();
  await http.write(zipkinSinkFactory(http.host)(), signals.map(spanSignal), given);
  return http.requests.flatMap(({ body }) => {
    expect(zipkinFaults(body)).toEqual([]);
    return JSON.parse(new TextDecoder().decode(body)) as ZipkinSpan[];
  });
}

async function zipkin(fields: Partial<SpanSignal>, given?: Attributes): Promise<ZipkinSpan> {
  const [span, ...others] = await sent([fields], given);
  expect(others).toEqual([]);
  return span!;
}

const tagsOf = async (fields: Partial<SpanSignal>): Promise<ZipkinSpan['tags']> => {
  const { tags } = await zipkin(fields);
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !(key in common)));
};

describe('a span for Zipkin', () => {
  it('has its identity, name, kind, times and endpoints in fields, and all else in tags', async () => {
    const span = await zipkin({
      trace: traceOf(1),
      parentSpanId: 'b9c7c989f97918e1',
      name: 'POST /pay ☕',
      spanKind: 'client',
      timestamp: 1_700_000_000_123,
      duration: 12.5,
      attributes: { ...resource, 'server.address': 'bank.test', 'server.port': 443 },
    });
    expect(span).toEqual({
      traceId: traceOf(1).traceId,
      id: traceOf(1).spanId,
      parentId: 'b9c7c989f97918e1',
      name: 'POST /pay ☕',
      kind: 'CLIENT',
      timestamp: 1_700_000_000_123_000,
      duration: 12_500,
      localEndpoint: { serviceName: 'Shop' },
      remoteEndpoint: { serviceName: 'bank.test', port: 443 },
      tags: { ...common, 'server.address': 'bank.test', 'server.port': '443' },
    });
  });

  it('leaves out what is empty', async () => {
    expect(Object.keys(await zipkin({ name: '' }))).toEqual(['traceId', 'id', 'timestamp', 'duration', 'localEndpoint', 'tags']);
  });

  it.each([
    ['server', 'SERVER'],
    ['client', 'CLIENT'],
    ['producer', 'PRODUCER'],
    ['consumer', 'CONSUMER'],
    ['internal', undefined],
  ] as const)('of the kind %s is a Zipkin span of the kind %s', async (spanKind, kind) => {
    expect((await zipkin({ spanKind })).kind).toBe(kind);
  });

  it.each([
    [1_700_000_000_123.4567, 1.2344, 1_700_000_000_123_457, 1_234],
    [1_700_000_000_000.0002, 0.0002, 1_700_000_000_000_000, 1],
    [1, 0, 1_000, 1],
    [Number.NaN, Number.NaN, undefined, 1],
    [-1, -1, undefined, 1],
    [1e300, 1e300, undefined, 1],
  ])('that began at %d and took %d ms is told in whole microseconds', async (timestamp, duration, start, length) => {
    const span = await zipkin({ timestamp, duration });
    expect([span.timestamp, span.duration]).toEqual([start, length]);
  });

  it('has its attributes as texts, lists as JSON', async () => {
    const attributes = { text: 'a', whole: 42, part: 0.5, tiny: 1e-7, yes: true, no: false, texts: ['a', '"'], numbers: [1, 2.5], '': 'empty', nan: Number.NaN };
    expect(await tagsOf({ attributes })).toEqual({
      text: 'a', whole: '42', part: '0.5', tiny: '1e-7', yes: 'true', no: 'false', texts: '["a","\\""]', numbers: '[1,2.5]', '': 'empty', nan: 'NaN',
    });
  });

  it('has the attributes of its resource, of which its own win', async () => {
    const { tags, localEndpoint } = await zipkin({ attributes: { ...resource, 'host.arch': 'arm', 'service.name': 'other' } });
    expect(tags).toEqual({ ...common, 'host.arch': 'arm', 'service.name': 'other' });
    expect(localEndpoint.serviceName).toBe('Shop');
  });

  it('is of an unknown service without a name', async () => {
    expect((await zipkin({}, {})).localEndpoint).toEqual({ serviceName: 'unknown_service' });
  });

  it('says its session, its request, the state of its trace and the library that made it', async () => {
    const { tags } = await zipkin({
      sessionId: 'f'.repeat(32),
      requestId: 'req-1',
      trace: { ...traceOf(1), traceState: 'vendor=1' },
      scope: { name: 'pg', version: undefined },
    });
    expect(tags).toMatchObject({ 'session.id': 'f'.repeat(32), 'arkhe.request_id': 'req-1', 'w3c.tracestate': 'vendor=1', 'otel.scope.name': 'pg', 'otel.library.name': 'pg' });
    expect(tags).not.toHaveProperty(['otel.scope.version']);
  });

  it.each([
    ['unset', undefined, {}],
    ['ok', undefined, { 'otel.status_code': 'OK' }],
    ['error', 'no funds', { 'otel.status_code': 'ERROR', error: 'no funds' }],
    ['error', undefined, { 'otel.status_code': 'ERROR', error: '' }],
  ] as const)('with the status %s and the message %s has the tags for it', async (code, message, tags) => {
    expect(await tagsOf({ status: { code, message } })).toEqual(tags);
  });

  it.each([
    ['unset', false, {}],
    ['unset', 'false', {}],
    ['unset', 'card declined', { error: 'card declined' }],
    ['ok', false, { 'otel.status_code': 'OK' }],
    ['error', false, { 'otel.status_code': 'ERROR', error: 'no funds' }],
  ] as const)('with the status %s and an attribute error of %s has failed only where one of them says so', async (code, error, tags) => {
    expect(await tagsOf({ status: { code, message: code === 'error' ? 'no funds' : undefined }, attributes: { error } })).toEqual(tags);
  });

  it('counts what was given up', async () => {
    const links = [{ traceId: 'x', spanId: 'y', sampled: true }];
    expect(await tagsOf({ attributes: { 'arkhe.attributes_dropped': 3 }, links })).toEqual({
      'otel.dropped_attributes_count': '3',
      'otel.dropped_links_count': '1',
    });
  });

  it('has its events as annotations, their attributes behind the name', async () => {
    const events = [
      { name: 'cache.miss', timestamp: 1_700_000_000_001.5, attributes: { key: 'user:42', tries: 2 } },
      { name: 'retry', timestamp: 1_700_000_000_002, attributes: {} },
      { name: 'lost', timestamp: 1_700_000_000_003, attributes: { 'arkhe.attributes_dropped': 3 } },
    ];
    expect((await zipkin({ events })).annotations).toEqual([
      { timestamp: 1_700_000_000_001_500, value: '"cache.miss":{"key":"user:42","tries":2}' },
      { timestamp: 1_700_000_000_002_000, value: 'retry' },
      { timestamp: 1_700_000_000_003_000, value: '"lost":{"otel.dropped_attributes_count":3}' },
    ]);
  });

  it('has an annotation once, and one without a time at its start', async () => {
    const event = { name: 'tick', timestamp: 1_700_000_000_001, attributes: {} };
    const annotations = (await zipkin({ events: [event, event, { ...event, timestamp: Number.NaN }] })).annotations;
    expect(annotations?.map(({ timestamp }) => timestamp)).toEqual([1_700_000_000_001_000, 1_700_000_000_000_000]);
  });

  it('has no | in an annotation: the Collector reads fields of its own there, and refuses a batch where it finds none', async () => {
    const events = [
      { name: 'a|b|c', timestamp: 1, attributes: {} },
      { name: 'sh', timestamp: 1, attributes: { command: 'ps | grep x | wc' } },
    ];
    const values = (await zipkin({ events })).annotations!.map(({ value }) => value);
    expect(values).toEqual(['"a\\u007cb\\u007cc":{}', '"sh":{"command":"ps \\u007c grep x \\u007c wc"}']);
    expect(JSON.parse(`{${values[1]!}}`)).toEqual({ sh: { command: 'ps | grep x | wc' } });
  });

  it('has its links as the Collector writes and reads them', async () => {
    const [one, other]: TraceContext[] = [{ ...traceOf(7, 'aaaaaaaaaaaaaaaa'), traceState: 'a=1' }, { ...traceOf(8), traceState: 'a=1|2' }] as never;
    expect(await tagsOf({ links: [one!, other!] })).toEqual({
      'otlp.link.0': `${one!.traceId}|aaaaaaaaaaaaaaaa|a=1|{}|0`,
      'otlp.link.1': `${other!.traceId}|${other!.spanId}||{}|0`,
    });
  });

  it('has no parent that cannot be one', async () => {
    for (const parentSpanId of ['', '0'.repeat(16), 'x'.repeat(16), 'ABCDEF0123456789']) expect((await zipkin({ parentSpanId })).parentId).toBeUndefined();
  });
});

describe('the other side of a call', () => {
  const remoteOf = async (attributes: Attributes, spanKind: SpanSignal['spanKind'] = 'client') => (await zipkin({ spanKind, attributes })).remoteEndpoint;
  const names = [
    'peer.service', 'server.address', 'net.peer.name', 'network.peer.address', 'server.socket.domain', 'server.socket.address',
    'net.sock.peer.name', 'net.sock.peer.addr', 'peer.hostname', 'peer.address', 'db.name',
  ];

  it.each(names.map((name, index) => [name, index] as const))('is named by %s before all that comes after it', async (name, index) => {
    const attributes = Object.fromEntries(names.slice(index).reverse().map((key) => [key, `the ${key}`]));
    expect(await remoteOf(attributes)).toEqual({ serviceName: `the ${name}` });
  });

  it.each(['service.peer.name', 'db.namespace'])('is named by %s too', async (name) => {
    expect(await remoteOf({ [name]: 'bank' })).toEqual({ serviceName: 'bank' });
  });

  it('is told for clients and producers alone', async () => {
    const attributes = { 'peer.service': 'bank' };
    const kinds = ['client', 'producer', 'server', 'consumer', 'internal'] as const;
    const told = await Promise.all(kinds.map(async (kind) => (await remoteOf(attributes, kind)) !== undefined));
    expect(told).toEqual([true, true, false, false, false]);
  });

  it.each<[Attributes, unknown]>([
    [{ 'network.peer.address': '10.0.0.5', 'network.peer.port': 5432 }, { ipv4: '10.0.0.5', port: 5432 }],
    [{ 'network.peer.address': '::1', 'network.peer.port': '5432' }, { ipv6: '::1', port: 5432 }],
    [{ 'net.sock.peer.addr': '2001:DB8:0:0:0:0:0:C001' }, { ipv6: '2001:db8::c001' }],
    [{ 'network.peer.address': '::ffff:10.0.0.5' }, { ipv4: '10.0.0.5' }],
    [{ 'network.peer.address': 'fe80::1%eth0' }, { ipv6: 'fe80::1' }],
    [{ 'network.peer.address': '/run/pg.sock' }, { serviceName: '/run/pg.sock' }],
    [{ 'peer.service': 'bank', 'server.address': '10.0.0.9', 'server.port': 443, 'network.peer.address': '10.0.0.5' }, { serviceName: 'bank', ipv4: '10.0.0.5', port: 443 }],
    [{ 'server.address': '10.0.0.9', 'server.port': 443 }, { serviceName: '10.0.0.9', ipv4: '10.0.0.9', port: 443 }],
    [{ 'peer.service': '', 'server.address': 'bank.test', 'server.port': 0 }, { serviceName: 'bank.test' }],
    [{ 'server.address': 'bank.test', 'server.port': 70_000 }, { serviceName: 'bank.test' }],
    [{ 'server.port': 443 }, undefined],
    [{ 'peer.service': 5 as never }, undefined],
    [{}, undefined],
  ])('%j is %j', async (attributes, expected) => {
    expect(await remoteOf(attributes)).toEqual(expected);
  });

  it.each(['256.1.1.1', '01.2.3.4', '1.2.3', '1.2.3.4.', '1.2.3.4.5', ':::', '1::2::3', '::1]/x', 'fe80::g', '12345::', 'a.b.c.d'])('has no address in %s', async (text) => {
    expect(await remoteOf({ 'network.peer.address': text })).toEqual({ serviceName: text });
  });

  it('has a local side where the attributes tell it', async () => {
    const { localEndpoint } = await zipkin({ spanKind: 'server', attributes: { 'network.local.address': '10.0.0.1', 'network.local.port': 8080 } });
    expect(localEndpoint).toEqual({ serviceName: 'Shop', ipv4: '10.0.0.1', port: 8080 });
  });
});

describe('the Zipkin sink', () => {
  const created = (options?: HttpSinkOptions, more?: RecordedHttpOptions) => {
    const http = recordedHttp(more);
    return { ...http, sink: zipkinSinkFactory(http.host)(options) };
  };

  it('takes sampled spans, and nothing else', () => {
    const { sink } = created();
    const unsampled = { ...traceOf(1), sampled: false };
    expect([spanSignal(), spanSignal({ trace: unsampled }), logSignal(), metricSignal()].map((signal) => sink.accepts?.(signal))).toEqual([true, false, false, false]);
    expect(sink.name).toBe('zipkin');
  });

  it('refuses alone what cannot be read', async () => {
    const { sink, write, requests } = created();
    const broken = Object.defineProperty({ ...spanSignal() }, 'events', { get: () => { throw new Error('no'); } });
    const ids: Partial<TraceContext>[] = [{ traceId: '0'.repeat(32) }, { traceId: 'x'.repeat(32) }, { spanId: '0'.repeat(16) }, { spanId: 'AAAAAAAAAAAAAAAA' }, { traceId: 'abc' }];
    const nameless = ids.map((id) => spanSignal({ trace: { ...traceOf(1), ...id } }));
    expect(await write(sink, [spanSignal(), broken, ...nameless, spanSignal({ trace: undefined as never })])).toMatchObject({ rejected: 6 });
    expect((JSON.parse(new TextDecoder().decode(requests[0]!.body)) as unknown[]).length).toBe(1);
    expect(await write(sink, nameless)).toEqual({ rejected: 5 });
    expect(requests.length).toBe(1);
  });

  it('says before it sends that a batch is too large', async () => {
    const { sink, write, requests } = created({}, { maxBodyBytes: 1_000 });
    await expect(write(sink, [spanSignal({ name: 'x'.repeat(2_000) })])).rejects.toMatchObject({ name: 'DeliveryError', tooLarge: true, retryable: false });
    expect(requests).toEqual([]);
  });

  it('closes what it sends by', async () => {
    const { sink, closed } = created();
    await sink.close?.();
    expect(closed()).toBe(1);
  });

  it.each([
    [undefined, 'http://localhost:9411/api/v2/spans'],
    ['http://zipkin.test:9411', 'http://zipkin.test:9411/api/v2/spans'],
    ['https://zipkin.test/', 'https://zipkin.test/api/v2/spans'],
    ['https://zipkin.test/?key=1', 'https://zipkin.test/api/v2/spans?key=1'],
    ['https://zipkin.test/tracing/api/v2/spans', 'https://zipkin.test/tracing/api/v2/spans'],
  ])('with the endpoint %s sends to %s', async (endpoint, url) => {
    const { sink, write, requests } = created({ endpoint });
    await write(sink, [spanSignal()]);
    expect(requests.map((request) => request.url)).toEqual([url]);
    expect(requests[0]?.headers).toEqual({ 'content-type': 'application/json' });
  });

  it('sends headers, and credentials of the endpoint as one', async () => {
    const { sink, write, requests } = created({ endpoint: 'http://us%40er:p%C3%A4ss@zipkin.test/api/v2/spans', headers: { 'X-Api-Key': 'abc' } });
    await write(sink, [spanSignal()]);
    expect(requests[0]).toMatchObject({
      url: 'http://zipkin.test/api/v2/spans',
      headers: { authorization: `Basic ${Buffer.from('us@er:päss').toString('base64')}`, 'x-api-key': 'abc' },
    });
  });

  it('takes the address of a variable where the code says nothing, and says once what is wrong', async () => {
    const http = recordedHttp();
    const variables = { address: { url: 'http://variable.test/api/v2/spans', headers: { authorization: 'Basic x' } }, timeout: 5 };
    const factory = zipkinSinkFactory({ ...http.host, readVariables: (warn) => (warn('a variable is wrong'), variables) });
    const sink = factory();
    await http.write(sink, [spanSignal()]);
    await http.write(sink, [spanSignal()]);
    await http.write(factory({ endpoint: 'http://code.test/api/v2/spans' }), [spanSignal()]);
    expect(http.requests.map(({ url, headers }) => [url, headers['authorization']])).toEqual([
      ['http://variable.test/api/v2/spans', 'Basic x'],
      ['http://variable.test/api/v2/spans', 'Basic x'],
      ['http://code.test/api/v2/spans', undefined],
    ]);
    expect(http.warnings).toEqual(['a variable is wrong', 'a variable is wrong']);
  });

  it.each<[unknown, string]>([
    [{ endpoint: 'zipkin:9411' }, 'zipkinSink.endpoint: expected an http or https URL like http://localhost:9411/api/v2/spans, credentials percent-encoded, received string (did you mean http://zipkin:9411?)'],
    [{ endpoint: 5 }, 'zipkinSink.endpoint: expected an http or https URL like http://localhost:9411/api/v2/spans, credentials percent-encoded, received number'],
    [{ headers: { 'content-type': 'x' } }, 'zipkinSink.headers.content-type: expected nothing: the sink sets this header, received string'],
    [{ protocol: 'grpc' }, 'zipkinSink.protocol: expected one of the options endpoint, headers, received an unknown option'],
    ['http://zipkin:9411', 'zipkinSink: expected an object of options, received string'],
  ])('with %j is a ConfigurationError', (options, message) => {
    expect(() => zipkinSinkFactory(recordedHttp().host)(options as HttpSinkOptions)).toThrow(message);
  });
});

describe('whatever a span says', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 30 });
  const half = fc.constantFrom('\ud83d', 'a\ude00b', '\\ud800', '|', '"', '\u2028', '\u0000');
  const text = fc.oneof(anyText, half, fc.stringMatching(/^[\d.:a-f]{0,20}$/));
  const known = ['error', '__proto__', 'service.name', 'peer.service', 'network.peer.address', 'server.port', 'otel.status_code', 'arkhe.attributes_dropped'];
  const lists = [fc.array(text), fc.array(fc.double())];
  const value = fc.oneof(text, fc.double(), fc.maxSafeInteger(), fc.boolean(), ...lists, fc.object(), fc.bigInt(), fc.constant(null), fc.date());
  const key = fc.oneof(text, fc.constantFrom(...known));
  const attributes = fc.dictionary(key, value, { maxKeys: 8 }) as fc.Arbitrary<Attributes>;
  const time = fc.oneof(fc.double(), fc.double({ min: 0, max: 2e12 }), fc.integer());
  const link = { traceId: fc.constantFrom('x', traceOf(5).traceId), spanId: fc.constant('00f067aa0ba902b7') };
  const signal = fc.record({
    name: text,
    spanKind: fc.constantFrom('internal', 'server', 'client', 'producer', 'consumer') as fc.Arbitrary<SpanSignal['spanKind']>,
    timestamp: time,
    duration: time,
    attributes,
    status: fc.record({ code: fc.constantFrom('unset', 'ok', 'error') as fc.Arbitrary<'ok'>, message: fc.option(text, { nil: undefined }) }),
    events: fc.array(fc.record({ name: text, timestamp: time, attributes }), { maxLength: 4 }),
    links: fc.array(fc.record({ ...link, sampled: fc.boolean(), traceState: text }), { maxLength: 3 }),
    parentSpanId: fc.option(text, { nil: undefined }),
  });

  it('is JSON as Zipkin wants it', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(signal, { minLength: 1, maxLength: 4 }), async (signals) => {
        expect((await sent(signals)).length).toBe(signals.length);
      }),
      { numRuns: 100 },
    );
  });
});
