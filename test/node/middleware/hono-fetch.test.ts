// Hono where there is no `node:http` to see, as on edge runtimes: known by `Request` and `Response` only. Served over real sockets all the
// same, by a server that does not tell Hono of them.
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { stream, streamSSE } from 'hono/streaming';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createObservability, incomingRequests } from '#sdk';
import type { ObservabilityOptions } from '#sdk';
import { createTestObservability } from '#testing';
import type { TestObservability } from '#testing';
import { createTestObservability as createUniversal } from '../../../src/browser/testing.ts';
import { honoRequests as universalHono } from '../../../src/browser/middleware/hono.ts';
import { honoRequests as nodeHono } from '../../../src/node/middleware/hono.ts';
import { recordingOf } from '../../helpers/recorded.ts';
import type { Recorded } from '../../helpers/recorded.ts';
import { serve, undo, undoAll, until } from '../sources/observed.ts';

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(undoAll);

const entries = [
  ['Node', createTestObservability, nodeHono],
  ['every other host', createUniversal, universalHono],
] as const;

describe.each(entries)('Hono known by Request and Response, entry of %s', (_, create, honoRequests) => {
  interface Subject extends Recorded, TestObservability {
    readonly app: Hono;
    ask(path: string, init?: RequestInit): Promise<Response>;
  }

  function subject(options: ObservabilityOptions = {}): Subject {
    const test = create({ environment: 'production', sources: false, ...options });
    const { obs } = test;
    undo.push(() => obs.shutdown());
    const app = new Hono().use(honoRequests({ obs }));
    let port: Promise<number> | undefined;
    return {
      app,
      ...test,
      ...recordingOf(obs),
      async ask(path, init) {
        port ??= serve(getRequestListener((request) => app.fetch(request)));
        return fetch(`http://127.0.0.1:${await port}${path}`, init);
      },
    };
  }

  it('tells of a request what Node would', async () => {
    const { app, ask, only, span, signals } = subject();
    app.get('/orders/:id', (c) => c.json({ id: c.req.param('id') }));
    const answer = await ask('/orders/7?color=red', { headers: { 'x-request-id': 'mine', 'user-agent': 'test/1' } });
    expect(await answer.json()).toEqual({ id: '7' });
    expect(answer.headers.get('x-request-id')).toBe('mine');
    // What a text has and a stream has not.
    expect(answer.headers.get('content-length')).toBe('10');
    expect(signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
    expect(only('request')).toMatchObject({ side: 'server', path: '/orders/7?color=red', headers: { 'user-agent': 'test/1' } });
    expect(only('response')).toMatchObject({ statusCode: 200, params: { id: '7' }, headers: { 'content-type': 'application/json' }, requestId: 'mine' });
    expect(span('GET /orders/:id').attributes).toMatchObject({ 'http.route': '/orders/:id', 'url.scheme': 'http', 'server.address': '127.0.0.1' });
  });

  it('continues the trace of the caller, and is active in the handler', async () => {
    const { app, obs, ask, only } = subject();
    app.get('/', (c) => c.text(String(obs.requestLogger.current()?.requestId)));
    const answer = await ask('/', { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } });
    expect(await answer.text()).toBe(only('response').requestId);
    expect(only('span')).toMatchObject({ parentSpanId: 'b7ad6b7169203331', trace: { traceId: '0af7651916cd43dd8448eb211c80319c' } });
  });

  it('tells of 404 without a route', async () => {
    const { ask, only } = subject();
    expect((await ask('/unknown')).headers.get('x-request-id')).toBe(only('response').requestId);
    expect(only('response')).toMatchObject({ name: 'GET /unknown', statusCode: 404, status: 'success' });
  });

  it('tells of what a handler throws', async () => {
    const { app, ask, only } = subject();
    app.get('/throws/:id', () => Promise.reject(new RangeError('no such order')));
    expect((await ask('/throws/7')).status).toBe(500);
    expect(only('response')).toMatchObject({ name: 'GET /throws/:id', status: 'error', statusCode: 500, error: { type: 'RangeError' } });
    expect(only('span').events).toMatchObject([{ name: 'exception' }]);
  });

  it('tells of what Hono does not answer', async () => {
    const { app, ask, only } = subject();
    app.get('/', () => Promise.reject('broken'));
    await ask('/');
    expect(only('response')).toMatchObject({ status: 'error', statusCode: undefined, error: { message: 'broken' } });
  });

  it('tells of a handler that answers nothing', async () => {
    const { app, ask, only } = subject();
    app.get('/', (() => undefined) as never);
    expect((await ask('/')).status).toBe(500);
    expect(only('response')).toMatchObject({ status: 'error', statusCode: 500 });
  });

  it('hands on a stream piece by piece, and ends with it', async () => {
    const { app, ask, ofKind } = subject();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    app.get('/', (c) =>
      stream(c, async (out) => {
        await out.write('first');
        await released;
        await out.write('second');
      }),
    );
    const answer = await ask('/');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('first');
    expect(ofKind('response')).toHaveLength(0);
    release();
    expect((await reader.read()).value).toBe('second');
    expect((await reader.read()).done).toBe(true);
    await until(() => ofKind('response').length > 0);
    expect(ofKind('response')).toMatchObject([{ status: 'success', statusCode: 200 }]);
  });

  it('reads of a stream only what is wanted', async () => {
    const { app } = subject();
    let pulled = 0;
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(`${(pulled += 1)}`) }, { highWaterMark: 0 });
    app.get('/', (c) => c.body(body));
    const reader = (await app.request('/')).body!.getReader();
    expect(pulled).toBe(0);
    expect(await reader.read()).toEqual({ done: false, value: '1' });
    expect(pulled).toBe(1);
  });

  it('gives up a stream that no longer goes on, and none that does', async () => {
    const { app, clock, ofKind } = subject({ requestLogging: { deadline: 100 } });
    app.get('/', (c) => c.body(new ReadableStream({ pull: (controller) => controller.enqueue('tick') })));
    const reader = (await app.request('/')).body!.getReader();
    for (const _piece of Array.from({ length: 5 })) {
      await reader.read();
      clock.advance(90);
    }
    expect(ofKind('response')).toHaveLength(0);
    clock.advance(200);
    expect(ofKind('response')).toMatchObject([{ status: 'abandoned' }]);
  });

  it('tells of a client that goes in the midst of a stream, which is cancelled', async () => {
    const { app, ask, ofKind } = subject();
    const leaving = new AbortController();
    let isCancelled = false;
    const endless = { pull: (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(1)), cancel: () => void (isCancelled = true) };
    app.get('/', (c) => c.body(new ReadableStream(endless)));
    const answer = await ask('/', { signal: leaving.signal });
    await answer.body!.getReader().read();
    leaving.abort();
    await until(() => ofKind('response').length > 0);
    expect(ofKind('response')).toMatchObject([{ status: 'error', statusCode: 200, attributes: { 'error.type': 'aborted' } }]);
    expect(isCancelled).toBe(true);
  });

  it('tells of a client that has gone before the answer', async () => {
    const { app, ask, ofKind } = subject();
    const leaving = new AbortController();
    app.get('/', async (c) => {
      leaving.abort();
      await until(() => c.req.raw.signal.aborted);
      return c.text('too late');
    });
    await expect(ask('/', { signal: leaving.signal })).rejects.toThrow();
    await until(() => ofKind('response').length > 0);
    expect(ofKind('response')).toMatchObject([{ status: 'error', statusCode: undefined, attributes: { 'error.type': 'aborted' } }]);
  });

  it('tells of a stream that fails, which fails for the client, too', async () => {
    const { app, ofKind } = subject();
    const failure = new RangeError('torn');
    app.get('/', (c) => c.body(new ReadableStream({ pull: () => Promise.reject(failure) })));
    const answer = await app.request('/');
    await expect(answer.text()).rejects.toBe(failure);
    expect(ofKind('response')).toMatchObject([{ status: 'error', statusCode: 200, error: { type: 'RangeError', message: 'torn' } }]);
  });

  it('ends an answer of known length, one without a body, and one to HEAD, at once', async () => {
    const { app, ofKind } = subject();
    const endless = (): ReadableStream => new ReadableStream();
    app.get('/known', (c) => c.body(endless(), 200, { 'content-length': '7' }));
    app.get('/none', (c) => c.body(null, 204));
    app.get('/head', (c) => c.body(endless()));
    await app.request('/known');
    await app.request('/none');
    await app.request('/head', { method: 'HEAD' });
    expect(ofKind('response').map(({ statusCode }) => statusCode)).toEqual([200, 204, 200]);
  });

  it('ends the answer of an error at once', async () => {
    const { app, ofKind } = subject();
    app.get('/', () => {
      throw new HTTPException(410, { message: 'sold' });
    });
    await app.request('/');
    expect(ofKind('response')).toMatchObject([{ statusCode: 410, error: { message: 'sold' } }]);
  });

  it('knows a stream by its headers in an answer that Hono did not make', async () => {
    const { app, ofKind } = subject();
    const events = new ReadableStream({ start: (controller) => (controller.enqueue('data: 1\n\n'), controller.close()) }).pipeThrough(new TextEncoderStream());
    app.get('/', () => new Response(events, { headers: { 'content-type': 'text/event-stream' } }));
    const answer = await app.request('/');
    expect(ofKind('response')).toHaveLength(0);
    expect(await answer.text()).toBe('data: 1\n\n');
    expect(ofKind('response')).toHaveLength(1);
  });

  it('keeps what an answer says, with every cookie, when its body is a stream', async () => {
    const { app } = subject();
    app.get('/', (c) => {
      c.header('set-cookie', 'a=1', { append: true });
      c.header('set-cookie', 'b=2', { append: true });
      return streamSSE(c, (out) => out.writeSSE({ data: 'one' }));
    });
    const answer = await app.request('/');
    expect(await answer.text()).toBe('data: one\n\n');
    expect([answer.status, answer.headers.getSetCookie(), answer.headers.get('content-type')]).toEqual([200, ['a=1', 'b=2'], 'text/event-stream']);
  });

  it('says the id in the answer of another server, whose headers cannot be changed', async () => {
    const { app, only } = subject();
    const port = await serve((_request, response) => response.end('from there'));
    app.get('/', () => fetch(`http://127.0.0.1:${port}/`));
    const answer = await app.request('/');
    expect([await answer.text(), answer.headers.get('x-request-id')]).toEqual(['from there', only('response').requestId]);
  });

  it('tells of each request once when it is registered twice', async () => {
    const { app, obs, ask, signals } = subject();
    // Where the host does not follow asynchronous calls, nothing is active after this.
    app.use(async (__, next) => {
      await Promise.resolve();
      await next();
    });
    app.use(honoRequests({ obs }));
    app.get('/orders/:id', (c) => c.text('ok'));
    await ask('/orders/7');
    expect(signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
  });

  it('tells each of two managers', async () => {
    const [first, second] = [subject(), subject()];
    second.app.use(honoRequests({ obs: first.obs }));
    second.app.get('/stream', (c) => c.body(new Blob(['ok']).stream()));
    expect(await (await second.ask('/stream')).text()).toBe('ok');
    await until(() => first.ofKind('response').length + second.ofKind('response').length === 2);
    for (const { only } of [first, second]) expect(only('response')).toMatchObject({ name: 'GET /stream', statusCode: 200 });
  });

  it.each(['switched off', 'shut down'])('is as without it when the manager is %s', async (how) => {
    const { app, obs, ask } = subject({ enabled: how !== 'switched off' });
    if (how === 'shut down') await obs.shutdown();
    app.get('/', (c) => c.text('ok'));
    const answer = await ask('/');
    expect([await answer.text(), answer.headers.get('x-request-id')]).toEqual(['ok', null]);
  });
});

it('a request that the source has seen is told of further, not twice', async () => {
  const obs = createObservability({ sinks: [], sources: [incomingRequests()] });
  undo.push(() => obs.shutdown());
  const { signals, only, ofKind } = recordingOf(obs);
  const app = new Hono().use(nodeHono({ obs })).get('/orders/:id', (c) => c.text('ok'));
  const port = await serve(getRequestListener((request) => app.fetch(request)));
  await fetch(`http://127.0.0.1:${port}/orders/7`).then((answer) => answer.text());
  await until(() => ofKind('response').length > 0);
  expect(signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
  expect(only('response')).toMatchObject({ name: 'GET /orders/:id', params: { id: '7' } });
});
