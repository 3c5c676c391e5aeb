// Fastify, over real sockets: what is told of each request, by the adapter and by the source alone.
import { connect } from 'node:http2';
import type { ClientHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { incomingRequests } from '#sdk';
import type { SignalOf } from '#sdk';
import { fastifyRequests } from '../../../src/node/middleware/fastify.ts';
import { recorded } from '../../helpers/recorded.ts';
import { undo, undoAll, until } from '../sources/observed.ts';
import { connectTo, request } from './client.ts';
import { describeFramework } from './describe-framework.ts';
import type { Mode } from './describe-framework.ts';
import { askApp } from './observed-app.ts';
import type { Asked } from './observed-app.ts';
import type { Told } from './scenarios.ts';
import { listening, startBareFastify, startFastify } from './start-fastify.ts';

const unhandled = ['request', 'metric', 'response', 'span'] as const;
const malformed = `FastifyError: Body is not valid JSON but content-type is set to 'application/json'`;
// It answers in spite of that, at the same connection.
const twice: Partial<Told> = { status: 'error', statusCode: 500, error: 'Error: Cannot write headers after they are sent to the client' };
describeFramework('Fastify', startFastify, {
  differs: { 'a malformed body': { kinds: unhandled, route: '/orders', error: malformed }, 'writeHead twice': twice },
});
// Its channels tell of nothing in front of the handler.
describeFramework('Fastify without the adapter', startBareFastify, {
  differs: { 'a malformed body': { kinds: unhandled, route: undefined, error: undefined }, 'writeHead twice': twice },
  modes: ['with the source'],
});

afterEach(undoAll);

type Build = (app: FastifyInstance) => unknown;

const fails = (): Promise<never> => Promise.reject(new RangeError('no stock'));

/** Asks an application that is built for it. */
function ask(build: Build, line: string, mode: Mode): Promise<Asked> {
  return askApp(
    async (obs) => {
      const app = Fastify();
      app.register(fastifyRequests, { obs });
      build(app);
      return listening(app);
    },
    line,
    mode,
  );
}

describe.each<Mode>(['with the source', 'without a source'])('the route, %s', (mode) => {
  const cases: readonly (readonly [what: string, build: Build, line: string, route: string | undefined, params: unknown])[] = [
    [
      'of prefixes in prefixes',
      (app) =>
        app.register(
          async (shop) => {
            shop.register(async (orders) => void orders.get('/:id', async () => 'ok'), { prefix: '/orders' });
          },
          { prefix: '/shops/:shop' },
        ),
      'GET /shops/berlin/orders/7',
      '/shops/:shop/orders/:id',
      { shop: 'berlin', id: '7' },
    ],
    ['with a wildcard', (app) => app.get('/files/*', async () => 'ok'), 'GET /files/a/b', '/files/*', { '*': 'a/b' }],
    ['of HEAD', (app) => app.get('/orders/:id', async () => 'ok'), 'HEAD /orders/7', '/orders/:id', { id: '7' }],
    ['of the root', (app) => app.get('/', async () => 'ok'), 'GET /', '/', undefined],
    ['none, where nothing is found', (app) => app.get('/orders/:id', async () => 'ok'), 'POST /orders/7', undefined, undefined],
    [
      'none, where a prefix answers what is not found',
      (app) => app.register(async (shop) => void shop.setNotFoundHandler((_, reply) => reply.status(404).send('gone')), { prefix: '/shops' }),
      'GET /shops/7',
      undefined,
      undefined,
    ],
  ];
  it.each(cases)('%s', async (_, build, line, route, params) => {
    const { response, span } = await ask(build, line, mode);
    const [method] = line.split(' ');
    expect(response.attributes['http.route']).toBe(route);
    expect(response.params).toEqual(params);
    expect(span.name).toBe(route === undefined ? method : `${method} ${route}`);
  });
});

describe.each<Mode>(['with the source', 'without a source'])('an error, %s', (mode) => {
  const route: Build = (app) => app.get('/orders/:id', async () => 'ok');
  const gone = Object.assign(new Error('gone'), { statusCode: 410 });
  const schema = { params: { type: 'object', properties: { id: { type: 'string', minLength: 9 } } } };
  const answersElse: Build = (app) => app.setErrorHandler((_, __, reply) => reply.status(503).send('later'));
  const cases: readonly (readonly [what: string, build: Build, told: object | undefined, statusCode: number])[] = [
    ['of a hook in front of all', (app) => (app.addHook('onRequest', fails), route(app)), { type: 'RangeError', message: 'no stock' }, 500],
    ['of a hook in front of the handler', (app) => (app.addHook('preHandler', fails), route(app)), { type: 'RangeError' }, 500],
    ['that is sent', (app) => app.get('/orders/:id', (_, reply) => void reply.send(new RangeError('no stock'))), { message: 'no stock' }, 500],
    [
      'of a schema',
      (app) => app.get('/orders/:id', { schema }, async () => 'ok'),
      { message: 'params/id must NOT have fewer than 9 characters' },
      400,
    ],
    ['with a status of its own', (app) => app.get('/orders/:id', () => Promise.reject(gone)), { message: 'gone' }, 410],
    ['of a handler, that a handler of errors answers', (app) => (answersElse(app), app.get('/orders/:id', fails)), { message: 'no stock' }, 503],
    [
      'of a handler, that a handler of errors makes another one of',
      (app) => (app.setErrorHandler(() => Promise.reject(new Error('second'))), app.get('/orders/:id', fails)),
      { message: 'no stock' },
      500,
    ],
    ['none where there is none', route, undefined, 200],
  ];
  it.each(cases)('%s', async (_, build, error, statusCode) => {
    const { response, span } = await ask(build, 'GET /orders/7', mode);
    expect(response).toMatchObject({ statusCode, status: statusCode < 500 ? 'success' : 'error', params: { id: '7' } });
    expect(response.attributes['http.route']).toBe('/orders/:id');
    if (error === undefined) expect(response.error).toBe(undefined);
    else expect(response.error).toMatchObject(error);
    expect(span.events).toHaveLength(error === undefined ? 0 : 1);
  });
});

/** A manager that ends with the test: a source sees all servers of the process. */
function managed(options: Parameters<typeof recorded>[0] = {}): ReturnType<typeof recorded> {
  const managed = recorded(options);
  undo.push(() => managed.obs.shutdown());
  return managed;
}

async function portOf(app: FastifyInstance): Promise<number> {
  const { server, close } = await listening(app);
  undo.push(close);
  return (server.address() as AddressInfo).port;
}

describe.each<Mode>(['with the source', 'without a source'])('the plugin, %s', (mode) => {
  const sources = mode === 'with the source' ? [incomingRequests()] : (false as const);

  it('registered twice tells once', async () => {
    const { obs, only, ofKind } = managed({ sources });
    const app = Fastify();
    app.register(fastifyRequests, { obs });
    app.register(fastifyRequests, { obs });
    app.register(async (inner) => {
      inner.register(fastifyRequests, { obs });
      inner.get('/orders/:id', fails);
    });
    const client = await connectTo(await portOf(app));
    client.send(request('GET /orders/7'));
    await client.gets(' 500 ');
    await until(() => ofKind('span').length > 0);
    only('request');
    only('metric');
    expect(only('response')).toMatchObject({ params: { id: '7' }, error: { message: 'no stock' } });
    expect(only('span').events).toHaveLength(1);
  });

  it('tells two managers, each with ids of its own', async () => {
    const [first, second] = [managed({ sources }), managed({ sources })];
    const app = Fastify();
    app.register(fastifyRequests, { obs: first.obs });
    app.register(fastifyRequests, { obs: second.obs });
    app.get('/orders/:id', async () => {
      first.obs.logger.info('first');
      second.obs.logger.info('second');
      return fails();
    });
    const client = await connectTo(await portOf(app));
    client.send(request('GET /orders/7'));
    for (const { ofKind } of [first, second]) await until(() => ofKind('span').length > 0);
    for (const { only } of [first, second]) {
      expect(only('response')).toMatchObject({ params: { id: '7' }, error: { message: 'no stock' }, requestId: only('log').requestId });
      expect(only('span').trace.traceId).toBe(only('log').trace?.traceId);
    }
    expect(first.only('request').requestId).not.toBe(second.only('request').requestId);
  });

  it.each(['is shut down', 'is switched off'])('is not noticed where the manager %s', async (how) => {
    const { obs, signals } = managed({ sources, enabled: how === 'is shut down' });
    if (how === 'is shut down') await obs.shutdown();
    const app = Fastify();
    app.register(fastifyRequests, { obs });
    app.get('/orders/:id', async () => ({ current: obs.requestLogger.current() ?? null }));
    app.get('/throws', fails);
    const client = await connectTo(await portOf(app));
    client.send(request('GET /orders/7'), request('GET /throws'));
    await client.gets(' 200 ');
    await client.gets(' 500 ');
    expect(client.received()).toContain('{"current":null}');
    expect(client.header('x-request-id')).toEqual([]);
    expect(signals).toEqual([]);
  });

  it('tells of what is injected without a socket', async () => {
    const { obs, only } = managed({ sources });
    const app = Fastify();
    app.register(fastifyRequests, { obs });
    app.get('/orders/:id', async () => (obs.logger.info('in a handler'), 'ok'));
    const { headers, statusCode } = await app.inject('/orders/7');
    expect(statusCode).toBe(200);
    expect(only('response')).toMatchObject({ statusCode: 200, params: { id: '7' }, requestId: headers['x-request-id'] });
    expect(only('log').requestId).toBe(headers['x-request-id']);
    await app.close();
  });

  it('leaves an answer that the application writes by itself to it', async () => {
    const { obs, only, ofKind } = managed({ sources });
    const app = Fastify();
    app.register(fastifyRequests, { obs });
    app.get('/orders/:id', (_, reply) => {
      reply.hijack();
      reply.raw.writeHead(202).end('by hand');
    });
    const client = await connectTo(await portOf(app));
    client.send(request('GET /orders/7'));
    await client.gets('by hand');
    await until(() => ofKind('span').length > 0);
    expect(only('response')).toMatchObject({ statusCode: 202, attributes: { 'http.route': '/orders/:id' } });
  });
});

describe.each<Mode>(['with the source', 'without a source'])('HTTP/2, %s', (mode) => {
  interface Answer {
    readonly status: unknown;
    readonly id: unknown;
    readonly request: SignalOf<'request'>;
    readonly response: SignalOf<'response'>;
    readonly log: SignalOf<'log'> | undefined;
  }

  /** Asks for a path, and gives back what was told. `act` with the stream; else it is read to its end. */
  async function get(path: string, act: (stream: ClientHttp2Stream, entered: Promise<void>) => unknown = (stream) => stream.resume()): Promise<Answer> {
    const { obs, ofKind, only } = managed({ sources: mode === 'with the source' ? [incomingRequests()] : false });
    const app = Fastify({ http2: true });
    let enter = (): void => undefined;
    const entered = new Promise<void>((resolve) => (enter = resolve));
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    app.register(fastifyRequests, { obs });
    app.get('/orders/:id', async () => (obs.logger.info('in a handler'), 'ok'));
    app.get('/throws/:id', fails);
    app.get('/hangs', async () => {
      enter();
      await released;
      return 'late';
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    session.on('error', () => undefined);
    try {
      const stream = session.request({ ':path': path });
      let head: Record<string, unknown> = {};
      stream.on('response', (headers) => (head = headers)).on('error', () => undefined);
      await act(stream, entered);
      await until(() => ofKind('span').length > 0);
      release();
      await until(() => stream.closed);
      only('metric');
      return { status: head[':status'], id: head['x-request-id'], request: only('request'), response: only('response'), log: ofKind('log')[0] };
    } finally {
      release();
      session.destroy();
      await app.close();
    }
  }

  it('a success', async () => {
    const { status, id, request, response, log } = await get('/orders/7');
    expect(request.attributes['network.protocol.version']).toBe('2');
    expect(response).toMatchObject({ status: 'success', statusCode: 200, params: { id: '7' }, attributes: { 'http.route': '/orders/:id' } });
    expect([status, id, log?.requestId]).toEqual([200, response.requestId, response.requestId]);
  });

  it('a rejection', async () => {
    const { status, response } = await get('/throws/7');
    expect(response).toMatchObject({ status: 'error', statusCode: 500, params: { id: '7' }, error: { type: 'RangeError', message: 'no stock' } });
    expect(status).toBe(500);
  });

  it('404', async () => {
    const { response } = await get('/unknown');
    expect(response).toMatchObject({ status: 'success', statusCode: 404, params: undefined });
    expect(response.attributes['http.route']).toBe(undefined);
  });

  it('an abort', async () => {
    const { response } = await get('/hangs', async (stream, entered) => {
      await entered;
      stream.close(8);
    });
    expect(response).toMatchObject({ status: 'error', statusCode: undefined, attributes: { 'error.type': 'aborted', 'http.route': '/hangs' } });
  });
});
