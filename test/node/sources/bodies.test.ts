// Bodies of requests and responses, over real sockets: what is told of them, and that nothing else notices.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { ClientHttp2Session, Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { buffer, json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { RequestLoggerOptions, ResponseSignal } from '#sdk';
import { head, log } from './logged.ts';
import type { Logged } from './logged.ts';
import { connectRaw, listen, serve, undo, undoAll, until } from './observed.ts';
import type { RawClient } from './observed.ts';

afterEach(undoAll);

const bodies = { bodies: true } satisfies RequestLoggerOptions;
const text = '{"name":"Zoë","password":"hunter2"}';
const bytes = Buffer.from(text);
const seen = { name: 'Zoë', password: '[REDACTED]' };
const typed = ['Content-Type: application/json; charset=utf-8', `Content-Length: ${bytes.length}`];
const ok = (response: ServerResponse): void => void response.end();

/** Asks a server of its own, and gives back the one response that was told. */
async function ask(listener: RequestListener, request: string | Buffer, policy: RequestLoggerOptions = bodies): Promise<ResponseSignal> {
  const logged = log(policy);
  const client = await connectRaw(await serve(listener));
  client.socket.write(request);
  return (await logged.allAnswers())[0]!;
}

const post = (...lines: readonly string[]): Buffer => Buffer.concat([Buffer.from(head('POST /', ...lines)), bytes]);

