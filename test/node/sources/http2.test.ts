// What HTTP/2 servers are asked, by streams and by requests.
import { once } from 'node:events';
import { connect, constants, createSecureServer, createServer } from 'node:http2';
import type {
  ClientHttp2Session,
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Stream,
} from 'node:http2';
import { get } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { incomingRequests } from '#sdk';
import { authority, serverCertificate, serverKey } from '../../helpers/certificates.ts';
import { listen, observe, parentId, traceId, traceparent, undo, undoAll, until } from './observed.ts';
import type { Observed } from './observed.ts';

afterEach(undoAll);

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;
type OnRequest = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

interface Pair {
  readonly observed: Observed;
  readonly client: ClientHttp2Session;
  ask(headers?: OutgoingHttpHeaders): Promise<unknown>;
}

async function pair(prepare: (server: Http2Server, observed: Observed) => void, options = {}): Promise<Pair> {
  const observed = observe({ sources: [incomingRequests(options)] });
  const server = createServer();
  server.on('sessionError', () => undefined);
  prepare(server, observed);
  const port = await listen(server);
  const client = connect(`http://127.0.0.1:${port}`);
  client.on('error', () => undefined);
  undo.push(() => client.destroy());
  return {
    observed,
    client,
    async ask(headers = {}) {
      const stream = client.request(headers);
      stream.on('error', () => undefined);
      stream.resume();
      await once(stream, 'close');
      return undefined;
    },
  };
}

const streams = (listener: OnStream) => (server: Http2Server) => void server.on('stream', listener);
const requests = (listener: OnRequest) => (server: Http2Server) => void server.on('request', listener);

