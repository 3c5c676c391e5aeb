// The live stream in servers of the application's own, whichever framework they have.
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { NEVER, defer } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestObservability } from '#testing';
import { incomingRequests } from '#sdk';
import type { ObservabilityManager, Signal } from '#sdk';
import { liveHandler } from '../../../src/node/live/live-handler.ts';
import type { LiveHandlerOptions } from '../../../src/node/live/live-options.ts';
import { listen, undo, undoAll, until } from '../sources/observed.ts';
import { askOnce, openStream } from './live-stream.ts';
import type { SeenStream } from './live-stream.ts';

afterEach(undoAll);

function tested(options: Parameters<typeof createTestObservability>[0] = {}): ReturnType<typeof createTestObservability> {
  const observability = createTestObservability(options);
  undo.push(() => observability.obs.shutdown());
  return observability;
}

async function opened(url: string): Promise<SeenStream> {
  const stream = await openStream(url);
  undo.push(() => stream.close());
  await until(() => stream.frames.length > 0);
  return stream;
}

const mounts: Readonly<Record<string, (obs: ObservabilityManager) => Promise<string>>> = {
  async 'a server of Node'(obs) {
    const handler = liveHandler(obs);
    const listener: RequestListener = (request, response) => (request.url?.startsWith('/live') ? handler(request, response) : void response.end('else'));
    return `http://127.0.0.1:${await listen(createServer(listener))}`;
  },
  async Express(obs) {
    const app = express();
    app.use('/live', liveHandler(obs));
    app.use((_, response) => void response.end('else'));
    return `http://127.0.0.1:${await listen(createServer(app as RequestListener))}`;
  },
  async Fastify(obs) {
    const handler = liveHandler(obs);
    const app = fastify({ forceCloseConnections: true });
    for (const path of ['/live', '/live/*']) {
      app.get(path, (request, reply) => {
        reply.hijack();
        handler(request.raw, reply.raw);
      });
    }
    app.get('/else', (_, reply) => reply.send('else'));
    undo.push(() => app.close());
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
  async Koa(obs) {
    const handler = liveHandler(obs);
    const app = new Koa();
    app.use((context) => {
      if (!context.req.url?.startsWith('/live')) return void Object.assign(context, { body: 'else' });
      Object.assign(context, { respond: false });
      handler(context.req, context.res);
    });
    return `http://127.0.0.1:${await listen(createServer(app.callback()))}`;
  },
};

describe.each(Object.entries(mounts))('in %s', (_, mount) => {
  it('the stream is there, and everything else as it was', async () => {
    const { obs, clock } = tested();
    const origin = await mount(obs);
    const stream = await opened(`${origin}/live/?every=500`);
    obs.profiler.profile('work', () => 1);
    clock.advance(500);
    await until(() => stream.of('statistics').length > 0);
    expect(stream.frames[0]?.frame).toMatchObject({ type: 'hello', every: 500 });
    expect((await askOnce(`${origin}/else`)).body).toBe('else');
    stream.close();
    await obs.shutdown();
  });

  it('the page is behind a slash, so that what belongs to it is found', async () => {
    const { obs } = tested();
    const origin = await mount(obs);
    const { status, headers } = await askOnce(`${origin}/live`);
    expect(status).toBe(308);
    expect(new URL(headers.location ?? '', `${origin}/live`).href).toBe(`${origin}/live/`);
    const page = await askOnce(`${origin}/live/`);
    expect([200, 404]).toContain(page.status);
    expect((await askOnce(`${origin}/live/nothing.js`)).status).toBe(404);
    await obs.shutdown();
  });
});

describe('over HTTP/2', () => {
  async function served(options: LiveHandlerOptions = {}, given: Parameters<typeof createTestObservability>[0] = {}) {
    const observability = tested(given);
    const server = createHttp2Server(liveHandler(observability.obs, options));
    server.on('sessionError', () => undefined);
    const session = connect(`http://127.0.0.1:${await listen(server)}`);
    session.on('error', () => undefined);
    undo.push(() => session.destroy());
    const said: string[] = [];
    observability.obs.health$.subscribe((health) => 'message' in health && said.push(health.message));
    return {
      ...observability,
      said,
      async ask(headers: OutgoingHttpHeaders = {}): Promise<{ readonly stream: ClientHttp2Stream; readonly headers: IncomingHttpHeaders & { readonly ':status'?: number } }> {
        const stream = session.request({ accept: 'text/event-stream', ...headers });
        stream.on('error', () => undefined);
        const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders];
        return { stream, headers: answered };
      },
    };
  }

  it('the stream is there, several on one connection', async () => {
    const { ask, clock } = await served();
    const texts = ['', ''];
    for (const index of texts.keys()) {
      const { stream, headers } = await ask();
      expect(headers[':status']).toBe(200);
      stream.setEncoding('utf8').on('data', (chunk: string) => (texts[index] += chunk));
    }
    clock.advance(1_000);
    await until(() => texts.every((text) => text.includes('event: statistics')));
  });

  it('strangers are refused', async () => {
    const { ask } = await served();
    expect((await ask({ ':authority': 'evil.example' })).headers[':status']).toBe(403);
    expect((await ask({ ':method': 'POST' })).headers[':status']).toBe(405);
    const { ask: askWithToken } = await served({ token: 'k3y' });
    expect((await askWithToken()).headers[':status']).toBe(401);
    expect((await askWithToken({ authorization: 'Bearer k3y' })).headers[':status']).toBe(200);
  });

  it('who does not read is dropped', async () => {
    const { ask, obs, clock, said } = await served({ maxBuffered: 100_000 });
    const { stream } = await ask({ ':path': '/?kinds=log' });
    stream.pause();
    for (let second = 0; second < 60; second += 1) {
      for (let index = 0; index < 100; index += 1) obs.logger.info('message '.repeat(80));
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(said).toContain('a client that read too slowly: it was dropped');
  });

  it('it ends with the manager', async () => {
    const { ask, obs } = await served();
    const { stream } = await ask();
    const ended = once(stream.resume(), 'end');
    await obs.shutdown();
    await ended;
  });

  it('its second stream is not observed', async () => {
    const { ask, obs } = await served({}, { sources: [incomingRequests()] });
    const responses: Signal[] = [];
    obs.responses$.subscribe((signal) => responses.push(signal));
    await ask();
    await ask();
    await ask({ ':method': 'POST' });
    await until(() => responses.length === 2);
    expect(responses.map(({ name }) => name)).toEqual(['GET /', 'POST /']);
  });
});

describe('behind middleware', () => {
  it('who has gone while it waited takes no place', async () => {
    const { obs } = tested();
    const handler = liveHandler(obs, { maxClients: 1 });
    let [hasAsked, hasBegun] = [false, false];
    const server = createServer((request, response) => {
      if (request.url !== '/slow') return handler(request, response);
      hasAsked = true;
      response.once('close', () => {
        handler(request, response);
        hasBegun = true;
      });
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    const gone = get(`${url}/slow`, { agent: false, headers: { accept: 'text/event-stream' } }).on('error', () => undefined);
    await until(() => hasAsked);
    gone.destroy();
    await until(() => hasBegun);
    expect((await opened(url)).status).toBe(200);
  });

  it('that has answered already keeps its answer', async () => {
    const handler = liveHandler(tested().obs);
    const server = createServer((request, response) => {
      response.write('its own ');
      handler(request, response);
      setImmediate(() => response.end('answer'));
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    expect((await askOnce(url, { headers: { accept: 'text/event-stream' } })).body).toBe('its own answer');
  });

  it('whose `write` throws ends one stream, and no other', async () => {
    const { obs, clock } = tested();
    const handler = liveHandler(obs);
    const server = createServer((request, response) => {
      const { write } = response;
      let writes = 0;
      // Let the first frame through: a stream that never begins disturbs nobody.
      if (request.url === '/broken') {
        response.write = ((...args: Parameters<typeof write>) => {
          writes += 1;
          if (writes > 2) throw new Error('no more');
          return write.apply(response, args);
        }) as typeof write;
      }
      handler(request, response);
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    const [broken, whole] = [await opened(`${url}/broken`), await opened(url)];
    clock.advance(1_000);
    await until(() => broken.isOver);
    await until(() => whole.of('statistics').length === 1);
    clock.advance(1_000);
    await until(() => whole.of('statistics').length === 2);
  });

  it('that lets no head of an answer through is told, and ends no process', async () => {
    const { obs } = tested();
    const handler = liveHandler(obs);
    const said: string[] = [];
    obs.health$.subscribe((trouble) => 'message' in trouble && said.push(trouble.message));
    const server = createServer((request, response) => {
      response.writeHead = () => {
        throw new TypeError('no head');
      };
      handler(request, response);
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    await expect(askOnce(`${url}/`)).rejects.toThrow('socket hang up');
    expect(said).toEqual(['something failed: TypeError']);
  });
});

describe('one connection', () => {
  it('serves one question after the other', async () => {
    const { obs } = tested();
    const url = `http://127.0.0.1:${await listen(createServer(liveHandler(obs)))}/`;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    undo.push(() => agent.destroy());
    const ports = new Set<number | undefined>();
    for (const [path, headers] of [['x', {}], ['nothing.js', {}], ['', { accept: 'text/event-stream', host: 'evil.example' }], ['dashboard.css', {}]] as const) {
      const client = get(url + path, { agent, headers });
      const [response] = (await once(client, 'response')) as [IncomingMessage];
      ports.add(response.socket.localPort);
      await once(response.resume(), 'end');
    }
    expect(ports.size).toBe(1);
  });
});

describe('what is told of it', () => {
  async function observed(options: Parameters<typeof createTestObservability>[0], handlerOptions: LiveHandlerOptions = {}) {
    const observability = tested({ sources: [incomingRequests()], ...options });
    const { obs } = observability;
    const signals: Signal[] = [];
    const handler = liveHandler(obs, handlerOptions);
    const server = createServer((request, response) => (request.url?.startsWith('/live') ? handler(request, response) : void response.end('else')));
    const origin = `http://127.0.0.1:${await listen(server)}`;
    obs.signals$.subscribe((signal) => signals.push(signal));
    return { ...observability, signals, origin };
  }

  it('is that it was answered, when it opens: it is no request that takes hours', async () => {
    const { origin, signals, clock } = await observed({});
    await opened(`${origin}/live/`);
    await until(() => signals.some(({ kind }) => kind === 'span'));
    clock.advance(3_600_000);
    expect(signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
    expect(signals.at(2)).toMatchObject({ status: 'success', statusCode: 200, duration: 0 });
  });

  it('is nothing where nothing was told of it yet', async () => {
    const { origin, signals } = await observed({ requestLogging: false });
    (await opened(`${origin}/live/`)).close();
    await askOnce(`${origin}/else`);
    await until(() => signals.length > 0);
    expect(signals.map(({ kind, attributes }) => [kind, attributes['url.path']])).toEqual([['span', '/else']]);
  });

  it('is nothing from the second time on', async () => {
    const { origin, signals } = await observed({});
    (await opened(`${origin}/live/`)).close();
    await until(() => signals.length === 4);
    for (let again = 0; again < 3; again += 1) (await opened(`${origin}/live/?every=${500 + again}`)).close();
    await askOnce(`${origin}/else`);
    await until(() => signals.length >= 8);
    expect(new Set(signals.slice(4).map(({ name }) => name))).toEqual(new Set(['GET /else', 'http.server.request.duration', 'GET']));
  });

  it('hides nothing that another server answers at the same place, nor what is refused', async () => {
    const { origin, signals } = await observed({});
    (await opened(`${origin}/live/`)).close();
    await until(() => signals.length === 4);
    const other = await listen(createServer((_, response) => void response.end('ok')));
    await askOnce(`http://127.0.0.1:${other}/live/`, { headers: { accept: 'text/event-stream' } });
    await askOnce(`${origin}/live/`, { method: 'POST' });
    await until(() => signals.filter(({ kind }) => kind === 'response').length === 3);
    expect(signals.flatMap((signal) => (signal.kind === 'response' ? [[signal.name, signal.statusCode]] : [])).slice(1)).toEqual([['GET /live/', 200], ['POST /live/', 405]]);
  });

  it('keeps nothing of the request that opened it', async () => {
    const active: unknown[] = [];
    const view = { watchStatistics: () => defer(() => (active.push(obs.tracer.activeSpan()), NEVER)) };
    const { origin, obs } = await observed({}, { statistics: view });
    await opened(`${origin}/live/`);
    expect(active).toEqual([undefined]);
  });
});