describe('the body of a request', () => {
  type Read = (request: IncomingMessage) => Promise<unknown>;
  const reads: readonly (readonly [string, Read])[] = [
    ['by a listener', async (request) => (request.on('data', () => undefined), once(request, 'end'))],
    ['by iteration', json],
    ['as bytes', buffer],
    ['by a pipe', async (request) => once(request.pipe(new PassThrough().resume()), 'end')],
    ['by a pipeline', async (request) => pipeline(request, new Writable({ write: (_, __, done) => setTimeout(done, 1) }))],
    [
      'by read(), piece by piece',
      async (request) => {
        request.on('readable', () => {
          while (request.read(3) !== null || (request.readableLength > 0 && request.read() !== null));
        });
        await once(request, 'end');
      },
    ],
    ['as text', async (request) => (request.setEncoding('utf8'), json(request))],
    ['as latin1', async (request) => (request.setEncoding('latin1'), pipeline(request, new PassThrough().resume()))],
    ['as hex', async (request) => (request.setEncoding('hex'), pipeline(request, new PassThrough().resume()))],
    ['as base64', async (request) => (request.setEncoding('base64'), pipeline(request, new PassThrough().resume()))],
    ['as a web stream', async (request) => new Response(Readable.toWeb(request) as ReadableStream).json()],
    ['later', async (request) => (await once(setTimeout(() => request.emit('now'), 5) && request, 'now'), json(request))],
    ['after a pause', async (request) => (request.on('data', () => undefined).pause(), setTimeout(() => request.resume(), 5), once(request, 'end'))],
  ];
  it.each(reads)('is told once it is read %s', async (_, read) => {
    let ended = false;
    const response = await ask(async (request, answer) => {
      await read(request);
      ended = true;
      ok(answer);
    }, post(...typed));
    expect(ended).toBe(true);
    expect(response).toMatchObject({ statusCode: 200, requestData: seen, data: undefined });
  });

  it('is told when it comes in pieces, split within characters', async () => {
    const logged = log(bodies);
    const client = await connectRaw(await serve(async (request, answer) => (await buffer(request), ok(answer))));
    client.write(head('POST /', 'Content-Type: application/json', 'Transfer-Encoding: chunked'));
    for (const byte of bytes) client.socket.write(Buffer.from([...Buffer.from('1\r\n'), byte, 0x0d, 0x0a]));
    client.write('0\r\n\r\n');
    expect((await logged.allAnswers())[0]!.requestData).toEqual(seen);
  });

  it('is told of a request that waits for its permission, given by Node or by the application', async () => {
    const read: RequestListener = async (request, answer) => (await json(request), ok(answer));
    for (const isOwn of [false, true]) {
      const logged = log(bodies);
      const server = createServer(read);
      if (isOwn) server.on('checkContinue', (request, answer: ServerResponse) => (answer.writeContinue(), read(request, answer as never)));
      const client = await connectRaw(await listen(server));
      client.write(head('POST /', ...typed, 'Expect: 100-continue'));
      await until(() => client.received().includes('100 Continue'));
      client.socket.write(bytes);
      expect((await logged.allAnswers())[0]).toMatchObject({ statusCode: 200, requestData: seen });
    }
  });

  it('that nobody reads stays unread, and is not told', async () => {
    let state: unknown;
    const response = await ask(
      (request, answer) =>
        void setTimeout(() => {
          state = [request.readableFlowing, request.listenerCount('data'), request.readableLength];
          answer.writeHead(413).end();
        }, 5),
      post(...typed),
    );
    expect(state).toEqual([null, 0, bytes.length]);
    expect(response).toMatchObject({ statusCode: 413, requestData: undefined });
  });

  it('is not read ahead: the client waits', async () => {
    const logged = log({ bodies: { maxBytes: 100_000_000 } });
    let request: IncomingMessage | undefined;
    const port = await serve((asked, answer) => {
      request = asked;
      asked.on('end', () => ok(answer));
    });
    const client = await connectRaw(port);
    const size = 50_000_000;
    client.write(head('POST /', 'Content-Type: text/plain', `Content-Length: ${size}`));
    client.socket.write(Buffer.alloc(size, 'x'));
    await until(() => (request?.readableLength ?? 0) > 0);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(request!.readableLength).toBeLessThan(1_000_000);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    request!.resume();
    expect((await logged.allAnswers())[0]).toMatchObject({ statusCode: 200, requestData: expect.stringMatching(/^x{60000}/) });
  });

  it('that is cut off is not told', async () => {
    const logged = log(bodies);
    const client = await connectRaw(await serve((request) => void request.on('data', () => client.socket.destroy()).on('error', () => undefined)));
    client.write(head('POST /', 'Content-Type: application/json', 'Content-Length: 100'));
    client.write('{"password":"hunter2');
    expect((await logged.allAnswers())[0]).toMatchObject({ attributes: { 'error.type': 'aborted' }, requestData: undefined });
  });

  it('that does not parse is told as text, whatever the application does about it', async () => {
    const broken = '{"a":1';
    const request = head('POST /', 'Content-Type: application/json', `Content-Length: ${broken.length}`) + broken;
    const response = await ask(async (asked, answer) => {
      await json(asked).catch(() => void (answer.statusCode = 400));
      ok(answer);
    }, request);
    expect(response).toMatchObject({ statusCode: 400, requestData: broken });
  });
});