describe('the span of a request over HTTP/2', () => {
  it('says what the semantic conventions ask for', async () => {
    const { observed, ask } = await pair(requests((_, response) => void response.end('ok')));
    await ask({ ':path': '/orders?id=7', ':authority': 'shop.example:81', traceparent, 'user-agent': 'test/1' });
    const [span] = await observed.waitFor(1);
    expect(span).toMatchObject({
      name: 'GET',
      spanKind: 'server',
      trace: { traceId },
      parentSpanId: parentId,
      parentIsRemote: true,
      status: { code: 'unset' },
      attributes: {
        'http.request.method': 'GET',
        'url.path': '/orders',
        'url.query': 'id=7',
        'url.scheme': 'http',
        'server.address': 'shop.example',
        'server.port': 81,
        'network.protocol.version': '2',
        'user_agent.original': 'test/1',
        'http.response.status_code': 200,
      },
    });
  });

  const endings: readonly (readonly [
    string,
    (server: Http2Server) => void,
    OutgoingHttpHeaders,
    number | undefined,
    string | undefined,
  ])[] = [
    ['a stream', streams((stream) => (stream.respond({ ':status': 201 }), void stream.end('made'))), {}, 201, undefined],
    ['a stream without a body', streams((stream) => stream.respond({ ':status': 204 }, { endStream: true })), {}, 204, undefined],
    ['a request', requests((_, response) => void response.writeHead(404).end()), {}, 404, undefined],
    ['a failure', requests((_, response) => void response.writeHead(503).end()), {}, 503, '503'],
    ['HEAD', requests((_, response) => void response.end('ok')), { ':method': 'HEAD' }, 200, undefined],
    ['a body that is not read', requests((_, response) => void response.end('ok')), { ':method': 'POST' }, 200, undefined],
    [
      'a stream that the server resets',
      streams((stream) => stream.on('error', () => undefined).close(constants.NGHTTP2_INTERNAL_ERROR)),
      {},
      undefined,
      'aborted',
    ],
    [
      'a stream that the server destroys',
      streams((stream) => (stream.on('error', () => undefined), void stream.destroy(new Error('mine')))),
      {},
      undefined,
      'aborted',
    ],
  ];
  it.each(endings)('%s', async (_, prepare, headers, status, error) => {
    const { observed, client } = await pair(prepare);
    const stream = client.request(headers);
    stream.on('error', () => undefined);
    stream.end();
    stream.resume();
    const [span] = await observed.waitFor(1);
    expect(span!.attributes['http.response.status_code']).toBe(status);
    expect(span!.attributes['error.type']).toBe(error);
    expect(span!.status.code).toBe(error === undefined ? 'unset' : 'error');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(observed.spans.length).toBe(1);
  });

  it('is one, however many servers the application hands it on to', async () => {
    const inner = createServer().on('stream', (stream) => (stream.respond({ ':status': 204 }), void stream.end()));
    const { observed, ask } = await pair(streams((stream, headers) => void inner.emit('stream', stream, headers)));
    await ask();
    await observed.waitFor(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(observed.spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([204]);
  });

  it('is an error when the client gives up', async () => {
    const { observed, client } = await pair(
      streams((stream) => (stream.on('error', () => undefined), stream.respond({ ':status': 200 }), void stream.write('half'))),
    );
    const stream = client.request({});
    stream.on('error', () => undefined);
    await once(stream, 'response');
    stream.close(constants.NGHTTP2_CANCEL);
    expect((await observed.waitFor(1))[0]).toMatchObject({
      status: { code: 'error' },
      attributes: { 'http.response.status_code': 200, 'error.type': 'aborted' },
    });
  });

  it('is an error when the session breaks', async () => {
    const { observed, client } = await pair(streams((stream) => void stream.on('error', () => undefined)));
    client.request({}).on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.destroy();
    expect((await observed.waitFor(1))[0]!.attributes['error.type']).toBe('aborted');
  });

  it('is active in what serves it, each stream in its own trace', async () => {
    const seen = new Map<unknown, unknown[]>();
    const trace = (index: number): string => (index + 0xa00).toString(16).padStart(32, '0');
    const { observed, ask } = await pair(
      (server, { obs }) =>
        server.on('request', async (request: Http2ServerRequest, response: Http2ServerResponse) => {
          const active = (): string | undefined => obs.tracer.activeSpan()?.trace.traceId;
          const first = active();
          await new Promise((resolve) => setTimeout(resolve, 5 * Math.random()));
          seen.set(request.url, [first, active()]);
          response.end();
        }),
      { ignore: ['/skip'] },
    );
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        ask({ ':path': index % 3 === 0 ? `/skip/${index}` : `/${index}`, traceparent: `00-${trace(index)}-${parentId}-01` }),
      ),
    );
    await observed.waitFor(20);
    for (let index = 0; index < 30; index += 1) {
      const expected = index % 3 === 0 ? undefined : trace(index);
      expect(seen.get(index % 3 === 0 ? `/skip/${index}` : `/${index}`)).toEqual([expected, expected]);
    }
    expect(observed.spans.length).toBe(20);
  });

  const readers: readonly (readonly [string, (server: Http2Server, seen: () => void) => void])[] = [
    [
      'a stream',
      (server, seen) =>
        void server.on('stream', (stream) => void stream.on('data', seen).on('end', () => (seen(), stream.respond(), stream.end()))),
    ],
    [
      'a request',
      (server, seen) =>
        void server.on('request', (request, response) => void request.on('data', seen).on('end', () => (seen(), response.end()))),
    ],
  ];
  it.each(readers)('is active in what reads the body of %s, however late it comes', async (_, read) => {
    const seen: unknown[] = [];
    const { observed, client } = await pair((server, { obs }) => read(server, () => seen.push(obs.tracer.activeSpan()?.trace.traceId)));
    const stream = client.request({ ':method': 'POST', traceparent });
    stream.resume();
    stream.write('a');
    await until(() => seen.length === 1);
    stream.end('b');
    await observed.waitFor(1);
    expect(seen).toEqual([traceId, traceId, traceId]);
  });

  it('is there over TLS, and once for HTTP/1 on the same server', async () => {
    const observed = observe({ sources: [incomingRequests()] });
    const server = createSecureServer(
      { key: serverKey, cert: serverCertificate, allowHTTP1: true },
      (_, response) => void response.end('ok'),
    );
    const port = await listen(server);
    const client = connect(`https://127.0.0.1:${port}`, { ca: authority });
    undo.push(() => client.destroy());
    client.request({ ':path': '/two' }).resume();
    await observed.waitFor(1);
    get({ port, host: '127.0.0.1', path: '/one', ca: authority, agent: false }, (response) => response.resume());
    await observed.waitFor(2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(
      observed.spans.map(({ attributes }) => [attributes['url.path'], attributes['url.scheme'], attributes['network.protocol.version']]),
    ).toEqual([
      ['/two', 'https', '2'],
      ['/one', 'https', '1.1'],
    ]);
  });

  it('waits for nobody: the next streams of the connection go on after a reset', async () => {
    const { observed, client, ask } = await pair(
      requests((request, response) => void (request.url === '/hang' ? undefined : response.end())),
    );
    const hanging = client.request({ ':path': '/hang' });
    hanging.on('error', () => undefined);
    await ask({ ':path': '/next' });
    hanging.close(constants.NGHTTP2_CANCEL);
    await until(() => observed.spans.length === 2);
    expect(observed.spans.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, 'aborted']);
  });
});
