// Hono with `@hono/node-server`, over real sockets: what is told of each request, and that Hono answers as if nobody looked.
import { connect, createServer } from 'node:http2';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Handler, MiddlewareHandler } from 'hono';
import { createFactory } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createObservability, incomingRequests } from '#sdk';
import type { ObservabilityOptions, SignalOf } from '#sdk';
import { recorded } from '../../helpers/recorded.ts';
import { listen, serve, undo, undoAll, until } from '../sources/observed.ts';
import { describeFramework } from './describe-framework.ts';
import { startHono } from './start-hono.ts';
import { honoRequests } from '../../../src/node/middleware/hono.ts';

// It prints what it cannot answer.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(undoAll);

describeFramework('Hono', startHono);

type Recorded = ReturnType<typeof recorded>;

function observe(options: ObservabilityOptions = { sources: false }): Recorded {
  const observed = recorded({ environment: 'production', ...options });
  undo.push(() => observed.obs.shutdown());
  return observed;
}

/** Asks this application, and gives back the answer and what was told of it. */
async function ask(
  observed: Recorded,
  app: Pick<Hono, 'fetch'>,
  path: string,
  init?: RequestInit,
): Promise<{ readonly answer: Response; readonly told: SignalOf<'response'> }> {
  const answer = await fetch(`http://127.0.0.1:${await serve(getRequestListener(app.fetch))}${path}`, init);
  await answer.arrayBuffer();
  await until(() => observed.ofKind('response').length > 0);
  return { answer, told: observed.only('response') };
}

const ok: Handler = (c) => c.text('ok');
const pass: MiddlewareHandler = (_, next) => next();

describe('the route in Hono', () => {
  const routes: readonly (readonly [string, (app: Hono) => unknown, string, string | undefined, unknown])[] = [
    ['has the base path of its application', (app) => app.basePath('/v1').get('/orders/:id', ok), '/v1/orders/7', '/v1/orders/:id', { id: '7' }],
    ['has the paths of all it is in', (app) => app.route('/v1', new Hono().route('/a', new Hono().get('/:b', ok))), '/v1/a/7', '/v1/a/:b', { b: '7' }],
    ['is the one that is called, of several that match', (app) => app.get('/a/new', ok).get('/a/:id', ok), '/a/new', '/a/new', undefined],
    ['is the second, when the first has passed it on', (app) => app.get('/a/new', pass).get('/a/:id', ok), '/a/new', '/a/:id', { id: 'new' }],
    ['is none where only middleware matches', (app) => app.use('/a/*', pass).get('/a/:id/b', ok), '/a/7', undefined, undefined],
    ['is told where middleware answers in its place', (app) => app.use('/a/*', async (c, _) => c.text('no', 401)).get('/a/:id', ok), '/a/7', '/a/:id', { id: '7' }],
    ['has a wildcard where the handler has', (app) => app.get('/files/*', ok), '/files/a/b', '/files/*', undefined],
    ['may be for all methods', (app) => app.all('/a/:id', ok), '/a/7', '/a/:id', { id: '7' }],
    ['has its pattern', (app) => app.get('/a/:id{[0-9]+}', ok), '/a/7', '/a/:id{[0-9]+}', { id: '7' }],
    ['may end in a handler that takes `next`', (app) => app.get('/a/:id', ...createFactory().createHandlers(pass, async (c, _) => c.text('ok'))), '/a/7', '/a/:id', { id: '7' }],
    [
      'is known of an application that answers its errors itself',
      (app) => app.route('/a', new Hono().all('/*', ok).onError((_, c) => c.text('failed', 500))),
      '/a/7',
      '/a/*',
      undefined,
    ],
  ];
  it.each(routes)('%s', async (_, mount, path, route, params) => {
    const observed = observe();
    const app = new Hono().use(honoRequests({ obs: observed.obs }));
    mount(app);
    const { told } = await ask(observed, app, path);
    expect([told.attributes['http.route'], told.params]).toEqual([route, params]);
  });

  it('that Hono tells of stays what it was', async () => {
    const observed = observe();
    const seen: string[] = [];
    const app = new Hono().use(async (c, next) => (await next(), void seen.push(routePath(c))));
    app.use(honoRequests({ obs: observed.obs })).use('/a/*', async (c, _) => c.text('no', 401)).get('/a/:id', ok);
    await ask(observed, app, '/a/7');
    expect(seen).toEqual(['/a/*']);
  });

  it('is known of a handler that has the adapter for itself', async () => {
    const observed = observe();
    const app = new Hono().get('/orders/:id', honoRequests({ obs: observed.obs }), ok);
    expect((await ask(observed, app, '/orders/7')).told).toMatchObject({ name: 'GET /orders/:id', params: { id: '7' } });
  });
});

