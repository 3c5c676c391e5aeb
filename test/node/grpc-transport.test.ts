import { createServer } from 'node:http';
import { constants } from 'node:http2';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse, HttpTransport, TransportSettings } from '../../src/core/transport.ts';
import { createGrpcTransport } from '../../src/node/grpc-transport.ts';
import { createOutbox } from '../../src/node/outbox.ts';
import {
  authority,
  clientCertificate,
  clientKey,
  otherHostCertificate,
  otherHostKey,
  serverCertificate,
  serverKey,
} from '../helpers/certificates.ts';
import { refusingUrl, startFaultServer } from '../helpers/fault-server.ts';
import {
  answersHttp,
  breaksOff,
  endsWithoutStatus,
  fails,
  hangs,
  keeps,
  rejectsUnread,
  replies,
  repliesAfter,
  repliesWithoutEnd,
  resetsConnection,
  saysGoodbye,
  startGrpcReceiver,
} from '../helpers/grpc-receiver.ts';
import type { GrpcFault, GrpcReceiver, GrpcTreatment } from '../helpers/grpc-receiver.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';
import type { ProxyServer } from '../helpers/proxy-server.ts';

const method = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const hint = 'the receiver does not speak HTTP/2; port 4317 is for gRPC, OTLP over HTTP is at 4318';

let receiver: GrpcReceiver;
let transport: HttpTransport;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  receiver = await startGrpcReceiver();
  undo.push(() => receiver.close());
  transport = create();
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function create(settings: Partial<TransportSettings> = {}): HttpTransport {
  const created = createGrpcTransport({ compression: 'none', ...settings }, createOutbox());
  undo.push(() => created.close());
  return created;
}

async function startTlsReceiver(more: object = {}): Promise<GrpcReceiver> {
  const secure = await startGrpcReceiver(undefined, { cert: serverCertificate, key: serverKey, ...more });
  undo.push(() => secure.close());
  return secure;
}

/** Something at a port that is no gRPC server. */
async function listen(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function call(more: Partial<HttpRequest> = {}, over: HttpTransport = transport): Promise<HttpResponse> {
  const url = receiver.url + method;
  return over.send({ url, headers: {}, body: Buffer.from('spans'), abortSignal: new AbortController().signal, leaving: false, ...more });
}

async function complaint(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'none',
    (error: Error) => error.message,
  );
}

const treat = (...faults: readonly (GrpcFault | GrpcTreatment)[]): void =>
  receiver.treat(...faults.map((fault) => (typeof fault === 'function' ? fault : keeps(fault))));
const text = ({ body }: HttpResponse): string => Buffer.from(body).toString();

