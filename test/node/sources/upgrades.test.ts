// Requests that want another protocol on their connection. The span is that of the handshake.
import { createServer, ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { incomingRequests } from '#sdk';
import { connectRaw, listen, observe, parentId, traceId, traceparent, undo, undoAll, until } from './observed.ts';
import type { Observed, RawClient } from './observed.ts';

afterEach(undoAll);

type Answer = (request: IncomingMessage, socket: Duplex) => void;

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n';
const upgrade = [
  'GET /live?x=1 HTTP/1.1',
  'Host: shop.example',
  'Connection: Upgrade',
  'Upgrade: test',
  `traceparent: ${traceparent}`,
  '\r\n',
].join('\r\n');

async function start(event: 'upgrade' | 'connect', answer: Answer): Promise<{ observed: Observed; client: RawClient }> {
  const observed = observe({ sources: [incomingRequests()] });
  const server = createServer((_, response) => void response.end('plain'));
  const sockets: Duplex[] = [];
  server.on(event, (request, socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    answer(request, socket);
  });
  undo.push(() => sockets.forEach((socket) => socket.destroy()));
  return { observed, client: await connectRaw(await listen(server)) };
}

describe('the span of an upgrade', () => {
  const answers: readonly (readonly [string, Answer, number | undefined, string | undefined])[] = [
    ['that is accepted', (_, socket) => void socket.write(switching), 101, undefined],
    ['that is accepted with bytes', (_, socket) => void socket.write(Buffer.from(switching)), 101, undefined],
    ['that is accepted later', (_, socket) => void setTimeout(() => socket.write(switching), 10), 101, undefined],
    [
      'that is accepted in a cork',
      (_, socket) => (socket.cork(), socket.write(switching), void process.nextTick(() => socket.uncork())),
      101,
      undefined,
    ],
    ['that is refused', (_, socket) => void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'), 401, undefined],
    ['that fails', (_, socket) => void socket.end('HTTP/1.1 500 Oops\r\n\r\n'), 500, '500'],
    [
      'that is answered by a response of Node',
      (request, socket) => {
        const response = new ServerResponse(request);
        response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
        response.writeHead(403).end();
      },
      403,
      undefined,
    ],
    ['whose connection is closed without an answer', (_, socket) => void socket.destroy(), undefined, 'aborted'],
    ['whose connection is ended without an answer', (_, socket) => void socket.end(), undefined, 'aborted'],
    ['that is answered by something else', (_, socket) => void socket.write('hello'), undefined, 'aborted'],
  ];
  it.each(answers)('%s', async (_, answer, status, error) => {
    const { observed, client } = await start('upgrade', answer);
    client.write(upgrade);
    const [span] = await observed.waitFor(1);
    expect(span).toMatchObject({
      name: 'GET',
      spanKind: 'server',
      trace: { traceId },
      parentSpanId: parentId,
      attributes: { 'url.path': '/live', 'url.query': 'x=1', 'server.address': 'shop.example' },
      status: { code: error === undefined ? 'unset' : 'error' },
    });
    expect(span!.attributes['http.response.status_code']).toBe(status);
    expect(span!.attributes['error.type']).toBe(error);
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(observed.spans.length).toBe(1);
  });

  it('ends with the answer: the connection goes on as if nobody had looked', async () => {
    let taken: Duplex | undefined;
    const { observed, client } = await start('upgrade', (_, socket) => {
      taken = socket;
      socket.write(switching);
      socket.on('data', (chunk: Buffer) => socket.write(`echo ${chunk.toString()}`));
    });
    client.write(upgrade);
    await observed.waitFor(1);
    expect(Object.hasOwn(taken!, 'write')).toBe(false);
    expect(Object.hasOwn(taken!, 'end')).toBe(false);
    client.write('hello');
    await until(() => client.received().endsWith('echo hello'));
    client.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(observed.spans.length).toBe(1);
  });

  it('is that of a request where nobody listens for upgrades', async () => {
    const { observed, client } = await start('connect', () => undefined);
    client.write(upgrade);
    const [span] = await observed.waitFor(1);
    expect(span!.attributes['http.response.status_code']).toBe(200);
    expect(observed.spans.length).toBe(1);
  });

  it('is one, however many servers the application hands it on to', async () => {
    const inner = createServer().on('upgrade', (_, socket) => void socket.write(switching));
    const { observed, client } = await start('upgrade', (...given) => void inner.emit('upgrade', ...given, Buffer.alloc(0)));
    client.write(upgrade);
    await observed.waitFor(1);
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(observed.spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([101]);
  });

  it('is active in the handler, and nothing of the request before', async () => {
    const seen: unknown[] = [];
    const { observed, client } = await start('upgrade', async (_, socket) => {
      seen.push(observed.obs.tracer.activeSpan()?.trace.traceId);
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen.push(observed.obs.tracer.activeSpan()?.trace.traceId);
      socket.write(switching);
    });
    client.write(`GET / HTTP/1.1\r\nHost: x\r\ntraceparent: 00-${'c'.repeat(32)}-${parentId}-01\r\n\r\n`);
    await observed.waitFor(1);
    client.write(upgrade);
    await observed.waitFor(2);
    expect(seen).toEqual([traceId, traceId]);
  });

  it('is in a context manager of the host’s, too', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    undo.push(() => context.disable());
    let seen: string | undefined;
    const { observed, client } = await start('upgrade', (_, socket) => {
      seen = trace.getSpan(context.active())?.spanContext().spanId;
      socket.write(switching);
    });
    client.write(upgrade);
    const [span] = await observed.waitFor(1);
    expect(seen).toBe(span!.trace.spanId);
  });
});

describe('the span of a tunnel', () => {
  it('is called CONNECT, and ends with the answer', async () => {
    const { observed, client } = await start('connect', (_, socket) => void socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
    client.write('CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n');
    const [span] = await observed.waitFor(1);
    expect(span).toMatchObject({
      name: 'CONNECT',
      attributes: { 'server.address': 'other.example', 'server.port': 443, 'http.response.status_code': 200 },
    });
    expect(client.socket.destroyed).toBe(false);
  });
});
