import { context, INVALID_SPAN_CONTEXT, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Link, SpanOptions, TimeInput, Tracer } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, describe, expect, it } from '#test';
import { createObservability } from '#sdk';
import type { ObservabilityManager, ObservabilityOptions, Sink } from '#sdk';
import { createTestClock } from '#testing';
import { createContextStorage } from '../../src/browser/context.ts';
import { createContextManager } from '../../src/browser/context-manager.ts';
import type { ContextCarrier } from '../../src/core/context.ts';
import { recorded, recordingOf } from '../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
afterEach(async () => {
  await Promise.all(managers.map((obs) => obs.shutdown()));
  managers = [];
});

function carrier(): ContextCarrier {
  const storage = createContextStorage<Context>();
  return { active: () => storage.get() ?? ROOT_CONTEXT, run: storage.run };
}

/** A manager that serves OpenTelemetry's API, and a library that uses it. */
function setUp(options: ObservabilityOptions = {}) {
  const test = recorded({ ...options, tracing: { register: true } });
  managers.push(test.obs);
  return { ...test, library: trace.getTracer('library', '1.2.3') };
}

const start = Date.UTC(2026, 0, 1);
const remote = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true };

describe("a span of OpenTelemetry's API", () => {
  it('is on the stream like one of ours', () => {
    const { library, clock, only } = setUp();
    const span = library.startSpan('old', { kind: SpanKind.PRODUCER, attributes: { a: 1 }, links: [{ context: remote }] });
    expect(span.isRecording()).toBe(true);
    clock.advance(5);
    span
      .setAttribute('b', 'two')
      .setAttributes({ c: [true] })
      .addEvent('half way', { rows: 3 })
      .addLink({ context: { ...remote, spanId: '1'.repeat(16) } })
      .addLinks([{ context: { ...remote, spanId: '2'.repeat(16), traceFlags: 0 } }])
      .setStatus({ code: SpanStatusCode.ERROR, message: 'late' })
      .updateName('new');
    clock.advance(2);
    span.end();
    const { traceId, spanId, traceFlags } = span.spanContext();
    expect(only('span')).toMatchObject({
      name: 'new',
      spanKind: 'producer',
      timestamp: start,
      duration: 7,
      trace: { traceId, spanId, sampled: traceFlags === 1 },
      attributes: { a: 1, b: 'two', c: [true] },
      events: [{ name: 'half way', timestamp: start + 5, attributes: { rows: 3 } }],
      links: [
        { traceId: remote.traceId, spanId: remote.spanId, sampled: true },
        { spanId: '1'.repeat(16), sampled: true },
        { spanId: '2'.repeat(16), sampled: false },
      ],
      status: { code: 'error', message: 'late' },
      scope: { name: 'library', version: '1.2.3' },
    });
  });

  it('does nothing after its end', () => {
    const { library, only } = setUp();
    const span = library.startSpan('done');
    span.end();
    span.setAttribute('late', 1).addEvent('late').addLink({ context: remote }).setStatus({ code: SpanStatusCode.OK }).updateName('late').end();
    span.recordException(new Error('late'));
    expect(span.isRecording()).toBe(false);
    expect(only('span')).toMatchObject({ name: 'done', events: [], links: [], status: { code: 'unset' } });
    expect('late' in only('span').attributes).toBe(false);
  });

  it('knows all kinds', () => {
    const { library, ofKind } = setUp();
    for (const kind of [0, 1, 2, 3, 4, 5, undefined]) library.startSpan('any', kind === undefined ? {} : { kind }).end();
    const expected = ['internal', 'server', 'client', 'producer', 'consumer', 'internal', 'internal'];
    expect(ofKind('span').map(({ spanKind }) => spanKind)).toEqual(expected);
  });

  it('takes every kind of time', () => {
    const { library, clock, ofKind } = setUp();
    clock.advance(1_000);
    // The last is of the monotonic clock.
    const times: readonly TimeInput[] = [start + 250, new Date(start + 250), [start / 1_000, 250_000_000], 250];
    for (const time of times) {
      const span = library.startSpan('work', { startTime: time });
      span.addEvent('without attributes', time).addEvent('with', { a: 1 }, time);
      span.recordException('wrong', time);
      span.end(time);
    }
    for (const { timestamp, duration, events } of ofKind('span')) {
      expect([timestamp, duration]).toEqual([start + 250, 0]);
      expect(events.map((event) => [event.name, event.timestamp])).toEqual(
        ['without attributes', 'with', 'exception'].map((name) => [name, start + 250]),
      );
    }
    expect(ofKind('span').length).toBe(times.length);
  });

  it('is part of the request it began in, wherever it ends', () => {
    const { obs, library, only, span } = setUp();
    obs.traceRequest('GET', '/', () => library.startSpan('query')).end();
    expect(span('query')).toMatchObject({ requestId: only('request').requestId, parentSpanId: span('GET /').trace.spanId });
  });

  it('tells where an error was thrown', () => {
    const { obs, library, only, span } = setUp();
    const error = new TypeError('wrong');
    const query = library.startSpan('query');
    query.recordException(error);
    query.end();
    obs.errorTracker.captureException(error);
    expect(span('query').events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'wrong' } }]);
    expect(only('error').trace).toEqual(span('query').trace);
  });

  it('never throws, whatever it is given', () => {
    const { library, ofKind, signals } = setUp();
    const hostile = new Proxy({}, { get: fail, ownKeys: fail, has: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail });
    for (const wrong of [undefined, null, 7, 'text', Symbol('s'), [], {}, hostile]) {
      const span = library.startSpan(wrong as string, wrong as SpanOptions);
      span.setAttribute(wrong as string, wrong as string).setAttributes(wrong as {}).addEvent(wrong as string, wrong as {}, wrong as TimeInput);
      span.addLink(wrong as Link).addLinks(wrong as Link[]).setStatus(wrong as never).updateName(wrong as string);
      span.recordException(wrong as Error, wrong as TimeInput);
      span.end(wrong as TimeInput);
    }
    expect(ofKind('span').length).toBe(8);
    expect(JSON.stringify(signals).length).toBeGreaterThan(100);
  });
});

