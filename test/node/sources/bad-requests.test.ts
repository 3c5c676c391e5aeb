// Bad input as bytes on a socket, and connections that end at any time: one request signal and one response signal each.
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { ClientHttp2Session, Http2Server, Http2ServerResponse, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ResponseSignal } from '#sdk';
import { createScriptRunner } from '../../helpers/child-process.ts';
import type { ScriptRunner } from '../../helpers/child-process.ts';
import { head, log } from './logged.ts';
import type { Logged } from './logged.ts';
import { connectRaw, listen, serve, undo, undoAll, until } from './observed.ts';
import type { RawClient } from './observed.ts';

afterEach(undoAll);

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const ok: RequestListener = (_, response) => void response.end('ok');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const idIn = (received: string): string | undefined => /^x-request-id: (.*)\r$/im.exec(received)?.[1];

interface Asked {
  readonly logged: Logged;
  readonly client: RawClient;
  readonly server: Server;
  /** The only response, once all is over. */
  response(): Promise<ResponseSignal>;
}

async function ask(listener: RequestListener, bytes: string | Buffer): Promise<Asked> {
  const logged = log();
  const server = createServer({ maxHeaderSize: 200_000 }, listener);
  const client = await connectRaw(await listen(server));
  client.socket.write(bytes);
  return { logged, client, server, response: async () => (await logged.allAnswers())[0]! };
}

describe('a request id', () => {
  const wrong: readonly (readonly [string, ...(string | Buffer)[]])[] = [
    ['with a line feed, which begins another header', 'X-Request-Id: a\nSet-Cookie: evil=1'],
    ['of 10 kB', `X-Request-Id: ${'a'.repeat(10_240)}`],
    ['of 129 characters', `X-Request-Id: ${'a'.repeat(129)}`],
    ['that is not ASCII', latin1('X-Request-Id: z\xf6e')],
    ['of bytes that are UTF-8', Buffer.from('X-Request-Id: 訂單')],
    ['that is empty', 'X-Request-Id:'],
    ['of spaces', 'X-Request-Id:    '],
    ['with a space', 'X-Request-Id: a b'],
    ['with a tab', 'X-Request-Id: a\tb'],
    ['with quotes', 'X-Request-Id: "a"'],
    ['with a colour of a terminal, as a text', 'X-Request-Id: \\x1b[31m'],
    ['with what is encoded', 'X-Request-Id: a%0d%0aSet-Cookie:evil=1'],
    ['twice', 'X-Request-Id: a', 'X-Request-Id: b'],
    ['that is markup', 'X-Request-Id: <script>'],
  ];
  it.each(wrong)('%s is replaced', async (_, ...lines) => {
    const bytes = Buffer.concat([
      latin1('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'),
      ...lines.map((line) => Buffer.concat([Buffer.from(line), latin1('\r\n')])),
      latin1('\r\n'),
    ]);
    const { logged, client, response } = await ask(ok, bytes);
    await once(client.socket, 'close');
    if (client.received().startsWith('HTTP/1.1 400')) {
      // Node's parser refuses it: then there is no request.
      expect(logged.signals).toEqual([]);
      return;
    }
    const { requestId } = await response();
    expect(requestId).toMatch(uuid);
    expect(idIn(client.received())).toBe(requestId);
    expect(client.received()).not.toMatch(/evil|script/);
    expect(new Set([...logged.signals, ...logged.spans].map((signal) => signal.requestId))).toEqual(new Set([requestId]));
  });

  it.each(['a', 'A-Z_0.9:/+=@', 'a'.repeat(128), '8f14e45f-ceea-467f-a8b7-0e02b2c3d479'])('of few harmless characters is taken: %s', async (id) => {
    const { client, response } = await ask(ok, head('GET /', `x-ReQuest-iD:  ${id}  `));
    expect((await response()).requestId).toBe(id);
    await until(() => client.received() !== '');
    expect(idIn(client.received())).toBe(id);
  });
});