describe('a call', () => {
  it('is what gRPC asks for', async () => {
    await call({ headers: { 'x-key': ' one ', authorization: 'Basic dTpw' }, timeout: 1_500.5 });
    const [{ path, headers, body, compressed } = expect.fail()] = receiver.exports;
    expect({ path, body: body.toString(), compressed }).toEqual({ path: method, body: 'spans', compressed: false });
    expect(headers).toMatchObject({
      ':method': 'POST',
      ':scheme': 'http',
      ':authority': `127.0.0.1:${receiver.port}`,
      te: 'trailers',
      'content-type': 'application/grpc+proto',
      'grpc-accept-encoding': 'gzip',
      'grpc-timeout': '1501m',
      'x-key': 'one',
      authorization: 'Basic dTpw',
    });
    expect(headers['user-agent']).toMatch(/^arkhe-observability\/\d+\.\d+\.\d+ \(JavaScript; Node\.js\)$/);
    expect(headers).not.toHaveProperty('grpc-encoding');
  });

  it('has no deadline when none is known, and one of at most eight digits', async () => {
    await call();
    await call({ timeout: 2_147_483_647 });
    expect(receiver.exports.map(({ headers }) => headers['grpc-timeout'])).toEqual([undefined, '2147484S']);
  });

  it('encodes binary metadata, and leaves out what is not metadata', async () => {
    const headers = { 'trace-bin': 'é\t', connection: 'keep-alive', te: 'gzip', host: 'elsewhere', 'grpc-timeout': '1S', upgrade: 'h2c' };
    await call({ headers });
    const [{ headers: received } = expect.fail()] = receiver.exports;
    expect(received).toMatchObject({ 'trace-bin': '6Qk=', te: 'trailers', ':authority': `127.0.0.1:${receiver.port}` });
    for (const name of ['connection', 'host', 'grpc-timeout', 'upgrade']) expect(received).not.toHaveProperty(name);
  });

  it.each([false, true])('compresses its message when it shall (leaving: %s)', async (leaving) => {
    await call({ body: Buffer.from('spans '.repeat(1_000)), leaving }, create({ compression: 'gzip' }));
    const [{ headers, body, compressed } = expect.fail()] = receiver.exports;
    expect({ encoding: headers['grpc-encoding'], body: body.toString(), compressed }).toEqual({ encoding: 'gzip', body: 'spans '.repeat(1_000), compressed: true });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('may be as large as servers take, several at once', async () => {
    const body = Buffer.alloc(transport.maxBodyBytes, 'x');
    const answers = await Promise.all(Array.from({ length: 4 }, () => call({ body })));
    expect(answers.map(({ headers }) => headers['grpc-status'])).toEqual(['0', '0', '0', '0']);
    expect(receiver.exports.every((each) => each.body.equals(body))).toBe(true);
    expect(receiver.connections.made).toBe(1);
  });

  it('uses the connection of the others, before it and beside it', async () => {
    for (let count = 0; count < 10; count++) await call();
    await Promise.all(Array.from({ length: 100 }, () => call()));
    expect(receiver.exports).toHaveLength(110);
    expect(receiver.connections.made).toBe(1);
  });
});

describe('an answer', () => {
  it('has its status in trailers, its message unpacked', async () => {
    treat(replies(Buffer.from('partly')), replies(Buffer.from('packed'), { gzip: true }));
    const first = await call();
    expect(first).toMatchObject({ status: 200, handedOff: false, headers: { 'content-type': 'application/grpc+proto', 'grpc-status': '0' } });
    expect([text(first), text(await call())]).toEqual(['partly', 'packed']);
  });

  it('may be a status alone, in headers or in trailers', async () => {
    const said = { message: 'no%20room', headers: { 'grpc-status-details-bin': 'CAg' } };
    treat(fails(8, said), fails(8, { ...said, later: true }));
    for (let count = 0; count < 2; count++) {
      expect((await call()).headers).toMatchObject({ 'grpc-status': '8', 'grpc-message': 'no%20room', 'grpc-status-details-bin': 'CAg' });
    }
    expect(receiver.connections.made).toBe(1);
  });

  it.each([false, true])('may come before the message was read, which is then broken off (with headers of its own: %s)', async (later) => {
    const refusal = fails(8, { message: 'too%20much', later });
    const refuses: GrpcFault = { run: (exchange) => (refusal.run(exchange), void setTimeout(() => exchange.stream.close(), 20)) };
    treat(rejectsUnread(refuses), replies());
    const body = Buffer.alloc(transport.maxBodyBytes);
    expect((await call({ body })).headers).toMatchObject({ 'grpc-status': '8', 'grpc-message': 'too%20much' });
    expect((await call()).headers['grpc-status']).toBe('0');
    expect(receiver.connections.made).toBe(1);
  });

  it('that is none of gRPC is told by its headers, whatever its body', async () => {
    treat(answersHttp(200, 'text/html', 'x'.repeat(1_000_000)), answersHttp(503, 'text/plain', 'busy'), replies());
    expect(await call()).toMatchObject({ status: 200, headers: { 'content-type': 'text/html' } });
    expect(await call()).toMatchObject({ status: 503, headers: { 'content-type': 'text/plain' } });
    expect((await call()).headers['grpc-status']).toBe('0');
    expect(receiver.connections.made).toBe(1);
  });

  it('may lack its status', async () => {
    treat(endsWithoutStatus());
    expect((await call()).headers).toEqual({ 'content-type': 'application/grpc+proto' });
  });

  it('is cut after 64 KiB, and the connection serves on', async () => {
    treat(repliesWithoutEnd(), replies());
    expect((await call()).headers).not.toHaveProperty('grpc-status');
    expect((await call()).headers['grpc-status']).toBe('0');
    expect(receiver.connections.made).toBe(1);
  });

  it('is not waited for when its message drips', async () => {
    treat(repliesWithoutEnd(50));
    const startedAt = performance.now();
    expect(await complaint(call())).toBe(`gRPC ${receiver.url}: the answer has no end`);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('that unpacks to more than an answer can be has no message', async () => {
    treat(replies(Buffer.alloc(10_000_000), { gzip: true }));
    expect(await call()).toMatchObject({ headers: { 'grpc-status': '0' }, body: new Uint8Array() });
  });
});

describe('the connection', () => {
  it('is made anew when the receiver says goodbye', async () => {
    await call();
    receiver.sayGoodbye();
    await receiver.hasOpen(0);
    expect((await call()).headers['grpc-status']).toBe('0');
    expect(receiver.connections.made).toBe(2);
  });

  it('is made anew when the receiver was away', async () => {
    await call();
    await receiver.shut();
    expect(await complaint(call())).toBe(`gRPC ${receiver.url}: connection refused (ECONNREFUSED)`);
    await receiver.open();
    expect((await call()).headers['grpc-status']).toBe('0');
  });

  it('lets what is under way end when the receiver says goodbye', async () => {
    treat(
      { run: (exchange) => (exchange.session.goaway(), repliesAfter(50, Buffer.from('first')).run(exchange)) },
      replies(Buffer.from('second')),
    );
    const first = call();
    await receiver.receives(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = call();
    expect([text(await first), text(await second)]).toEqual(['first', 'second']);
    expect(receiver.exports.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  it.each<[string, GrpcFault | GrpcTreatment]>([
    ['refuses the call', breaksOff(constants.NGHTTP2_REFUSED_STREAM)],
    ['refuses the call unread', rejectsUnread(breaksOff(constants.NGHTTP2_REFUSED_STREAM))],
    ['says goodbye, and that it has not looked at it', saysGoodbye(0, 1)],
    ['says goodbye because of an error, and that it has not looked at it', saysGoodbye(constants.NGHTTP2_ENHANCE_YOUR_CALM, 1)],
  ])('is not asked twice by its user when the receiver %s: the call is made once more at once', async (_, fault) => {
    treat(replies(), fault, replies(Buffer.from('third')));
    await call();
    expect(text(await call())).toBe('third');
  });

  it('that the receiver closes just as it is used again is replaced at once', async () => {
    treat(replies(), resetsConnection(), replies(Buffer.from('third')));
    await call();
    expect(text(await call())).toBe('third');
    expect(receiver.connections.made).toBe(2);
  });

  it('is not believed in again after a call without an answer, which the others survive', async () => {
    treat(hangs(), repliesAfter(100, Buffer.from('late')), replies());
    const controller = new AbortController();
    const hanging = complaint(call({ abortSignal: controller.signal }));
    await receiver.receives(1);
    const late = call();
    await receiver.receives(2);
    controller.abort();
    expect(await hanging).toBe(`gRPC ${receiver.url}: aborted`);
    await call();
    expect(text(await late)).toBe('late');
    expect(receiver.exports.map(({ connection }) => connection)).toEqual([1, 1, 2]);
    await receiver.hasOpen(1);
  });

  it('is closed with the transport, and after the last call from then on', async () => {
    await call();
    transport.close();
    await receiver.hasOpen(0);
    await call();
    await receiver.hasOpen(0);
    treat(repliesAfter(50));
    const last = call();
    await receiver.receives(3);
    transport.close();
    expect((await last).headers['grpc-status']).toBe('0');
    await receiver.hasOpen(0);
  });
});

describe('a failure', () => {
  /** Begins to answer, then does this. */
  const beginsAnd = (then: (exchange: Parameters<GrpcFault['run']>[0]) => void): GrpcFault => ({
    run(exchange) {
      exchange.stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      exchange.stream.write(Buffer.alloc(3), () => setTimeout(then, 20, exchange));
    },
  });
  // Not `close`, which ends the answer first.
  const breaksOffLater = beginsAnd(({ stream }) => stream.destroy(new Error('broken')));
  const hangsUpLater = beginsAnd(({ session }) => session.destroy());

  it('names the receiver and the trouble, without credentials and path', async () => {
    const url = await refusingUrl();
    const sent = call({ url: `${url.replace('//', '//user:secret@')}/path?key=secret`, headers: { 'x-key': 'secret' } });
    expect(await complaint(sent)).toBe(`gRPC ${url}: connection refused (ECONNREFUSED)`);
  });

  it.each<[string, GrpcFault | GrpcTreatment, string]>([
    ['is not the first to be reset', resetsConnection(), 'connection closed without an answer (ECONNRESET)'],
    ['is broken off', breaksOff(constants.NGHTTP2_INTERNAL_ERROR), 'the receiver broke the call off (INTERNAL_ERROR)'],
    ['is broken off in its answer', breaksOffLater, 'the receiver broke the call off (INTERNAL_ERROR)'],
    ['is cut off in its answer', hangsUpLater, 'connection closed without an answer'],
    ['is cancelled', breaksOff(constants.NGHTTP2_CANCEL), 'the receiver broke the call off (CANCEL)'],
    ['is broken off unread', rejectsUnread(breaksOff(constants.NGHTTP2_ENHANCE_YOUR_CALM)), 'the receiver broke the call off (ENHANCE_YOUR_CALM)'],
    ['was looked at before the goodbye', saysGoodbye(constants.NGHTTP2_ENHANCE_YOUR_CALM, 1), 'the receiver closed the connection (ENHANCE_YOUR_CALM)'],
    ['needs HTTP/1', breaksOff(constants.NGHTTP2_HTTP_1_1_REQUIRED), hint],
  ])('comes of a call that %s', async (_, fault, message) => {
    treat(fault);
    expect(await complaint(call())).toBe(`gRPC ${receiver.url}: ${message}`);
    expect(receiver.exports.length).toBeLessThanOrEqual(1);
  });

  it('of a refusal comes when the second try is refused too', async () => {
    treat(breaksOff(constants.NGHTTP2_REFUSED_STREAM));
    expect(await complaint(call())).toBe(`gRPC ${receiver.url}: the receiver broke the call off (REFUSED_STREAM)`);
    expect(receiver.exports).toHaveLength(2);
  });

  it.each<[string, () => net.Server, string]>([
    ['a server of HTTP/1', () => createServer((_, response) => response.end('hello')), hint],
    ['something else', () => net.createServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.2\r\n')), hint],
    ['something that hangs up', () => net.createServer((socket) => socket.once('data', () => socket.end())), 'connection closed without an answer'],
  ])('is understandable when %s listens there', async (_, server, message) => {
    const host = await listen(server());
    expect(await complaint(call({ url: `http://${host}${method}` }))).toBe(`gRPC http://${host}: ${message}`);
  });

  it('is understandable when a server of HTTP/1 listens there, encrypted', async () => {
    const server = await startFaultServer({ cert: serverCertificate, key: serverKey });
    undo.push(() => server.close());
    const message = await complaint(call({ url: server.url + method }, create({ tls: { ca: authority } })));
    expect(message).toMatch(/^gRPC https:\/\/127\.0\.0\.1:\d+: (the receiver does not speak HTTP\/2; port 4317|TLS: the receiver does not speak HTTP\/2 \()/);
  });

  it('comes at once for a call aborted before, or while it connects', async () => {
    const before = new AbortController();
    before.abort();
    expect(await complaint(call({ abortSignal: before.signal }))).toBe(`gRPC ${receiver.url}: aborted`);
    expect(receiver.connections.made).toBe(0);
    const silent = net.createServer();
    const hungUp = new Promise((resolve) => silent.on('connection', (socket) => socket.on('close', resolve).on('error', () => undefined).resume()));
    const host = await listen(silent);
    const controller = new AbortController();
    const sent = complaint(call({ url: `https://${host}${method}`, abortSignal: controller.signal }));
    setTimeout(() => controller.abort(), 20);
    expect(await sent).toBe(`gRPC https://${host}: aborted`);
    await hungUp;
  });

  it('leaves no listener on a signal that lives on', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    signal.addEventListener = new Proxy(signal.addEventListener, { apply: (add, self, args) => (listeners++, Reflect.apply(add, self, args)) });
    signal.removeEventListener = new Proxy(signal.removeEventListener, { apply: (remove, self, args) => (listeners--, Reflect.apply(remove, self, args)) });
    await call({ abortSignal: signal });
    expect(listeners).toBe(0);
  });
});

describe('over TLS', () => {
  it('the authority given is trusted, as is the certificate of the client shown', async () => {
    const secure = await startTlsReceiver({ ca: authority, requestCert: true, rejectUnauthorized: true });
    const known = create({ tls: { ca: authority, cert: clientCertificate, key: clientKey } });
    for (const host of ['127.0.0.1', 'localhost']) {
      expect((await call({ url: `https://${host}:${secure.port}${method}` }, known)).headers['grpc-status']).toBe('0');
    }
    expect(secure.exports.map(({ headers }) => headers[':scheme'])).toEqual(['https', 'https']);
    expect(await complaint(call({ url: secure.url + method }, create({ tls: { ca: authority } })))).not.toBe('none');
    expect(secure.exports).toHaveLength(2);
  });

  it('nobody else is trusted', async () => {
    const secure = await startTlsReceiver();
    expect(await complaint(call({ url: secure.url + method }))).toContain(': TLS: the authority of the certificate is not known (');
    const other = await startTlsReceiver({ cert: otherHostCertificate, key: otherHostKey });
    const message = await complaint(call({ url: other.url + method }, create({ tls: { ca: authority } })));
    expect(message).toBe(`gRPC ${other.url}: TLS: the certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)`);
    expect([...secure.exports, ...other.exports]).toEqual([]);
  });

  it('it is said when the receiver is not', async () => {
    const message = await complaint(call({ url: receiver.url.replace('http:', 'https:') + method }));
    expect(message).toMatch(/: (TLS: the handshake failed|connection closed without an answer) \(/);
  });
});

describe('a proxy', () => {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  let before: NodeJS.ProcessEnv;
  let proxy: ProxyServer;

  beforeEach(async () => {
    before = { ...process.env };
    for (const name of names) delete process.env[name];
    proxy = await startProxyServer();
  });
  afterEach(async () => {
    for (const name of names) delete process.env[name];
    Object.assign(process.env, before);
    await proxy.close();
  });

  it('gives a tunnel, encrypted or not, which is used again', async () => {
    const secure = await startTlsReceiver();
    const credentials = `http://user:p%40ss@127.0.0.1:${proxy.port}`;
    Object.assign(process.env, { HTTP_PROXY: credentials, HTTPS_PROXY: credentials });
    const known = create({ tls: { ca: authority } });
    for (const { url } of [receiver, secure, receiver, secure]) expect((await call({ url: url + method }, known)).headers['grpc-status']).toBe('0');
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${receiver.port}`, `CONNECT 127.0.0.1:${secure.port}`]);
    const expected = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(proxy.authorizations).toEqual([expected, expected]);
    for (const { headers } of [...receiver.exports, ...secure.exports]) expect(headers).not.toHaveProperty('proxy-authorization');
  });

  it('may pass on what the receiver says first together with its own answer', async () => {
    const eager = await listen(
      net.createServer((socket) => {
        socket.on('error', () => undefined).once('data', () => {
          const onward = net.connect(receiver.port, '127.0.0.1');
          onward.on('error', () => undefined).once('data', (first) => {
            socket.write(Buffer.concat([Buffer.from('HTTP/1.1 200 Yes\r\n\r\n'), first]));
            onward.pipe(socket).pipe(onward);
          });
        });
      }),
    );
    process.env['HTTP_PROXY'] = `http://${eager}`;
    expect((await call()).headers['grpc-status']).toBe('0');
  });

  it('is not asked for what NO_PROXY excepts', async () => {
    Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '127.0.0.1' });
    await call();
    expect(proxy.asked).toEqual([]);
  });

  it('that refuses, or is not there, is named without its credentials', async () => {
    process.env['HTTP_PROXY'] = `http://user:secret@127.0.0.1:${proxy.port}`;
    proxy.refuse(407);
    expect(await complaint(call())).toBe(`gRPC ${receiver.url} through http://127.0.0.1:${proxy.port}: the proxy answered 407`);
    const { host } = new URL(await refusingUrl());
    process.env['HTTP_PROXY'] = `http://user:secret@${host}`;
    expect(await complaint(call())).toBe(`gRPC ${receiver.url} through http://${host}: connection refused (ECONNREFUSED)`);
  });

  it('that never opens the tunnel is no longer waited for once aborted', async () => {
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    proxy.refuse(0);
    const controller = new AbortController();
    const sent = complaint(call({ abortSignal: controller.signal }));
    controller.abort();
    expect(await sent).toContain(': aborted');
  });
});
