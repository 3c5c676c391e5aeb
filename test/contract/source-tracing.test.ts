// What sources trace with: see src/core/tracing/source-tracing.ts. The sources of each host have suites of their own.
import { context, propagation, trace } from '@opentelemetry/api';
import { Observable } from 'rxjs';
import { afterEach, describe, expect, it } from '#test';
import type { ObservabilityManager, ObservabilityOptions, Source } from '#sdk';
import type { SourceContext } from '../../src/core/source.ts';
import type { ArrivingRequest } from '../../src/core/requests/source-requests.ts';
import { recorded } from '../helpers/recorded.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const arriving = { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'user.tier=gold' };

const posted: ArrivingRequest = {
  method: 'POST',
  target: '/orders',
  scheme: 'https',
  host: 'shop.example',
  protocolVersion: '1.1',
  headers: arriving,
  header: (name) => (arriving as Record<string, string>)[name],
};

let managers: ObservabilityManager[] = [];
afterEach(async () => {
  await Promise.all(managers.map((obs) => obs.shutdown()));
  managers = [];
});

function setUp(options: ObservabilityOptions = {}) {
  let seen: SourceContext | undefined;
  const source: Source = {
    name: 'mine',
    observe(given: SourceContext) {
      seen = given;
      return new Observable();
    },
  };
  const test = recorded({ ...options, sources: [source] });
  managers.push(test.obs);
  const { tracing, requests } = seen ?? expect.fail('not observed');
  return { ...test, tracing, requests };
}

describe('a request that came in', () => {
  it('continues the trace and the baggage in its headers, whatever is active', () => {
    const { obs, tracing, span } = setUp();
    obs.tracer.startSpan('unrelated', () => {
      const arrival = tracing.startSpan('GET', { kind: 'server', attributes: { 'url.path': '/' }, from: tracing.extract(arriving) });
      tracing.run(arrival, () => {
        obs.tracer.startSpan('inside', () => undefined);
        expect(obs.tracer.inject()).toEqual({ traceparent: `00-${traceId}-${arrival.trace.spanId}-01`, baggage: 'user.tier=gold' });
      });
      arrival.end();
    });
    expect(span('GET')).toMatchObject({ trace: { traceId }, parentSpanId: spanId, parentIsRemote: true, spanKind: 'server' });
    expect(span('inside')).toMatchObject({ trace: { traceId }, parentSpanId: span('GET').trace.spanId, parentIsRemote: undefined });
    expect(JSON.stringify(span('GET'))).not.toContain('gold');
  });

  it('begins a trace when it brings none, but keeps the baggage', () => {
    const { obs, tracing, span } = setUp();
    obs.tracer.startSpan('unrelated', () => {
      const arrival = tracing.startSpan('GET', { kind: 'server', attributes: {}, from: tracing.extract({ baggage: 'a=1' }) });
      tracing.run(arrival, () => expect(obs.tracer.inject()['baggage']).toBe('a=1'));
      arrival.end();
    });
    expect(span('GET').parentSpanId).toBe(undefined);
    expect(span('GET').trace.traceId).not.toBe(span('unrelated').trace.traceId);
  });

  it('is the request that the application tells of, not one more', () => {
    const { obs, requests, ofKind, only } = setUp();
    const arrival = requests.serve(posted)!;
    requests.run(arrival, () => {
      // As applications did it by hand.
      const details = { route: '/orders', params: { page: 1 }, attributes: { tenant: 'a' }, parent: obs.tracer.extract(arriving) };
      obs.traceRequest('POST', '/orders', details, (request) => {
        expect(request.trace).toEqual(arrival.trace);
        obs.tracer.startSpan('inside', () => undefined);
      });
    });
    expect([ofKind('request').length, ofKind('response').length]).toEqual([1, 0]);
    arrival.answered(201);
    expect(ofKind('span').map(({ name }) => name)).toEqual(['inside', 'POST /orders']);
    const { requestId } = only('request');
    expect(ofKind('span').map((signal) => [signal.requestId, signal.trace.traceId])).toEqual([[requestId, traceId], [requestId, traceId]]);
    expect(only('response')).toMatchObject({ requestId, statusCode: 201, params: { page: 1 }, attributes: { tenant: 'a', 'http.route': '/orders' } });
  });

  it('is the request that the application logs, when method and path are the same', () => {
    const { obs, requests, ofKind } = setUp();
    const arrival = requests.serve(posted)!;
    requests.run(arrival, () => {
      const { requestLogger } = obs;
      const other = requestLogger.logRequest('POST', 'https://payments.example/charges');
      const same = requestLogger.logRequest('POST', '/orders?page=2', { params: { page: 2 } });
      requestLogger.logResponse(same, { status: 'error', error: new RangeError('no'), responseData: { order: 7 } });
      requestLogger.logResponse(other, { status: 200 });
    });
    arrival.answered(200);
    arrival.answered(500);
    const { requestId } = arrival;
    expect(ofKind('request').map(({ path }) => path)).toEqual(['/orders', 'https://payments.example/charges']);
    expect(ofKind('response')).toMatchObject([
      { path: 'https://payments.example/charges', status: 'success', requestId },
      { path: '/orders', status: 'error', statusCode: 200, params: { page: 2 }, data: { order: 7 }, error: { type: 'RangeError' }, requestId },
    ]);
  });

  it('is told of once: a second request inside it is one of its own, with the same id', () => {
    const { obs, requests, ofKind } = setUp();
    const arrival = requests.serve(posted)!;
    requests.run(arrival, () => {
      obs.traceRequest('POST', '/orders', () => obs.traceRequest('GET', '/stock', () => undefined));
      obs.traceRequest('TRAIN', 'pipeline', () => undefined);
    });
    arrival.answered(200);
    expect(ofKind('span').map(({ name }) => name)).toEqual(['GET /stock', 'TRAIN pipeline', 'POST']);
    expect(new Set(ofKind('response').map(({ requestId }) => requestId))).toEqual(new Set([arrival.requestId]));
  });

  it('is a request only when it is served: one that a message brings about is one more', () => {
    const { obs, tracing, ofKind } = setUp();
    const arrival = tracing.startSpan('process', { kind: 'consumer', attributes: {}, from: tracing.extract(arriving) });
    tracing.run(arrival, () => obs.traceRequest('POST', '/orders', () => undefined));
    arrival.end();
    expect(ofKind('span').map(({ name }) => name)).toEqual(['POST /orders', 'process']);
  });
});