describe('a target', () => {
  const targets: readonly (readonly [string, string, string])[] = [
    ['with an encoded line break', '/a%0d%0ab', '/a%0d%0ab'],
    ['with an encoded escape', '/%1b[31mred', '/%1b[31mred'],
    ['with markup', '/<script>', '/<script>'],
    ['with broken encoding', '/%zz%', '/%zz%'],
    ['that climbs', '/a/../../etc/passwd', '/a/../../etc/passwd'],
    ['of two slashes', '//evil.example/a', '//evil.example/a'],
    ['that is a whole URL', 'http://other.example/a?b=c', '/a?b=c'],
    ['that is a URL with credentials', 'http://u:hunter2@other.example/a', '/a'],
    ['that is the server', '*', '*'],
  ];
  it.each(targets)('%s', async (_, target, path) => {
    const { logged, response } = await ask(ok, latin1(head(`${target === '*' ? 'OPTIONS' : 'GET'} ${target}`)));
    expect((await response()).path).toBe(path);
    expect(logged.requests[0]!.path).toBe(path);
    expect(JSON.stringify([logged.signals, logged.spans])).not.toContain('hunter2');
  });

  it('of 100 kB is capped', async () => {
    const { logged, response } = await ask(ok, head(`GET /${'a'.repeat(100_000)}?token=abcdefgh`));
    expect((await response()).path.length).toBeLessThan(4_200);
    for (const signal of [...logged.signals, ...logged.spans]) expect(JSON.stringify(signal).length).toBeLessThan(15_000);
  });

  it.each(['/z\xf6e\x9b31m', '/\x1b[31m', '/\x00', '/a\x7fb', '/\x08\x07'])('with control characters, %j: Node refuses it, or it is told', async (target) => {
    const { logged, client } = await ask(ok, latin1(head(`GET ${target}`, 'Connection: close')));
    await once(client.socket, 'close');
    const count = client.received().startsWith('HTTP/1.1 200') ? 1 : 0;
    await logged.obs.shutdown();
    expect([logged.requests.length, logged.responses.length, logged.said]).toEqual([count, count, []]);
  });
});

