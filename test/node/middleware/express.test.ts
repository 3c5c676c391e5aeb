// Express, over real sockets: what is told of each request, by the adapter and by the source alone.
import { hasSubscribers } from 'node:diagnostics_channel';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import type { Application, ErrorHandler, Handler, Router } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { getObservabilityManager, incomingRequests } from '#sdk';
import { expressErrors, expressRequests } from '../../../src/node/middleware/express.ts';
import { recorded } from '../../helpers/recorded.ts';
import { undo, undoAll, until } from '../sources/observed.ts';
import { connectTo, request } from './client.ts';
import type { Client } from './client.ts';
import { describeFramework } from './describe-framework.ts';
import type { Mode } from './describe-framework.ts';
import { askApp } from './observed-app.ts';
import type { Asked } from './observed-app.ts';
import type { Told } from './scenarios.ts';
import { serveOn } from './serve-on.ts';
import { startBareExpress, startExpress } from './start-express.ts';

const differs: Readonly<Record<string, Partial<Told>>> = {
  // Its parser of bodies stands in front of the routes.
  'a malformed body': { kinds: ['request', 'metric', 'response', 'span'], route: undefined, error: 'SyntaxError: Unexpected end of JSON input' },
  // It answers, though nobody is there any more.
  'abort in the body': { statusCode: 400, error: 'BadRequestError: request aborted' },
  // It can only close the connection.
  'writeHead twice': {
    status: 'error',
    statusCode: 200,
    errorType: 'Error',
    error: 'Error: Cannot write headers after they are sent to the client',
  },
};
describeFramework('Express', startExpress, { differs });
describeFramework('Express without the adapter', startBareExpress, { differs, modes: ['with the source'] });

afterEach(undoAll);

type Build = (app: Application) => unknown;
type How = Mode | 'by the source alone';

const ok: Handler = (_, response) => response.json('ok');
const routerWith = (build: (router: Router) => unknown, options?: { readonly mergeParams: boolean }): Router => {
  const router = express.Router(options);
  build(router);
  return router;
};

/** Asks an application that is built for it. */
function ask(build: Build, line: string, how: How): Promise<Asked> {
  return askApp(
    (obs) => {
      const app = express();
      app.set('env', 'test');
      if (how !== 'by the source alone') app.use(expressRequests({ obs }));
      build(app);
      return serveOn(app);
    },
    line,
    how === 'without a source' ? how : 'with the source',
  );
}

