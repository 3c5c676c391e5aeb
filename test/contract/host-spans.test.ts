import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SamplingDecision, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from '#test';
import { ConfigurationError, getObservabilityManager, streamSpanProcessor } from '#sdk';
import type { ObservabilityManager, ObservabilityOptions } from '#sdk';
import { createContextManager } from '../../src/browser/context-manager.ts';
import { createContextStorage } from '../../src/browser/context.ts';
import { recorded, recordingOf } from '../helpers/recorded.ts';

type Resource = ReadableSpan['resource'];

let managers: ObservabilityManager[] = [];
/** In the suites that need it alone: a page has all of them. */
function aHostOfItsOwn(): void {
  beforeEach(() => {
    const storage = createContextStorage<Context>();
    context.setGlobalContextManager(createContextManager({ active: () => storage.get() ?? ROOT_CONTEXT, run: storage.run }));
  });
  afterEach(async () => {
    context.disable();
    trace.disable();
    await Promise.all(managers.map((obs) => obs.shutdown()));
    managers = [];
  });
}

/** A host with a tracer provider and an exporter of its own, and a manager of ours that its spans are given to. */
function setUp({ processors = 1, resource = { attributes: {} }, ...options }: ObservabilityOptions & { readonly processors?: number; readonly resource?: object } = {}) {
  const test = recorded(options);
  managers.push(test.obs);
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resource as Resource,
    sampler: {
      shouldSample: (_context, _traceId, name) => ({ decision: name === 'unsampled' ? SamplingDecision.RECORD : SamplingDecision.RECORD_AND_SAMPLED }),
      toString: () => 'all',
    },
    spanProcessors: [...Array.from({ length: processors }, () => streamSpanProcessor(test.obs)), new SimpleSpanProcessor(exporter)],
  });
  trace.setGlobalTracerProvider(provider);
  return { ...test, provider, exported: () => exporter.getFinishedSpans(), library: trace.getTracer('library', '1.2.3') };
}

const start = Date.UTC(2026, 0, 1);
const remote = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true };

describe("a span of the host's own provider", () => {
  aHostOfItsOwn();

  it('is on the stream as it is in the host', () => {
    const { library, only, exported } = setUp();
    const span = library.startSpan('old', { kind: SpanKind.CONSUMER, startTime: start, attributes: { a: 1 }, links: [{ context: remote }] });
    span.setAttribute('b', ['two']).addEvent('half way', { rows: 3 }, start + 5).updateName('new');
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'late' });
    span.end(start + 7.5);
    const { traceId, spanId } = span.spanContext();
    expect(only('span')).toMatchObject({
      name: 'new',
      spanKind: 'consumer',
      timestamp: start,
      duration: 7.5,
      trace: { traceId, spanId, sampled: true },
      parentSpanId: undefined,
      attributes: { a: 1, b: ['two'] },
      events: [{ name: 'half way', timestamp: start + 5, attributes: { rows: 3 } }],
      links: [{ traceId: remote.traceId, spanId: remote.spanId, sampled: true }],
      status: { code: 'error', message: 'late' },
      scope: { name: 'library', version: '1.2.3' },
    });
    // And the host's own exporter still gets it.
    expect(exported().map(({ name }) => name)).toEqual(['new']);
  });

  it('has every kind and status', () => {
    const { library, ofKind } = setUp();
    for (const kind of [0, 1, 2, 3, 4]) library.startSpan('any', { kind }).setStatus({ code: kind % 3 }).end();
    expect(ofKind('span').map(({ spanKind, status }) => [spanKind, status.code])).toEqual([
      ['internal', 'unset'],
      ['server', 'ok'],
      ['client', 'error'],
      ['producer', 'unset'],
      ['consumer', 'ok'],
    ]);
  });

  it('is redacted, and copied', () => {
    const { library, only } = setUp();
    const tags = ['one'];
    library.startSpan('work', { attributes: { password: 'hunter2', tags } }).end();
    tags.push('two');
    expect(only('span').attributes).toMatchObject({ password: '[REDACTED]', tags: ['one'] });
  });

  it("is exported if the host's sampler says so, and on the stream in any case", async () => {
    const { obs, sink, library, ofKind } = setUp();
    for (const name of ['sampled', 'unsampled']) library.startSpan(name).end();
    await obs.flush();
    expect(ofKind('span').map(({ name, trace }) => [name, trace.sampled])).toEqual([['sampled', true], ['unsampled', false]]);
    expect(sink.signals.map(({ name }) => name)).toEqual(['sampled']);
  });

  it('tells what the provider says of the process only where nobody says it here', () => {
    const resource = { attributes: { 'service.name': 'theirs', 'host.name': 'db-7', 'telemetry.sdk.name': 'opentelemetry', shared: 'resource' } };
    const { obs, library, only } = setUp({ resource, serviceName: 'ours' });
    library.startSpan('work', { attributes: { shared: 'span' } }).end();
    expect(only('span').attributes).toMatchObject({ 'service.name': 'ours', 'host.name': 'db-7', shared: 'span' });
    expect(Object.keys(only('span').attributes)).not.toContain('telemetry.sdk.name');
    // Nothing of it gets into what is said of other spans.
    const { span } = recordingOf(obs);
    obs.tracer.startSpan('ours').end();
    expect(Object.keys(span('ours').attributes)).not.toContain('host.name');
  });

  it('waits for nothing that the provider still looks up', () => {
    const resource = { attributes: {} as object, asyncAttributesPending: true };
    const { library, ofKind } = setUp({ resource });
    library.startSpan('early').end();
    Object.assign(resource, { attributes: { 'host.id': '7' }, asyncAttributesPending: false });
    library.startSpan('later').end();
    expect(ofKind('span').map(({ attributes }) => attributes['host.id'])).toEqual([undefined, '7']);
  });

  it('says what the host dropped of it', () => {
    const { library, only } = setUp();
    const span = library.startSpan('work');
    for (let index = 0; index < 130; index += 1) span.setAttribute(`key ${index}`, index).addEvent(`event ${index}`);
    span.end();
    const { attributes, events } = only('span');
    expect(attributes).toMatchObject({ 'arkhe.events_dropped': 2 });
    // The host keeps 128 attributes, of which a signal has place for 122 beside the marks.
    expect(attributes['arkhe.attributes_dropped']).toBe(8);
    expect(events.at(-1)).toMatchObject({ name: 'event 129' });
  });

  it('is there once, though two processors tell of it', () => {
    const { library, only } = setUp({ processors: 2 });
    library.startSpan('work').end();
    expect(only('span').name).toBe('work');
  });
});