describe('the body of a response', () => {
  const type = 'application/json';
  type Case = readonly [name: string, write: (response: ServerResponse) => unknown, data: unknown, method?: string];
  const writes: readonly Case[] = [
    ['by end', (r) => r.setHeader('content-type', type).end(text), seen],
    ['by end with bytes', (r) => r.setHeader('content-type', type).end(bytes), seen],
    ['by end with a callback', (r) => new Promise<void>((done) => r.setHeader('content-type', type).end(text, done)), seen],
    ['by end with an encoding and a callback', (r) => new Promise<void>((done) => r.setHeader('content-type', type).end(bytes.toString('hex'), 'hex', done)), seen],
    ['by end with UTF-8', (r) => r.setHeader('content-type', type).end(text, 'UTF-8' as BufferEncoding), seen],
    ['by end with latin1', (r) => r.setHeader('content-type', 'text/plain').end('\xe4', 'latin1'), '\ufffd'],
    ['by write and end', (r) => (r.setHeader('content-type', type), r.write(text.slice(0, 9)), r.end(text.slice(9))), seen],
    ['by write with an encoding', (r) => (r.setHeader('content-type', type), r.write(bytes.toString('base64'), 'base64', () => r.end())), seen],
    ['by write with a callback', (r) => (r.setHeader('content-type', type), r.write(text, () => r.end(() => undefined))), seen],
    ['by bytes split within a character', (r) => (r.setHeader('content-type', type), [...bytes].forEach((b) => r.write(Uint8Array.of(b))), r.end()), seen],
    ['by a pipe', (r) => Readable.from([text.slice(0, 5), text.slice(5)]).pipe(r.setHeader('content-type', type)), seen],
    ['with writeHead', (r) => r.writeHead(201, { 'Content-Type': type }).end(text), seen],
    ['with writeHead and a list', (r) => r.writeHead(201, ['Content-Type', type]).end(text), seen],
    ['with its head sent ahead', (r) => (r.setHeader('content-type', type), r.flushHeaders(), r.end(text)), seen],
    ['in a cork', (r) => (r.setHeader('content-type', type), r.cork(), r.write(text.slice(0, 7)), r.write(text.slice(7)), r.uncork(), r.end()), seen],
    ['with a type that is set before the first piece', (r) => (r.setHeader('content-type', 'image/png'), r.setHeader('content-type', type), r.end(text)), seen],
    [
      'with a type that middleware adds to the head at the last moment',
      (r) => {
        const { writeHead } = r;
        r.writeHead = ((...args: [number]) => writeHead.apply(r.setHeader('content-type', type), args)) as typeof writeHead;
        r.write(text.slice(0, 9));
        r.end(text.slice(9));
      },
      seen,
    ],
    ['without a type', (r) => r.end(text), undefined],
    ['of another type', (r) => r.setHeader('content-type', 'text/html').end(text), undefined],
    ['of events', (r) => r.setHeader('content-type', 'text/event-stream').end('data: 1\n\n'), undefined],
    ['compressed', (r) => r.setHeader('content-type', type).setHeader('content-encoding', 'br').end(text), undefined],
    ['that is none', (r) => r.setHeader('content-type', type).end(), undefined],
    ['that is empty', (r) => (r.setHeader('content-type', type), r.write(''), r.end('')), undefined],
    ['for 204', (r) => r.writeHead(204, { 'content-type': type }).end(text), undefined],
    ['for 304', (r) => r.writeHead(304, { 'content-type': type }).end(text), undefined],
    ['for HEAD', (r) => r.setHeader('content-type', type).end(text), undefined, 'HEAD'],
    ['that is too large', (r) => r.setHeader('content-type', type).end('x'.repeat(9_000)), '[9000 bytes]'],
    ['that says it is too large', (r) => r.setHeader('content-type', type).setHeader('content-length', 9_000).end('x'.repeat(9_000)), '[9000 bytes]'],
    ['that goes on after its end', (r) => (r.on('error', () => undefined), r.setHeader('content-type', type), r.end(text), r.write('more'), r.end('more'), r.end()), seen],
    [
      'that Node refuses at first',
      (r) => {
        r.setHeader('content-type', type);
        expect(() => r.write({} as string)).toThrow();
        expect(() => r.end(7 as never)).toThrow();
        r.end(text);
      },
      seen,
    ],
  ];
  for (const [name, write, data, method = 'GET'] of writes) {
    it(name, async () => {
      const response = await ask((_, answer) => void write(answer), head(`${method} /`));
      expect([response.data, response.status]).toEqual([data, 'success']);
    });
  }

  it('goes to the client as it was written', async () => {
    const results: string[] = [];
    for (const policy of [bodies, { bodies: false }]) {
      const logged = log(policy);
      const port = await serve((_, answer) => {
        answer.sendDate = false;
        answer.writeHead(200, { 'content-type': type, 'x-request-id': 'a' });
        expect([answer.write('ab', 'utf8'), answer.write(Buffer.from('c')), answer.end('64', 'hex') === answer]).toEqual([true, true, true]);
      });
      const client = await connectRaw(port);
      client.write(head('GET /', 'Connection: close'));
      await once(client.socket, 'close');
      results.push(client.received());
      await logged.allAnswers();
    }
    expect(results[0]).toBe(results[1]);
    expect(results[0]).toContain('\r\n2\r\nab\r\n');
  });

  it('that waits for its turn may have an encoding that there is not', async () => {
    const logged = log(bodies);
    let first: ServerResponse | undefined;
    const failures: unknown[] = [];
    const port = await serve(({ url, socket }, answer) => {
      if (url === '/1') return void (first = answer);
      try {
        answer.setHeader('content-type', type).end(text, 'nope' as BufferEncoding);
      } catch (error) {
        failures.push(error);
      }
      socket.destroy();
      return undefined;
    });
    const client = await connectRaw(port);
    client.write(head('GET /1') + head('GET /2'));
    await logged.allAnswers(2);
    expect([first !== undefined, failures]).toEqual([true, []]);
  });

  it('that a compression stands around is told by nobody', async () => {
    const response = await ask((_, answer) => {
      answer.setHeader('content-type', type);
      const { end } = answer;
      // As middleware does that comes later: nothing but what it makes of the pieces reaches the response.
      answer.end = ((piece: string) => {
        answer.setHeader('content-encoding', 'rot13');
        return end.call(answer, `rot13 of ${piece}`, 'utf8');
      }) as typeof end;
      answer.end(text);
    }, head('GET /'));
    expect(response.data).toBe(undefined);
  });

  it('that is cut off is not told', async () => {
    const logged = log(bodies);
    const client = await connectRaw(await serve((_, answer) => (answer.setHeader('content-type', type), answer.write(text.slice(0, 30)))));
    client.write(head('GET /'));
    await until(() => client.received().includes('Zo'));
    client.socket.destroy();
    expect((await logged.allAnswers())[0]).toMatchObject({ statusCode: 200, data: undefined, attributes: { 'error.type': 'aborted' } });
  });

  it('reaches the client piece by piece', async () => {
    const logged = log(bodies);
    let write: ((piece: string | undefined) => void) | undefined;
    const port = await serve((_, answer) => {
      answer.setHeader('content-type', 'text/plain');
      write = (piece) => void (piece === undefined ? answer.end() : answer.write(piece));
      write('<0>');
    });
    const client = await connectRaw(port);
    client.write(head('GET /'));
    for (let index = 0; index < 5; index += 1) {
      // The next is written only when the one before is there.
      await until(() => client.received().includes(`<${index}>`));
      write!(`<${index + 1}>`);
    }
    write!(undefined);
    expect((await logged.allAnswers())[0]!.data).toBe('<0><1><2><3><4><5>');
  });
});

