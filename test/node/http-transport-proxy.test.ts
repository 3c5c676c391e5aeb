import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpResponse, HttpTransport } from '../../src/core/transport.ts';
import { createHttpTransport } from '../../src/node/http-transport.ts';
import { createOutbox } from '../../src/node/outbox.ts';
import { authority, serverCertificate, serverKey } from '../helpers/certificates.ts';
import { refusingUrl, startFaultServer } from '../helpers/fault-server.ts';
import type { FaultServer } from '../helpers/fault-server.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';
import type { ProxyServer } from '../helpers/proxy-server.ts';

const names = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);

let before: NodeJS.ProcessEnv;
let plain: FaultServer;
let secure: FaultServer;
let proxy: ProxyServer;
let transport: HttpTransport;

beforeEach(async () => {
  before = { ...process.env };
  for (const name of names) delete process.env[name];
  plain = await startFaultServer();
  secure = await startFaultServer({ cert: serverCertificate, key: serverKey });
  proxy = await startProxyServer();
  transport = createHttpTransport({ compression: 'none', tls: { ca: authority } }, createOutbox());
});
afterEach(async () => {
  for (const name of names) delete process.env[name];
  Object.assign(process.env, before);
  transport.close();
  await Promise.all([proxy.close(), plain.close(), secure.close()]);
});

function post(url: string, abortSignal: AbortSignal = new AbortController().signal): Promise<HttpResponse> {
  return transport.send({ url, headers: { 'x-key': 'one' }, body: new TextEncoder().encode('spans'), abortSignal, leaving: false });
}

async function complaint(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'none',
    (error: Error) => error.message,
  );
}

describe('a proxy', () => {
  it.each(['HTTP_PROXY', 'http_proxy'])('named by %s forwards what is not encrypted', async (variable) => {
    process.env[variable] = `http://127.0.0.1:${proxy.port}`;
    expect((await post(`${plain.url}/v1/traces?tenant=a`)).status).toBe(200);
    expect((await post(`${secure.url}/v1/traces`)).status).toBe(200);
    expect(proxy.asked).toEqual([`POST ${plain.url}/v1/traces?tenant=a`]);
    const [{ path, headers, body } = expect.fail()] = plain.received;
    expect({ path, host: headers.host, key: headers['x-key'], body: body.toString() }).toEqual({
      path: '/v1/traces?tenant=a',
      host: `127.0.0.1:${plain.port}`,
      key: 'one',
      body: 'spans',
    });
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])('named by %s gives a tunnel to what is encrypted, and it is used again', async (variable) => {
    process.env[variable] = `http://127.0.0.1:${proxy.port}`;
    for (let count = 0; count < 3; count++) expect((await post(`${secure.url}/v1/traces`)).status).toBe(200);
    expect((await post(`${plain.url}/v1/traces`)).status).toBe(200);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${secure.port}`]);
    expect(secure.received.map(({ path, body }) => `${path} ${body.toString()}`)).toEqual(Array(3).fill('/v1/traces spans'));
  });

  it('gets the credentials in its own header, and the receiver does not', async () => {
    process.env['HTTP_PROXY'] = `http://user:p%40ss@127.0.0.1:${proxy.port}`;
    process.env['HTTPS_PROXY'] = process.env['HTTP_PROXY'];
    await post(plain.url);
    await post(secure.url);
    const expected = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(proxy.authorizations).toEqual([expected, expected]);
    for (const { headers } of [...plain.received, ...secure.received]) expect(headers).not.toHaveProperty('proxy-authorization');
  });

  it('may be named without http://', async () => {
    process.env['HTTPS_PROXY'] = `127.0.0.1:${proxy.port}`;
    expect((await post(secure.url)).status).toBe(200);
    expect(proxy.asked).toHaveLength(1);
  });

  it.each([
    ['NO_PROXY', '127.0.0.1'],
    ['no_proxy', 'example.com, 127.0.0.1'],
    ['NO_PROXY', '*'],
  ])('is not asked for what %s=%s excepts', async (variable, value) => {
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    process.env[variable] = value;
    expect((await post(plain.url)).status).toBe(200);
    expect(proxy.asked).toEqual([]);
  });

  it('is not the one of ALL_PROXY', async () => {
    process.env['ALL_PROXY'] = 'socks5://127.0.0.1:1';
    expect((await post(plain.url)).status).toBe(200);
  });

  it.each(['socks5://user:secret@127.0.0.1:1080', 'http://', 'http://user:secret@:x'])('that cannot be used fails the request: %s', async (value) => {
    process.env['HTTP_PROXY'] = value;
    expect(await complaint(post(`${plain.url}/v1/traces`))).toBe(
      `POST ${plain.url}/v1/traces: HTTP_PROXY is not the URL of an http or https proxy`,
    );
    expect(plain.received).toEqual([]);
  });

  it('that is not there is named in the error, without its credentials', async () => {
    const { host } = new URL(await refusingUrl());
    process.env['HTTP_PROXY'] = `http://user:secret@${host}`;
    process.env['HTTPS_PROXY'] = process.env['HTTP_PROXY'];
    for (const url of [plain.url, secure.url]) {
      expect(await complaint(post(url))).toBe(`POST ${url}/ through http://${host}: connection refused (ECONNREFUSED)`);
    }
  });

  it('is asked over TLS when its URL says so', async () => {
    process.env['HTTP_PROXY'] = secure.url;
    process.env['HTTPS_PROXY'] = secure.url;
    // The authority that was given is the receiver's.
    const expected = `through ${secure.url}: TLS: the authority of the certificate is not known (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`;
    for (const url of [plain.url, secure.url]) expect(await complaint(post(url))).toBe(`POST ${url}/ ${expected}`);
  });

  it('that refuses the tunnel is quoted', async () => {
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    proxy.refuse(407);
    expect(await complaint(post(secure.url))).toBe(`POST ${secure.url}/ through http://127.0.0.1:${proxy.port}: the proxy answered 407`);
  });

  it('that never opens the tunnel is no longer waited for once aborted', async () => {
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    proxy.refuse(0);
    const controller = new AbortController();
    const sent = complaint(post(secure.url, controller.signal));
    controller.abort();
    expect(await sent).toContain(': aborted');
  });

  it('does not lower the guard against certificates', async () => {
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    transport.close();
    transport = createHttpTransport({ compression: 'none' }, createOutbox());
    expect(await complaint(post(secure.url))).toContain('TLS: the authority of the certificate is not known');
    expect(secure.received).toEqual([]);
  });
});
