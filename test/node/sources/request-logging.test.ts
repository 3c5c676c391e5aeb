// What the policy of request logging lets through, of requests over real sockets.
import { once } from 'node:events';
import { get, request as httpRequest } from 'node:http';
import type { ClientRequest, OutgoingHttpHeaders, RequestListener } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { fetches, incomingRequests, outgoingRequests } from '#sdk';
import type { MetricSignal, RequestLoggerOptions, ResponseSignal } from '#sdk';
import { createTestObservability } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';
import { head, log } from './logged.ts';
import type { Logged } from './logged.ts';
import { connectRaw, listen, serve, undo, undoAll, until } from './observed.ts';

afterEach(undoAll);

interface Exchange {
  readonly logged: Logged;
  readonly response: ResponseSignal;
  /** What the client was sent. */
  readonly received: string;
}

const ok: RequestListener = (_, response) => void response.end('ok');

/** Sends bytes to a server of its own, and waits for the end of the only request. */
async function exchange(policy: RequestLoggerOptions, bytes: string, listener: RequestListener = ok): Promise<Exchange> {
  const logged = log(policy);
  const client = await connectRaw(await serve(listener));
  client.write(bytes);
  const [response] = await logged.allAnswers();
  await until(() => client.received().includes('\r\n\r\n'));
  return { logged, response: response!, received: client.received() };
}

/** Sends requests one after the other, and gives back the paths that were logged. */
async function pathsLogged(policy: RequestLoggerOptions, paths: readonly string[]): Promise<{ logged: Logged; told: readonly string[] }> {
  const logged = log(policy);
  const client = await connectRaw(await serve(ok));
  for (const path of paths) client.write(head(`GET ${path}`));
  await logged.waitFor(paths.length);
  return { logged, told: logged.responses.map(({ path }) => path) };
}

describe('headers', () => {
  const sent = ['Accept: */*', 'User-Agent: test/1', 'X-Tenant: 7', 'Content-Length: 0', 'Authorization: Bearer abcdefghijklmnop', 'Cookie: sid=abcdefgh'];
  const answer: RequestListener = (_, response) =>
    void response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2, 'X-Tenant': '8', 'Set-Cookie': ['sid=abcdefgh', 'lang=de'] }).end('ok');

  it('are a few that say nothing of a person, by default', async () => {
    const { logged, response } = await exchange({}, head('GET /', ...sent), answer);
    expect(logged.requests[0]!.headers).toEqual({ accept: '*/*', 'content-length': '0', 'user-agent': 'test/1' });
    expect(response.headers).toEqual({ 'content-length': '2', 'content-type': 'text/plain' });
  });

  it('are those that are listed, in any case, and no others', async () => {
    const { logged, response } = await exchange({ headers: ['X-TENANT', 'x-missing'] }, head('GET /', ...sent), answer);
    expect(logged.requests[0]!.headers).toEqual({ 'x-tenant': '7' });
    expect(response.headers).toEqual({ 'x-tenant': '8' });
  });

  it('can be none', async () => {
    const { logged, response } = await exchange({ headers: [] }, head('GET /', ...sent), answer);
    expect([logged.requests[0]!.headers, response.headers]).toEqual([undefined, undefined]);
  });

  it('with credentials are redacted, listed or not', async () => {
    const { logged, response } = await exchange({ headers: ['authorization', 'cookie', 'set-cookie'] }, head('GET /', ...sent), answer);
    expect(Object.keys(logged.requests[0]!.headers!)).toEqual(['authorization', 'cookie']);
    expect(Object.keys(response.headers!)).toEqual(['set-cookie']);
    expect(JSON.stringify(logged.signals)).not.toContain('abcdefgh');
  });

  it('that are long are capped', async () => {
    const { logged } = await exchange({}, head('GET /', `User-Agent: ${'a'.repeat(10_000)}`));
    expect(logged.requests[0]!.headers!['user-agent']).toMatch(/^a{1024}…\[10000 characters\]$/);
  });
});