describe('the parent', () => {
  aHostOfItsOwn();

  it('is right in both directions', () => {
    const { obs, library, span } = setUp();
    obs.tracer.startSpan('ours', () =>
      library.startActiveSpan('theirs', (theirs) => {
        obs.tracer.startSpan('ours again', () => library.startSpan('innermost').end());
        theirs.end();
      }),
    );
    for (const [child, parent] of [['theirs', 'ours'], ['ours again', 'theirs'], ['innermost', 'ours again']] as const) {
      // None is remote: all are on this stream.
      expect([child, span(child).parentSpanId, span(child).parentIsRemote]).toEqual([child, span(parent).trace.spanId, undefined]);
      expect(span(child).trace.traceId).toBe(span('ours').trace.traceId);
    }
  });

  it("of a span of ours is the host's, which is no other process", () => {
    const { obs, library, span } = setUp();
    library.startActiveSpan('theirs', (theirs) => {
      obs.tracer.startSpan('ours').end();
      theirs.end();
    });
    expect(span('ours')).toMatchObject({ parentSpanId: span('theirs').trace.spanId, parentIsRemote: undefined });
  });

  it('is of another process where the host says so', () => {
    const { library, span } = setUp();
    library.startSpan('served', {}, trace.setSpanContext(ROOT_CONTEXT, remote)).end();
    expect(span('served')).toMatchObject({ trace: { traceId: remote.traceId }, parentSpanId: remote.spanId, parentIsRemote: true });
  });

  it("of a span of ours is of another SDK, when the host's spans are not given to it", () => {
    const { obs, span } = recorded();
    managers.push(obs);
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    trace.getTracer('library').startActiveSpan('theirs', () => obs.tracer.startSpan('ours').end());
    expect(span('ours').parentIsRemote).toBe(true);
  });

  it('may be a request: what the host does in it is part of it', () => {
    const { obs, library, only, span } = setUp();
    const query = obs.traceRequest('GET', '/', () => library.startSpan('query'));
    query.end();
    expect(span('query')).toMatchObject({ requestId: only('request').requestId, parentSpanId: span('GET /').trace.spanId });
  });
});