describe.each<How>(['with the source', 'without a source', 'by the source alone'])('the route, %s', (how) => {
  const shop = { shop: 'berlin', id: '7' };
  const cases: readonly (readonly [what: string, build: Build, path: string, route: string | undefined, params: unknown])[] = [
    ['of a router', (app) => app.use('/shops', routerWith((r) => r.get('/:id', ok))), '/shops/7', '/shops/:id', { id: '7' }],
    ['of the root of a router', (app) => app.use('/shops', routerWith((r) => r.get('/', ok))), '/shops', '/shops', undefined],
    ['of the root', (app) => app.get('/', ok), '/', '/', undefined],
    [
      'of a router at a path with a parameter',
      (app) => app.use('/shops/:shop', routerWith((r) => r.get('/orders/:id', ok))),
      '/shops/berlin/orders/7',
      '/shops/:shop/orders/:id',
      shop,
    ],
    [
      'of a router that has the parameters of the path it is at',
      (app) => app.use('/shops/:shop', routerWith((r) => r.get('/orders/:id', ok), { mergeParams: true })),
      '/shops/berlin/orders/7',
      '/shops/:shop/orders/:id',
      shop,
    ],
    [
      'of a router in a router, each with a parameter of the same value',
      (app) => app.use('/:shop', routerWith((r) => r.use('/:floor/', routerWith((inner) => inner.get('/:id', ok))))),
      '/7/7/7',
      '/:shop/:floor/:id',
      { shop: '7', floor: '7', id: '7' },
    ],
    [
      'of an application in an application',
      (app) => app.use('/shops/:shop', express().get('/orders/:id', ok)),
      '/shops/berlin/orders/7',
      '/shops/:shop/orders/:id',
      shop,
    ],
    [
      'of a router beside other handlers at parts of its path',
      (app) => {
        app.use('/shops', (_, __, next) => next());
        app.use('/shops/:other', (_, __, next) => next());
        app.use('/shops/berlin', routerWith((r) => r.get('/:id', ok)));
      },
      '/shops/berlin/7',
      '/shops/berlin/:id',
      { id: '7' },
    ],
    [
      'of a router with handlers of its own in front of the route',
      (app) =>
        app.use(
          '/shops/:shop',
          routerWith((r) => {
            r.use((_, __, next) => next());
            r.use('/orders', (_, __, next) => next());
            r.get('/orders/:id', (_, __, next) => next(), ok);
          }),
        ),
      '/shops/berlin/orders/7',
      '/shops/:shop/orders/:id',
      shop,
    ],
    [
      'of a router at a path with a parameter that has a handler of its own',
      (app) =>
        app.use(
          '/:country',
          routerWith((r) => {
            r.param('shop', (_, __, next) => next());
            r.use('/:shop', routerWith((inner) => inner.get('/:id', ok)));
            r.get('/:shop/:id/none', ok);
          }),
        ),
      '/de/berlin/7',
      '/:country/:shop/:id',
      { country: 'de', ...shop },
    ],
    [
      'behind a router that a parameter has sent away',
      (app) =>
        app.use(
          '/:country',
          routerWith((r) => {
            r.param('shop', (_, __, next) => next('route'));
            r.use('/:shop', ok);
            r.get('/berlin/:id', ok);
          }),
        ),
      '/de/berlin/7',
      '/:country/berlin/:id',
      { country: 'de', id: '7' },
    ],
    [
      'of a router at an optional part',
      (app) => app.use('/shops{/:shop}', routerWith((r) => r.get('/orders', ok))),
      '/shops/berlin/orders',
      '/shops{/:shop}/orders',
      { shop: 'berlin' },
    ],
    [
      'of a router in a router, at an optional part that is not there',
      (app) => app.use('/:country', routerWith((r) => r.use('/shops{/in-:shop}', routerWith((inner) => inner.get('/:id', ok))))),
      '/de/shops/7',
      '/:country/shops{/in-:shop}/:id',
      { country: 'de', id: '7' },
    ],
    [
      'of a router in a router, at a pattern',
      (app) => app.use('/:country', routerWith((r) => r.use(/^\/shops\/\d+/, routerWith((inner) => inner.get('/:id', ok))))),
      '/de/shops/4/7',
      '/:country/^\\/shops\\/\\d+//:id',
      { country: 'de', id: '7' },
    ],
    ['of a router at several paths', (app) => app.use(['/a', '/b/:shop'], routerWith((r) => r.get('/:id', ok))), '/b/berlin/7', '/b/:shop/:id', shop],
    ['that is the second of several', (app) => app.get(['/a', '/b/:id'], ok), '/b/7', '/b/:id', { id: '7' }],
    ['that is a pattern', (app) => app.get(/^\/orders\/(\d+)$/, ok), '/orders/7', '/^\\/orders\\/(\\d+)$/', { 0: '7' }],
    ['with a wildcard', (app) => app.get('/files/*path', ok), '/files/a/b', '/files/*path', { path: ['a', 'b'] }],
    ['for all methods', (app) => app.all('/orders/:id', ok), '/orders/7', '/orders/:id', { id: '7' }],
    [
      'of percent-encoded values',
      (app) => app.use('/shops/:shop', routerWith((r) => r.get('/:id', ok))),
      '/shops/new%20york/7',
      '/shops/:shop/:id',
      { shop: 'new york', id: '7' },
    ],
    [
      'that answers later',
      (app) => app.get('/orders/:id', async (_, response) => (await wait(1), response.json('ok'))),
      '/orders/7',
      '/orders/:id',
      { id: '7' },
    ],
    [
      'the second of two, when the first passes',
      (app) => (app.get('/:any/:thing', (_, __, next) => next()), app.get('/orders/:id', ok)),
      '/orders/7',
      '/orders/:id',
      expect.objectContaining({ id: '7' }),
    ],
    ['none, where a handler that is no route answers', (app) => app.use('/orders', ok), '/orders/7', undefined, undefined],
    [
      'none, where nothing is found in a router',
      (app) => app.use('/shops/:shop', routerWith((r) => r.get('/:id', ok))),
      '/shops/a/b/c',
      undefined,
      undefined,
    ],
  ];
  it.each(cases)('%s', async (_, build, path, route, params) => {
    const { response, span } = await ask(build, `GET ${path}`, how);
    expect(response.attributes['http.route']).toBe(route);
    expect(response.params).toEqual(params);
    expect(span).toMatchObject({ name: route === undefined ? 'GET' : `GET ${route}` });
    expect(span.attributes['http.route']).toBe(route);
  });

  it('is the one whose parameter failed', async () => {
    const build: Build = (app) => {
      app.param('id', (_, __, next) => next(new RangeError('no such id')));
      app.get('/orders/:id', ok);
    };
    const { response } = await ask(build, 'GET /orders/7', how);
    expect(response).toMatchObject({ statusCode: 500, attributes: { 'http.route': '/orders/:id' }, params: { id: '7' }, error: { type: 'RangeError' } });
  });

  it('stays the one that failed, wherever the failure is answered', async () => {
    const build: Build = (app) => {
      app.use('/shops/:shop', routerWith((r) => r.get('/:id', () => Promise.reject(new RangeError('no stock')))));
      const answers: ErrorHandler = (_error, _request, response, _next) => void response.status(503).end();
      app.use(answers);
    };
    const { response, span } = await ask(build, 'GET /shops/berlin/7', how);
    expect(response).toMatchObject({ statusCode: 503, status: 'error', name: 'GET /shops/:shop/:id', params: shop, error: { message: 'no stock' } });
    expect(span.events).toHaveLength(1);
  });
});