describe('a body of 100 MB', () => {
  const size = 100 * 1_048_576;
  const piece = Buffer.alloc(65_536, 'x');
  const pieces = (): Readable => Readable.from((function* () { for (let sent = 0; sent < size; sent += piece.length) yield piece; })(), { objectMode: false });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  /** Takes the sizes of pieces that go by, and gives back how much more memory was in use at once than before. */
  function watchMemory(): (size: number) => number {
    const used = (): number => {
      collect();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return arrayBuffers + heapUsed;
    };
    const before = used();
    let most = 0;
    let passed = 0;
    return (more) => {
      passed += more;
      if (passed < 10_000_000) return most;
      passed = 0;
      return (most = Math.max(most, used() - before));
    };
  }

  it('costs no memory on its way to the client', async () => {
    const logged = log(bodies);
    const port = await serve((_, answer) => void pieces().pipe(answer.setHeader('content-type', 'text/plain')));
    const client = await connectRaw(port);
    client.socket.removeAllListeners('data');
    const memory = watchMemory();
    client.socket.on('data', (chunk) => memory(chunk.length));
    client.write(head('GET /'));
    await until(() => logged.responses.length > 0);
    expect(logged.responses[0]!.data).toBe(`[${size} bytes]`);
    expect(memory(0)).toBeLessThan(25_000_000);
  });

  it('costs no memory on its way from the client', async () => {
    const logged = log(bodies);
    const memory = watchMemory();
    const port = await serve((request, answer) => void request.on('data', (chunk) => memory(chunk.length)).on('end', () => ok(answer)));
    const client = await connectRaw(port);
    client.write(head('POST /', 'Content-Type: text/plain', 'Transfer-Encoding: chunked'));
    for await (const chunk of pieces()) {
      client.write(`${chunk.length.toString(16)}\r\n`);
      client.socket.write(chunk);
      if (!client.socket.write('\r\n')) await once(client.socket, 'drain');
    }
    client.write('0\r\n\r\n');
    await until(() => logged.responses.length > 0);
    expect(logged.responses[0]!.requestData).toBe(`[${size} bytes]`);
    expect(memory(0)).toBeLessThan(25_000_000);
  });
});

