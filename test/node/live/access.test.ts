// Who gets the live stream, and who is refused.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { undoAll, until } from '../sources/observed.ts';
import { askOnce, openStream } from './live-stream.ts';
import type { AskOptions } from './live-stream.ts';
import { serveLive } from './serve-live.ts';

afterEach(undoAll);

const events = { accept: 'text/event-stream' };
const token = 'k3y-of-the-house';

async function statusOf(url: string, options: AskOptions = {}): Promise<number> {
  const stream = await openStream(url, options);
  stream.close();
  return stream.status;
}

describe('without a token', () => {
  it('answers a program on this machine', async () => {
    const { url } = await serveLive();
    for (const host of ['127.0.0.1:80', 'localhost', 'LOCALHOST:9464', '[::1]:1', '127.9.9.9']) expect(await statusOf(url, { headers: { host } }), host).toBe(200);
  });

  it('refuses a name that is not of this machine, though it leads here', async () => {
    const { url, said } = await serveLive();
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '0.0.0.0', '192.168.0.1', '[::2]', 'localhost:80@evil.example']) {
      expect(await statusOf(url, { headers: { host } }), host).toBe(403);
      expect((await askOnce(url, { headers: { host } })).status, host).toBe(403);
    }
    expect(said).toContain('live: a client that asks for another host, and no token is set');
  });

  it('refuses what came through a proxy', async () => {
    const { url } = await serveLive();
    for (const name of ['forwarded', 'x-forwarded-for', 'X-Forwarded-Host', 'x-forwarded-proto', 'x-forwarded-port', 'x-original-forwarded-for', 'x-real-ip', 'via', 'cf-connecting-ip', 'true-client-ip', 'fly-client-ip', 'x-client-ip', 'x-cluster-client-ip']) {
      expect(await statusOf(url, { headers: { [name]: '127.0.0.1' } }), name).toBe(403);
    }
  });

  it('refuses pages of other origins, and answers its own', async () => {
    const { url, server } = await serveLive();
    const { port } = server.address() as AddressInfo;
    for (const origin of ['https://evil.example', `http://localhost:${port}`, 'http://127.0.0.1:1', 'null', 'nonsense']) {
      expect(await statusOf(url, { headers: { origin } }), origin).toBe(403);
    }
    expect(await statusOf(url, { headers: { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' } })).toBe(200);
    expect(await statusOf(url, { headers: { 'sec-fetch-site': 'none' } })).toBe(200);
  });

  it('refuses pages of other sites that hide their origin, but for a link to the page', async () => {
    const { url } = await serveLive();
    for (const site of ['cross-site', 'same-site']) expect(await statusOf(url, { headers: { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' } }), site).toBe(403);
    expect(await statusOf(url, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } })).toBe(403);
    expect((await askOnce(`${url}dashboard.js`, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } })).status).toBe(403);
    expect((await askOnce(url, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } })).status).not.toBe(403);
  });

  const outside = Object.values(networkInterfaces()).flatMap((each) => each ?? []).find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  it.skipIf(outside === undefined)('refuses a client elsewhere, whatever it asks for', async () => {
    const { server } = await serveLive();
    const { port } = server.address() as AddressInfo;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    await once(server.listen(port, '0.0.0.0'), 'listening');
    expect(await statusOf(`http://${outside}:${port}/`, { headers: { host: 'localhost' } })).toBe(403);
    expect(await statusOf(`http://127.0.0.1:${port}/`)).toBe(200);
  });

  it('shares with no page of another origin', async () => {
    const { url, open } = await serveLive();
    const refused = await askOnce(url, { headers: { ...events, origin: 'https://evil.example' } });
    const { headers } = await open();
    for (const each of [refused.headers, headers]) expect(Object.keys(each).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('with a token', () => {
  it('answers who has it, from wherever, and nobody else', async () => {
    const { url, said } = await serveLive({ token });
    const elsewhere = { host: 'ops.example.com', 'x-forwarded-for': '203.0.113.9' };
    expect(await statusOf(url, { headers: { ...elsewhere, authorization: `Bearer ${token}` } })).toBe(200);
    expect(await statusOf(url, { headers: { authorization: `bearer  ${token} ` } })).toBe(200);
    for (const authorization of ['', 'Bearer', 'Bearer ', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Bearer ${token.toUpperCase()}`, `Bearer x ${token}`, `Bearer ${'a'.repeat(4_000)}`]) {
      const { status, headers, body } = await askOnce(url, { headers: { ...events, authorization } });
      expect(status, authorization).toBe(401);
      expect(headers['www-authenticate'], authorization).toMatch(/^Bearer realm="/);
      expect(body).not.toContain(token);
    }
    expect(await statusOf(url)).toBe(401);
    expect(said).toEqual(expect.arrayContaining(['live: a client without a token', 'live: a client with a wrong token']));
    expect(JSON.stringify(said)).not.toContain('k3y');
  });

  it('says how often it was wrong, once a minute', async () => {
    const { obs, url, clock } = await serveLive({ token });
    const counts: number[] = [];
    obs.health$.subscribe((health) => health.type === 'input-ignored' && counts.push(health.count));
    for (let attempt = 0; attempt < 5; attempt += 1) await askOnce(url, { headers: { ...events, authorization: 'Bearer guess' } });
    expect(counts).toEqual([1]);
    clock.advance(60_000);
    await askOnce(url, { headers: { ...events, authorization: 'Bearer guess' } });
    expect(counts).toEqual([1, 5]);
  });

  it('takes any of several, while one takes the place of another', async () => {
    const { url } = await serveLive({ token: ['old', 'new'] });
    for (const each of ['old', 'new']) expect(await statusOf(url, { headers: { authorization: `Bearer ${each}` } })).toBe(200);
    expect(await statusOf(url, { headers: { authorization: 'Bearer old,new' } })).toBe(401);
  });

  it('gives the page to anybody: a browser that opens it has no token yet', async () => {
    const { url } = await serveLive({ token });
    const { status } = await askOnce(`${url}dashboard.js`, { headers: { host: 'ops.example.com' } });
    expect([200, 404]).toContain(status);
  });

  it('does not take it from the query', async () => {
    const { url } = await serveLive({ token });
    expect(await statusOf(`${url}?token=${token}&access_token=${token}`)).toBe(401);
  });
});

describe('pages of listed origins', () => {
  const origins = ['https://ops.example.com'];

  it('may read the stream, and no other page', async () => {
    const { url, open } = await serveLive({ origins, token });
    const authorization = `Bearer ${token}`;
    const { headers } = await open('', { headers: { origin: 'https://ops.example.com', authorization } });
    expect(headers).toMatchObject({ 'access-control-allow-origin': 'https://ops.example.com', vary: 'Origin' });
    for (const origin of ['https://ops.example.com.evil.example', 'http://ops.example.com', 'null', '*']) {
      expect((await askOnce(`${url}nothing.here`, { headers: { origin } })).headers['access-control-allow-origin'], origin).toBeUndefined();
      expect((await open('', { headers: { origin, authorization } })).headers['access-control-allow-origin'], origin).toBeUndefined();
    }
  });

  it('are told so before they ask', async () => {
    const { url } = await serveLive({ origins, token });
    const preflight = (origin: string): AskOptions => ({ method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' } });
    const { status, headers } = await askOnce(url, preflight('https://ops.example.com'));
    expect(status).toBe(204);
    expect(headers['access-control-allow-headers']).toContain('authorization');
    expect((await askOnce(url, preflight('https://evil.example'))).status).toBe(405);
  });
});

describe('what is no question', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const { url } = await serveLive();
    const { status, headers } = await askOnce(url, { method, headers: events });
    expect(status).toBe(405);
    expect(headers['allow']).toBe('GET, HEAD');
  });

  it('answers HEAD with the head alone', async () => {
    const { url, obs } = await serveLive();
    const { status, headers, body } = await askOnce(url, { method: 'HEAD', headers: events });
    expect([status, body, headers['content-type']]).toEqual([200, '', 'text/event-stream; charset=utf-8']);
    expect(obs.ledger()).toBeDefined();
  });

  it('never says what was sent, in no head and no body', async () => {
    const { server } = await serveLive({ token });
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    let answered = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answered += chunk));
    socket.write('GET /a%0d%0aset-cookie:%20x=echo\\path?kinds=%0d%0aecho HTTP/1.1\r\nhost: echo\r\norigin: https://echo\r\nlast-event-id: echo\r\nconnection: close\r\n\r\n');
    await until(() => answered.includes('\r\n\r\n'));
    expect(answered).toMatch(/^HTTP\/1\.1 308 /);
    const [, location] = /^location: (.*)\r$/m.exec(answered) ?? [];
    expect(location).toBe('./a%0d%0aset-cookie:%20x=echo\\path/');
    expect(answered.replace(location ?? '', '')).not.toContain('echo');
    socket.destroy();
  });
});

describe('places', () => {
  it('are as many as are said; then a client is asked to come back', async () => {
    const { url, open, said } = await serveLive({ maxClients: 2 });
    const [first] = [await open(), await open()];
    const refused = await askOnce(url, { headers: events });
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(said).toContain('live: a client for which there is no place');
    first.close();
    for (;;) {
      const again = await open();
      if (again.status === 200) break;
      again.close();
    }
  });
});
