import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import type { Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from 'vitest';
import type { HeadersInput, ObservabilityManager, ObservabilityOptions } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
afterEach(async () => {
  await Promise.all(managers.map((obs) => obs.shutdown()));
  managers = [];
  trace.disable();
  context.disable();
  propagation.disable();
});

function setUp(options: ObservabilityOptions = {}) {
  const test = recorded(options);
  managers.push(test.obs);
  return test;
}

/** A test in every situation OpenTelemetry can be in. */
const situations: readonly (readonly [string, () => ReturnType<typeof setUp>])[] = [
  ['not registered', () => setUp()],
  ['registered', () => setUp({ tracing: { register: true } })],
  [
    'beside a host with its own OpenTelemetry',
    () => {
      new NodeTracerProvider().register();
      return setUp();
    },
  ],
];

for (const [situation, begin] of situations) {
  describe(`the active span, ${situation}`, () => {
    it('follows await, timers, events and streams of promises', async () => {
      const { obs, span } = begin();
      const emitter = new EventEmitter();
      await obs.tracer.startSpan('outer', async () => {
        await Promise.resolve();
        obs.tracer.startSpan('after await', () => undefined);
        await sleep(1);
        obs.tracer.startSpan('after a timer', () => undefined);
        await new Promise<void>((resolve) =>
          setImmediate(() => {
            obs.tracer.startSpan('in a callback', () => undefined);
            resolve();
          }),
        );
        emitter.on('event', () => obs.tracer.startSpan('in a listener', () => undefined));
        const happened = once(emitter, 'event');
        emitter.emit('event');
        await happened;
        for await (const _ of asynchronous()) obs.tracer.startSpan('in an async loop', () => undefined);
      });
      const { spanId } = span('outer').trace;
      for (const name of ['after await', 'after a timer', 'in a callback', 'in a listener', 'in an async loop']) {
        expect([name, span(name).parentSpanId]).toEqual([name, spanId]);
      }
      expect(obs.tracer.activeSpan()).toBe(undefined);
    });

    it('is kept apart where many run at the same time', async () => {
      const { obs, ofKind, span } = begin();
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          obs.tracer.startSpan(`outer ${index}`, async () => {
            await sleep(index % 3);
            await obs.tracer.startSpan(`inner ${index}`, async () => {
              await Promise.resolve();
              obs.logger.info(String(index));
            });
          }),
        ),
      );
      for (let index = 0; index < 20; index++) {
        expect(span(`inner ${index}`).parentSpanId).toBe(span(`outer ${index}`).trace.spanId);
        expect(ofKind('log').find(({ message }) => message === String(index))?.trace).toEqual(span(`inner ${index}`).trace);
      }
    });

    it('reaches traceRequest, its request id, and everything below', async () => {
      const { obs, signals } = begin();
      await Promise.all(
        ['/a', '/b', '/c'].map((path) =>
          obs.traceRequest('GET', path, async ({ requestId }) => {
            await sleep(1);
            await obs.tracer.startSpan(path, () => sleep(1));
            expect(obs.requestLogger.current()?.requestId).toBe(requestId);
            obs.errorTracker.captureMessage(path);
          }),
        ),
      );
      for (const path of ['/a', '/b', '/c']) {
        const own = signals.filter((signal) => JSON.stringify(signal).includes(`"${path}"`));
        expect(own.length).toBe(5);
        expect(new Set(own.map(({ requestId }) => requestId)).size).toBe(1);
        expect(new Set(own.map(({ trace }) => trace?.traceId)).size).toBe(1);
      }
    });

    it('follows an async generator, and its caller in between', async () => {
      const { obs, span } = begin();
      const generate = obs.tracer.traceFunction(async function* generator() {
        await sleep(1);
        obs.tracer.startSpan('inside', () => undefined);
        yield 1;
      });
      await obs.tracer.startSpan('caller', async () => {
        for await (const _ of generate()) obs.tracer.startSpan('between', () => undefined);
      });
      expect(span('inside').parentSpanId).toBe(span('generator').trace.spanId);
      expect(span('between').parentSpanId).toBe(span('caller').trace.spanId);
    });
  });
}

async function* asynchronous(): AsyncGenerator<number> {
  await sleep(1);
  yield 1;
}

describe('a rejected promise', () => {
  it('stays one unhandled rejection when nobody handles it', async () => {
    const { obs, span } = setUp();
    const unhandled: unknown[] = [];
    const before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => unhandled.push(reason));
    try {
      const error = new Error('nobody cares');
      void obs.tracer.startSpan('work', async () => {
        await Promise.resolve();
        throw error;
      });
      await sleep(5);
      expect(unhandled).toEqual([error]);
      expect(span('work').status.code).toBe('error');

      await obs.tracer.startSpan('handled', () => Promise.reject(error)).catch(() => undefined);
      await sleep(5);
      expect(unhandled.length).toBe(1);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of before) process.on('unhandledRejection', listener);
    }
  });
});

