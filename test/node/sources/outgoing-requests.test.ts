// What the application asks others with `node:http` and `node:https`: what arrives there, what the span says, and that nobody notices.
import { once } from 'node:events';
import http, { Agent, get, request } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestListener, RequestOptions } from 'node:http';
import https, { get as secureGet } from 'node:https';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createRawServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError, outgoingRequests } from '#sdk';
import type { Attributes } from '#sdk';
import { authority, serverCertificate, serverKey } from '../../helpers/certificates.ts';
import { listen, observe, serve, traceparent, undo, undoAll } from './observed.ts';
import type { Observed } from './observed.ts';

afterEach(undoAll);

const outgoing = (options = {}): Observed => observe({ sources: [outgoingRequests()], ...options });

/** A server that keeps what came, exactly as it came. */
async function recording(
  answer: RequestListener = (_, response) => void response.end('ok'),
): Promise<{ port: number; came: IncomingMessage[] }> {
  const came: IncomingMessage[] = [];
  const port = await serve((given, response) => {
    came.push(given);
    answer(given, response);
  });
  return { port, came };
}

/** The values of a header, one for each line of it. */
function values({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name);
}

function answerOf(client: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    client.on('error', reject).on('response', (response) => response.resume().on('end', () => resolve(response)));
  });
}

const stale = { traceparent, tracestate: 'old=1' };