describe.each<How>(['with the source', 'without a source', 'by the source alone'])('an error, %s', (how) => {
  const failing = (error: unknown): Handler => () => Promise.reject(error);
  const gone = Object.assign(new Error('gone'), { status: 410 });
  const answers: ErrorHandler = (_error, _request, response, _next) => void response.end();
  const replaces: ErrorHandler = (_error, _request, _response, next) => next(new Error('second'));
  const cases: readonly (readonly [what: string, build: Build, told: object])[] = [
    [
      'given to next',
      (app) => app.get('/', (_, __, next) => next(new RangeError('no'))),
      { statusCode: 500, status: 'error', error: { type: 'RangeError', message: 'no' } },
    ],
    ['that is a text', (app) => app.get('/', (_, __, next) => next('no')), { statusCode: 500, error: { type: 'string', message: 'no' } }],
    ['of a handler that is no route', (app) => app.use(failing(new RangeError('no'))), { statusCode: 500, error: { type: 'RangeError' } }],
    ['with a status of its own', (app) => app.get('/', failing(gone)), { statusCode: 410, status: 'success', error: { message: 'gone' } }],
    [
      'that is answered as a success',
      (app) => app.get('/', failing(new Error('no'))).use(answers),
      { statusCode: 200, status: 'success', error: { message: 'no' } },
    ],
    ['the first of two', (app) => app.get('/', failing(new Error('first'))).use(replaces), { statusCode: 500, error: { message: 'first' } }],
    [
      'none: to go on with another route is no failure',
      (app) => app.get('/', (_, __, next) => next('route')).get('/', ok),
      { statusCode: 200, error: undefined },
    ],
  ];
  it.each(cases)('%s', async (_, build, told) => {
    const { response, span } = await ask(build, 'GET /', how);
    expect(response).toMatchObject(told);
    expect(span.events).toHaveLength(response.error === undefined ? 0 : 1);
  });
});