function fail(): never {
  throw new Error('hostile');
}

describe("the parent of a span of OpenTelemetry's API", () => {
  it('is the span of the context, ours or theirs', () => {
    const { obs, library, span } = setUp();
    obs.tracer.startSpan('ours', () =>
      library.startActiveSpan('theirs', (theirs) => {
        obs.tracer.startSpan('ours again', () => library.startSpan('innermost').end());
        theirs.end();
      }),
    );
    for (const [child, parent] of [['theirs', 'ours'], ['ours again', 'theirs'], ['innermost', 'ours again']] as const) {
      expect([child, span(child).parentSpanId, span(child).parentIsRemote]).toEqual([child, span(parent).trace.spanId, undefined]);
      expect(span(child).trace.traceId).toBe(span('ours').trace.traceId);
    }
  });

  it('is that of the context given, none with `root`, and may be remote', () => {
    const { library, span } = setUp();
    const served = trace.setSpanContext(ROOT_CONTEXT, remote);
    library.startSpan('served', {}, served).end();
    library.startSpan('root', { root: true }, served).end();
    library.startSpan('under nothing', {}, trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT)).end();
    expect(span('served')).toMatchObject({ trace: { traceId: remote.traceId }, parentSpanId: remote.spanId, parentIsRemote: true });
    expect([span('root').parentSpanId, span('under nothing').parentSpanId]).toEqual([undefined, undefined]);
  });

  it('decides whether it is exported', async () => {
    const { obs, library, ofKind, sink } = setUp({ sampling: { rate: 0 } });
    library.startSpan('kept', {}, trace.setSpanContext(ROOT_CONTEXT, remote)).end();
    library.startSpan('left out', {}, trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceFlags: 0 })).end();
    const root = library.startSpan('root');
    root.end();
    await obs.flush();
    expect(root.spanContext().traceFlags).toBe(0);
    expect(sink.signals.map(({ name }) => name)).toEqual(['kept']);
    expect(ofKind('span').length).toBe(3);
  });

  it('is, for a span of ours too, the one whose context was entered last', () => {
    const { obs, library, span } = setUp();
    const kept = obs.tracer.startSpan('kept', () => context.active());
    obs.tracer.startSpan('around', () =>
      context.with(kept, () => {
        obs.tracer.startSpan('ours', () => undefined);
        library.startSpan('theirs').end();
      }),
    );
    expect([span('ours').parentSpanId, span('theirs').parentSpanId]).toEqual(Array(2).fill(span('kept').trace.spanId));
  });

  it('is a span of ours whose context was kept', () => {
    const { obs, library, span } = setUp();
    let kept = ROOT_CONTEXT;
    const outer = obs.tracer.startSpan('outer', (active) => {
      kept = context.active();
      return active;
    });
    expect(trace.getSpanContext(kept)).toMatchObject({ traceId: outer.trace.traceId, spanId: outer.trace.spanId, traceFlags: 1 });
    library.startSpan('later', {}, kept).end();
    expect(span('later').parentSpanId).toBe(outer.trace.spanId);
  });
});