describe('the headers of the trace arrive once, in place of stale ones', () => {
  const url = (port: number): string => `http://127.0.0.1:${port}/a`;
  const host = (port: number): readonly [string, string] => ['Host', `127.0.0.1:${port}`];
  const ways: readonly (readonly [string, (port: number) => ClientRequest])[] = [
    ['request(url)', (port) => request(url(port)).end()],
    ['request(URL)', (port) => request(new URL(url(port))).end()],
    ['request(options)', (port) => request({ port, path: '/a' }).end()],
    ['request(url, options, callback)', (port) => request(url(port), {}, (response) => response.resume()).end()],
    ['get, imported', (port) => get(url(port))],
    ['get, of the module', (port) => http.get(url(port))],
    ['new ClientRequest', (port) => new http.ClientRequest(url(port)).end()],
    ['with headers in an object', (port) => request(url(port), { headers: { a: '1', ...stale } }).end()],
    ['with headers in another case', (port) => request(url(port), { headers: { TraceParent: traceparent, TRACESTATE: 'old=1' } }).end()],
    [
      'with headers in a flat list',
      (port) =>
        request(url(port), {
          headers: [...host(port), 'traceparent', traceparent, 'a', '1', 'Tracestate', 'old=1'] as unknown as RequestOptions['headers'],
        }).end(),
    ],
    [
      'with headers in pairs',
      (port) =>
        request(url(port), {
          headers: [host(port), ['Traceparent', traceparent], ['a', '1'], ['tracestate', 'old=1']] as unknown as RequestOptions['headers'],
        }).end(),
    ],
    ['with setHeader', (port) => request(url(port)).setHeader('traceparent', traceparent).setHeader('tracestate', 'old=1').end()],
    [
      'with appendHeader',
      (port) => {
        const client = request(url(port));
        client.appendHeader('traceparent', traceparent);
        client.appendHeader('traceparent', traceparent);
        return client.end();
      },
    ],
    ['without any header', (port) => request(url(port), { setHost: false, agent: new Agent() }).end()],
    [
      'with flushHeaders',
      (port) => {
        const client = request(url(port), { method: 'POST' });
        client.flushHeaders();
        return client.end('x');
      },
    ],
    ['with a body in one piece', (port) => request(url(port), { method: 'POST', headers: stale }).end('body')],
    [
      'with a body in pieces',
      (port) => {
        const client = request(url(port), { method: 'POST', headers: stale });
        client.write('a');
        return client.end('b');
      },
    ],
    [
      'with a body that is streamed',
      (port) => {
        const client = request(url(port), { method: 'PUT', headers: stale });
        void pipeline(Readable.from(['a', 'b']), client);
        return client;
      },
    ],
    [
      'with Expect: 100-continue',
      (port) => {
        const client = request(url(port), { method: 'POST', headers: { expect: '100-continue', ...stale } });
        return client.on('continue', () => client.end('body'));
      },
    ],
    [
      'with Expect in a list',
      (port) => {
        const client = request(url(port), {
          method: 'POST',
          headers: [
            ...host(port),
            'Expect',
            '100-continue',
            'traceparent',
            traceparent,
            'tracestate',
            'old=1',
          ] as unknown as RequestOptions['headers'],
        });
        return client.on('continue', () => client.end('body'));
      },
    ],
    ['without an agent', (port) => request(url(port), { agent: false }).end()],
    [
      'with a connection of the application’s',
      (port) =>
        request(url(port), {
          createConnection: (options: object) => http.globalAgent.createConnection?.(options as never) ?? undefined,
        }).end(),
    ],
  ];
  it.each(ways)('%s', async (name, ask) => {
    const observed = outgoing();
    // HTTP/1.1 servers refuse a request without `Host`.
    const came: IncomingMessage[] = [];
    const server = http.createServer(
      { requireHostHeader: false },
      (given, response) => void (came.push(given), given.resume().on('end', () => response.end('ok'))),
    );
    const port = await listen(server);
    await observed.obs.tracer.startSpan('work', () => answerOf(ask(port)));
    const [span] = await observed.waitFor(1, 'client');
    const work = observed.spans.find((other) => other.name === 'work')!;
    expect(values(came[0]!, 'traceparent')).toEqual([`00-${work.trace.traceId}-${span!.trace.spanId}-01`]);
    expect(values(came[0]!, 'tracestate')).toEqual([]);
    expect(span!.parentSpanId).toBe(work.trace.spanId);
    expect(span!.attributes).toMatchObject({
      'server.address': name === 'request(options)' ? 'localhost' : '127.0.0.1',
      'http.response.status_code': 200,
    });
    if (name.includes('list') || name.includes('pairs')) expect(values(came[0]!, 'host')).toEqual([`127.0.0.1:${port}`]);
    expect(observed.spans.length).toBe(2);
  });

  it('of a list that the application uses again', async () => {
    outgoing();
    const { port, came } = await recording();
    const headers = ['Host', `127.0.0.1:${port}`, 'a', '1'];
    const before = [...headers];
    for (let time = 0; time < 2; time += 1)
      await answerOf(request({ port, host: '127.0.0.1', headers: headers as unknown as RequestOptions['headers'] }).end());
    expect(headers).toEqual(before);
    expect(new Set(came.map((given) => values(given, 'traceparent').join())).size).toBe(2);
  });

  it('over a connection that is used again', async () => {
    const observed = outgoing();
    const { port, came } = await recording();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    undo.push(() => agent.destroy());
    for (let time = 0; time < 3; time += 1) await answerOf(get({ port, host: '127.0.0.1', agent }));
    const spans = await observed.waitFor(3);
    expect(came.map((given) => values(given, 'traceparent'))).toEqual(spans.map(({ trace }) => [`00-${trace.traceId}-${trace.spanId}-01`]));
    expect(new Set(came.map(({ socket }) => socket)).size).toBe(1);
    expect(new Set(spans.map(({ trace }) => trace.traceId)).size).toBe(3);
  });

  it('over TLS', async () => {
    const observed = outgoing();
    let came: IncomingMessage | undefined;
    const port = await listen(
      createSecureServer({ key: serverKey, cert: serverCertificate }, (given, response) => void ((came = given), response.end())),
    );
    for (const ask of [https.get, secureGet]) {
      await answerOf(ask({ port, host: '127.0.0.1', ca: authority, agent: false, path: '/a?b' }));
      const span = (await observed.waitFor(1)).at(-1)!;
      expect(values(came!, 'traceparent')).toEqual([`00-${span.trace.traceId}-${span.trace.spanId}-01`]);
      expect(span.attributes).toMatchObject({ 'url.full': `https://127.0.0.1:${port}/a?b`, 'server.port': port });
      observed.spans.length = 0;
    }
  });
});

