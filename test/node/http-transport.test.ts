import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse, HttpTransport, TransportSettings } from '../../src/core/transport.ts';
import { createHttpTransport } from '../../src/node/http-transport.ts';
import { createOutbox } from '../../src/node/outbox.ts';
import { authority, clientCertificate, clientKey, otherHostCertificate, otherHostKey, serverCertificate, serverKey } from '../helpers/certificates.ts';
import {
  answer,
  closeBeforeHeaders,
  closeHalfWay,
  endless,
  garbage,
  hang,
  html,
  large,
  neverRead,
  noStore,
  redirect,
  refusingUrl,
  reset,
  slow,
  startFaultServer,
} from '../helpers/fault-server.ts';
import type { FaultServer } from '../helpers/fault-server.ts';

let server: FaultServer;
let transport: HttpTransport;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startFaultServer();
  undo.push(() => server.close());
  transport = create();
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function create(settings: Partial<TransportSettings> = {}): HttpTransport {
  const created = createHttpTransport({ compression: 'none', ...settings }, createOutbox());
  undo.push(() => created.close());
  return created;
}

async function startTlsServer(options: Parameters<typeof startFaultServer>[0] = { cert: serverCertificate, key: serverKey }): Promise<FaultServer> {
  const secure = await startFaultServer(options);
  undo.push(() => secure.close());
  return secure;
}

function post(more: Partial<HttpRequest> = {}, over: HttpTransport = transport): Promise<HttpResponse> {
  const url = `${server.url}/v1/traces`;
  return over.send({ url, headers: {}, body: new TextEncoder().encode('spans'), abortSignal: new AbortController().signal, leaving: false, ...more });
}

async function failure(sent: Promise<unknown>): Promise<Error> {
  const outcome = await sent.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('it did not fail');
  return outcome;
}

const text = ({ body }: HttpResponse): string => new TextDecoder().decode(body);