describe('query strings', () => {
  it('are without their secrets wherever they are told', async () => {
    const { logged, response } = await exchange({}, head('GET /orders?id=7&token=abcdefgh&X-Amz-Signature=feedbeef'));
    expect(response.path).toContain('/orders?id=7&token=');
    expect(logged.requests[0]!.attributes).toMatchObject({ 'url.path': '/orders', 'url.query': expect.stringContaining('id=7') });
    const [span] = logged.spans;
    expect(span!.attributes['url.query']).toContain('id=7');
    for (const secret of ['abcdefgh', 'feedbeef']) expect(JSON.stringify([logged.signals, logged.spans])).not.toContain(secret);
  });
});

describe('the address of the client', () => {
  const addressOf = async (clientAddress: boolean | string | undefined, ...lines: string[]): Promise<unknown[]> => {
    const { logged } = await exchange({ clientAddress }, head('GET /', ...lines));
    const told = [...logged.requests, ...logged.responses, ...logged.spans].map(({ attributes }) => attributes['client.address']);
    expect(told).toHaveLength(3);
    expect(new Set(told).size).toBe(1);
    return told.slice(0, 1);
  };
  it('is not told by default', async () => expect(await addressOf(undefined, 'X-Forwarded-For: 192.0.2.1')).toEqual([undefined]));
  it('is that of the connection', async () => expect(await addressOf(true, 'X-Forwarded-For: 192.0.2.1')).toEqual(['127.0.0.1']));

  const given: readonly (readonly [string, readonly string[], unknown])[] = [
    ['the first of a list', ['X-Forwarded-For: 192.0.2.1, 198.51.100.7'], '192.0.2.1'],
    ['of several headers the first', ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-For: 198.51.100.7'], '192.0.2.1'],
    ['without spaces', ['X-Forwarded-For:   2001:db8::1   ,x'], '2001:db8::1'],
    ['none, where it is empty', ['X-Forwarded-For: ,198.51.100.7'], undefined],
    ['none, where it is missing', [], undefined],
    ['capped', [`X-Forwarded-For: ${'1'.repeat(5_000)}`], `${'1'.repeat(256)}…[5000 characters]`],
  ];
  it.each(given)('is what a header of a proxy says: %s', async (_, lines, address) => {
    expect(await addressOf('X-Forwarded-For', ...lines)).toEqual([address]);
  });

  it('is told as text, whatever it says', async () => {
    const hostile = '"; drop <b>\\u001b[2J%0d%0a';
    expect(await addressOf('x-forwarded-for', `X-Forwarded-For: ${hostile}`)).toEqual([hostile]);
  });
});

describe('requests that are ignored', () => {
  const paths = ['/health', '/health/live?x=1', '/healthy', '/app.css', '/app.css?v=1', '/orders'];
  const rules: readonly (readonly [string, RequestLoggerOptions['ignore'], readonly string[]])[] = [
    ['by path, with what is below', ['/health'], ['/healthy', '/app.css', '/app.css?v=1', '/orders']],
    ['by pattern', [/\.css$/], ['/health', '/health/live?x=1', '/healthy', '/orders']],
    ['by a pattern that remembers where it stopped', [/\.css$/g, /^\/health/gy], ['/orders']],
    ['by a function', ({ path, method, side }) => method === 'GET' && side === 'server' && path.length === 8, ['/health', '/health/live?x=1', '/orders']],
    ['none', [], paths],
  ];
  it.each(rules)('%s', async (_, ignore, rest) => {
    const { logged, told } = await pathsLogged({ ignore }, paths);
    expect(told).toEqual(rest);
    // They keep their spans, but are not counted.
    expect(logged.spans).toHaveLength(paths.length);
    expect(logged.requests).toHaveLength(rest.length);
    expect(logged.signals.filter(({ kind }) => kind === 'metric')).toHaveLength(rest.length);
  });

  it('keep their id', async () => {
    const logged = log({ ignore: ['/'] });
    const client = await connectRaw(await serve(ok));
    client.write(head('GET /', 'X-Request-Id: mine'));
    await logged.waitFor(1);
    await until(() => client.received() !== '');
    expect(client.received().toLowerCase()).toContain('x-request-id: mine');
    expect(logged.spans[0]!.requestId).toBe('mine');
  });

  it('by a function that throws are none, and that is said', async () => {
    const ignore = (): boolean => {
      throw new Error('broken');
    };
    const { logged, told } = await pathsLogged({ ignore }, ['/a', '/b']);
    expect(told).toEqual(['/a', '/b']);
    expect(logged.said.join()).toContain('an `ignore` that throws');
  });
});

describe('the level', () => {
  const answer: RequestListener = ({ url }, response) => void response.writeHead(Number(url!.slice(1))).end();
  const levels: readonly (readonly [string, number, readonly number[]])[] = [
    ['Debug', 4, [200, 302, 404, 500]],
    ['INFO', 4, [200, 302, 404, 500]],
    ['wArN', 0, [404, 500]],
    ['ERROR', 0, [500]],
    ['fatal', 0, []],
  ];
  it.each(levels)('%s', async (logLevel, requests, statuses) => {
    const logged = log({ logLevel: logLevel as never });
    const client = await connectRaw(await serve(answer));
    for (const status of [200, 302, 404, 500]) client.write(head(`GET /${status}`));
    await logged.waitFor(4);
    expect(logged.requests).toHaveLength(requests);
    expect(logged.responses.map(({ statusCode }) => statusCode)).toEqual(statuses);
    // What is measured does not depend on it.
    expect(logged.signals.filter(({ kind }) => kind === 'metric')).toHaveLength(4);
  });

  it('lets a client that hung up through as a warning', async () => {
    for (const [logLevel, count] of [['warn', 1], ['error', 0]] as const) {
      const logged = log({ logLevel });
      const client = await connectRaw(await serve(() => client.socket.destroy()));
      client.write(head('GET /'));
      await logged.waitFor(1);
      expect(logged.responses).toHaveLength(count);
    }
  });
});

describe('parameters as a function', () => {
  const called = (logLevel: 'info' | 'error', status: number, params: () => unknown): readonly unknown[] => {
    const { obs, requests, responses } = log({ logLevel });
    const context = obs.requestLogger.logRequest('GET', '/', { params });
    obs.requestLogger.logResponse(context, { status });
    return [...requests, ...responses].map((signal) => signal.params);
  };

  it('are asked for once, and told by both signals', () => {
    let count = 0;
    expect(called('info', 200, () => ({ count: (count += 1), password: 'x' }))).toEqual([
      { count: 1, password: '[REDACTED]' },
      { count: 1, password: '[REDACTED]' },
    ]);
    expect(count).toBe(1);
  });

  it('are asked for only by what passes the level', () => {
    let count = 0;
    expect(called('error', 200, () => ({ count: (count += 1) }))).toEqual([]);
    expect(count).toBe(0);
    expect(called('error', 500, () => ({ count: (count += 1) }))).toEqual([{ count: 1 }]);
  });

  it('that throw are said to be unreadable', () => {
    const params = (): never => {
      throw new Error('broken');
    };
    expect(called('info', 200, params)).toEqual(['[unreadable]', '[unreadable]']);
  });

  it('that are promised are no parameters, and a rejection is nobody’s', async () => {
    const unhandled: unknown[] = [];
    const hear = (error: unknown): unknown => unhandled.push(error);
    process.on('unhandledRejection', hear);
    undo.push(() => process.off('unhandledRejection', hear));
    expect(called('info', 200, async () => ({ a: 1 }))).toEqual(['[Promise]', '[Promise]']);
    called('info', 200, () => Promise.reject(new Error('late')));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });
});

describe('a request without an answer', () => {
  function observeFor(requestLogging: RequestLoggerOptions): ReturnType<typeof createTestObservability> & ReturnType<typeof recordingOf> {
    const test = createTestObservability({ sources: [incomingRequests()], requestLogging });
    undo.push(() => test.obs.shutdown());
    return { ...test, ...recordingOf(test.obs) };
  }
  const write = async (port: number, ...requests: string[]): Promise<Awaited<ReturnType<typeof connectRaw>>> => {
    const client = await connectRaw(port);
    for (const request of requests) client.write(request);
    return client;
  };

  it('is abandoned at the deadline, once, whatever comes later', async () => {
    const test = observeFor({ deadline: 1_000 });
    let answer: (() => void) | undefined;
    const client = await write(await serve((_, response) => (answer = () => void response.end('late'))), head('GET /slow'));
    await until(() => answer !== undefined);
    test.clock.advance(999);
    expect(test.ofKind('response')).toHaveLength(0);
    test.clock.advance(1);
    expect(test.only('response')).toMatchObject({
      status: 'abandoned',
      statusCode: undefined,
      duration: 1_000,
      attributes: { 'error.type': 'abandoned', 'url.path': '/slow' },
    });
    expect(test.only('span')).toMatchObject({ status: { code: 'error', message: 'no answer within 1000 ms' } });
    answer!();
    await until(() => client.received().includes('late'));
    await test.obs.shutdown();
    expect([test.ofKind('response').length, test.ofKind('span').length]).toEqual([1, 1]);
  });

  it('of which pieces come again and again is not abandoned until that ends', async () => {
    const test = observeFor({ deadline: 1_000 });
    let send: ((piece: string) => void) | undefined;
    const port = await serve((_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      send = (piece) => void response.write(piece);
    });
    const client = await write(port, head('GET /events'));
    await until(() => send !== undefined);
    for (let index = 0; index < 10; index += 1) {
      test.clock.advance(900);
      send!(`data: ${index}\n\n`);
      await until(() => client.received().includes(`data: ${index}\n`));
    }
    expect(test.ofKind('response')).toEqual([]);
    test.clock.advance(2_500);
    expect(test.only('response')).toMatchObject({ status: 'abandoned', statusCode: undefined });
  });

  it('whose pieces pause for less than half of the deadline is not abandoned', async () => {
    const test = observeFor({ deadline: 1_000 });
    let send: ((piece: string) => void) | undefined;
    const client = await write(await serve((_, response) => (send = (piece) => void response.write(piece))), head('GET /events'));
    await until(() => send !== undefined);
    for (const [pause, piece] of [[450, '<a>'], [490, '<b>'], [490, '<c>'], [490, '<d>'], [490, '<e>']] as const) {
      test.clock.advance(pause);
      expect(test.ofKind('response')).toEqual([]);
      send!(piece);
      await until(() => client.received().includes(piece));
    }
  });

  it('of which pieces come over HTTP/2 is not abandoned until that ends', async () => {
    const test = observeFor({ deadline: 1_000 });
    let received = '';
    const server = createHttp2Server().on('stream', (stream) => void stream.on('data', (piece) => (received += piece)).on('error', () => undefined));
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    undo.push(() => session.destroy());
    const upload = session.request({ ':method': 'POST', ':path': '/upload' }).on('error', () => undefined);
    for (let index = 0; index < 5; index += 1) {
      upload.write(`<${index}>`);
      await until(() => received.includes(`<${index}>`));
      test.clock.advance(900);
    }
    expect(test.ofKind('response')).toEqual([]);
    test.clock.advance(2_500);
    expect(test.only('response')).toMatchObject({ status: 'abandoned', statusCode: undefined });
  });

  it('is abandoned in real time', async () => {
    const logged = log({ deadline: 30 });
    await write(await serve(() => undefined), head('GET /'));
    const [response] = await logged.allAnswers();
    expect(response).toMatchObject({ status: 'abandoned' });
    expect(response!.duration).toBeGreaterThan(25);
    expect(response!.duration).toBeLessThan(2_000);
  });

  it('is abandoned when there are too many, the oldest first', async () => {
    const logged = log({ maxOpen: 2 });
    const answers: (() => void)[] = [];
    const port = await serve((_, response) => void answers.push(() => void response.end()));
    for (let index = 1; index <= 4; index += 1) {
      await write(port, head(`GET /${index}`));
      await until(() => answers.length === index);
    }
    expect(logged.responses.map(({ path, status }) => [path, status])).toEqual([['/1', 'abandoned'], ['/2', 'abandoned']]);
    expect(logged.said.join()).toContain('more than 2 requests wait');
    for (const answer of answers) answer();
    const all = await logged.allAnswers(4);
    expect(all.slice(2).map(({ path, status }) => [path, status])).toEqual([['/3', 'success'], ['/4', 'success']]);
  });
});

describe('requests that are sent', () => {
  const sources = { sources: [incomingRequests(), outgoingRequests(), fetches()] };
  const answered = async (request: ClientRequest): Promise<void> => {
    const [response] = await once(request.end(), 'response');
    await once(response.resume(), 'end');
  };
  const durations = ({ signals }: Logged): readonly MetricSignal[] =>
    signals.filter((signal): signal is MetricSignal => signal.kind === 'metric' && signal.name === 'http.client.request.duration');
  const ways: readonly (readonly [string, (url: string) => Promise<unknown>])[] = [
    ['http.request', (url) => answered(httpRequest(url))],
    ['http.get', (url) => answered(get(url))],
    ['fetch', async (url) => (await fetch(url)).text()],
  ];

  it.each(ways)('by %s are measured, and logged only where that is wanted', async (_, ask) => {
    for (const outgoing of [undefined, false, true]) {
      const logged = log({ outgoing }, sources);
      const port = await serve((__, response) => void response.writeHead(404, { 'content-type': 'text/plain' }).end('none'));
      await ask(`http://127.0.0.1:${port}/orders?token=abcdefgh`);
      await until(() => durations(logged).length === 1 && logged.responses.length >= (outgoing === true ? 2 : 1));
      expect(durations(logged)[0]).toMatchObject({
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': 404, 'error.type': '404', 'server.address': '127.0.0.1', 'server.port': port },
      });
      const [request, response] = [logged.requests, logged.responses].map((list) => list.filter(({ side }) => side === 'client'));
      expect([request!.length, response!.length]).toEqual(outgoing === true ? [1, 1] : [0, 0]);
      if (outgoing !== true) continue;
      expect(response![0]).toMatchObject({ method: 'GET', status: 'success', statusCode: 404, headers: { 'content-type': 'text/plain' } });
      expect(response![0]!.path).toContain(`http://127.0.0.1:${port}/orders?token=`);
      expect(response![0]!.requestId).toBe(request![0]!.requestId);
      expect(JSON.stringify(logged.signals)).not.toContain('abcdefgh');
    }
  });

  it.each(ways)('by %s that fail are told with why', async (_, ask) => {
    const logged = log({ outgoing: true }, sources);
    const port = await serve((request) => void request.socket.destroy());
    await ask(`http://127.0.0.1:${port}/`).catch(() => undefined);
    await until(() => logged.responses.length === 2);
    const [response] = logged.responses.filter(({ side }) => side === 'client');
    expect(response).toMatchObject({ status: 'error', statusCode: undefined, error: { type: expect.any(String) } });
    expect(response!.attributes['error.type']).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
  });

  describe('carry the id of the request they are part of', () => {
    /** Two servers: the first asks the second, which says what it was sent. */
    async function chain(ask: (url: string) => Promise<unknown>): Promise<{ logged: Logged; seen: readonly unknown[]; told: string }> {
      const logged = log({}, sources);
      const seen: unknown[] = [];
      const second = await serve((request, response) => {
        seen.push(request.rawHeaders.filter((__, at) => request.rawHeaders[at - (at % 2)]!.toLowerCase() === 'x-request-id')[1]);
        seen.push(request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'x-request-id').length);
        response.end();
      });
      const first = await serve(async (__, response) => {
        await new Promise(setImmediate);
        await ask(`http://127.0.0.1:${second}/inner`);
        response.end();
      });
      const client = await connectRaw(first);
      client.write(head('GET /outer', 'X-Request-Id: order-7'));
      await logged.allAnswers(2);
      await until(() => client.received().includes('\r\n\r\n'));
      return { logged, seen, told: client.received() };
    }
    const withHeaders = (headers: OutgoingHttpHeaders | readonly string[]) => (url: string) => answered(httpRequest(url, { headers: headers as OutgoingHttpHeaders }));
    const forms: readonly (readonly [string, (url: string) => Promise<unknown>])[] = [
      ...ways,
      ['http.request with an object', withHeaders({ 'X-Other': 'a' })],
      ['http.request with a list', withHeaders(['Host', 'x', 'X-Other', 'a'])],
      ['http.request with pairs', withHeaders([['Host', 'x'], ['X-Other', 'a']] as never)],
      ['http.request with setHeader', (url) => answered(httpRequest(url).setHeader('X-Other', 'a'))],
      ['http.request with a body', (url) => { const sent = httpRequest(url, { method: 'POST' }); sent.write('a'); return answered(sent); }],
      ['fetch with an object', async (url) => (await fetch(url, { headers: { 'X-Other': 'a' } })).text()],
      ['fetch with Headers', async (url) => (await fetch(url, { headers: new Headers({ 'X-Other': 'a' }) })).text()],
      ['fetch with pairs', async (url) => (await fetch(url, { headers: [['X-Other', 'a']] })).text()],
      ['fetch with a Request', async (url) => (await fetch(new Request(url, { method: 'POST', body: 'a' }))).text()],
    ];
    it.each(forms)('by %s', async (_, ask) => {
      const { logged, seen, told } = await chain(ask);
      expect(seen).toEqual(['order-7', 1]);
      expect(told.toLowerCase()).toContain('x-request-id: order-7');
      expect(logged.responses.map(({ path, requestId }) => [path, requestId])).toEqual([['/inner', 'order-7'], ['/outer', 'order-7']]);
      const ids = new Set([...logged.signals, ...logged.spans].map(({ requestId }) => requestId));
      expect(ids).toEqual(new Set(['order-7']));
    });

    const owns: readonly (readonly [string, (url: string) => Promise<unknown>])[] = [
      ['an object', withHeaders({ 'X-Request-ID': 'own' })],
      ['a list', withHeaders(['Host', 'x', 'X-Request-ID', 'own'])],
      ['setHeader', (url) => answered(httpRequest(url).setHeader('x-Request-id', 'own'))],
      ['fetch', async (url) => (await fetch(url, { headers: { 'X-Request-ID': 'own' } })).text()],
    ];
    it.each(owns)('unless the application says another: in %s', async (_, ask) => {
      const { logged, seen } = await chain(ask);
      expect(seen).toEqual(['own', 1]);
      expect(logged.responses.map(({ path, requestId }) => [path, requestId])).toEqual([['/inner', 'own'], ['/outer', 'order-7']]);
    });

    it.each(ways)('by %s, but not one that no header can hold', async (_, ask) => {
      const { obs } = log({}, sources);
      const seen: unknown[] = [];
      const port = await serve(({ headers }, response) => (seen.push(headers['x-request-id'], headers['traceparent']), response.end()));
      const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };
      const parent = { requestId: 'order\r\nX-Admin: yes', method: 'JOB', path: 'invoices', startTime: 1, trace };
      await obs.tracer.startSpan('work', { parent }, () => ask(`http://127.0.0.1:${port}/`));
      expect(seen).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), expect.stringContaining(trace.traceId)]);
    });

    it('not to where traces may not go', async () => {
      const seen: unknown[] = [];
      const port = await serve(({ headers }, response) => (seen.push(headers['x-request-id'], headers['traceparent']), response.end()));
      log({}, { ...sources, tracing: { propagateTo: ['https://api.example.com'] } });
      for (const [, ask] of ways) await ask(`http://127.0.0.1:${port}/`);
      expect(new Set(seen)).toEqual(new Set([undefined]));
    });
  });
});