describe('the headers go only where they are allowed', () => {
  it('else the span is there without them, what the application wrote stays, and it is said once', async () => {
    const { port, came } = await recording();
    const other = await recording();
    const observed = outgoing({ tracing: { propagateTo: [`http://127.0.0.1:${other.port}`] } });
    for (let time = 0; time < 2; time += 1)
      await answerOf(get({ port, host: '127.0.0.1', headers: { a: '1', ...(time === 1 && { traceparent }) } }));
    await answerOf(get({ port: other.port, host: '127.0.0.1' }));
    await observed.waitFor(3);
    expect(came.map((given) => values(given, 'traceparent'))).toEqual([[], [traceparent]]);
    expect(values(other.came[0]!, 'traceparent').length).toBe(1);
    expect(observed.said.filter((line) => line.startsWith('propagateTo')).length).toBe(1);
  });

  it('in every format that is configured', async () => {
    outgoing({ tracing: { propagators: ['b3', 'tracecontext'] } });
    const { port, came } = await recording();
    await answerOf(get({ port, host: '127.0.0.1', headers: { B3: '0' } }));
    expect(values(came[0]!, 'b3').length).toBe(1);
    expect(values(came[0]!, 'b3')[0]).toMatch(/^[\da-f]{32}-[\da-f]{16}-1/);
    expect(values(came[0]!, 'traceparent').length).toBe(1);
  });
});

describe('baggage in headers of its own', () => {
  const lists: readonly (readonly [string, RequestOptions['headers']])[] = [
    ['an object', { 'uberctx-a': 'old', 'uberctx-b': '2' }],
    ['a list', ['uberctx-a', 'old', 'uberctx-b', '2', 'host', 'a']],
  ];
  it.each(lists)('replaces only what it has itself, in %s', async (_, headers) => {
    const { obs } = outgoing({ tracing: { propagators: ['jaeger'] } });
    const { port, came } = await recording();
    const parent = obs.tracer.extract({ 'uber-trace-id': '1:2:0:1', 'uberctx-a': 'new' });
    await obs.tracer.startSpan('job', { parent }, () => answerOf(request({ port, headers }).end()));
    expect([values(came[0]!, 'uberctx-a'), values(came[0]!, 'uberctx-b')]).toEqual([['new'], ['2']]);
  });
});

