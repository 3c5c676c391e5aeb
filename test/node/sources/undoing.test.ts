// Nothing is patched until somebody observes, and everything is as before when nobody does any more.
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { ClientRequest, createServer, OutgoingMessage, Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createObservability, fetches, incomingRequests, outgoingRequests } from '#sdk';
import { connectRaw, listen, observe, serve, undo, undoAll, until } from './observed.ts';

afterEach(undoAll);

const channels = [
  'http.server.request.start',
  'http.server.response.finish',
  'tracing:express.router.request:error',
  'tracing:fastify.request.handler:start',
  'undici:request:create',
  'undici:request:headers',
  'undici:request:error',
];
const owners = {
  Server: Server.prototype,
  HttpServer: HttpServer.prototype,
  HttpsServer: HttpsServer.prototype,
  ClientRequest: ClientRequest.prototype,
  OutgoingMessage: OutgoingMessage.prototype,
};

/** Everything the sources may touch. */
function state(): unknown {
  const methods = Object.entries(owners).flatMap(([name, owner]) =>
    ['emit', '_storeHeader', 'on', 'end', 'write'].map((method) => [`${name}.${method}`, Object.getOwnPropertyDescriptor(owner, method)]),
  );
  return { methods, heard: channels.map((name) => channel(name).hasSubscribers), fetch: globalThis.fetch };
}

const head = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('the sources of Node', () => {
  it('are the defaults', () => {
    let names: readonly string[] = [];
    const obs = createObservability({ sinks: [], sources: (defaults) => ((names = defaults.map(({ name }) => name)), []) });
    undo.push(() => obs.shutdown());
    expect(names).toEqual(['incoming-requests', 'outgoing-requests', 'fetches', 'runtime-metrics', 'uncaught-errors']);
  });

  it('touch nothing when they are made, and leave nothing when they are stopped', async () => {
    const before = state();
    const sources = [incomingRequests(), outgoingRequests(), fetches()];
    expect(state()).toEqual(before);
    const { obs } = observe({ sources });
    expect(state()).not.toEqual(before);
    await obs.shutdown();
    expect(state()).toEqual(before);
  });

  it('are for two managers at once, stopped in any order', async () => {
    const before = state();
    const managers = [observe(), observe(), observe()].map(({ obs }) => obs);
    for (const index of [1, 0, 2]) {
      expect(state()).not.toEqual(before);
      await managers[index]!.shutdown();
    }
    expect(state()).toEqual(before);
  });

  it('may be observed again', async () => {
    const sources = [incomingRequests()];
    await observe({ sources }).obs.shutdown();
    const { waitFor } = observe({ sources });
    (await connectRaw(await serve((_, response) => void response.end()))).write(head);
    expect((await waitFor(1)).length).toBe(1);
  });

  it('leave what others have patched on top', async () => {
    const { obs } = observe({ sources: [incomingRequests()] });
    const { emit } = Server.prototype;
    const theirs = function (this: Server, ...args: Parameters<Server['emit']>): boolean {
      return emit.apply(this, args);
    } as Server['emit'];
    Server.prototype.emit = theirs;
    undo.push(() => Reflect.deleteProperty(Server.prototype, 'emit'));
    await obs.shutdown();
    expect(Server.prototype.emit).toBe(theirs);
    const client = await connectRaw(await serve((_, response) => void response.end('ok')));
    client.write(head);
    await until(() => client.received().includes('ok'));
  });

  it('see upgrades also where an instrumentation has put its own method in front before', async () => {
    const theirs = HttpServer.prototype.emit;
    Object.defineProperty(HttpServer.prototype, 'emit', {
      configurable: true,
      writable: true,
      value(this: HttpServer, ...args: Parameters<typeof theirs>) {
        return theirs.apply(this, args);
      },
    });
    undo.push(() => Reflect.deleteProperty(HttpServer.prototype, 'emit'));
    const { waitFor } = observe({ sources: [incomingRequests()] });
    const server = createServer().on('upgrade', (_, socket) => void socket.end('HTTP/1.1 400 No\r\n\r\n'));
    (await connectRaw(await listen(server))).write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
    const spans = await waitFor(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([400]);
  });
});

describe('stopping with requests under way', () => {
  it('takes its listener off every connection', async () => {
    const { obs, waitFor } = observe({ sources: [incomingRequests()] });
    const sockets = new Set<{ listenerCount(name: string): number }>();
    const server = createServer((_, response) => void response.end('ok')).on('connection', (socket) => sockets.add(socket));
    const client = await connectRaw(await listen(server));
    const [socket] = sockets;
    const before = socket!.listenerCount('close');
    client.write(head + head);
    await waitFor(2);
    expect(socket!.listenerCount('close')).toBe(before + 1);
    await obs.shutdown();
    expect(socket!.listenerCount('close')).toBe(before);
  });

  it('lets them end, if another source is observed in its place', async () => {
    // The manager goes on: only its sources are others.
    const ended: string[] = [];
    const { getObservabilityManager } = await import('#sdk');
    const obs = getObservabilityManager({ environment: 'production', sinks: [], sources: [incomingRequests()] });
    undo.push(() => obs.shutdown());
    obs.spans$.subscribe(({ attributes }) => ended.push(`${attributes['url.path']} ${attributes['http.response.status_code']}`));
    let answer = (): unknown => undefined;
    const port = await serve((_, response) => (answer = () => response.writeHead(204).end()));
    const client = await connectRaw(port);
    client.write(head);
    await new Promise((resolve) => setTimeout(resolve, 20));
    getObservabilityManager({ sources: [] });
    answer();
    await until(() => ended.length === 1);
    expect(ended).toEqual(['/ 204']);
  });
});

describe('a fetch under way when its source is stopped', () => {
  it('has a span, which ends then', async () => {
    const { obs, spans } = observe({ sources: [fetches()] });
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const asked = once(server, 'request');
    const answer = fetch(url).catch((error: unknown) => error);
    await asked;
    await obs.shutdown();
    expect(spans.map(({ attributes, status }) => [attributes['url.full'], status.code])).toEqual([[url, 'error']]);
    server.closeAllConnections();
    server.close();
    expect(await answer).toBeInstanceOf(Error);
  });
});
