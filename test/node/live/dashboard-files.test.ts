// The page that the live stream is shown on, as a browser gets it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDashboardFiles } from '../../../src/node/live/dashboard-files.ts';
import { readTarget, send } from '../../../src/node/live/live-exchange.ts';
import { listen, undo, undoAll } from '../sources/observed.ts';
import { askOnce } from './live-stream.ts';

afterEach(undoAll);

interface Served {
  readonly url: string;
  write(name: string, text: string): void;
}

async function serveFiles(): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  undo.push(() => rmSync(folder, { recursive: true }));
  const files = createDashboardFiles(folder);
  const server = createServer((request, response) => void files.answer(request, readTarget(request).segment).then((answer) => send(request, response, answer)));
  return {
    url: `http://127.0.0.1:${await listen(server)}/live/`,
    write(name, text) {
      mkdirSync(join(folder, 'dist', 'dashboard'), { recursive: true });
      writeFileSync(join(folder, 'dist', 'dashboard', name), text);
    },
  };
}

describe('the page', () => {
  it('comes with what belongs to it, under a policy that lets in nothing else', async () => {
    const { url, write } = await serveFiles();
    write('index.html', '<!doctype html>');
    write('dashboard.js', 'start()');
    write('dashboard.css', 'body {}');
    const seen = await Promise.all(['', 'index.html', 'dashboard.js', 'dashboard.css?v=1'].map((name) => askOnce(url + name)));
    expect(seen.map(({ status, body, headers }) => [status, body, headers['content-type']])).toEqual([
      [200, '<!doctype html>', 'text/html; charset=utf-8'],
      [200, '<!doctype html>', 'text/html; charset=utf-8'],
      [200, 'start()', 'text/javascript; charset=utf-8'],
      [200, 'body {}', 'text/css; charset=utf-8'],
    ]);
    for (const { headers } of seen) {
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers['content-security-policy']).toBe("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }
  });

  it('is not sent again while it is the same', async () => {
    const { url, write } = await serveFiles();
    write('dashboard.js', 'start()');
    const { headers } = await askOnce(`${url}dashboard.js`);
    const again = await askOnce(`${url}dashboard.js`, { headers: { 'if-none-match': headers.etag } });
    expect([again.status, again.body]).toEqual([304, '']);
    expect((await askOnce(`${url}dashboard.js`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('has a head of its own', async () => {
    const { url, write } = await serveFiles();
    write('dashboard.js', 'start()');
    const { status, body, headers } = await askOnce(`${url}dashboard.js`, { method: 'HEAD' });
    expect([status, body, headers['content-length']]).toEqual([200, '', '7']);
  });

  it('says so where it is missing, and is found once it is there', async () => {
    const { url, write } = await serveFiles();
    const missing = await askOnce(url);
    expect([missing.status, missing.body]).toEqual([404, expect.stringContaining('not part of this installation')]);
    write('index.html', 'now');
    expect((await askOnce(url)).body).toBe('now');
  });

  it.each(['secret.txt', '..%2f..%2fpackage.json', 'dashboard.js.map', '.env', '__proto__.js'])('is all there is: %s is not', async (name) => {
    const { url, write } = await serveFiles();
    write('secret.txt', 'secret');
    const { status, body } = await askOnce(url + name);
    expect(status).toBe(404);
    expect(body).not.toContain('secret');
  });

  it.each(['/live', '//evil', '/a/b%20c', '/constructor'])('is behind a slash, on the same host: %s', async (path) => {
    const { url } = await serveFiles();
    const { origin } = new URL(url);
    const { status, headers } = await askOnce(origin, { path });
    expect(status).toBe(308);
    expect(new URL(headers.location ?? '', `${origin}${path.replace('//', '/')}`).href).toBe(`${origin}${path.replace('//', '/')}/`);
  });
});