describe('what the span says', () => {
  const attributes: readonly (readonly [string, RequestOptions, (port: number) => Attributes])[] = [
    [
      'of a plain request',
      { path: '/a?b=c' },
      (port) => ({
        'http.request.method': 'GET',
        'url.full': `http://127.0.0.1:${port}/a?b=c`,
        'server.address': '127.0.0.1',
        'server.port': port,
      }),
    ],
    ['of a method in lower case', { method: 'post' }, () => ({ 'http.request.method': 'POST' })],
    [
      'of an unknown method',
      { method: 'PROPFIND' },
      () => ({ 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' }),
    ],
    [
      'of a host that the application names itself',
      { headers: { Host: 'shop.example' } },
      () => ({ 'url.full': 'http://shop.example/', 'server.address': 'shop.example', 'server.port': 80 }),
    ],
    [
      'of a request through a proxy',
      { path: 'http://shop.example:81/a' },
      () => ({ 'url.full': 'http://shop.example:81/a', 'server.address': 'shop.example', 'server.port': 81 }),
    ],
    ['of credentials: nothing', { auth: 'me:secret' }, (port) => ({ 'url.full': `http://127.0.0.1:${port}/` })],
    ['of a question to the server as a whole', { method: 'OPTIONS', path: '*' }, (port) => ({ 'url.full': `http://127.0.0.1:${port}/` })],
  ];
  it.each(attributes)('%s', async (_, options, expected) => {
    const observed = outgoing();
    const { port } = await recording();
    await answerOf(request({ port, host: '127.0.0.1', ...options }).end());
    const [span] = await observed.waitFor(1);
    expect(span!.attributes).toMatchObject(expected(port));
    expect(JSON.stringify(observed.spans)).not.toContain('secret');
    expect(span).toMatchObject({
      name: options.method === 'PROPFIND' ? 'HTTP' : (options.method ?? 'GET').toUpperCase(),
      spanKind: 'client',
      status: { code: 'unset' },
    });
  });

  it('of a socket of the file system', async () => {
    const observed = outgoing();
    const socketPath = join(tmpdir(), `arkhe-${process.pid}.sock`);
    const server = http.createServer((_, response) => void response.end());
    server.listen(socketPath);
    await once(server, 'listening');
    undo.push(() => server.close());
    await answerOf(get({ socketPath, path: '/a' }));
    const [span] = await observed.waitFor(1);
    expect(span!.attributes).toMatchObject({ 'url.full': 'http://localhost/a', 'server.address': socketPath });
    expect(span!.attributes).not.toHaveProperty(['server.port']);
  });
});

describe('how the span ends', () => {
  const statuses: readonly (readonly [number, string | undefined])[] = [
    [200, undefined],
    [204, undefined],
    [304, undefined],
    [302, undefined],
    [404, '404'],
    [500, '500'],
  ];
  it.each(statuses)('with status %d', async (status, error) => {
    const observed = outgoing();
    const { port } = await recording((_, response) => void response.writeHead(status).end());
    await answerOf(get({ port, host: '127.0.0.1' }));
    const [span] = await observed.waitFor(1);
    expect(span!.attributes['http.response.status_code']).toBe(status);
    expect(span!.attributes['error.type']).toBe(error);
    expect(span!.status).toEqual({ code: error === undefined ? 'unset' : 'error', message: undefined });
  });

  it('after early hints, with the answer', async () => {
    const observed = outgoing();
    const { port } = await recording((_, response) => (response.writeEarlyHints({ link: '</a>' }), void response.writeHead(201).end()));
    await answerOf(get({ port, host: '127.0.0.1' }));
    expect((await observed.waitFor(1))[0]!.attributes['http.response.status_code']).toBe(201);
  });

  it('of HEAD', async () => {
    const observed = outgoing();
    const { port } = await recording();
    await answerOf(request({ port, host: '127.0.0.1', method: 'HEAD' }).end());
    expect((await observed.waitFor(1))[0]).toMatchObject({ name: 'HEAD', status: { code: 'unset' } });
  });

  it('when the body has been read', async () => {
    const observed = outgoing();
    const { port } = await recording((_, response) => (response.write('a'), void setTimeout(() => response.end('b'), 30)));
    await answerOf(get({ port, host: '127.0.0.1' }));
    expect((await observed.waitFor(1))[0]!.duration).toBeGreaterThan(25);
  });

  interface Failure {
    /** What the server does with the connection. */
    readonly server?: (socket: Socket) => void;
    readonly ask: (port: number) => ClientRequest;
    readonly error: string;
    readonly status?: number;
  }
  const plain = (port: number): ClientRequest => get({ port, host: '127.0.0.1', agent: false });
  const afterSocket = (act: (client: ClientRequest) => void) => (port: number) => {
    const client = plain(port);
    return client.on('socket', () => setTimeout(() => act(client), 5));
  };
  const silent = (): void => undefined;
  const half = (socket: Socket): void => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
  const failures: readonly (readonly [string, Failure])[] = [
    ['when nobody listens', { ask: () => get({ port: 1, host: '127.0.0.1' }), error: 'ECONNREFUSED' }],
    ['when the name is unknown', { ask: () => get({ host: 'nowhere.invalid' }), error: 'ENOTFOUND' }],
    [
      'when the lookup fails',
      {
        ask: () =>
          get({ host: 'x', lookup: (_name, _options, done) => done(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), [], 4) }),
        error: 'EAI_AGAIN',
      },
    ],
    ['when the connection ends before the answer', { server: (socket) => void socket.end(), ask: plain, error: 'ECONNRESET' }],
    ['when the connection is reset', { server: (socket) => void socket.resetAndDestroy(), ask: plain, error: 'ECONNRESET' }],
    ['when the answer is none', { server: (socket) => void socket.end('nonsense\r\n\r\n'), ask: plain, error: 'HPE_INVALID_CONSTANT' }],
    [
      'when the answer is cut off',
      {
        server: (socket) => (half(socket), void setTimeout(() => socket.destroy(), 5)),
        ask: (port) => plain(port).on('response', (response) => response.on('error', silent).resume()),
        error: 'ECONNRESET',
        status: 200,
      },
    ],
    ['when it is destroyed', { server: silent, ask: afterSocket((client) => client.destroy()), error: 'ECONNRESET' }],
    [
      'when it is destroyed with an error',
      { server: silent, ask: afterSocket((client) => client.destroy(new RangeError('mine'))), error: 'RangeError' },
    ],
    ['when it is destroyed at once', { server: silent, ask: (port) => plain(port).destroy(), error: 'ECONNRESET' }],
    [
      'when it is aborted by a signal',
      { server: silent, ask: (port) => get({ port, host: '127.0.0.1', signal: AbortSignal.timeout(5) }), error: 'AbortError' },
    ],
    ['when it is aborted, the old way', { server: silent, ask: afterSocket((client) => client.abort()), error: 'ECONNRESET' }],
    [
      'when it is aborted at once, the old way',
      {
        server: silent,
        ask: (port) => {
          const client = plain(port);
          client.abort();
          return client;
        },
        error: 'aborted',
      },
    ],
    [
      'when it times out',
      {
        server: silent,
        ask: (port) => {
          const client = get({ port, host: '127.0.0.1', timeout: 5 });
          return client.on('timeout', () => client.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })));
        },
        error: 'ETIMEDOUT',
      },
    ],
    [
      'when the certificate is not trusted',
      { ask: () => https.get({ host: '127.0.0.1', port: securePort, agent: false }), error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    ],
  ];
  let securePort = 0;
  it.each(failures)('%s', async (_, { server, ask, error, status }) => {
    const observed = outgoing();
    securePort = await listen(createSecureServer({ key: serverKey, cert: serverCertificate }));
    const sockets: Socket[] = [];
    undo.push(() => sockets.forEach((socket) => socket.destroy()));
    const port = await listen(
      createRawServer((socket) => {
        sockets.push(socket.on('error', silent));
        socket.once('data', () => server?.(socket));
      }),
    );
    ask(port).on('error', silent);
    const [span] = await observed.waitFor(1);
    expect(span!.attributes['error.type']).toBe(error);
    expect(span!.status.code).toBe('error');
    expect(span!.attributes['http.response.status_code']).toBe(status);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(observed.spans.length).toBe(1);
  });

  it('when the application wants no more of the answer: that is no failure', async () => {
    const observed = outgoing();
    const sockets: Socket[] = [];
    undo.push(() => sockets.forEach((socket) => socket.destroy()));
    const port = await listen(
      createRawServer((socket) => void (sockets.push(socket.on('error', silent)), socket.once('data', () => half(socket)))),
    );
    const client = plain(port);
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    response.destroy();
    expect((await observed.waitFor(1))[0]).toMatchObject({ status: { code: 'unset' }, attributes: { 'http.response.status_code': 200 } });
  });

  it('when an answer that is never read goes with its connection', async () => {
    const observed = outgoing();
    const port = await listen(createRawServer((socket) => void socket.on('error', silent).once('data', () => half(socket))));
    const client = plain(port).on('error', silent);
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    response.on('error', silent);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(observed.spans).toEqual([]);
    response.socket.destroy();
    expect((await observed.waitFor(1))[0]!.attributes['http.response.status_code']).toBe(200);
  });

  const handshakes: readonly (readonly [string, RequestOptions, string, number])[] = [
    ['of an upgrade', { headers: { Connection: 'Upgrade', Upgrade: 'test' } }, 'upgrade', 101],
    ['of a tunnel', { method: 'CONNECT', path: 'shop.example:443' }, 'connect', 200],
  ];
  it.each(handshakes)('with the answer %s, whether the application takes it or not', async (_, options, event, status) => {
    const observed = outgoing();
    const answer = `HTTP/1.1 ${status} Fine\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n`;
    const port = await listen(createRawServer((socket) => void socket.on('error', silent).once('data', () => socket.write(answer))));
    const taken = request({ port, host: '127.0.0.1', agent: false, ...options }).end();
    const [, socket] = (await once(taken, event)) as [unknown, Socket];
    undo.push(() => socket.destroy());
    request({ port, host: '127.0.0.1', agent: false, ...options })
      .on('error', silent)
      .end();
    const spans = await observed.waitFor(2);
    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([status, status]);
  });
});

