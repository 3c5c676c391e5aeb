import { describe, expect, it } from '#test';
import type { HeadersInput, RequestContext, ResponseInput } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

describe('logRequest and logResponse', () => {
  it('correlate a request with its response', () => {
    const { obs, clock, only } = recorded();
    const context = obs.requestLogger.logRequest('GET', '/orders?page=2', { route: '/orders', params: { page: 2 } });
    expect(context).toMatchObject({ method: 'GET', path: '/orders?page=2', startTime: clock.now() });
    clock.advance(80);
    obs.requestLogger.logResponse(context, { status: 200 });
    expect(only('request')).toMatchObject({
      name: 'GET /orders',
      attributes: { 'http.request.method': 'GET', 'url.path': '/orders', 'http.route': '/orders' },
    });
    expect(only('response')).toMatchObject({
      name: 'GET /orders',
      status: 'success',
      statusCode: 200,
      duration: 80,
      requestId: context.requestId,
      attributes: { 'http.response.status_code': 200 },
    });
  });

  it('know the route when the response does', () => {
    const { obs, only } = recorded();
    obs.requestLogger.logResponse(obs.requestLogger.logRequest('GET', '/users/7'), { route: '/users/:id' });
    expect(only('request').name).toBe('GET /users/7');
    expect(only('response')).toMatchObject({ name: 'GET /users/:id', attributes: { 'http.route': '/users/:id' } });
  });

  const outcomes: readonly (readonly [ResponseInput, string, number | undefined])[] = [
    [{}, 'success', undefined],
    [{ status: 'success' }, 'success', undefined],
    [{ status: 'error' }, 'error', undefined],
    [{ error: new Error('x') }, 'error', undefined],
    [{ status: 204 }, 'success', 204],
    [{ status: 404 }, 'success', 404],
    [{ status: 500 }, 'error', 500],
    [{ status: 200, error: new Error('x') }, 'error', 200],
    [{ status: 'success', error: new Error('x') }, 'success', undefined],
    [{ status: 1_000 }, 'success', undefined],
  ];
  for (const [response, status, statusCode] of outcomes) {
    it(`judge ${JSON.stringify({ ...response, error: response.error && 'an error' })} as ${status}`, () => {
      const { obs, only } = recorded();
      obs.requestLogger.logResponse(obs.requestLogger.logRequest('GET', '/'), response);
      expect(only('response')).toMatchObject({ status, statusCode });
    });
  }

  it('take durations in milliseconds, and measure what is none', () => {
    const { obs, clock, ofKind } = recorded();
    for (const duration of [0, 12.5, -1, Number.NaN, undefined]) {
      const context = obs.requestLogger.logRequest('GET', '/');
      clock.advance(9);
      obs.requestLogger.logResponse(context, { duration });
    }
    expect(ofKind('response').map(({ duration }) => duration)).toEqual([0, 12.5, 9, 9, 9]);
  });

  it('ignore a second answer, and say so', () => {
    const { obs, ofKind, health } = recorded();
    const context = obs.requestLogger.logRequest('GET', '/');
    obs.requestLogger.logResponse(context, { status: 200 });
    obs.requestLogger.logResponse(context, { status: 500 });
    expect(ofKind('response').map(({ statusCode }) => statusCode)).toEqual([200]);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'logResponse' }]);
  });

  it('ignore an answer that a subscriber gives when it hears of the first', () => {
    const { obs, ofKind, health } = recorded();
    const context = obs.traceRequest('GET', '/');
    obs.responses$.subscribe(() => obs.traceResponse(context, { status: 500 }));
    obs.traceResponse(context, { status: 200 });
    expect(ofKind('response').map(({ statusCode }) => statusCode)).toEqual([200]);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'logResponse' }]);
  });

  it('answer a context that came from elsewhere', () => {
    const { obs, clock, only } = recorded();
    const context: RequestContext = JSON.parse(JSON.stringify(obs.requestLogger.logRequest('GET', '/jobs')));
    clock.advance(15);
    obs.requestLogger.logResponse(context, {});
    expect(only('response')).toMatchObject({ requestId: context.requestId, duration: 15, name: 'GET /jobs' });
  });

  it('use a valid x-request-id, or the id that is given, and no other', () => {
    const { obs } = recorded();
    const idOf = (headers: HeadersInput, requestId?: string) => obs.requestLogger.logRequest('GET', '/', { headers, requestId }).requestId;
    expect(idOf({ 'X-Request-Id': 'abc-123' })).toBe('abc-123');
    expect(idOf(new Map([['x-request-id', 'abc-123']]))).toBe('abc-123');
    expect(idOf(new Headers({ 'x-request-id': 'abc-123' }))).toBe('abc-123');
    expect(idOf({ 'x-request-id': 'abc-123' }, 'mine')).toBe('mine');
    for (const wrong of ['', 'a b', 'x\ny', 'é', 'a'.repeat(129), '4111111111111111', 'token:abc', ['one', 'two'] as unknown as string]) {
      expect(idOf({ 'x-request-id': wrong })).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    }
  });

  it('keep headers of every shape, names in lower case', () => {
    const { obs, ofKind } = recorded({ requestLogging: { headers: ['Accept', 'set-cookie'] } });
    const shapes: HeadersInput[] = [
      { Accept: 'text/html', 'set-cookie': ['a', 'b'], gone: undefined },
      new Map([['Accept', 'text/html']]),
      new Headers({ Accept: 'text/html' }),
      [['Accept', 'text/html']],
    ];
    for (const headers of shapes) obs.requestLogger.logRequest('GET', '/', { headers });
    expect(ofKind('request').map(({ headers }) => headers?.['accept'])).toEqual(shapes.map(() => 'text/html'));
    expect(Object.keys(ofKind('request')[0]?.headers ?? {})).toEqual(['accept', 'set-cookie']);
  });

  it('belong to the trace they are given, to none for null, and to none for what is no trace', () => {
    const { obs } = recorded();
    const given = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };
    obs.tracer.startSpan('active', (active) => {
      const parents = [undefined, given, active, null, { ...given, traceId: 'abc' }, { ...given, spanId: '0'.repeat(16) }];
      const traces = parents.map((parent) => obs.requestLogger.logRequest('GET', '/', { parent }).trace);
      expect(traces).toEqual([active.trace, given, active.trace, undefined, undefined, undefined]);
      expect(traces[1]).not.toBe(given);
    });
  });

  it('write what is at or above the level, and count the rest', () => {
    const { obs, signals } = recorded({ requestLogging: { logLevel: 'WARNING' } });
    for (const status of [200, 404, 500]) obs.requestLogger.logResponse(obs.requestLogger.logRequest('GET', '/'), { status });
    expect(signals.map((signal) => (signal.kind === 'response' ? signal.statusCode : signal.kind))).toEqual([404, 500]);
    expect(obs.ledger().filtered.disabled).toBe(4);
    expect(obs.ledger().emitted).toBe(6);
  });

  it('do nothing but give a context when they are off', () => {
    const { obs, signals } = recorded({ requestLogging: false });
    const context = obs.requestLogger.logRequest('GET', '/');
    obs.requestLogger.logResponse(context, {});
    expect(context).toMatchObject({ method: 'GET', path: '/' });
    expect(signals).toEqual([]);
  });
});