describe.each<Mode>(['with the source', 'without a source'])('expressErrors, %s', (mode) => {
  const withErrors = (build: Build, seen: unknown[]): Parameters<typeof askApp>[0] => (obs) => {
    const app = express();
    app.set('env', 'test');
    app.use(expressRequests({ obs }));
    build(app);
    app.use(expressErrors({ obs }));
    const sees: ErrorHandler = (error, _request, _response, next) => (seen.push(error), next(error));
    app.use(sees);
    return serveOn(app);
  };

  it('tells what fails before a handler is called, and passes it on', async () => {
    const seen: unknown[] = [];
    const { response, received } = await askApp(withErrors((app) => app.get('/orders/:id', ok), seen), 'GET /orders/%zz', mode);
    expect(response).toMatchObject({ statusCode: 400, error: { type: 'URIError' } });
    expect(seen).toEqual([expect.any(URIError)]);
    expect(received).toContain(' 400 ');
  });

  it('doubles nothing', async () => {
    const failure = new RangeError('no stock');
    const seen: unknown[] = [];
    const start = withErrors((app) => app.get('/orders/:id', () => Promise.reject(failure)), seen);
    const { response, span } = await askApp(start, 'GET /orders/7', mode);
    expect(response).toMatchObject({ statusCode: 500, error: { message: 'no stock' } });
    expect(span.events).toHaveLength(1);
    expect(seen).toEqual([failure]);
  });
});

/** A manager that ends with the test: a source sees all servers of the process. */
function managed(options: Parameters<typeof recorded>[0] = {}): ReturnType<typeof recorded> {
  const managed = recorded(options);
  undo.push(() => managed.obs.shutdown());
  return managed;
}

/** An application that is served, and a client of it. */
async function connected(app: Application): Promise<Client> {
  const { server, close } = await serveOn(app);
  undo.push(close);
  const client = await connectTo((server.address() as AddressInfo).port);
  undo.push(() => client.hangUp());
  return client;
}