describe('registered', () => {
  it('puts the spans of instrumented libraries on the stream, in both directions', () => {
    const { obs, span } = setUp({ tracing: { register: true } });
    const library = trace.getTracer('some-library', '4.5.6');
    obs.tracer.startSpan('ours', () => {
      library.startActiveSpan('theirs', { attributes: { rows: 3 } }, (theirs) => {
        obs.tracer.startSpan('ours again', () => undefined);
        theirs.end();
      });
    });
    expect(span('theirs')).toMatchObject({
      parentSpanId: span('ours').trace.spanId,
      attributes: { rows: 3 },
      scope: { name: 'some-library', version: '4.5.6' },
    });
    expect(span('ours again')).toMatchObject({ parentSpanId: span('theirs').trace.spanId, parentIsRemote: undefined });
  });

  it('gives the spans of libraries their request', () => {
    const { obs, span } = setUp({ tracing: { register: true } });
    obs.traceRequest('GET', '/', () => trace.getTracer('library').startSpan('query').end());
    expect(span('query').requestId).toBe(span('GET /').requestId);
  });

  it('propagates with the global API', () => {
    const { obs } = setUp({ tracing: { register: true } });
    obs.tracer.startSpan('ours', () => {
      const carrier = {};
      propagation.inject(context.active(), carrier);
      expect(carrier).toEqual(obs.tracer.inject());
    });
  });

  it('gives everything back at shutdown', async () => {
    const { obs, ofKind } = setUp({ tracing: { register: true } });
    const startGlobally = (): boolean => {
      const span = trace.getTracer('any').startSpan('global');
      span.end();
      return span.isRecording();
    };
    startGlobally();
    expect(ofKind('span').length).toBe(1);
    await obs.shutdown();
    expect(startGlobally()).toBe(false);
    const provider = new NodeTracerProvider();
    expect(trace.setGlobalTracerProvider(provider)).toBe(true);
    expect(context.setGlobalContextManager(new AsyncLocalStorageContextManager())).toBe(true);
    expect(propagation.setGlobalPropagator({ inject: () => undefined, extract: (given) => given, fields: () => [] })).toBe(true);
  });

  it('leaves what another SDK has registered alone, also at shutdown', async () => {
    const host = hostOf();
    const { obs, ofKind } = setUp({ tracing: { register: true } });
    host.tracer.startSpan('of the host').end();
    await obs.shutdown();
    trace.getTracer('any').startSpan('after').end();
    expect(host.names()).toEqual(['of the host', 'after']);
    expect(ofKind('span')).toEqual([]);
    host.tracer.startActiveSpan('still active', (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      span.end();
    });
  });
});

/** A host that has set up OpenTelemetry for itself. */
function hostOf(): { readonly tracer: Tracer; names(): string[]; readonly exporter: InMemorySpanExporter } {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  return { tracer: trace.getTracer('host'), exporter, names: () => exporter.getFinishedSpans().map(({ name }) => name) };
}

describe('beside a host with its own OpenTelemetry', () => {
  it('has children and parents there, while each keeps its own spans', async () => {
    const host = hostOf();
    const { obs, span, ofKind } = setUp();
    await host.tracer.startActiveSpan('host outer', async (outer) => {
      await sleep(1);
      await obs.tracer.startSpan('ours', async () => {
        await sleep(1);
        host.tracer.startActiveSpan('host inner', (inner) => {
          obs.tracer.startSpan('ours again', () => obs.logger.info('deep'));
          inner.end();
        });
        obs.tracer.startSpan('ours directly', () => undefined);
      });
      outer.end();
    });
    const [inner, outer] = host.exporter.getFinishedSpans();
    expect(host.names()).toEqual(['host inner', 'host outer']);
    expect(ofKind('span').map(({ name }) => name)).toEqual(['ours again', 'ours directly', 'ours']);
    expect(span('ours')).toMatchObject({ parentSpanId: outer?.spanContext().spanId, parentIsRemote: true });
    expect(inner?.parentSpanContext?.spanId).toBe(span('ours').trace.spanId);
    expect(span('ours again')).toMatchObject({ parentSpanId: inner?.spanContext().spanId, parentIsRemote: true });
    expect(span('ours directly')).toMatchObject({ parentSpanId: span('ours').trace.spanId, parentIsRemote: undefined });
    expect(new Set([...ofKind('span'), ...ofKind('log')].map(({ trace }) => trace?.traceId))).toEqual(new Set([outer?.spanContext().traceId]));
  });

  it('correlates signals with the span of the host', () => {
    const host = hostOf();
    const { obs, only } = setUp();
    host.tracer.startActiveSpan('host', (span) => {
      obs.logger.info('inside');
      expect(only('log').trace).toMatchObject({ traceId: span.spanContext().traceId, spanId: span.spanContext().spanId });
      expect(obs.tracer.inject()['traceparent']).toContain(span.spanContext().spanId);
      span.end();
    });
  });

  it('starts nothing where the host suppresses tracing', () => {
    hostOf();
    const { obs, signals, health } = setUp();
    const run = () =>
      obs.tracer.startSpan('suppressed', (span) => {
        expect(span.recording).toBe(false);
        return span.startSpan('inner', () => 'result');
      });
    expect(context.with(suppressTracing(context.active()), run)).toBe('result');
    expect(signals).toEqual([]);
    expect(health).toEqual([]);
  });
});