describe('a request that is sent', () => {
  it('carries the span in every format, and the baggage', () => {
    const { tracing } = setUp({ tracing: { propagators: ['tracecontext', 'baggage', 'b3'], propagateTo: ['api.example.com'] } });
    const arrival = tracing.startSpan('GET', { kind: 'server', attributes: {}, from: tracing.extract(arriving) });
    tracing.run(arrival, () => {
      const sent = tracing.startSpan('POST', { kind: 'client', attributes: {} });
      expect(tracing.allows('https://api.example.com/pay')).toBe(true);
      expect(tracing.headersFor(sent)).toEqual({
        traceparent: `00-${traceId}-${sent.trace.spanId}-01`,
        baggage: 'user.tier=gold',
        b3: `${traceId}-${sent.trace.spanId}-1`,
      });
    });
  });

  it('gets no headers where it is not to, which is said once for each origin', () => {
    const { tracing, health } = setUp({ tracing: { propagateTo: ['api.example.com'] } });
    for (const path of ['/a?key=s3cr3t', '/b', '/c']) expect(tracing.allows(`https://tracker.example.org${path}`)).toBe(false);
    expect(tracing.allows('https://other.example.org/')).toBe(false);
    expect(health.map((trouble) => trouble.type === 'input-ignored' && trouble.message)).toEqual([
      'requests to https://tracker.example.org get no trace headers: tracing.propagateTo does not list it',
      'requests to https://other.example.org get no trace headers: tracing.propagateTo does not list it',
    ]);
  });
});

describe('nothing is to be seen', () => {
  it('where tracing is off, or a sink is at work', async () => {
    const { tracing } = setUp();
    expect(tracing.observes()).toBe(true);
    expect(setUp({ tracing: false }).tracing.observes()).toBe(false);
    const seen: boolean[] = [];
    const { obs, tracing: suppressed } = setUp({ sinks: [{ name: 'sending', write: () => void seen.push(suppressed.observes()) }] } as never);
    obs.logger.info('x');
    await obs.flush();
    expect(seen.every((observed) => !observed)).toBe(true);
  });
});

describe("OpenTelemetry's API, registered", () => {
  it('sees the span and the baggage of a request, and what a library adds inside it is outside again afterwards', () => {
    const { tracing, span } = setUp({ tracing: { register: true } });
    const arrival = tracing.startSpan('GET', { kind: 'server', attributes: {}, from: tracing.extract(arriving) });
    const library = trace.getTracer('library');
    tracing.run(arrival, () => {
      expect(trace.getActiveSpan()?.spanContext()).toMatchObject({ traceId, spanId: arrival.trace.spanId });
      expect(propagation.getActiveBaggage()?.getEntry('user.tier')?.value).toBe('gold');
      library.startActiveSpan('query', (query) => {
        expect(trace.getActiveSpan()).toBe(query);
        const carrier: Record<string, string> = {};
        propagation.inject(context.active(), carrier);
        expect(carrier).toEqual({ traceparent: `00-${traceId}-${query.spanContext().spanId}-01`, baggage: 'user.tier=gold' });
        query.end();
      });
      expect(trace.getActiveSpan()?.spanContext().spanId).toBe(arrival.trace.spanId);
    });
    expect(trace.getActiveSpan()).toBe(undefined);
    arrival.end();
    expect(span('query').parentSpanId).toBe(arrival.trace.spanId);
  });

  it('says once that an instrumentation traces what a source traces, too', () => {
    const { tracing, health } = setUp({ tracing: { register: true } });
    const instrumentation = trace.getTracer('@opentelemetry/instrumentation-http');
    instrumentation.startSpan('GET').end();
    expect(health).toEqual([]);
    tracing.startSpan('GET', { kind: 'client', attributes: {} }).end();
    for (let times = 0; times < 3; times += 1) instrumentation.startSpan('GET').end();
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'open-telemetry', count: 1 }]);
    expect(JSON.stringify(health)).toContain('@opentelemetry/instrumentation-http traces requests that a source of this SDK traces, too');
  });

  it('hands on the baggage that code using it has set', () => {
    const { obs } = setUp({ tracing: { register: true } });
    const baggage = propagation.createBaggage({ 'cart.id': { value: 'ä 1' } });
    context.with(propagation.setBaggage(context.active(), baggage), () => {
      expect(obs.tracer.inject()).toEqual({ baggage: 'cart.id=%C3%A4%201' });
      obs.tracer.startSpan('inside', () => expect(obs.tracer.inject()['baggage']).toBe('cart.id=%C3%A4%201'));
    });
  });
});