describe('startActiveSpan', () => {
  it('takes options and a context before the function, and gives what it returns', () => {
    const { library, ofKind } = setUp();
    const run = (span: { end(): void }): string => {
      expect(trace.getActiveSpan()).toBe(span);
      span.end();
      return 'result';
    };
    expect(library.startActiveSpan('one', run)).toBe('result');
    expect(library.startActiveSpan('two', { kind: SpanKind.CLIENT }, run)).toBe('result');
    expect(library.startActiveSpan('three', {}, trace.setSpanContext(ROOT_CONTEXT, remote), run)).toBe('result');
    expect(ofKind('span').map(({ name, spanKind, parentSpanId }) => [name, spanKind, parentSpanId])).toEqual([
      ['one', 'internal', undefined],
      ['two', 'client', undefined],
      ['three', 'internal', remote.spanId],
    ]);
    expect(trace.getActiveSpan()).toBe(undefined);
  });

  it('lets through what the function throws', () => {
    const { library } = setUp();
    const error = new Error('of the library');
    expect(() =>
      library.startActiveSpan('work', () => {
        throw error;
      }),
    ).toThrow(error);
    expect(trace.getActiveSpan()).toBe(undefined);
  });
});

describe('a library', () => {
  /** Whether it starts a span, and what it would hand on. */
  function probe(library: Tracer): readonly [boolean, object] {
    return library.startActiveSpan('probe', (span) => {
      const carrier = {};
      propagation.inject(context.active(), carrier);
      span.end();
      return [span.isRecording(), carrier] as const;
    });
  }

  it('starts nothing, and hands on nothing, where tracing is suppressed', () => {
    const { library, ofKind } = setUp();
    const parent = trace.setSpanContext(suppressTracing(ROOT_CONTEXT), remote);
    expect(context.with(parent, () => probe(library))).toEqual([false, {}]);
    expect(ofKind('span')).toEqual([]);
  });

  it('starts nothing while a sink is at work', async () => {
    const seen: unknown[] = [];
    const sink: Sink = { name: 'mine', write: () => void seen.push(probe(trace.getTracer('library'))) };
    const obs = createObservability({ sinks: [sink], clock: createTestClock(), tracing: { register: true } });
    managers.push(obs);
    const { ofKind } = recordingOf(obs);
    obs.tracer.startSpan('first').end();
    await obs.flush();
    expect(seen).toEqual([[false, {}]]);
    expect(ofKind('span').map(({ name }) => name)).toEqual(['first']);
  });

  it('hands on the trace it was called in where tracing is off', () => {
    const off = recorded({ tracing: { register: true, enabled: false } });
    managers.push(off.obs);
    const [, carrier] = context.with(trace.setSpanContext(ROOT_CONTEXT, remote), () => probe(trace.getTracer('library')));
    expect(carrier).toEqual({ traceparent: `00-${remote.traceId}-${remote.spanId}-01` });
    expect(off.signals).toEqual([]);
  });
});

describe('tracestate', () => {
  it("travels through OpenTelemetry's API in both directions", () => {
    const { obs, library, span } = setUp();
    const headers = { traceparent: `00-${remote.traceId}-${remote.spanId}-01`, tracestate: 'vendor=1,other=a b' };
    context.with(propagation.extract(ROOT_CONTEXT, headers), () => {
      obs.tracer.startSpan('ours', () => {
        const theirs = library.startSpan('theirs');
        expect(theirs.spanContext().traceState?.get('vendor')).toBe('1');
        theirs.end();
        const carrier: Record<string, string> = {};
        propagation.inject(context.active(), carrier);
        expect(carrier['tracestate']).toBe(headers.tracestate);
        expect(carrier).toEqual(obs.tracer.inject());
      });
    });
    expect([span('ours'), span('theirs')].map((signal) => signal.trace.traceState)).toEqual([headers.tracestate, headers.tracestate]);
    expect(span('ours').trace.traceId).toBe(remote.traceId);
  });
});

describe('the context manager of hosts that follow nothing but calls', () => {
  const key = Symbol('key');
  const inside = ROOT_CONTEXT.setValue(key, 1);

  it('has the context active during a call, and before it again afterwards', () => {
    const manager = createContextManager(carrier()).enable();
    const seen = manager.with(inside, function (this: unknown, more: number) {
      return [this, more, manager.active().getValue(key)];
    }, 'self' as never, 2);
    expect(seen).toEqual(['self', 2, 1]);
    expect(manager.active()).toBe(ROOT_CONTEXT);
    expect(() => manager.with(inside, fail)).toThrow('hostile');
    expect(manager.active()).toBe(ROOT_CONTEXT);
  });

  it('binds functions to a context', () => {
    const manager = createContextManager(carrier());
    const bound = manager.bind(inside, function (this: { name: string }, a: number, b: number) {
      return [this.name, a + b, manager.active().getValue(key)];
    });
    expect(bound.call({ name: 'self' }, 1, 2)).toEqual(['self', 3, 1]);
    expect(bound.length).toBe(2);
    expect(manager.bind(inside, 7)).toBe(7);
  });
});