describe('an error in Hono', () => {
  it('of an application inside of another, which answers it, is told', async () => {
    const observed = observe();
    const inner = new Hono().get('/lamp', () => Promise.reject(new RangeError('no such lamp'))).onError((_, c) => c.text('sorry', 409));
    const { told } = await ask(observed, new Hono().use(honoRequests({ obs: observed.obs })).route('/a', inner), '/a/lamp');
    expect(told).toMatchObject({ name: 'GET /a/lamp', status: 'success', statusCode: 409, error: { type: 'RangeError', message: 'no such lamp' } });
  });

  it('that says its own answer is told, and is no failure below 500', async () => {
    const observed = observe();
    const app = new Hono().use(honoRequests({ obs: observed.obs })).get('/lamp', () => {
      throw new HTTPException(410, { message: 'sold' });
    });
    const { answer, told } = await ask(observed, app, '/lamp', { headers: { 'x-request-id': 'mine' } });
    expect(told).toMatchObject({ status: 'success', statusCode: 410, error: { message: 'sold' } });
    expect(answer.headers.get('x-request-id')).toBe('mine');
  });

  it('that Hono does not answer is told, and thrown on as it is', async () => {
    const observed = observe();
    const thrown: unknown[] = [];
    const app = new Hono().use(honoRequests({ obs: observed.obs })).get('/lamp', () => Promise.reject('broken'));
    const fetchOf = (...args: Parameters<typeof app.fetch>): Promise<Response> =>
      Promise.resolve(app.fetch(...args)).catch((error: unknown) => {
        thrown.push(error);
        return new Response('own', { status: 503 });
      });
    expect((await ask(observed, { fetch: fetchOf }, '/lamp')).told).toMatchObject({ statusCode: 503, error: { message: 'broken' } });
    expect(thrown).toEqual(['broken']);
  });
});

describe('Hono with the adapter', () => {
  it.each([true, false])('tells of each request once when it is registered twice; with the source: %s', async (hasSource) => {
    const observed = observe({ sources: hasSource ? [incomingRequests()] : false });
    const { obs } = observed;
    const app = new Hono().use(honoRequests({ obs })).use(async (_, next) => (await Promise.resolve(), next())).use(honoRequests({ obs }));
    app.get('/throws/:id', () => Promise.reject(new RangeError('once')));
    await ask(observed, app, '/throws/7');
    expect(observed.signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
    expect(observed.only('span').events).toHaveLength(1);
  });

  it('tells each of two managers', async () => {
    const [first, second] = [observe(), observe()];
    const app = new Hono().use(honoRequests({ obs: first.obs })).use(honoRequests({ obs: second.obs })).get('/orders/:id', ok);
    await ask(first, app, '/orders/7');
    for (const { only } of [first, second]) expect(only('response')).toMatchObject({ name: 'GET /orders/:id', params: { id: '7' } });
  });

  it.each(['switched off', 'shut down'])('is as without it when the manager is %s', async (how) => {
    const obs = createObservability({ sources: false, sinks: [], enabled: how !== 'switched off' });
    if (how === 'shut down') await obs.shutdown();
    const app = new Hono().use(honoRequests({ obs })).get('/', ok);
    const answer = await fetch(`http://127.0.0.1:${await serve(getRequestListener(app.fetch))}/`);
    expect([answer.status, await answer.text(), answer.headers.get('x-request-id')]).toEqual([200, 'ok', null]);
  });

  it.each([true, false])('serves HTTP/2; with the source: %s', async (hasSource) => {
    const observed = observe({ sources: hasSource ? [incomingRequests()] : false });
    const app = new Hono().use(honoRequests({ obs: observed.obs })).get('/throws/:id', () => Promise.reject(new RangeError('no such order')));
    const session = connect(`http://127.0.0.1:${await listen(createServer(getRequestListener(app.fetch)))}`);
    undo.push(() => session.destroy());
    const answer = session.request({ ':path': '/throws/7', 'x-request-id': 'mine' });
    const head = await new Promise<Record<string, unknown>>((resolve) => answer.once('response', resolve));
    answer.resume();
    await until(() => observed.ofKind('response').length > 0);
    expect(head).toMatchObject({ ':status': 500, 'x-request-id': 'mine' });
    expect(observed.only('response')).toMatchObject({ name: 'GET /throws/:id', statusCode: 500, error: { message: 'no such order' } });
  });
});