describe('what is no request', () => {
  const malformed: readonly (readonly [string, string])[] = [
    ['noise', '\x00\x01\x02\r\n\r\n'],
    ['a line that is none', 'HELLO\r\n\r\n'],
    ['a method that is none', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a version that is none', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost x\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['headers that are too many', head('GET /', ...Array.from({ length: 100 }, (_, index) => `X-${index}: ${'a'.repeat(3_000)}`))],
  ];
  it.each(malformed)('%s gives no signal, and Node’s answer', async (_, bytes) => {
    const { logged, client } = await ask(ok, latin1(bytes));
    await once(client.socket, 'close');
    expect(client.received()).toMatch(/^HTTP\/1\.1 4\d\d /);
    await logged.obs.shutdown();
    expect([logged.requests, logged.responses, logged.said]).toEqual([[], [], []]);
  });

  it('behind a request ends only that one', async () => {
    const { logged, client } = await ask(ok, `${head('GET /a')}HELLO\r\n\r\n`);
    await once(client.socket, 'close');
    const [response] = await logged.allAnswers();
    expect(response).toMatchObject({ path: '/a' });
  });

  it('of a body ends the request it is part of', async () => {
    const { response } = await ask(
      (request) => void request.resume().on('error', () => undefined),
      head('POST /', 'Transfer-Encoding: chunked') + 'not a length\r\n',
    );
    expect(await response()).toMatchObject({ attributes: { 'error.type': 'aborted' } });
  });
});

describe('a client that hangs up', () => {
  const aborted = { status: 'error', error: undefined, attributes: { 'error.type': 'aborted' } };
  type Step = (asked: { client: RawClient; request: IncomingMessage; response: ServerResponse }) => unknown;
  const moments: readonly (readonly [string, string, Step, number | undefined])[] = [
    ['before the answer', head('GET /'), ({ client }) => client.socket.destroy(), undefined],
    ['by a reset', head('GET /'), ({ client }) => client.socket.resetAndDestroy(), undefined],
    ['in its body', `${head('POST /', 'Content-Length: 100')}abc`, ({ client, request }) => request.once('data', () => client.socket.destroy()), undefined],
    ['in a body that nobody reads', `${head('POST /', 'Content-Length: 100')}abc`, ({ client }) => client.socket.destroy(), undefined],
    [
      'in the answer',
      head('GET /'),
      ({ client, response }) => {
        response.write('some');
        client.socket.once('data', () => client.socket.destroy());
      },
      200,
    ],
    [
      'while the answer is under way',
      head('GET /'),
      ({ client, response }) => {
        client.socket.pause();
        response.writeHead(202);
        response.write(Buffer.alloc(30_000_000));
        response.end();
        client.socket.destroy();
      },
      202,
    ],
  ];
  it.each(moments)('%s', async (_, bytes, step, statusCode) => {
    let seen: { request: IncomingMessage; response: ServerResponse } | undefined;
    const { client, response } = await ask((request, answer) => {
      request.on('error', () => undefined);
      seen = { request, response: answer };
    }, bytes);
    await until(() => seen !== undefined);
    step({ client, ...seen! });
    expect(await response()).toMatchObject({ ...aborted, statusCode });
    // What the application does about it later changes nothing.
    expect(() => seen!.response.end('late')).not.toThrow();
  });

  it('only with its half of the connection gets its answer', async () => {
    const { client, response, server } = await ask((request, answer) => void request.socket.once('end', () => answer.end('ok')), '');
    Object.assign(server, { httpAllowHalfOpen: true });
    client.socket.end(head('GET /'));
    expect(await response()).toMatchObject({ status: 'success', statusCode: 200 });
  });
});

describe('an answer', () => {
  const throwing = (step: () => unknown): void => expect(step).toThrow();
  const answers: readonly (readonly [string, RequestListener, Partial<ResponseSignal>])[] = [
    ['with two heads', (_, r) => (r.writeHead(201), throwing(() => r.writeHead(500)), r.end()), { statusCode: 201, status: 'success' }],
    ['with a header that comes too late', (_, r) => (r.writeHead(200), r.write('a'), throwing(() => r.setHeader('a', 'b')), r.end()), { statusCode: 200 }],
    ['with a header that cannot be sent', (_, r) => (throwing(() => r.setHeader('a', 'b\r\nc: d')), r.end()), { statusCode: 200 }],
    ['with a status that is none', (_, r) => (throwing(() => r.writeHead(7)), void r.writeHead(500).end()), { statusCode: 500, status: 'error' }],
    ['that ends twice', (_, r) => (r.end('a'), r.end()), { statusCode: 200 }],
    ['that goes on after its end', (_, r) => (r.on('error', () => undefined), r.end('a'), r.write('b')), { statusCode: 200 }],
    ['that is destroyed', (_, r) => void r.destroy(), { statusCode: undefined, status: 'error' }],
    ['that is destroyed in its middle', (_, r) => (r.write('a'), void r.destroy()), { statusCode: 200, status: 'error' }],
    ['whose socket is destroyed', (q, r) => (r.end('a'), void q.socket.destroy()), {}],
    ['that is shorter than it says', (_, r) => (r.writeHead(200, { 'content-length': 10 }), r.write('abc'), void r.end()), { statusCode: 200, status: 'success' }],
    ['with trailers', (_, r) => (r.writeHead(200, { trailer: 'x-sum' }), r.write('a'), r.addTrailers({ 'x-sum': '1' }), r.end()), { statusCode: 200 }],
    ['after early hints', (_, r) => (r.writeEarlyHints({ link: '</a.css>; rel=preload' }), r.writeProcessing(), r.end()), { statusCode: 200 }],
  ];
  it.each(answers)('%s', async (_, listener, expected) => {
    const { response } = await ask(listener, head('GET /'));
    expect(await response()).toMatchObject(expected);
  });

  async function answerWith(list: unknown, enabled: boolean): Promise<string[]> {
    const logged = log({ enabled });
    const port = await serve((_, answer) => {
      answer.sendDate = false;
      try {
        answer.writeHead(200, list as never).end('ok');
      } catch (error) {
        answer.end(String(error));
      }
    });
    const client = await connectRaw(port);
    client.write(head('GET /', 'Connection: close', 'X-Request-Id: given'));
    await once(client.socket, 'close');
    await logged.obs.shutdown();
    return client.received().split('\r\n').sort();
  }
  it('with a list of headers is sent as without request logging', async () => {
    const lists: readonly unknown[] = [
      ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-One', '1'],
      ['x-one', '1', 'x-one', '2'],
      [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']],
      [['X-One', '1'], ['X-Two', '2'], ['X-Three', '3']],
      ['X-Request-Id', 'own'],
      { 'Set-Cookie': ['a=1', 'b=2'], 'X-One': '1' },
      [],
      undefined,
    ];
    for (const list of lists) {
      const [received, plain] = [await answerWith(list, true), await answerWith(list, false)];
      const ours = ['x-request-id: given'];
      expect([list, received.filter((line) => !ours.includes(line.toLowerCase()))]).toEqual([list, plain]);
      expect(received.filter((line) => /^x-request-id:/i.test(line))).toHaveLength(1);
    }
  });

  it('by a server that is closed meanwhile', async () => {
    let answer: ServerResponse | undefined;
    const { client, server, response } = await ask((_, given) => void (answer = given), head('GET /', 'Connection: close'));
    await until(() => answer !== undefined);
    const closed = once(server.close(), 'close');
    answer!.end('ok');
    await closed;
    await until(() => client.received().includes('ok'));
    expect(await response()).toMatchObject({ status: 'success' });
  });

  it('by a server that closes all connections', async () => {
    const { server, logged, response } = await ask(() => undefined, head('GET /'));
    await until(() => logged.requests.length === 1);
    server.closeAllConnections();
    expect(await response()).toMatchObject({ status: 'error', attributes: { 'error.type': 'aborted' } });
  });
});

describe('requests one behind the other', () => {
  const ten = Array.from({ length: 10 }, (_, index) => head(`GET /${index}`, `X-Request-Id: id-${index}`)).join('');
  const paths = (responses: readonly ResponseSignal[]): string[] => responses.map(({ path }) => path).sort();
  const all = Array.from({ length: 10 }, (_, index) => `/${index}`);

  it('each get their answer, in whichever order it is made', async () => {
    const logged = log();
    const waiting: (() => void)[] = [];
    const client = await connectRaw(
      await serve(({ url }, response) => {
        waiting.push(() => void response.end(url));
        if (waiting.length === 10) for (const answer of waiting.reverse()) answer();
      }),
    );
    client.write(ten);
    const responses = await logged.allAnswers(10);
    expect(paths(responses)).toEqual(all);
    for (const { path, requestId, status } of responses) expect([requestId, status]).toEqual([`id-${path.slice(1)}`, 'success']);
    await until(() => client.received().endsWith('/9'));
    const ids = [...client.received().matchAll(/^x-request-id: (.*)\r$/gim)].map(([, id]) => id);
    expect(ids).toEqual(all.map((path) => `id-${path.slice(1)}`));
  });

  it('end all of them when the client hangs up in the middle', async () => {
    const logged = log();
    let asked = 0;
    const client = await connectRaw(
      await serve(({ url }, response) => {
        asked += 1;
        if (Number(url!.slice(1)) < 4) response.end(url);
      }),
    );
    client.write(ten);
    await until(() => asked === 10 && client.received().endsWith('/3'));
    client.socket.destroy();
    const responses = await logged.allAnswers(10);
    expect(paths(responses)).toEqual(all);
    expect(paths(responses.filter(({ status }) => status === 'success'))).toEqual(all.slice(0, 4));
    expect(responses.filter(({ attributes }) => attributes['error.type'] === 'aborted')).toHaveLength(6);
  });
});

describe('a request that waits for its permission', () => {
  const body = head('POST /', 'Content-Length: 2', 'Expect: 100-continue');
  it('is one request', async () => {
    const { client, response } = await ask((request, answer) => void request.resume().on('end', () => answer.end()), body);
    await until(() => client.received().includes('100 Continue'));
    client.write('ab');
    expect(await response()).toMatchObject({ statusCode: 200 });
  });

  const refusals: readonly (readonly [string, string, string])[] = [
    ['checkContinue', '100-continue', '417'],
    ['checkExpectation', 'tea', '417'],
  ];
  it.each(refusals)('is one request when that is refused: %s', async (event, expected, status) => {
    const logged = log();
    const server = createServer(ok).on(event, (_: IncomingMessage, answer: ServerResponse) => void answer.writeHead(Number(status)).end());
    const client = await connectRaw(await listen(server));
    client.write(head('POST /', 'Content-Length: 2', `Expect: ${expected}`));
    expect((await logged.allAnswers())[0]).toMatchObject({ statusCode: 417 });
  });

  it('for something Node does not know is one request', async () => {
    const { response } = await ask(ok, head('POST /', 'Content-Length: 0', 'Expect: tea'));
    expect(await response()).toMatchObject({ statusCode: 417 });
  });
});

describe('a handshake', () => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n';
  const requests = { upgrade: head('GET /live', 'Connection: Upgrade', 'Upgrade: test'), connect: head('CONNECT db.example:5432') };
  type Answer = (socket: Duplex, client: RawClient) => unknown;
  const answers: readonly (readonly ['upgrade' | 'connect', string, Answer, Partial<ResponseSignal>])[] = [
    ['upgrade', 'is accepted', (socket) => socket.write(switching), { statusCode: 101, status: 'success' }],
    ['upgrade', 'is accepted, and goes on for long', (socket) => (socket.write(switching), socket.write('a'), socket.end('b')), { statusCode: 101, status: 'success' }],
    ['upgrade', 'is refused', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'), { statusCode: 403, status: 'success' }],
    ['upgrade', 'fails', (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'), { statusCode: 502, status: 'error' }],
    ['upgrade', 'is not answered before the client hangs up', (socket, client) => (socket.resume().on('end', () => socket.end()), client.socket.destroy()), { statusCode: undefined, status: 'error' }],
    ['upgrade', 'is closed without an answer', (socket) => socket.destroy(), { statusCode: undefined, status: 'error' }],
    ['connect', 'is accepted', (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'), { statusCode: 200, status: 'success', method: 'CONNECT' }],
    ['connect', 'is refused', (socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\n\r\n'), { statusCode: 405, status: 'success' }],
    ['connect', 'is closed without an answer', (socket) => socket.destroy(), { statusCode: undefined, status: 'error' }],
  ];
  it.each(answers)('%s that %s', async (event, _, answer, expected) => {
    const logged = log();
    const server = createServer(ok);
    let socket: Duplex | undefined;
    server.on(event, (__, given) => void (socket = given.on('error', () => undefined)));
    const client = await connectRaw(await listen(server));
    client.write(requests[event]);
    await until(() => socket !== undefined);
    undo.push(() => socket!.destroy());
    answer(socket!, client);
    expect((await logged.allAnswers())[0]).toMatchObject(expected);
  });

  it('that is never answered is abandoned', async () => {
    const logged = log({ deadline: 20 });
    const server = createServer(ok).on('upgrade', (_, socket) => undo.push(() => socket.destroy()));
    const client = await connectRaw(await listen(server));
    client.write(requests.upgrade);
    expect((await logged.allAnswers())[0]).toMatchObject({ status: 'abandoned', statusCode: undefined });
  });

  it('that nobody listens for is an ordinary request, and a tunnel is none', async () => {
    const logged = log();
    const port = await serve(ok);
    const [first, second] = [await connectRaw(port), await connectRaw(port)];
    first.write(requests.upgrade);
    second.write(requests.connect);
    await once(second.socket, 'close');
    expect((await logged.allAnswers())[0]).toMatchObject({ statusCode: 200, path: '/live' });
  });
});

describe('over HTTP/2', () => {
  interface Pair {
    readonly logged: Logged;
    readonly client: ClientHttp2Session;
    readonly sessions: ServerHttp2Session[];
  }
  async function pair(prepare: (server: Http2Server) => void): Promise<Pair> {
    const logged = log();
    const sessions: ServerHttp2Session[] = [];
    const server = createHttp2Server().on('session', (session) => void sessions.push(session.on('error', () => undefined)));
    server.on('sessionError', () => undefined);
    prepare(server);
    const client = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    client.on('error', () => undefined);
    undo.push(() => client.destroy());
    return { logged, client, sessions };
  }
  const streams = (listener: (stream: ServerHttp2Stream) => unknown) => (server: Http2Server) =>
    void server.on('stream', (stream: ServerHttp2Stream) => void listener(stream.on('error', () => undefined)));
  const requests = (listener: (response: Http2ServerResponse) => unknown) => (server: Http2Server) =>
    void server.on('request', (_, response) => void listener(response.on('error', () => undefined)));
  const send = (client: ClientHttp2Session, headers = {}): ReturnType<ClientHttp2Session['request']> =>
    client.request({ ':path': '/a', ...headers }).on('error', () => undefined).resume() as never;

  const answers: readonly (readonly [string, (server: Http2Server) => void, Partial<ResponseSignal>])[] = [
    ['a stream that is answered', streams((s) => (s.respond({ ':status': 201 }), s.end('a'))), { statusCode: 201, status: 'success' }],
    ['a stream that is reset', streams((s) => s.close(2)), { statusCode: undefined, status: 'error' }],
    ['a stream that is reset in its answer', streams((s) => (s.respond(), s.write('a'), s.close(2))), { statusCode: 200, status: 'error' }],
    ['a stream that is destroyed', streams((s) => s.destroy()), {}],
    ['a stream with two heads', streams((s) => (s.respond(), expect(() => s.respond()).toThrow(), s.end())), { statusCode: 200 }],
    ['a request that is answered', requests((r) => r.writeHead(404).end()), { statusCode: 404, status: 'success' }],
    ['a request with two heads', requests((r) => (r.writeHead(201), expect(() => r.writeHead(500)).toThrow(), r.end())), { statusCode: 201 }],
    ['a request whose answer ends twice', requests((r) => (r.end('a'), r.end('b'))), { statusCode: 200 }],
    ['a request whose answer is destroyed', requests((r) => (r.write('a'), r.stream.destroy(new Error('broken')))), { status: 'error' }],
    ['a request that fails', requests((r) => r.writeHead(503).end()), { statusCode: 503, status: 'error' }],
    ['a request whose header cannot be sent', requests((r) => (expect(() => r.setHeader(':bad', 'a')).toThrow(), r.end())), { statusCode: 200 }],
  ];
  it.each(answers)('%s', async (_, prepare, expected) => {
    const { logged, client } = await pair(prepare);
    send(client);
    expect((await logged.allAnswers())[0]).toMatchObject(expected);
  });

  it('a wrong request id is replaced, a right one returned', async () => {
    const file = await open(fileURLToPath(import.meta.url));
    undo.push(() => file.close());
    const ways = [
      streams((s) => (s.respond(), s.end())),
      streams((s) => s.respondWithFile(fileURLToPath(import.meta.url))),
      streams((s) => s.respondWithFD(file.fd, { ':status': 200 }, { length: 10 })),
      requests((r) => r.end()),
    ];
    for (const prepare of ways) {
      const { logged, client } = await pair(prepare);
      const told: unknown[] = [];
      for (const id of ['right-1', 'wrong one', 'a'.repeat(10_000)]) {
        const [headers] = await once(send(client, { 'x-request-id': id }), 'response');
        told.push(headers['x-request-id']);
      }
      const responses = await logged.allAnswers(3);
      expect(told[0]).toBe('right-1');
      expect(told.slice(1)).toEqual([expect.stringMatching(uuid), expect.stringMatching(uuid)]);
      expect(responses.map(({ requestId }) => requestId).sort()).toEqual([...told].sort());
    }
  });

  it('a stream that the client resets', async () => {
    let began = false;
    const { logged, client } = await pair(streams((s) => (s.respond(), s.write('a'), (began = true))));
    const stream = send(client);
    await until(() => began);
    stream.close(8);
    expect((await logged.allAnswers())[0]).toMatchObject({ statusCode: 200, attributes: { 'error.type': 'aborted' } });
  });

  it('many that are reset at once, by a client that begins no end of them', async () => {
    const { logged, client } = await pair(streams(() => undefined));
    for (let index = 0; index < 50; index += 1) send(client).close(8);
    const last = send(client, { ':path': '/last' });
    await until(() => logged.requests.some(({ path }) => path === '/last'));
    last.close(8);
    await logged.allAnswers(logged.requests.length);
    expect(logged.requests.length).toBeGreaterThan(0);
  });

  it('a connection that is closed with requests open', async () => {
    const ends: ((pair: Pair) => void)[] = [({ sessions }) => sessions[0]!.goaway(1), ({ sessions }) => sessions[0]!.destroy(), ({ client }) => client.destroy()];
    for (const end of ends) {
      const both = await pair(streams((s) => s.respond()));
      send(both.client);
      send(both.client);
      await until(() => both.logged.requests.length === 2);
      end(both);
      both.sessions[0]!.destroy();
      const responses = await both.logged.allAnswers(2);
      for (const { attributes } of responses) expect(attributes['error.type']).toBe('aborted');
    }
  });

  it('a connection that says it goes away still gets the answers of what is open', async () => {
    let answer: (() => void) | undefined;
    const { logged, client, sessions } = await pair(streams((s) => (answer = () => (s.respond(), s.end('a')))));
    const stream = send(client);
    await until(() => answer !== undefined);
    sessions[0]!.close();
    answer!();
    await once(stream, 'close');
    expect((await logged.allAnswers())[0]).toMatchObject({ status: 'success', statusCode: 200 });
  });

  it('bytes that are no frames', async () => {
    const { logged } = await pair(streams(() => undefined));
    const server = createHttp2Server().on('sessionError', () => undefined);
    server.on('session', (session) => session.on('error', () => undefined));
    const socket = connect(await listen(server), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket.resume(), 'close');
    await logged.obs.shutdown();
    expect([logged.requests, logged.responses]).toEqual([[], []]);
  });
});

describe('in a process of its own', () => {
  let runner: ScriptRunner | undefined;
  afterAll(() => runner?.dispose());

  it.each(['pretty', 'json'])('what is told breaks no text that is written of it: %s', async (format) => {
    runner ??= await createScriptRunner();
    const { stdout, stderr } = await runner.run(`
      import { createServer } from 'node:http';
      import { connect } from 'node:net';
      const obs = sdk.createObservability({ environment: 'development', sinks: [sdk.consoleSink({ format: '${format}' })] });
      const nasty = '/\\x1b[31m\\r\\nInjected\\u2028\\x07\\x9b2J';
      // As an application may rewrite it: no socket lets that through.
      const server = createServer((request, response) => {
        const context = obs.requestLogger.logRequest('GET', nasty, { route: nasty, params: { [nasty]: nasty }, headers: { accept: nasty } });
        obs.requestLogger.logResponse(context, { status: 500, error: new Error(nasty) });
        response.end();
      });
      server.listen(0, '127.0.0.1', () => {
        const socket = connect(server.address().port, '127.0.0.1', () => socket.write('GET /%1b[31m%0d%0aInjected HTTP/1.1\\r\\nHost: x\\r\\nAccept: \\xe9\\r\\nConnection: close\\r\\n\\r\\n', 'latin1'));
        socket.resume().on('close', async () => (await obs.shutdown(), server.close()));
      });
    `);
    const written = stdout + stderr;
    expect(written).toContain('Injected');
    expect(written.replace(/\n/g, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028]/);
    expect(written).not.toMatch(/^\s*Injected/m);
  }, 60_000);

  it('ends what is open, once', async () => {
    runner ??= await createScriptRunner();
    const { stdout, code } = await runner.run(`
      import { createServer } from 'node:http';
      import { connect } from 'node:net';
      const signals = [];
      const obs = sdk.createObservability({ environment: 'production', sinks: [] });
      obs.signals$.subscribe((signal) => signals.push(signal));
      const server = createServer((request) => { if (request.url === '/2') setImmediate(() => process.exit(3)); });
      server.listen(0, '127.0.0.1', () => {
        const socket = connect(server.address().port, '127.0.0.1');
        socket.write('GET /1 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nGET /2 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n');
      });
      process.on('exit', () => {
        const told = signals.filter(({ kind }) => kind === 'request' || kind === 'response');
        console.log(JSON.stringify(told.map(({ kind, path, status }) => [kind, path, status])));
      });
    `);
    expect(code).toBe(3);
    const told = JSON.parse(stdout) as [string, string, string | undefined][];
    expect(told.filter(([kind]) => kind === 'request').map(([, path]) => path)).toEqual(['/1', '/2']);
    expect(told.filter(([kind]) => kind === 'response').map(([, path, status]) => [path, status])).toEqual([['/1', 'abandoned'], ['/2', 'abandoned']]);
  }, 60_000);
});
