import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createObservability, incomingRequests, streamSpanProcessor } from '#sdk';
import type { ObservabilityManager, ObservabilityOptions } from '#sdk';
import { recordingOf } from '../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
let provider: NodeTracerProvider;
let exporter: InMemorySpanExporter;
let processors: ReturnType<typeof streamSpanProcessor>[] = [];

/** The host is there first, as it is when it starts its own SDK: its provider, context manager and propagator stay. */
beforeEach(() => {
  exporter = new InMemorySpanExporter();
  processors = [];
  // Providers take their processors at birth: this one hands on to those that come later.
  const later = {
    onStart: (...given: Parameters<(typeof processors)[0]['onStart']>) => processors.forEach((each) => each.onStart(...given)),
    onEnd: (span: object) => processors.forEach((each) => each.onEnd(span)),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  provider = new NodeTracerProvider({ spanProcessors: [later, new SimpleSpanProcessor(exporter)] });
  provider.register();
});
afterEach(async () => {
  await Promise.all(managers.map((obs) => obs.shutdown()));
  managers = [];
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});

function setUp(options: ObservabilityOptions = {}) {
  const obs = createObservability({ sinks: [], sources: false, ...options });
  managers.push(obs);
  processors.push(streamSpanProcessor(obs));
  return { obs, ...recordingOf(obs), library: trace.getTracer('library') };
}

/** Answers one request, and gives the answer's body. */
async function served(handle: (request: IncomingMessage, response: ServerResponse) => unknown, headers = {}): Promise<string> {
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(get({ port, path: '/orders', headers, agent: false }), 'response')) as [IncomingMessage];
  const body = (await response.toArray()).join('');
  server.close();
  await once(server, 'close');
  return body;
}

describe('a host with a tracer provider of its own', () => {
  it('keeps it when a manager is to be registered, and hears once what to do', async () => {
    const delegate = (): unknown => Reflect.get(trace.getTracerProvider(), '_delegate');
    const before = delegate();
    const { obs, health, library } = setUp({ tracing: { register: true } });
    expect(delegate()).toBe(before);
    expect(health).toEqual([
      expect.objectContaining({ type: 'input-ignored', name: 'open-telemetry', message: expect.stringContaining('streamSpanProcessor()') }),
    ]);
    await obs.shutdown();
    // And after its end, too.
    expect(delegate()).toBe(before);
    library.startSpan('still the host').end();
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['still the host']);
  });

  it('has its spans on the stream, children and parents of ours, through everything that is awaited', async () => {
    const { obs, library, span } = setUp();
    await obs.tracer.startSpan('ours', async () => {
      await pause(1);
      await library.startActiveSpan('theirs', async (theirs) => {
        await pause(1);
        await obs.tracer.startSpan('ours again', async () => {
          await pause(1);
          library.startSpan('innermost').end();
        });
        await pause(1);
        library.startSpan('sibling').end();
        theirs.end();
      });
      await pause(1);
      library.startSpan('last').end();
    });
    const edges = { theirs: 'ours', 'ours again': 'theirs', innermost: 'ours again', sibling: 'theirs', last: 'ours' };
    for (const [child, parent] of Object.entries(edges)) {
      expect([child, span(child).parentSpanId, span(child).parentIsRemote]).toEqual([child, span(parent).trace.spanId, undefined]);
      expect(span(child).trace.traceId).toBe(span('ours').trace.traceId);
    }
    // Its own exporter gets its own, with parents that are ours.
    const exported = Object.fromEntries(exporter.getFinishedSpans().map((each) => [each.name, each.parentSpanContext?.spanId]));
    expect(exported).toEqual({
      theirs: span('ours').trace.spanId,
      innermost: span('ours again').trace.spanId,
      sibling: span('theirs').trace.spanId,
      last: span('ours').trace.spanId,
    });
  });

  it('is asked which context was entered last, also when it is that of a span of ours', () => {
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

  it('does not mix what runs at the same time', async () => {
    const { obs, library, ofKind } = setUp();
    const work = (index: number): Promise<void> =>
      obs.tracer.startSpan(`outer ${index}`, async () => {
        await pause(index % 3);
        await library.startActiveSpan(`theirs ${index}`, async (theirs) => {
          await pause((index + 1) % 3);
          obs.tracer.startSpan(`inner ${index}`).end();
          theirs.end();
        });
      });
    await Promise.all(Array.from({ length: 50 }, (_, index) => work(index)));
    const byName = new Map(ofKind('span').map((each) => [each.name, each]));
    expect(byName.size).toBe(150);
    for (let index = 0; index < 50; index += 1) {
      const [outer, theirs, inner] = ['outer', 'theirs', 'inner'].map((name) => byName.get(`${name} ${index}`));
      expect([theirs?.parentSpanId, inner?.parentSpanId]).toEqual([outer?.trace.spanId, theirs?.trace.spanId]);
    }
  });

  it.each(['registered', 'not registered'])('has the request that a source saw as the parent of its spans, when the manager is %s', async (how) => {
    // Without that of outgoing requests, which would begin another trace here.
    const { library, ofKind, span } = setUp({ sources: [incomingRequests()], tracing: { register: how === 'registered' } });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const body = await served(async (_, response) => {
      await pause(2);
      const theirs = library.startSpan('theirs');
      theirs.end();
      response.end(theirs.spanContext().traceId);
    }, headers);
    expect(body).toBe(traceId);
    const server = ofKind('span').find(({ spanKind }) => spanKind === 'server');
    expect(server).toMatchObject({ trace: { traceId }, parentSpanId: '00f067aa0ba902b7' });
    expect(span('theirs')).toMatchObject({ parentSpanId: server?.trace.spanId, parentIsRemote: undefined });
  });
});
