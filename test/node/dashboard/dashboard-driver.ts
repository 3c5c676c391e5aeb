import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { createDashboardFiles } from '../../../src/node/live/dashboard-files.ts';
import { readTarget, send } from '../../../src/node/live/live-exchange.ts';
import { liveHandler } from '../../../src/node/live/live-handler.ts';
import type { LiveHandlerOptions } from '../../../src/node/live/live-options.ts';
import { createTestObservability } from '#testing';
import type { TestObservability } from '#testing';
import { listen, undo } from '../sources/observed.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The page as it stands in the sources, built into a folder of its own. */
export interface BuiltPage {
  readonly folder: string;
  remove(): Promise<void>;
}

export async function buildPage(): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
  const to = join(folder, 'dist', 'dashboard');
  const from = join(root, 'src/browser/dashboard');
  await mkdir(to, { recursive: true });
  const [plots, styles] = await Promise.all([readFile(join(root, 'node_modules/uplot/dist/uPlot.min.css'), 'utf8'), readFile(join(from, 'dashboard.css'), 'utf8')]);
  await Promise.all([
    build({ entryPoints: [join(from, 'main.ts')], outfile: join(to, 'dashboard.js'), bundle: true, minify: true, format: 'iife', target: 'es2022', conditions: ['es2015', 'module'], tsconfigRaw: '{}' }),
    writeFile(join(to, 'dashboard.css'), `${plots}\n${styles}`),
    copyFile(join(from, 'index.html'), join(to, 'index.html')),
  ]);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A manager whose time passes only when told, its live stream, and the page that was built. */
export interface ServedPage extends TestObservability {
  readonly url: string;
  /** Ends the server and all its connections. */
  stop(): Promise<void>;
}

export async function servePage({ folder }: BuiltPage, options: LiveHandlerOptions = {}, port?: number): Promise<ServedPage> {
  const tested = createTestObservability({ environment: 'staging', serviceName: 'checkout' });
  const stream = liveHandler(tested.obs, options);
  const files = createDashboardFiles(folder);
  const server = createServer((request, response) => {
    const target = readTarget(request);
    if (target.isStream) stream(request, response);
    else void files.answer(request, target.segment).then((answer) => send(request, response, answer));
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const url = `http://127.0.0.1:${port === undefined ? await listen(server) : await listenOn(server, port)}/`;
  undo.push(stop, () => tested.obs.shutdown());
  return { ...tested, url, stop };
}

/** Opens the page. At the end of the test it must have said nothing on its console, broken no policy, and asked nobody else. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong: string[] = [];
  // A refused or broken stream is what some tests are about; the browser tells of it by itself.
  page.on('console', (message) => /^(error|warning)$/.test(message.type()) && !message.text().startsWith('Failed to load resource') && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(String(error.stack)));
  page.on('request', (request) => !request.url().startsWith(new URL(url).origin) && !request.url().startsWith('data:') && wrong.push(request.url()));
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => console.error(`policy: ${violatedDirective}`)));
  undo.push(async () => {
    await context.close();
    expect(wrong).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** Waits until the page shows this. */
export async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  await expect.poll(() => page.locator(selector).first().textContent({ timeout: 1_000 }), { timeout: 10_000, interval: 20 }).toMatch(text);
}

async function listenOn(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return port;
}