describe('two instances side by side', () => {
  it.each(['without a context manager', 'with a global context manager', 'with one of them registered'])('never parent each other: %s', async (how) => {
    if (how === 'with a global context manager') new NodeTracerProvider().register();
    const one = setUp({ tracing: { register: how === 'with one of them registered' } });
    const two = setUp();
    await one.obs.tracer.startSpan('one outer', async () => {
      await sleep(1);
      await two.obs.tracer.startSpan('two outer', async () => {
        await sleep(1);
        await one.obs.tracer.startSpan('one inner', async () => {
          await sleep(1);
          two.obs.tracer.startSpan('two inner', () => undefined);
        });
      });
    });
    expect(one.span('one outer').parentSpanId).toBe(undefined);
    expect(two.span('two outer').parentSpanId).toBe(undefined);
    expect(one.span('one inner').parentSpanId).toBe(one.span('one outer').trace.spanId);
    expect(two.span('two inner').parentSpanId).toBe(two.span('two outer').trace.spanId);
    expect(one.ofKind('span').length).toBe(2);
    expect(two.ofKind('span').length).toBe(2);
  });
});

describe('extract', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const spanId = '00f067aa0ba902b7';
  const valid = `00-${traceId}-${spanId}-01`;

  it.each([
    ['a plain object', { traceparent: valid }],
    ['any case of the name', { TraceParent: valid }],
    ['Headers', new Headers({ traceparent: valid })],
    ['a Map', new Map([['traceparent', valid]])],
    ['pairs', [['Traceparent', valid]]],
    ['the headers of Node', { host: 'x', 'set-cookie': ['a', 'b'], traceparent: valid, gone: undefined }],
    ['the same header twice', [['traceparent', valid], ['traceparent', valid]]],
    ['a list of one', { traceparent: [valid] }],
    ['a later version with more parts', { traceparent: `01-${traceId}-${spanId}-01-what-comes` }],
    ['other flags', { traceparent: `00-${traceId}-${spanId}-ff` }],
  ] as const)('reads %s', (_, headers) => {
    const { obs, health } = setUp();
    expect(obs.tracer.extract(headers as HeadersInput)).toEqual({ traceId, spanId, sampled: true });
    expect(health).toEqual([]);
  });

  it('reads the flag', () => {
    const { obs } = setUp();
    expect(obs.tracer.extract({ traceparent: `00-${traceId}-${spanId}-00` })).toEqual({ traceId, spanId, sampled: false });
    expect(obs.tracer.extract({ traceparent: `00-${traceId}-${spanId}-02` })?.sampled).toBe(false);
  });

  it.each([
    ['empty', ''],
    ['too short', `00-${traceId.slice(1)}-${spanId}-01`],
    ['too long', `00-${traceId}0-${spanId}-01`],
    ['a short span id', `00-${traceId}-${spanId.slice(1)}-01`],
    ['no flags', `00-${traceId}-${spanId}`],
    ['long flags', `00-${traceId}-${spanId}-011`],
    ['more parts than version 00 has', `${valid}-more`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['version ff', `ff-${traceId}-${spanId}-01`],
    ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['no hexadecimal digits', `00-${'g'.repeat(32)}-${spanId}-01`],
    ['two in one', `${valid}, ${valid.replace('4bf9', '5bf9')}`],
    ['a megabyte', `01-${traceId}-${spanId}-01-${'x'.repeat(1_048_576)}`],
    ['a line break', `${valid}\r\nx: y`],
  ])('takes nothing from a malformed header: %s', (_, traceparent) => {
    const { obs, health } = setUp();
    expect(obs.tracer.extract({ traceparent })).toBe(undefined);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'propagation' }]);
  });

  it('takes nothing from two different headers', () => {
    const { obs, health } = setUp();
    const other = valid.replace('4bf9', '5bf9');
    expect(obs.tracer.extract([['traceparent', valid], ['traceparent', other]])).toBe(undefined);
    expect(obs.tracer.extract({ traceparent: [valid, other] })).toBe(undefined);
    expect(obs.tracer.extract({ traceparent: valid, Traceparent: other })).toBe(undefined);
    expect(health.length).toBe(1);
  });

  it('takes nothing from what is no headers', () => {
    const { obs, health } = setUp();
    for (const headers of [undefined, null, 'traceparent', 7, [], [7], new Map()]) expect(obs.tracer.extract(headers as never)).toBe(undefined);
    expect(health).toEqual([]);
  });
});

describe('many managers', () => {
  it('make Node warn of no leak', async () => {
    const warnings: string[] = [];
    const listener = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', listener);
    const before = process.listenerCount('exit');
    for (let count = 0; count < 20; count++) setUp();
    expect(process.listenerCount('exit') - before).toBeLessThanOrEqual(1);
    await sleep(1);
    process.off('warning', listener);
    expect(warnings).toEqual([]);
  });
});