describe('over HTTP/2', () => {
  async function pair(policy: RequestLoggerOptions, prepare: (server: ReturnType<typeof createHttp2Server>) => void): Promise<{ logged: Logged; client: ClientHttp2Session }> {
    const logged = log(policy);
    const server = createHttp2Server();
    prepare(server);
    const client = connect(`http://127.0.0.1:${await listen(server)}`);
    client.on('error', () => undefined);
    undo.push(() => client.destroy());
    return { logged, client };
  }
  const type = { 'content-type': 'application/json' };
  type OnStream = (stream: ServerHttp2Stream) => unknown;
  type OnRequest = (request: Http2ServerRequest, response: Http2ServerResponse) => unknown;

  const streams: readonly (readonly [string, OnStream, unknown, unknown])[] = [
    ['read and answered at once', async (s) => (await json(s), s.respond(type), s.end(text)), seen, seen],
    ['answered in pieces', async (s) => (await json(s), s.respond(type), s.write(bytes.subarray(0, 11)), s.end(bytes.subarray(11))), seen, seen],
    ['answered by a pipe of what came', (s) => (s.respond(type), s.pipe(s)), seen, seen],
    ['answered without a head', async (s) => (await json(s), s.end(text)), seen, undefined],
    ['answered without a body', async (s) => (await json(s), s.respond({ ':status': 204 }, { endStream: true })), seen, undefined],
  ];
  it.each(streams)('a stream: %s', async (_, answer, requestData, data) => {
    const { logged, client } = await pair(bodies, (server) => server.on('stream', (stream: ServerHttp2Stream) => void answer(stream.on('error', () => undefined))));
    client.request({ ':method': 'POST', ':path': '/', ...type }).resume().end(bytes);
    expect((await logged.allAnswers())[0]).toMatchObject({ requestData, data });
  });

  const requests: readonly (readonly [string, OnRequest, unknown, unknown])[] = [
    ['read and answered at once', async (q, r) => (await json(q), r.setHeader('content-type', type['content-type']), r.end(text)), seen, seen],
    ['answered in pieces', async (q, r) => (await json(q), r.writeHead(200, type), r.write(bytes.toString('hex').slice(0, 10), 'hex'), r.end(bytes.toString('hex').slice(10), 'hex')), seen, seen],
    ['answered with callbacks', async (q, r) => (await json(q), r.writeHead(200, type), r.write(text, () => r.end(() => undefined))), seen, seen],
    ['read as text', async (q, r) => (q.setEncoding('utf8'), await json(q), r.end()), seen, undefined],
    ['answered by a pipe', (q, r) => (r.writeHead(200, type), (q as unknown as Readable).pipe(r as unknown as Duplex)), seen, seen],
    ['of 304', async (q, r) => (await json(q), r.writeHead(304, type), r.end()), seen, undefined],
  ];
  it.each(requests)('a request: %s', async (_, answer, requestData, data) => {
    const { logged, client } = await pair(bodies, (server) => server.on('request', (request, response) => void answer(request, response)));
    client.request({ ':method': 'POST', ':path': '/', ...type }).resume().end(bytes);
    expect((await logged.allAnswers())[0]).toMatchObject({ requestData, data });
  });

  it('a stream that nobody reads stays unread', async () => {
    let state: unknown;
    const { logged, client } = await pair(bodies, (server) =>
      server.on('stream', (stream: ServerHttp2Stream) => {
        setTimeout(() => {
          state = [stream.readableFlowing, stream.listenerCount('data')];
          stream.respond(type, { endStream: true });
        }, 5);
      }),
    );
    client.request({ ':method': 'POST', ':path': '/', ...type }).resume().end(bytes);
    await logged.allAnswers();
    expect(state).toEqual([null, 0]);
  });

  it('HEAD has no body', async () => {
    const { logged, client } = await pair(bodies, (server) => server.on('request', (_, r: Http2ServerResponse) => (r.writeHead(200, type), r.end(text))));
    client.request({ ':method': 'HEAD', ':path': '/' }).resume();
    expect((await logged.allAnswers())[0]).toMatchObject({ statusCode: 200, data: undefined });
  });

  it('a body that is cut off is not told', async () => {
    const { logged, client } = await pair(bodies, (server) =>
      server.on('stream', (stream: ServerHttp2Stream) => {
        stream.on('error', () => undefined).resume();
        stream.respond(type);
        stream.write(text.slice(0, 30));
      }),
    );
    const stream = client.request({ ':method': 'POST', ':path': '/', ...type }).on('error', () => undefined);
    stream.write('{"password":"hunter2');
    stream.once('data', () => client.destroy());
    expect((await logged.allAnswers())[0]).toMatchObject({ requestData: undefined, data: undefined, attributes: { 'error.type': 'aborted' } });
  });
});

