// Koa with `@koa/router`, over real sockets: what is told of each request, and that Koa answers as if nobody looked.
import { createReadStream } from 'node:fs';
import { connect, constants, createServer } from 'node:http2';
import { Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import type { Middleware } from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { createObservability, incomingRequests } from '#sdk';
import type { ObservabilityOptions, SignalOf } from '#sdk';
import { recorded } from '../../helpers/recorded.ts';
import { connectRaw, listen, serve, undo, undoAll, until } from '../sources/observed.ts';
import { describeFramework } from './describe-framework.ts';
import { startKoa } from './start-koa.ts';
import { koaRequests } from '../../../src/node/middleware/koa.ts';

describeFramework('Koa', startKoa);

afterEach(undoAll);

type Recorded = ReturnType<typeof recorded>;

function observe(options: ObservabilityOptions = { sources: false }): Recorded {
  const observed = recorded({ environment: 'production', ...options });
  undo.push(() => observed.obs.shutdown());
  return observed;
}

/** An application with a router, and what is told of it. */
interface Subject {
  readonly observed: Recorded;
  readonly app: Koa;
  readonly router: Router;
  /** Asks, and gives back the answer and what was told of it. */
  ask(path: string, init?: RequestInit): Promise<{ readonly answer: Response | undefined; readonly told: SignalOf<'response'> }>;
}

function subject(options?: ObservabilityOptions): Subject {
  const observed = observe(options);
  const app = new Koa();
  app.silent = true;
  app.use(koaRequests({ obs: observed.obs }));
  const router = new Router();
  let port: Promise<number> | undefined;
  return {
    observed,
    app,
    router,
    async ask(path, init) {
      port ??= serve(app.use(router.routes()).callback());
      const answer = await fetch(`http://127.0.0.1:${await port}${path}`, init).catch(() => undefined);
      await answer?.text().catch(() => undefined);
      await until(() => observed.ofKind('response').length > 0);
      return { answer, told: observed.only('response') };
    },
  };
}

const ok: Middleware = (ctx) => {
  ctx.body = 'ok';
};

async function* endless(): AsyncGenerator<string> {
  for (;;) {
    yield 'light';
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type Mounted = Middleware<object, { path: string; mountPath?: string }>;

/** As `koa-mount`. */
function mounted(prefix: string, inner: Mounted): Mounted {
  return async (ctx, next) => {
    const { path } = ctx;
    if (!path.startsWith(prefix)) return next();
    ctx.mountPath = prefix;
    ctx.path = path.slice(prefix.length) || '/';
    await inner(ctx, next);
    ctx.path = path;
  };
}

describe('the route in Koa', () => {
  it('has the prefix of its router', async () => {
    const { app, ask } = subject();
    app.use(new Router({ prefix: '/api' }).get('/orders/:id', ok).routes());
    expect((await ask('/api/orders/7')).told).toMatchObject({ name: 'GET /api/orders/:id', params: { id: '7' } });
  });

  it.each([
    ['/shop/berlin/orders/7', '/shop/berlin/orders/:id'],
    ['/shop/berlin', '/shop/berlin'],
    ['/elsewhere', '/elsewhere'],
  ])('of %s has the path at which its application is mounted', async (path, route) => {
    const { app, router, ask } = subject();
    const inner = new Router().get('/', ok).get('/orders/:id', ok).routes() as unknown as Mounted;
    app.use(mounted('/shop', mounted('/berlin', inner)));
    router.get('/elsewhere', ok);
    expect((await ask(path)).told.attributes['http.route']).toBe(route);
  });

  it('is the one that is called, of several that match', async () => {
    const { router, ask } = subject();
    router.get('/orders/new', ok).get('/orders/:id', ok);
    expect((await ask('/orders/new')).told).toMatchObject({ name: 'GET /orders/new', params: undefined });
  });

  it('is the second, when the first has passed it on', async () => {
    const { router, ask } = subject();
    router.get('/orders/new', (_, next) => next()).get('/orders/:id', ok);
    expect((await ask('/orders/new')).told).toMatchObject({ name: 'GET /orders/:id', params: { id: 'new' } });
  });

  it('is told where the middleware of a router answers in its place', async () => {
    const { router, ask } = subject();
    router.use((ctx) => ctx.throw(401, 'who are you?')).get('/orders/:id', ok);
    expect((await ask('/orders/7')).told).toMatchObject({ name: 'GET /orders/:id', statusCode: 401 });
  });

  it('is none where only middleware of a router matches', async () => {
    const { router, ask } = subject();
    router.use((_, next) => next()).get('/orders/:id', ok);
    const { told } = await ask('/unknown');
    expect(told).toMatchObject({ name: 'GET /unknown', statusCode: 404 });
    expect(told.attributes['http.route']).toBeUndefined();
  });

  it('may be a pattern', async () => {
    const { router, ask } = subject();
    router.get(/^\/orders\/(\d+)$/, ok);
    expect((await ask('/orders/7')).told.attributes['http.route']).toBe(String.raw`/^\/orders\/(\d+)$/`);
  });
});

describe('an error in Koa', () => {
  const lamp = new RangeError('no such lamp');

  it('is told when the application answers it', async () => {
    const { app, router, ask } = subject();
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        ctx.status = 409;
        ctx.app.emit('error', error, ctx);
      }
    });
    router.get('/lamp', () => Promise.reject(lamp));
    const { told } = await ask('/lamp');
    expect(told).toMatchObject({ status: 'success', statusCode: 409, error: { type: 'RangeError', message: 'no such lamp' } });
  });

  it('of a status below 500 is told, and is no failure', async () => {
    const { router, ask } = subject();
    router.get('/lamp', (ctx) => ctx.throw(410, 'sold', { headers: { 'x-sold': 'yes' } }));
    const { told, answer } = await ask('/lamp', { headers: { 'x-request-id': 'mine' } });
    expect(told).toMatchObject({ status: 'success', statusCode: 410, error: { type: 'GoneError', message: 'sold' } });
    expect([answer?.headers.get('x-request-id'), answer?.headers.get('x-sold')]).toEqual(['mine', 'yes']);
  });

  it('of a stream that is the body is told', async () => {
    const { router, ask } = subject();
    router.get('/lamp', (ctx) => {
      ctx.body = createReadStream('/no/such/file');
    });
    expect((await ask('/lamp')).told).toMatchObject({ status: 'error', error: { message: expect.stringContaining('ENOENT') } });
  });

  it('is thrown on as it is, and reaches the listeners of the application', async () => {
    const { app, router, ask } = subject();
    const heard: unknown[] = [];
    app.on('error', (error) => heard.push(error));
    router.get('/lamp', () => {
      throw lamp;
    });
    const { answer } = await ask('/lamp');
    expect(heard).toEqual([lamp]);
    expect([answer?.status, lamp]).toEqual([500, expect.not.objectContaining({ headers: expect.anything() })]);
  });

  it('is printed by Koa where nobody listens', async () => {
    const { app, ask } = subject();
    await ask('/');
    expect(app.listenerCount('error')).toBe(1);
  });

  it.each(['before the answer', 'in the midst of it'])('is none when the client cuts the connection %s', async (when) => {
    const { observed, app, router } = subject();
    router.get('/lamp', async (ctx) => {
      if (when === 'before the answer') await new Promise((resolve) => ctx.req.socket.once('close', resolve));
      ctx.body = Readable.from(endless());
    });
    const client = await connectRaw(await serve(app.use(router.routes()).callback()));
    client.write('GET /lamp HTTP/1.1\r\nhost: shop.example\r\n\r\n');
    await until(() => when === 'before the answer' ? observed.ofKind('request').length > 0 : client.received().includes('light'));
    client.socket.resetAndDestroy();
    await until(() => observed.ofKind('response').length > 0);
    expect(observed.only('response')).toMatchObject({ status: 'error', error: undefined, attributes: { 'error.type': 'aborted', 'http.route': '/lamp' } });
  });

  it('is none when the client of HTTP/2 cancels a stream', async () => {
    const { observed, app, router } = subject();
    router.get('/lamp', (ctx) => {
      ctx.body = Readable.from(endless());
    });
    const session = connect(`http://127.0.0.1:${await listen(createServer(app.use(router.routes()).callback()))}`);
    undo.push(() => session.destroy());
    const stream = session.request({ ':path': '/lamp' });
    await new Promise((resolve) => stream.once('data', resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => observed.ofKind('response').length > 0);
    expect(observed.only('response')).toMatchObject({ status: 'error', error: undefined, attributes: { 'error.type': 'aborted' } });
  });

  it('is answered by Koa when its request cannot be looked at', async () => {
    const { router, ask } = subject();
    router.get('/lamp', (ctx) => {
      const { socket } = ctx.req;
      let looks = 0;
      Object.defineProperty(ctx.req, 'socket', { get: () => ((looks += 1) === 1 ? expect.fail('not yet') : socket) });
      throw lamp;
    });
    expect((await ask('/lamp')).answer?.status).toBe(500);
  });

  it('may be anything', async () => {
    const { router, ask } = subject();
    router.get('/lamp', () => Promise.reject('broken'));
    expect((await ask('/lamp')).told).toMatchObject({ status: 'error', statusCode: 500, error: { message: 'broken' } });
  });
});

describe('Koa with the adapter', () => {
  it.each([true, false])('tells of each request once when it is registered twice; with the source: %s', async (hasSource) => {
    const { observed, app, router, ask } = subject({ sources: hasSource ? [incomingRequests()] : false });
    app.use(koaRequests({ obs: observed.obs }));
    router.get('/throws/:id', () => Promise.reject(new RangeError('once')));
    await ask('/throws/7');
    expect(observed.signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
    expect(observed.only('span').events).toHaveLength(1);
  });

  it('tells each of two managers', async () => {
    const first = observe();
    const second = subject();
    second.app.use(koaRequests({ obs: first.obs }));
    second.router.get('/orders/:id', ok);
    await second.ask('/orders/7');
    for (const { only } of [first, second.observed]) expect(only('response')).toMatchObject({ name: 'GET /orders/:id', params: { id: '7' } });
  });

  it.each(['switched off', 'shut down'])('is as without it when the manager is %s', async (how) => {
    const obs = createObservability({ sources: false, sinks: [], enabled: how !== 'switched off' });
    if (how === 'shut down') await obs.shutdown();
    const app = new Koa().use(koaRequests({ obs })).use(ok);
    const answer = await fetch(`http://127.0.0.1:${await serve(app.callback())}/`);
    expect([answer.status, await answer.text(), answer.headers.get('x-request-id')]).toEqual([200, 'ok', null]);
  });

  it.each([true, false])('serves HTTP/2; with the source: %s', async (hasSource) => {
    const { observed, app, router } = subject({ sources: hasSource ? [incomingRequests()] : false });
    router.get('/throws/:id', () => Promise.reject(new RangeError('no such order')));
    const session = connect(`http://127.0.0.1:${await listen(createServer(app.use(router.routes()).callback()))}`);
    undo.push(() => session.destroy());
    const stream = session.request({ ':path': '/throws/7', 'x-request-id': 'mine' });
    const head = await new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve));
    stream.resume();
    await until(() => observed.ofKind('response').length > 0);
    expect(head).toMatchObject({ ':status': 500, 'x-request-id': 'mine' });
    expect(observed.only('response')).toMatchObject({ name: 'GET /throws/:id', statusCode: 500, error: { message: 'no such order' } });
  });
});