describe.each<Mode>(['with the source', 'without a source'])('the adapter, %s', (mode) => {
  const sources = mode === 'with the source' ? [incomingRequests()] : (false as const);

  it('used twice tells once', async () => {
    const start: Parameters<typeof askApp>[0] = (obs) => {
      const app = express();
      app.use(expressRequests({ obs }));
      app.use(expressRequests({ obs }), routerWith((r) => r.use(expressRequests({ obs })).get('/orders/:id', ok)));
      return serveOn(app);
    };
    const { response } = await askApp(start, 'GET /orders/7', mode);
    expect(response).toMatchObject({ statusCode: 200, params: { id: '7' }, attributes: { 'http.route': '/orders/:id' } });
  });

  it('tells two managers, each with ids of its own', async () => {
    const [first, second] = [managed({ sources }), managed({ sources })];
    const app = express();
    app.use(expressRequests({ obs: first.obs }), expressRequests({ obs: second.obs }));
    app.get('/orders/:id', (_, response) => {
      first.obs.logger.info('first');
      second.obs.logger.info('second');
      response.json('ok');
    });
    const client = await connected(app);
    client.send(request('GET /orders/7'));
    for (const { ofKind } of [first, second]) await until(() => ofKind('response').length > 0);
    for (const { only } of [first, second]) {
      expect(only('response')).toMatchObject({ params: { id: '7' }, requestId: only('log').requestId, trace: { traceId: only('log').trace?.traceId } });
      only('span');
    }
    expect(first.only('request').requestId).not.toBe(second.only('request').requestId);
  });

  it('takes the id that came along, unless it could break a log or a header', async () => {
    const { obs, ofKind } = managed({ sources });
    const app = express().use(expressRequests({ obs })).get('/', ok);
    const client = await connected(app);
    const given = ['order-7', 'x'.repeat(129), 'x'.repeat(10_000), 'caf\u00e9', 'a b', ''];
    client.send(...given.map((id) => request('GET /', { headers: [`x-request-id: ${id}`] })));
    await until(() => ofKind('response').length === given.length);
    const [taken, ...others] = ofKind('response').map(({ requestId }) => requestId);
    expect(taken).toBe('order-7');
    for (const id of others) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    await client.gets('HTTP/1.1 200', given.length);
    expect(client.header('x-request-id')).toEqual([taken, ...others]);
  });

  it('is not noticed once the manager is shut down', async () => {
    const { obs, signals, ofKind } = managed({ sources });
    const client = await connected(express().use(expressRequests({ obs })).get('/orders/:id', ok));
    client.send(request('GET /orders/1'));
    await client.gets('HTTP/1.1 200');
    await until(() => ofKind('response').length === 1);
    await obs.shutdown();
    for (const part of ['start', 'error']) expect(hasSubscribers(`tracing:express.router.request:${part}`)).toBe(false);
    const told = signals.length;
    client.send(request('GET /orders/2'));
    await client.gets('HTTP/1.1 200', 2);
    expect(client.header('x-request-id')).toHaveLength(1);
    expect(signals).toHaveLength(told);
  });

  it('is not noticed while the manager is switched off', async () => {
    const { obs, signals } = managed({ sources, enabled: false });
    const app = express().use(expressRequests({ obs })).get('/orders/:id', ok).get('/throws', () => Promise.reject(new Error('no')));
    app.set('env', 'test');
    const client = await connected(app);
    client.send(request('GET /orders/2'), request('GET /throws'));
    await client.gets(' 200 ');
    await client.gets(' 500 ');
    expect(client.header('x-request-id')).toEqual([]);
    expect(signals).toEqual([]);
  });
});

it('tells the process-wide manager, when it is given none, and makes no other one after its end', async () => {
  const obs = getObservabilityManager({ sinks: [], sources: false });
  undo.push(() => obs.shutdown());
  const routes: unknown[] = [];
  obs.responses$.subscribe(({ attributes }) => routes.push(attributes['http.route']));
  const client = await connected(express().use(expressRequests()).get('/orders/:id', ok));
  client.send(request('GET /orders/7'));
  await until(() => routes.length > 0);
  expect(routes).toEqual(['/orders/:id']);
  await obs.shutdown();
  client.send(request('GET /orders/8'));
  await client.gets('"ok"', 2);
  expect(client.header('x-request-id')).toHaveLength(1);
});

it('tells nothing of what the source is to ignore', async () => {
  const { obs, signals } = managed({ sources: [incomingRequests({ ignore: ['/health'] })] });
  const client = await connected(express().use(expressRequests({ obs })).get('/health', ok));
  client.send(request('GET /health'));
  await client.gets('"ok"');
  expect(signals).toEqual([]);
});

it.each<Mode>(['with the source', 'without a source'])('reads the route off the request where the router says nothing over a channel, %s', async (mode) => {
  const start: Parameters<typeof askApp>[0] = (obs) => {
    const adapter = expressRequests({ obs });
    return serveOn((request, response) =>
      adapter(request, response, () => {
        Object.assign(request, { baseUrl: '/shops/berlin', params: { shop: 'berlin', id: '7' }, route: { path: '/:id' } });
        response.end();
      }),
    );
  };
  const { response } = await askApp(start, 'GET /shops/berlin/7', mode);
  expect(response).toMatchObject({ attributes: { 'http.route': '/shops/:shop/:id' }, params: { shop: 'berlin', id: '7' } });
});

