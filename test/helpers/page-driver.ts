import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const { findBrowser } = await import(String(new URL('find-browser.mjs', import.meta.url)));

/** A request whose body came whole. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server with an origin of its own. It answers `GET /` with an empty page. */
export interface Site {
  readonly origin: string;
  readonly received: readonly Received[];
  /** What was posted so far. */
  posts(): readonly Received[];
  close(): void;
}

export async function createSite(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Site> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(chunks) });
      if (method === 'GET' && path === '/') response.setHeader('content-type', 'text/html');
      if (method === 'GET' && path === '/favicon.ico') response.writeHead(204).end();
      else answer(request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    posts: () => received.filter(({ method }) => method === 'POST'),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a receiver says to let the pages of any other origin in. */
export function allowOrigins(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
}

/** Makes a script for a page of a module, whose exports are then under `sdk`. */
export async function scriptOf(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../..', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'sdk',
    platform: 'browser',
    conditions: ['es2015', 'module'],
    tsconfigRaw: '{}',
    target: 'es2022',
  });
  return String(outputFiles[0]?.text);
}

export async function startBrowser(): Promise<Browser> {
  const { path, env } = await findBrowser();
  return chromium.launch({ executablePath: path, env: { ...process.env, ...env } as Record<string, string>, args: ['--no-sandbox'] });
}