describe('which bodies', () => {
  const echo: RequestListener = async (request, answer) => answer.setHeader('content-type', 'application/json').end(await buffer(request));

  it('none by default, and nothing stands around a response then', async () => {
    let own: unknown;
    const response = await ask((_, answer) => ((own = ['write', 'end'].filter((name) => Object.hasOwn(answer, name))), answer.end()), post(...typed), {});
    expect(own).toEqual([]);
    expect(response).not.toMatchObject({ requestData: seen });
  });

  it('none of a request that is ignored', async () => {
    const logged = log({ ...bodies, ignore: ['/'] });
    let own: unknown;
    const client = await connectRaw(await serve((_, answer) => ((own = Object.hasOwn(answer, 'end')), ok(answer))));
    client.socket.write(post(...typed));
    await until(() => client.received() !== '');
    expect([own, logged.responses.length]).toEqual([false, 0]);
  });

  it('those of a share of the requests', async () => {
    let chance = 0;
    const logged = log({ bodies: { rate: 0.5 } }, { random: () => chance, tracing: { enabled: false } });
    const client: RawClient = await connectRaw(await serve(echo));
    for (chance of [0.1, 0.9, 0.4, 0.5]) {
      client.socket.write(post(...typed));
      await logged.answers(logged.responses.length + 1);
    }
    expect(logged.responses.map(({ requestData, data }) => [requestData !== undefined, data !== undefined])).toEqual([
      [true, true],
      [false, false],
      [true, true],
      [false, false],
    ]);
  });

  it('with the size and of the types that the application says', async () => {
    expect(await ask(echo, post(...typed), { bodies: { maxBytes: bytes.length } })).toMatchObject({ requestData: seen, data: seen });
    const small = await ask(echo, post(typed[0]!, typed[1]!), { bodies: { maxBytes: bytes.length - 1 } });
    expect([small.requestData, small.data]).toEqual([`[${bytes.length} bytes]`, `[${bytes.length} bytes]`]);
    const other = await ask(echo, post(...typed), { bodies: { contentTypes: ['text/*'] } });
    expect([other.requestData, other.data]).toEqual([undefined, undefined]);
  });
});