describe('traceRequest', () => {
  it('with a callback is active inside it, and answered by what it returns', async () => {
    const { obs, clock, only, span } = recorded();
    const result = obs.traceRequest('GET', '/orders', { params: { page: 1 }, attributes: { tenant: 'a' } }, async (context) => {
      expect(obs.requestLogger.current()).toBe(context);
      expect(obs.tracer.activeSpan()?.trace).toEqual(context.trace);
      clock.advance(20);
      await Promise.resolve();
      return 'body';
    });
    expect(obs.requestLogger.current()).toBe(undefined);
    expect(await result).toBe('body');
    const response = only('response');
    expect(response).toMatchObject({ status: 'success', duration: 20 });
    expect(only('request')).toMatchObject({ params: { page: 1 }, attributes: { tenant: 'a' }, requestId: response.requestId });
    expect(span('GET /orders')).toMatchObject({
      spanKind: 'server',
      duration: 20,
      requestId: response.requestId,
      trace: response.trace,
      attributes: { tenant: 'a', 'http.request.method': 'GET', 'url.path': '/orders' },
    });
  });

  it('with a callback is answered by what it throws, even undefined', () => {
    const { obs, ofKind } = recorded();
    const error = new RangeError('too far');
    for (const thrown of [error, undefined]) {
      let caught: unknown = 'nothing';
      try {
        obs.traceRequest('GET', '/', () => {
          throw thrown;
        });
      } catch (reason) {
        caught = reason;
      }
      expect(caught).toBe(thrown);
    }
    expect(ofKind('response').map(({ status, error }) => [status, error?.type])).toEqual([
      ['error', 'RangeError'],
      ['error', undefined],
    ]);
    expect(ofKind('span').map(({ status }) => status.code)).toEqual(['error', 'error']);
    expect(ofKind('span')[0]?.events.length).toBe(1);
  });

  it('leaves an answer of the callback as it is', () => {
    const { obs, only, health } = recorded();
    obs.traceRequest('GET', '/', (context) => obs.traceResponse(context, { status: 503 }));
    expect(only('response').statusCode).toBe(503);
    expect(only('span').attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
    expect(health).toEqual([]);
  });

  it('without a callback is answered by traceResponse, and is a parent', () => {
    const { obs, clock, span, only } = recorded();
    const context = obs.traceRequest('GET', '/users/7');
    expect(obs.tracer.activeSpan()).toBe(undefined);
    obs.tracer.startSpan('query', { parent: context }, () => obs.logger.info('inside'));
    clock.advance(5);
    obs.traceResponse(context, { status: 404, route: '/users/:id' });
    const root = span('GET /users/:id');
    expect(root).toMatchObject({ duration: 5, status: { code: 'unset' }, trace: context.trace });
    expect(span('query')).toMatchObject({ parentSpanId: root.trace.spanId, requestId: context.requestId });
    expect(only('log').requestId).toBe(context.requestId);
  });

  it('continues the trace it is given', () => {
    const { obs, only, ofKind } = recorded();
    const parent = obs.tracer.extract({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    obs.traceResponse(obs.traceRequest('GET', '/', { parent }));
    expect(only('span').parentSpanId).toBe('00f067aa0ba902b7');
    expect(only('request').trace).toEqual(only('span').trace);
    obs.requestLogger.logRequest('GET', '/', { parent });
    expect(ofKind('request')[1]?.trace).toEqual(parent);
  });

  it('reaches the sinks where tracing is off', async () => {
    const { obs, sink } = recorded({ tracing: { enabled: false } });
    obs.traceRequest('GET', '/', () => {
      expect(obs.requestLogger.current()?.path).toBe('/');
      obs.logger.info('inside');
    });
    await obs.flush();
    expect(sink.signals.map(({ kind }) => kind)).toEqual(['request', 'log', 'response']);
    expect(new Set(sink.signals.map(({ requestId }) => requestId)).size).toBe(1);
    expect(sink.signals.map(({ trace }) => trace)).toEqual([undefined, undefined, undefined]);
  });

  it('keeps requests apart that are served at the same time', async () => {
    const { obs, ofKind } = recorded();
    await Promise.all(
      ['/a', '/b'].map((path) =>
        obs.traceRequest('GET', path, async (context) => {
          await Promise.resolve();
          await obs.tracer.startSpan(`work ${path}`, { parent: context }, async (span) => {
            await Promise.resolve();
            span.startSpan(`inner ${path}`, () => obs.logger.info(path));
          });
        }),
      ),
    );
    for (const path of ['/a', '/b']) {
      const request = ofKind('request').find((signal) => signal.path === path);
      const own = [...ofKind('span').filter(({ name }) => name.endsWith(path)), ...ofKind('log').filter(({ message }) => message === path)];
      expect(own.map(({ requestId }) => requestId)).toEqual(own.map(() => request?.requestId));
      expect(own.map(({ trace }) => trace?.traceId)).toEqual(own.map(() => request?.trace?.traceId));
      expect(own.length).toBe(4);
    }
  });
});

describe('correlation', () => {
  it('gives every signal the active trace and the request', () => {
    const { obs, signals } = recorded();
    obs.traceRequest('GET', '/', (context) => {
      obs.tracer.startSpan('work', (span) => {
        obs.profiler.profile('timed', () => undefined);
        obs.errorTracker.captureException(new Error('caught'));
        obs.errorTracker.captureMessage('message');
        obs.logger.debug('log');
        obs.recordMetric('rows', 3);
        obs.requestLogger.logRequest('GET', '/downstream');
        const inner = signals.filter(({ kind }) => kind !== 'request');
        for (const signal of inner) {
          expect([signal.kind, signal.trace]).toEqual([signal.kind, span.trace]);
          expect([signal.kind, signal.requestId]).toEqual([signal.kind, context.requestId]);
        }
        expect(inner.map(({ kind }) => kind)).toEqual(['profile', 'error', 'log', 'log', 'metric']);
      });
    });
    expect(signals.filter(({ kind }) => kind === 'request').map(({ trace }) => trace?.traceId)).toEqual([
      signals[0]?.trace?.traceId,
      signals[0]?.trace?.traceId,
    ]);
  });

  it('gives none outside', () => {
    const { obs, signals } = recorded();
    obs.logger.info('outside');
    obs.recordMetric('rows', 3);
    expect(signals.map(({ trace, requestId }) => [trace, requestId])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('comes with span.run, wherever the code runs', async () => {
    const { obs, only } = recorded();
    let late: (() => void) | undefined;
    const context = obs.traceRequest('GET', '/');
    obs.tracer.startSpan('work', { parent: context }, (span) => {
      late = () => span.run(() => obs.logger.info('late'));
    });
    await Promise.resolve();
    late?.();
    expect(only('log')).toMatchObject({ requestId: context.requestId, trace: { traceId: context.trace?.traceId } });
  });

  it('finds where an error was thrown, after the fact', () => {
    const { obs, only, span } = recorded();
    let caught: unknown;
    try {
      obs.traceRequest('GET', '/', () =>
        obs.tracer.startSpan('inner', () => {
          throw new Error('deep');
        }),
      );
    } catch (error) {
      caught = error;
    }
    obs.errorTracker.captureException(caught);
    expect(only('error').trace).toEqual(span('inner').trace);
    expect(only('error').requestId).toBe(only('request').requestId);
  });

  it('finds the latest trace of an error that is thrown again and again', () => {
    const { obs, ofKind } = recorded({ errorTracking: { repeatWindow: 0 } });
    const singleton = new Error('always the same');
    for (const name of ['first', 'second']) {
      try {
        obs.tracer.startSpan(name, () => {
          throw singleton;
        });
      } catch (error) {
        obs.errorTracker.captureException(error);
      }
    }
    expect(ofKind('error').map(({ trace }) => trace)).toEqual(ofKind('span').map(({ trace }) => trace));
  });
});
