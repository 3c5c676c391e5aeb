import { createServer, get, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildCli, pageFiles } from './cli-program.ts';
import type { CliProgram, Running } from './cli-program.ts';
import { startLiveService } from './live-service.ts';

const token = 'a-token-of-this-test';

describe('dashboard', { timeout: 20_000 }, () => {
  let cli: CliProgram;
  const cleanups: (() => unknown)[] = [];
  beforeAll(async () => {
    cli = await buildCli();
  }, 30_000);
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  afterAll(() => cli.dispose());

  interface Dashboard {
    readonly url: string;
    readonly port: number;
    readonly running: Running;
  }

  async function open(url: string, ...options: string[]): Promise<Dashboard> {
    const running = cli.start(['dashboard', '--url', url, ...options], { OBSERVABILITY_LIVE_TOKEN: token });
    cleanups.push(() => running.child.kill('SIGKILL'));
    const [, address = ''] = await running.says(/^Dashboard of http:\/\/127\.0\.0\.1:\d+\/\S*: (http:\/\/127\.0\.0\.1:\d+\/)\n/);
    return { url: address, port: Number(new URL(address).port), running };
  }

  /** A service that answers the stream by this. */
  async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live?own=1`, server };
  }

  function stream(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, resolve).on('error', reject);
      cleanups.push(() => asked.destroy());
    });
  }

  it('serves the page, with the policy that keeps it to itself', async () => {
    const { url } = await open('http://127.0.0.1:1/');
    for (const [path, file] of [['', 'index.html'], ['dashboard.js', 'dashboard.js'], ['dashboard.css', 'dashboard.css']] as const) {
      const { status, headers, body } = await ask(url + path);
      expect({ status, body }).toEqual({ status: 200, body: pageFiles[file] });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    expect((await ask(`${url}other.js`)).status).toBe(404);
    expect((await ask(url, { method: 'POST' })).status).toBe(405);
  });

  it('shows the live stream of a service, whose token stays with the command', async () => {
    const service = await startLiveService({ token });
    cleanups.push(() => service.close());
    const { url, running } = await open(service.url);
    const answer = await stream(`${url}?parts=statistics&every=250&window=30000`);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const text = await until(answer, /event: hello\n[^]*event: statistics\n/);
    expect(text).toContain('"window":30000');
    expect(text).toContain('"every":250');
    expect(service.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${token}`]);
    expect(text + JSON.stringify(answer.headers) + running.stdout + running.stderr).not.toContain(token);
  });

  it('passes on the query and Last-Event-ID, and nothing else of the request', async () => {
    const asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
    const { url: target } = await serve(({ url, headers }, response) => {
      asked.push({ url, headers });
      response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': 'upstream=1' }).write('data: 1\n\n');
    });
    const { url } = await open(target);
    const answer = await stream(`${url}?parts=errors`, { 'last-event-id': 'run.7', authorization: 'Bearer of-the-page', cookie: 'a=b', 'x-more': '1', origin: url.slice(0, -1) });
    await until(answer, /data: 1/);
    expect(asked[0]?.url).toBe('/live?own=1&parts=errors');
    const { host, connection, ...headers } = asked[0]?.headers ?? {};
    expect(headers).toEqual({ accept: 'text/event-stream', 'cache-control': 'no-store', authorization: `Bearer ${token}`, 'last-event-id': 'run.7' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('hands frames on as they come', async () => {
    let write = (_text: string): void => undefined;
    const { url: target } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      write = (text) => response.write(text);
    });
    const answer = await stream((await open(target)).url);
    write('data: one\n\n');
    await until(answer, /data: one\n\n$/);
    write('data: two\n\n');
    await until(answer, /data: two\n\n$/);
  });

  it('does not read faster than its slowest reader', async () => {
    let sent = 0;
    let isBlocked = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (isBlocked = resolve));
    const { url: target } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const frame = `data: ${'x'.repeat(65_000)}\n\n`;
      // Writes for as long as somebody takes it, and gives up after half a second in which nobody did.
      let quiet = setTimeout(isBlocked, 500);
      const fill = (): void => {
        do sent += frame.length;
        while (response.write(frame) && sent < 500_000_000);
        clearTimeout(quiet);
        quiet = setTimeout(isBlocked, 500);
      };
      response.on('drain', fill);
      response.on('close', () => clearTimeout(quiet));
      fill();
    });
    const { port, running } = await open(target);
    const before = memoryOf(running);
    const reader = rawStream(port);
    reader.pause();
    cleanups.push(() => reader.destroy());
    await blocked;
    // What two pairs of sockets hold, and not what was there to send.
    expect(sent).toBeGreaterThan(65_000);
    expect(sent).toBeLessThan(40_000_000);
    expect(memoryOf(running) - before).toBeLessThan(30_000_000);
  });

  it('ends the stream of the service when the page goes', async () => {
    let isGone = (): void => undefined;
    const gone = new Promise<void>((resolve) => (isGone = resolve));
    const { url: target } = await serve((request, response) => {
      request.on('close', isGone);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    });
    const answer = await stream((await open(target)).url);
    await until(answer, /data: 1/);
    answer.destroy();
    await gone;
  });

  it('ends the page`s stream when the service goes', async () => {
    const { url: target, server } = await serve((_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'));
    const answer = await stream((await open(target)).url);
    await until(answer, /data: 1/);
    const ended = new Promise((resolve) => answer.on('error', () => undefined).on('close', resolve));
    server.closeAllConnections();
    await ended;
    expect(answer.complete).toBe(false);
  });

  it('is a bad gateway while the service is down, and says so once', async () => {
    const { url: target, server } = await serve((_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { url, running } = await open(target);
    for (let times = 0; times < 2; times++) {
      const { status, body } = await ask(url, { headers: { accept: 'text/event-stream' } });
      expect({ status, body }).toEqual({ status: 502, body: 'The service cannot be reached (ECONNREFUSED).\n' });
    }
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await until(await stream(url), /data: 1/);
    await running.says(/answers again\n/);
    const name = `http://127.0.0.1:${port}/live`;
    expect(running.stderr).toBe(`${name} cannot be reached (ECONNREFUSED)\n${name} answers again\n`);
  });

  it.each([
    [401, {}, 502, /answered 401; set OBSERVABILITY_LIVE_TOKEN to the token/],
    [404, {}, 502, /answered 404; give --url the address/],
    [302, { location: 'http://127.0.0.1:1/elsewhere' }, 502, /answered 302; check that --url/],
    [200, { 'content-type': 'text/html' }, 502, /answered with no live stream; check that --url/],
    [500, {}, 502, /^The service answered 500\.$/],
    [503, { 'retry-after': '7' }, 503, /^The service answered 503\.$/],
  ])('answers for a service that answers %i %j', async (upstream, headers, status, sentence) => {
    const { url: target } = await serve((_request, response) => response.writeHead(upstream, headers as Record<string, string>).end(`secret ${token}`));
    const { url, running } = await open(target);
    const answer = await ask(url, { headers: { accept: 'text/event-stream' } });
    expect(answer.status).toBe(status);
    expect(answer.body.trim()).toMatch(sentence);
    expect(answer.headers['retry-after']).toBe((headers as Record<string, string>)['retry-after']);
    expect(answer.body + running.stderr).not.toContain(token);
  });

  it('lets in only who is on this machine and asks for it', async () => {
    let count = 0;
    const { url: target } = await serve((_request, response) => (count++, response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')));
    const { url, running } = await open(target);
    const refused = [{ host: 'rebound.example' }, { origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'x-forwarded-for': '10.0.0.1' }];
    for (const headers of refused) {
      expect((await ask(url, { headers: { accept: 'text/event-stream', ...headers } as Record<string, string> })).status).toBe(403);
    }
    expect(count).toBe(0);
    await running.says(/^refused a client that asks for another host$/m);
  });

  it('has places for sixteen streams', async () => {
    const { url: target } = await serve((_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'));
    const { url } = await open(target);
    const answers = await Promise.all(Array.from({ length: 17 }, () => stream(url)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([...Array.from({ length: 16 }, () => 200), 503]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with %i and leaves nothing open', async (signal, expected) => {
    let isGone = (): void => undefined;
    const gone = new Promise<void>((resolve) => (isGone = resolve));
    const { url: target } = await serve((request, response) => {
      request.on('close', isGone);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    });
    const { url, port, running } = await open(target);
    const answer = await stream(url);
    answer.on('error', () => undefined);
    await until(answer, /data: 1/);
    const startedAt = performance.now();
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code: expected, signal: null, stderr: '' });
    // By itself, and not because it was made to.
    expect(performance.now() - startedAt).toBeLessThan(1_900);
    await gone;
    await expect(listens(port)).resolves.toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('opens the page in the browser, or says that it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'observability-open-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const args = ['dashboard', '--url', 'http://127.0.0.1:1/', '--open'];
    const without = cli.start(args, { PATH: folder });
    cleanups.push(() => without.child.kill('SIGKILL'));
    await without.says(/^the browser could not be opened \(ENOENT\); open the address yourself\n/);
    const opened = join(folder, 'opened');
    writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" > '${opened}'\nexit 3\n`, { mode: 0o755 });
    const running = cli.start(args, { PATH: folder });
    cleanups.push(() => running.child.kill('SIGKILL'));
    await running.says(/could not be opened \(xdg-open ended with 3\)/);
    expect(running.stdout).toContain(`: ${readFileSync(opened, 'utf8')}`);
  });

  it('says when its port is taken', async () => {
    const { port } = await open('http://127.0.0.1:1/');
    const { code, stdout, stderr } = await cli.run(['dashboard', '--url', 'http://127.0.0.1:1/', '--port', String(port)]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `arkhe-observability: port ${port} is taken; choose another with --port, or leave it out\n` });
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The whole answer. Not by `fetch`, which sets headers of its own. */
function ask(url: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...options, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

/** What has come of an answer, once it has this. */
function until(answer: IncomingMessage, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const hear = (chunk: string): void => {
      text += chunk;
      if (!pattern.test(text)) return;
      answer.off('data', hear);
      resolve(text);
    };
    answer.setEncoding('utf8').on('data', hear);
    answer.on('error', reject);
    answer.on('end', () => reject(new Error(`it ended without ${pattern}: ${text}`)));
  });
}

function rawStream(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  return socket;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false));
  });
}

/** Bytes in use of a process; 0 where the system does not tell. */
function memoryOf({ child }: Running): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1_024;
  } catch {
    return 0;
  }
}