describe('a request', () => {
  it('is a POST of the bytes, with the headers given and the name of the package', async () => {
    await post({ url: `${server.url}/base/v1/logs?tenant=a`, headers: { 'Content-Type': 'application/json', 'x-key': 'one' } });
    const [{ method, path, headers, body } = expect.fail()] = server.received;
    expect({ method, path, body: body.toString() }).toEqual({ method: 'POST', path: '/base/v1/logs?tenant=a', body: 'spans' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-key': 'one', 'content-length': '5' });
    expect(headers['user-agent']).toMatch(/^arkhe-observability\/\d+\.\d+\.\d+ \(JavaScript; Node\.js\)$/);
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it("leaves the application's name for itself", async () => {
    await post({ headers: { 'User-Agent': 'shop' } });
    expect(server.received[0]?.headers['user-agent']).toBe('shop');
  });

  it.each([false, true])('is compressed when it shall be (leaving: %s)', async (leaving) => {
    const body = new TextEncoder().encode('spans '.repeat(1_000));
    await post({ body, leaving }, create({ compression: 'gzip' }));
    const [received = expect.fail()] = server.received;
    expect(received.body.toString()).toBe('spans '.repeat(1_000));
    expect(received.headers['content-encoding']).toBe('gzip');
    expect(Number(received.headers['content-length'])).toBeLessThan(100);
  });

  it('uses the connection of the one before', async () => {
    for (let count = 0; count < 20; count++) await post();
    expect(server.received).toHaveLength(20);
    expect(server.connections.made).toBe(1);
  });

  it('goes beside others on a bounded number of connections, of which few stay', async () => {
    server.treat(slow(5));
    await Promise.all(Array.from({ length: 100 }, () => post()));
    expect(server.received).toHaveLength(100);
    expect(server.connections.made).toBeLessThanOrEqual(16);
    await server.hasOpen(4);
  });

  it('is sent once more, at once, when the receiver has closed the connection it was to use', async () => {
    server.treat(answer(), reset(), answer(202));
    await post();
    expect((await post()).status).toBe(202);
    expect(server.connections.made).toBe(2);
  });

  it('is sent once more on a new connection, when the receiver has closed all there were', async () => {
    const old = new Set<Socket>();
    server.treat({ run: ({ socket, response }) => void setImmediate(() => (old.add(socket), response.end())) });
    await Promise.all(Array.from({ length: 3 }, () => post()));
    expect(old.size).toBe(3);
    server.treat({ run: (exchange) => (old.has(exchange.socket) ? reset() : answer(202)).run(exchange) });
    expect((await post()).status).toBe(202);
  });

  it('is not sent once more when that connection is new, nor a third time', async () => {
    server.treat(reset());
    await failure(post());
    expect(server.received).toHaveLength(1);
    server.treat(answer(), reset(), reset(), answer());
    await post();
    await failure(post());
    expect(server.received).toHaveLength(4);
  });
});

describe('an answer', () => {
  it('has the status, the headers that matter, and the body', async () => {
    server.treat(answer(429, { headers: { 'Content-Type': 'text/plain', 'Retry-After': '7', 'x-other': 'a' }, body: 'later' }));
    const response = await post();
    expect({ ...response, body: text(response) }).toEqual({
      status: 429,
      headers: { 'content-type': 'text/plain', 'retry-after': '7' },
      body: 'later',
      handedOff: false,
    });
  });

  it('is taken as it is when it is a page', async () => {
    server.treat(html());
    const response = await post();
    expect({ status: response.status, type: response.headers['content-type'] }).toEqual({ status: 200, type: 'text/html' });
    expect(text(response)).toContain('<!doctype html>');
  });

  it.each([301, 302, 303, 307, 308])('is not followed when it is %i', async (status) => {
    server.treat(redirect(`${server.url}/elsewhere`, status));
    const response = await post();
    expect(response).toMatchObject({ status, headers: { location: `${server.url}/elsewhere` } });
    expect(server.received).toHaveLength(1);
  });

  it('may be announced by others', async () => {
    server.treat({ run: ({ response }) => (response.writeProcessing(), response.writeEarlyHints({ link: '</a>; rel=preload' }), response.end('ok')) });
    expect(text(await post())).toBe('ok');
  });

  it('is a failure when the receiver wants another protocol', async () => {
    server.treat({ run: ({ socket }) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\nconnection: upgrade\r\n\r\n') });
    expect((await failure(post())).message).toBe(`POST ${server.url}/v1/traces: connection closed without an answer`);
  });

  it('frees its connection when nothing of it may be stored', async () => {
    server.treat(noStore());
    for (let count = 0; count < 12; count++) expect((await post()).status).toBe(200);
    expect(server.connections.made).toBe(1);
  });

  it.each([200, 503])('with status %i counts although its body breaks off', async (status) => {
    server.treat(closeHalfWay(status));
    const response = await post();
    expect({ status: response.status, body: text(response) }).toEqual({ status, body: '{"partial' });
    await server.hasOpen(0);
  });

  it('is cut after 64 KiB, and its connection closed', async () => {
    server.treat(large());
    const response = await post();
    expect(response.body.byteLength).toBe(64 * 1_024);
    await server.hasOpen(0);
  });

  it.each([
    ['fast', undefined],
    ['slowly', 10],
  ])('without an end that comes %s is cut too, and holds neither memory nor connections', async (_, every) => {
    server.treat(endless(200, every));
    const responses = await Promise.all(Array.from({ length: 8 }, () => post()));
    for (const { status, body } of responses) {
      expect(status).toBe(200);
      expect(body.byteLength).toBeLessThanOrEqual(64 * 1_024);
    }
    await server.hasOpen(0);
  });
});

describe('no answer', () => {
  it('is an error that names the receiver and the trouble, without credentials and query', async () => {
    const { host } = new URL(await refusingUrl());
    const error = await failure(post({ url: `http://user:secret@${host}/v1/traces?token=secret`, headers: { authorization: 'secret' } }));
    expect(error.message).toBe(`POST http://${host}/v1/traces: connection refused (ECONNREFUSED)`);
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
    expect(error.stack).not.toContain('secret');
  });

  it.each([
    ['the receiver closes the connection', closeBeforeHeaders(), 'connection closed without an answer (ECONNRESET)'],
    ['the receiver resets the connection', reset(), 'connection closed without an answer (ECONNRESET)'],
    ['the receiver speaks another protocol', garbage(), 'the answer is not HTTP (HPE_INVALID_CONSTANT)'],
  ])('comes when %s', async (_, fault, expected) => {
    server.treat(fault);
    expect((await failure(post())).message).toBe(`POST ${server.url}/v1/traces: ${expected}`);
    await server.hasOpen(0);
  });

  it('comes from a host that does not exist', async () => {
    const { message } = await failure(post({ url: 'http://nowhere.invalid/v1/traces' }));
    expect(message).toMatch(/^POST http:\/\/nowhere\.invalid\/v1\/traces: host not found.* \((ENOTFOUND|EAI_AGAIN)\)$/);
  });

  it.each(['nonsense', 'ftp://user:secret@127.0.0.1/', ''])('comes from %j, which is not quoted', async (url) => {
    expect((await failure(post({ url }))).message).toBe('POST: not an http or https URL');
  });

  it('comes for headers that cannot be sent, which are not quoted', async () => {
    const { message } = await failure(post({ headers: { 'x-key': 'secret\nx-other: 1' } }));
    expect(message).toBe(`POST ${server.url}/v1/traces: a header cannot be sent (ERR_INVALID_CHAR)`);
  });

  it.each([
    ['the receiver hangs', hang(), 'none'],
    ['the receiver does not read', neverRead(), 'none'],
    ['it is being compressed', hang(), 'gzip'],
  ] as const)('is no longer waited for once aborted while %s', async (_, fault, compression) => {
    server.treat(fault);
    const controller = new AbortController();
    const sent = failure(post({ abortSignal: controller.signal, body: new Uint8Array(4 * 1_024 * 1_024) }, create({ compression })));
    if (compression === 'none') await server.hasOpen(1);
    controller.abort();
    expect((await sent).message).toBe(`POST ${server.url}/v1/traces: aborted`);
    await server.hasOpen(0);
  });

  it('is no longer waited for once aborted before, or while it waits for a connection', async () => {
    const aborted = new AbortController();
    aborted.abort();
    expect((await failure(post({ abortSignal: aborted.signal }))).message).toContain(': aborted');
    expect(server.connections.made).toBe(0);

    server.treat(hang());
    const others = Array.from({ length: 16 }, () => new AbortController());
    const busy = others.map((other) => failure(post({ abortSignal: other.signal })));
    await server.receives(16);
    const controller = new AbortController();
    const sent = failure(post({ abortSignal: controller.signal }));
    controller.abort();
    expect((await sent).message).toContain(': aborted');
    for (const other of others) other.abort();
    await Promise.all(busy);
    await server.hasOpen(0);
    server.treat(answer());
    expect((await post()).status).toBe(200);
  });

  it('leaves no listener on a signal that lives on', async () => {
    const { signal } = new AbortController();
    const added: unknown[] = [];
    const removed: unknown[] = [];
    signal.addEventListener = (_: string, listener: unknown) => void added.push(listener);
    signal.removeEventListener = (_: string, listener: unknown) => void removed.push(listener);
    await post({ abortSignal: signal });
    expect(added).toHaveLength(1);
    expect(removed).toEqual(added);
  });
});

describe('close', () => {
  it('closes what is idle at once, and what is under way when it was answered', async () => {
    let release = (): void => undefined;
    server.treat(answer(), { run: ({ response }) => void (release = () => response.end('late')) });
    await post();
    const late = post();
    await server.receives(2);
    transport.close();
    expect(server.connections.open).toBe(1);
    release();
    expect(text(await late)).toBe('late');
    await server.hasOpen(0);
  });

  it('closes an idle connection', async () => {
    await post();
    transport.close();
    await server.hasOpen(0);
  });
});

describe('TLS', () => {
  const send = (secure: FaultServer, tls: TransportSettings['tls']): Promise<HttpResponse> =>
    post({ url: `${secure.url}/v1/traces` }, create({ tls }));

  it('trusts the authority it is given, as text or as a file', async () => {
    const secure = await startTlsServer();
    const folder = mkdtempSync(join(tmpdir(), 'observability-tls-'));
    undo.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'ca.pem');
    writeFileSync(file, authority);
    expect((await send(secure, { ca: authority })).status).toBe(200);
    expect((await send(secure, { ca: file })).status).toBe(200);
  });

  it('shows its own certificate', async () => {
    const secure = await startTlsServer({ cert: serverCertificate, key: serverKey, ca: authority, requestCert: true, rejectUnauthorized: true });
    let shown = '';
    secure.treat({
      run: ({ socket, response }) => {
        shown = String((socket as Socket & { getPeerCertificate(): { subject: { CN: string } } }).getPeerCertificate().subject.CN);
        response.end();
      },
    });
    expect((await send(secure, { ca: authority, cert: clientCertificate, key: clientKey })).status).toBe(200);
    expect(shown).toBe('client');
    expect((await failure(send(secure, { ca: authority }))).message).toMatch(/: (TLS: |connection closed)/);
  });

  it.each([
    ['an unknown authority', { cert: serverCertificate, key: serverKey }, undefined, 'TLS: the authority of the certificate is not known (UNABLE_TO_VERIFY_LEAF_SIGNATURE)'],
    ['another host', { cert: otherHostCertificate, key: otherHostKey }, { ca: authority }, 'TLS: the certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)'],
  ])('refuses a certificate of %s', async (_, options, tls, expected) => {
    const secure = await startTlsServer(options);
    expect((await failure(send(secure, tls))).message).toBe(`POST ${secure.url}/v1/traces: ${expected}`);
    expect(secure.received).toEqual([]);
  });

  it('says so when the receiver speaks plain HTTP', async () => {
    const { message } = await failure(post({ url: server.url.replace('http', 'https') }));
    expect(message).toMatch(/: TLS: the handshake failed \((EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)\)$/);
  });

  it('is refused at the start when a file cannot be read, naming the options and no contents', () => {
    const tls = { ca: '/nowhere/secret/ca.pem', cert: 'no-such.pem', key: clientKey };
    expect(() => create({ tls })).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        issues: [
          { path: 'tls.ca', expected: 'PEM text, or the path of a file with it', received: 'string of 22 characters, ENOENT' },
          { path: 'tls.cert', expected: 'PEM text, or the path of a file with it', received: 'string "no-such.pem", ENOENT' },
        ],
      }),
    );
  });

  it.each([
    ['a key of another certificate', { cert: serverCertificate, key: clientKey }, 'tls'],
    ['a text that is no key', { key: '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n' }, 'tls.key'],
    ['what only looks like PEM', { ca: '-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----\n' }, 'tls.ca'],
  ])('is refused at the start with %s', (_, tls, path) => {
    expect(() => create({ tls })).toThrow(expect.objectContaining({ name: 'ConfigurationError', issues: [expect.objectContaining({ path })] }));
    expect(() => create({ tls })).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }));
  });
});