describe('streamSpanProcessor', () => {
  aHostOfItsOwn();

  it("is OpenTelemetry's SpanProcessor", () => {
    const processor: SpanProcessor = streamSpanProcessor();
    expect(Object.keys(processor).sort()).toEqual(['forceFlush', 'onEnd', 'onStart', 'shutdown']);
  });

  it('gives spans to the process-wide manager in force, and creates none', async () => {
    const provider = new BasicTracerProvider({ spanProcessors: [streamSpanProcessor()] });
    const library: Tracer = provider.getTracer('library');
    library.startSpan('too early').end();
    await provider.forceFlush();
    const obs = getObservabilityManager({ sinks: [], sources: false });
    managers.push(obs);
    const { only, health } = recordingOf(obs);
    expect(health).toEqual([]);
    library.startSpan('in time').end();
    expect(only('span').name).toBe('in time');
  });

  it('refuses what is no manager', () => {
    for (const wrong of [{}, 'text', null]) expect(() => streamSpanProcessor(wrong as never)).toThrow(ConfigurationError);
  });

  it('flushes the manager with the provider, and does not end it', async () => {
    const { obs, sink, provider, library, ofKind } = setUp();
    library.startSpan('first').end();
    await provider.forceFlush();
    expect(sink.signals.map(({ name }) => name)).toEqual(['first']);
    library.startSpan('second').end();
    await provider.shutdown();
    expect(sink.signals.map(({ name }) => name)).toEqual(['first', 'second']);
    obs.tracer.startSpan('after').end();
    library.startSpan('not taken').end();
    expect(ofKind('span').map(({ name }) => name)).toEqual(['first', 'second', 'after']);
  });

  it('takes nothing where tracing is off', () => {
    const { library, signals } = setUp({ tracing: { enabled: false } });
    library.startSpan('work').end();
    expect(signals).toEqual([]);
  });

  it('does not double a span of ours', () => {
    const { obs, only } = recorded({ tracing: { register: true } });
    managers.push(obs);
    const processor = streamSpanProcessor(obs);
    const span = trace.getTracer('library').startSpan('work');
    processor.onStart(span, ROOT_CONTEXT);
    span.end();
    processor.onEnd(span);
    expect(only('span').name).toBe('work');
  });

  it('reads what SDKs before 2.0 call otherwise', () => {
    const { obs, only } = setUp();
    const parentSpanId = '1'.repeat(16);
    const of1 = { name: 'old', kind: 0, spanContext: () => remote, parentSpanId, startTime: [start / 1_000, 0], duration: [0, 5e6], instrumentationLibrary: { name: 'library', version: '1' } };
    streamSpanProcessor(obs).onEnd(of1);
    expect(only('span')).toMatchObject({ parentSpanId, parentIsRemote: undefined, timestamp: start, duration: 5, scope: { name: 'library', version: '1' } });
  });

  it('never throws into the host, whatever it is given', () => {
    const { obs, health, ofKind, exported, library } = setUp();
    const processor = streamSpanProcessor(obs);
    library.startSpan('real').end();
    const { name, kind, startTime, duration, attributes } = exported()[0]!;
    const like = { name, kind, startTime, duration, attributes, spanContext: () => remote };
    const broken = (fields: object): object => ({ ...like, ...fields });
    const hostile = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail });
    for (const wrong of [undefined, null, 7, {}, hostile, broken({ spanContext: fail })]) {
      processor.onStart(wrong as object, ROOT_CONTEXT);
      processor.onEnd(wrong as object);
    }
    expect(ofKind('span').map(({ name }) => name)).toEqual(['real']);
    for (const wrong of [undefined, null, 7, 'text', {}, [], hostile]) {
      processor.onEnd(broken({ events: wrong, links: wrong, startTime: wrong, duration: wrong, status: wrong, attributes: wrong, resource: wrong }));
    }
    processor.onEnd(broken({ events: [null, hostile, { name: 7 }] }));
    expect(health.every(({ type }) => type === 'source-failed' || type === 'input-ignored')).toBe(true);
    for (const { name, duration, timestamp } of ofKind('span')) expect([name, duration >= 0, Number.isFinite(timestamp)]).toEqual(['real', true, true]);
  });
});

function fail(): never {
  throw new Error('hostile');
}