describe('nobody notices', () => {
  it('an answer that nobody listens for is still thrown away, and the connection used again', async () => {
    const observed = outgoing();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    undo.push(() => agent.destroy());
    const { port, came } = await recording((_, response) => void response.end('x'.repeat(200_000)));
    for (let time = 0; time < 3; time += 1) request({ port, host: '127.0.0.1', agent }).end();
    await observed.waitFor(3);
    expect(new Set(came.map(({ socket }) => socket)).size).toBe(1);
  });

  it('a failure that nobody listens for is still thrown', async () => {
    outgoing();
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const thrown = once(process, 'uncaughtException').finally(() => {
      for (const listener of listeners) process.on('uncaughtException', listener);
    });
    get({ port: 1, host: '127.0.0.1' });
    expect(((await thrown) as [NodeJS.ErrnoException])[0].code).toBe('ECONNREFUSED');
  });

  it('no listener counts change', async () => {
    const counts = (client: ClientRequest): number[] =>
      ['response', 'error', 'timeout', 'socket', 'information'].map((name) => client.listenerCount(name));
    const { port } = await recording();
    const before = request({ port, host: '127.0.0.1' }).end();
    const expected = counts(before);
    await answerOf(before);
    outgoing();
    const client = request({ port, host: '127.0.0.1' }).end();
    expect(counts(client)).toEqual(expected);
    await answerOf(client);
  });

  it('headers that cannot be sent are refused as before, and the span says so', async () => {
    const observed = outgoing();
    const bad = (): unknown => request({ port: 1, headers: ['a', 'b\nc'] as unknown as RequestOptions['headers'] });
    expect(bad).toThrow(expect.objectContaining({ code: 'ERR_INVALID_CHAR' }));
    expect((await observed.waitFor(1))[0]!.attributes['error.type']).toBe('ERR_INVALID_CHAR');
    expect(() => request({ port: 1, headers: ['odd'] as unknown as RequestOptions['headers'] })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });

  it('an error can be captured with the trace it happened in', async () => {
    const { obs, waitFor } = outgoing();
    const errors: (string | undefined)[] = [];
    obs.errors$.subscribe(({ trace }) => errors.push(trace?.spanId));
    const client = get({ port: 1, host: '127.0.0.1' });
    const [error] = (await once(client, 'error')) as [Error];
    const [span] = await waitFor(1);
    obs.errorTracker.captureException(error);
    expect(errors).toEqual([span!.trace.spanId]);
  });
});

describe('what is not seen', () => {
  const lists: readonly (readonly [string, (origin: string) => Parameters<typeof outgoingRequests>[0], readonly string[]])[] = [
    ['nothing by default', () => ({}), ['/a', '/a/b', '/ab', '/c']],
    ['an origin', (origin) => ({ ignore: [origin] }), []],
    ['an address', (origin) => ({ ignore: [`${origin}/a`] }), ['/ab', '/c']],
    ['a host', () => ({ ignore: ['127.0.0.1'] }), ['/a', '/a/b', '/ab', '/c']],
    ['a pattern', () => ({ ignore: [/\/a$/] }), ['/a/b', '/ab', '/c']],
    ['a function', () => ({ ignore: ({ method, url }) => method === 'GET' && url.endsWith('/c') }), ['/a', '/a/b', '/ab']],
  ];
  it.each(lists)('by `ignore`: %s', async (_, options, seen) => {
    const { port, came } = await recording();
    const observed = observe({ sources: [outgoingRequests(options(`http://127.0.0.1:${port}`))] });
    for (const path of ['/a', '/a/b', '/ab', '/c']) await answerOf(get({ port, host: '127.0.0.1', path }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(observed.spans.map(({ attributes }) => new URL(String(attributes['url.full'])).pathname)).toEqual(seen);
    expect(came.filter((given) => values(given, 'traceparent').length > 0).map((given) => given.url)).toEqual(seen);
  });

  it('anything, when tracing is switched off', async () => {
    const { port, came } = await recording();
    const observed = outgoing({ tracing: false });
    await answerOf(get({ port, host: '127.0.0.1' }));
    expect([observed.spans, values(came[0]!, 'traceparent')]).toEqual([[], []]);
  });

  const wrong: readonly unknown[] = [{ ignore: 'http://a' }, { ignore: [''] }, { ignore: [7] }, 7];
  it.each(wrong)('wrong options are refused: %j', (options) => {
    expect(() => outgoingRequests(options as Parameters<typeof outgoingRequests>[0])).toThrow(ConfigurationError);
  });
});

describe('two managers', () => {
  it('each have a span; one of them is what arrives', async () => {
    const { port, came } = await recording();
    const [one, two] = [outgoing(), outgoing()];
    await answerOf(get({ port, host: '127.0.0.1' }));
    const ids = [...(await one.waitFor(1)), ...(await two.waitFor(1))].map(({ trace }) => `00-${trace.traceId}-${trace.spanId}-01`);
    expect(values(came[0]!, 'traceparent').length).toBe(1);
    expect(ids).toContain(values(came[0]!, 'traceparent')[0]);
  });
});