it('leaves nothing active for what does not come by it, on the same connection', async () => {
  const { obs, ofKind } = managed();
  const app = express();
  const log: Handler = (_, response) => (obs.logger.info('in a handler'), response.json('ok'));
  app.use('/orders', expressRequests({ obs }), log);
  app.get('/health', log);
  const client = await connected(app);
  client.send(request('GET /orders'), request('GET /health'));
  await until(() => ofKind('log').length === 2);
  expect(ofKind('log').map(({ requestId }) => requestId)).toEqual([ofKind('request')[0]!.requestId, undefined]);
});

it('finds the request again where its context was lost', async () => {
  const { obs, ofKind } = managed({ sources: [incomingRequests()] });
  const lost = new AsyncLocalStorage();
  const elsewhere = AsyncLocalStorage.snapshot();
  const app = express();
  app.use((_, __, next) => lost.exit(() => elsewhere(next)));
  app.use(expressRequests({ obs }));
  app.get('/orders/:id', (_, response) => (obs.logger.info('in a handler'), response.json('ok')));
  const client = await connected(app);
  client.send(request('GET /orders/7'));
  await until(() => ofKind('response').length === 1);
  expect(ofKind('request')).toHaveLength(1);
  expect(ofKind('log')[0]?.requestId).toBe(ofKind('request')[0]?.requestId);
});

it('opens no second one for a request that has ended before it comes by', async () => {
  const { obs, ofKind, clock } = managed({ sources: [incomingRequests()], requestLogging: { deadline: 50 } });
  const app = express();
  let go = (): void => undefined;
  app.use((_, __, next) => void (go = () => next()));
  app.use(expressRequests({ obs })).get('/', ok);
  const client = await connected(app);
  client.send(request('GET /'));
  await until(() => ofKind('request').length === 1);
  clock.advance(100);
  expect(ofKind('response')).toMatchObject([{ status: 'abandoned' }]);
  go();
  await client.gets('"ok"');
  expect(ofKind('request')).toHaveLength(1);
  expect(ofKind('response')).toHaveLength(1);
});

it.each([['error', 0], ['info', 1]] as const)('asks for parameters of the application only where they are logged: at %s', async (logLevel, times) => {
  const { obs, ofKind } = managed({ sources: false, requestLogging: { logLevel } });
  let asked = 0;
  const told: Handler = (_, __, next) => {
    obs.traceRequest('GET', '/orders/7', { params: () => ({ page: (asked += 1) }) });
    next();
  };
  const client = await connected(express().use(expressRequests({ obs })).get('/orders/:id', told, ok));
  client.send(request('GET /orders/7'));
  await client.gets('"ok"');
  await until(() => ofKind('metric').length === 1);
  expect(asked).toBe(times);
  expect(ofKind('response').map(({ params }) => params)).toEqual(times === 0 ? [] : [{ page: 1, id: '7' }]);
});

it('counts an upgrade that the application takes as one request, with the source', async () => {
  const { obs, ofKind } = managed({ sources: [incomingRequests()] });
  const { server, close } = await serveOn(express().use(expressRequests({ obs })));
  undo.push(close);
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n'));
  const upgrade = httpRequest({ port: (server.address() as AddressInfo).port, headers: { connection: 'upgrade', upgrade: 'echo' } });
  upgrade.on('error', () => undefined).on('upgrade', (_, socket) => socket.destroy()).end();
  await until(() => ofKind('response').length > 0);
  expect(ofKind('request')).toHaveLength(1);
  expect(ofKind('response')).toMatchObject([{ statusCode: 101, status: 'success' }]);
});

it('tells the whole path, wherever the adapter is mounted', async () => {
  const { obs, ofKind } = managed({ sources: false });
  const client = await connected(express().use('/api', expressRequests({ obs })).get('/api/orders/:id', ok));
  client.send(request('GET /api/orders/7'));
  await client.gets('"ok"');
  await until(() => ofKind('response').length > 0);
  expect(ofKind('request').map(({ name, path }) => [name, path])).toEqual([['GET /api/orders/7', '/api/orders/7']]);
  expect(ofKind('response').map(({ name }) => name)).toEqual(['GET /api/orders/:id']);
});
