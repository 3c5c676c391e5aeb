// The transport of a page in a real browser, with real receivers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { createPageTransport } from '../../src/browser/page-transport.ts';
import { allowOrigins, createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';
import type { Site } from '../helpers/page-driver.ts';

declare const sdk: { createPageTransport: typeof createPageTransport };

/** What a page is to send, one request after the other, or all at once. */
interface Orders {
  readonly url: string;
  readonly count?: number;
  readonly bytes?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly leaving?: boolean;
  readonly atOnce?: boolean;
  /** Gives each request up after so many milliseconds. */
  readonly giveUpAfter?: number;
}

let browser: Browser;
let script: string;
let undo: (() => unknown)[] = [];

beforeAll(async () => {
  [browser, script] = await Promise.all([startBrowser(), scriptOf(`export { createPageTransport } from './src/browser/page-transport.ts'`)]);
}, 60_000);
afterAll(() => browser.close());
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

async function site(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Site> {
  const made = await createSite(answer);
  undo.push(() => made.close());
  return made;
}

/** A receiver for the pages of other origins. */
function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('{}')): Promise<Site> {
  return site((request, response) => {
    allowOrigins(request, response);
    if (request.method === 'OPTIONS') response.end();
    else answer(request, response);
  });
}

async function open(url: string): Promise<Page> {
  const context = await browser.newContext();
  undo.push(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(`${script}; globalThis.sdk = sdk;`);
  return page;
}

/** A page of an origin of its own. */
async function foreignPage(): Promise<Page> {
  return open((await site((_, response) => response.end())).origin);
}

/** Sends from the page; for each request the status, `handed off`, or what the error says. */
function send(page: Page, orders: Orders): Promise<readonly (number | string)[]> {
  return page.evaluate(async ({ url, count = 1, bytes = 100, headers = {}, leaving = false, atOnce = false, giveUpAfter }) => {
    const transport = sdk.createPageTransport({ compression: 'none' });
    const outcomes: (number | string)[] = [];
    const one = async (): Promise<void> => {
      const controller = new AbortController();
      if (giveUpAfter !== undefined) setTimeout(() => controller.abort(), giveUpAfter);
      const request = { url, headers: { 'content-type': 'application/x-protobuf', ...headers }, body: new Uint8Array(bytes), abortSignal: controller.signal, leaving };
      try {
        const { status, handedOff } = await transport.send(request);
        outcomes.push(handedOff ? 'handed off' : status);
      } catch (error) {
        outcomes.push((error as Error).message);
      }
    };
    if (atOnce) await Promise.all(Array.from({ length: count }, one));
    else for (let sent = 0; sent < count; sent++) await one();
    return outcomes;
  }, orders);
}

describe('requests of a page', () => {
  // Chromium gives the bytes of a keepalive request back only when its answer has been read or cancelled.
  const noStore = { 'cache-control': 'no-store' };
  const answers: readonly (readonly [string, (response: ServerResponse) => unknown])[] = [
    ['a body that is not to be stored', (response) => response.writeHead(200, noStore).end('{"partialSuccess":{}}')],
    ['a body of 10 MB', (response) => response.writeHead(200, noStore).end(Buffer.alloc(10_000_000))],
    ['a redirect', (response) => response.writeHead(307, { ...noStore, location: '/elsewhere' }).end('moved')],
    ['half a body', (response) => response.writeHead(200, { ...noStore, 'content-length': '1000' }).write('half', () => response.destroy())],
  ];

  it.each(answers)('all arrive when the answer is %s', async (_, answer) => {
    const collector = await receiver((__, response) => void answer(response));
    const outcomes = await send(await foreignPage(), { url: `${collector.origin}/v1/traces`, count: 14, bytes: 9_900 });
    expect(new Set(outcomes).size).toBe(1);
    expect([0, 200]).toContain(outcomes[0]);
    expect(collector.posts().map(({ body }) => body.length)).toEqual(Array(14).fill(9_900));
    expect(collector.received.some(({ path }) => path === '/elsewhere')).toBe(false);
  }, 30_000);

  it('all arrive when no answer ever ends', async () => {
    const collector = await receiver((_, response) => void response.writeHead(200, noStore).write('on and on'));
    const outcomes = await send(await foreignPage(), { url: `${collector.origin}/v1/traces`, count: 14, bytes: 9_900, atOnce: true });
    expect(outcomes).toEqual(Array(14).fill(200));
    expect(collector.posts()).toHaveLength(14);
  }, 30_000);

  it('leave a connection to the page when the receiver, on its own host, answers nothing', async () => {
    const own = await site((request, response) => void (request.method === 'POST' ? undefined : response.end('page')));
    const page = await open(own.origin);
    const outcomes = await send(page, { url: `${own.origin}/v1/traces`, count: 12, giveUpAfter: 300, atOnce: true });
    expect(outcomes).toEqual(Array(12).fill(`POST ${own.origin}/v1/traces: aborted`));
    expect(await page.evaluate(() => fetch('/').then((response) => response.text()))).toBe('page');
  }, 30_000);

  it('are handed to the browser when the page is left and nothing more can be kept alive', async () => {
    const collector = await receiver();
    const page = await foreignPage();
    const outcomes = await send(page, { url: `${collector.origin}/v1/traces`, count: 8, bytes: 14_000, headers: { 'x-api-key': 'k' }, leaving: true, atOnce: true });
    // A browser without `fetchLater` sends these the ordinary way.
    const beyond = (await page.evaluate(() => 'fetchLater' in globalThis)) ? 'handed off' : 200;
    expect([...outcomes].sort()).toEqual([200, 200, 200, 200, beyond, beyond, beyond, beyond]);
    await vi.waitFor(() => expect(collector.posts()).toHaveLength(8), { timeout: 5_000 });
    expect(new Set(collector.posts().map(({ headers }) => headers['x-api-key']))).toEqual(new Set(['k']));
  }, 30_000);
});

describe('a request without an answer', () => {
  it('names the CORS headers that the receiver lacks, after asking it once', async () => {
    const collector = await site((_, response) => response.end('{}'));
    const page = await foreignPage();
    const url = `${collector.origin}/v1/traces?key=hush`;
    const outcomes = await send(page, { url, count: 3, headers: { 'X-Api-Key': 'secret' } });
    expect(new Set(outcomes)).toEqual(
      new Set([
        `POST ${collector.origin}/v1/traces: the receiver broke the connection off, or it answers without the CORS headers this page needs on each answer: ` +
          `Access-Control-Allow-Origin: ${new URL(page.url()).origin} and, to the preflight, Access-Control-Allow-Headers: content-type, x-api-key`,
      ]),
    );
    expect(collector.received.map(({ method }) => method).sort()).toEqual(['HEAD', 'OPTIONS', 'OPTIONS', 'OPTIONS']);
  }, 30_000);

  it('is told from one to a receiver that is not there', async () => {
    const gone = await site(() => undefined);
    gone.close();
    const outcomes = await send(await foreignPage(), { url: `${gone.origin}/v1/traces` });
    expect(outcomes).toEqual([`POST ${gone.origin}/v1/traces: no connection (receiver down, name unknown, or blocked)`]);
  }, 30_000);

  it('names the policy of the page that refuses it', async () => {
    const collector = await receiver();
    const strict = await site((_, response) => response.writeHead(200, { 'content-security-policy': "connect-src 'self'" }).end());
    const outcomes = await send(await open(strict.origin), { url: `${collector.origin}/v1/traces` });
    expect(outcomes).toEqual([`POST ${collector.origin}/v1/traces: this page's Content-Security-Policy lacks connect-src ${collector.origin}`]);
    expect(collector.received).toEqual([]);
  }, 30_000);

  it('says that the device is offline', async () => {
    const collector = await receiver();
    const page = await foreignPage();
    await page.context().setOffline(true);
    expect(await send(page, { url: `${collector.origin}/v1/traces` })).toEqual([`POST ${collector.origin}/v1/traces: the device is offline`]);
  }, 30_000);

  it('says that a page over https must not send over http', async () => {
    const context = await browser.newContext();
    undo.push(() => context.close());
    const page = await context.newPage();
    await page.route('https://shop.test/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto('https://shop.test/');
    await page.evaluate(`${script}; globalThis.sdk = sdk;`);
    expect(await send(page, { url: 'http://collector.test/v1/traces' })).toEqual([
      'POST http://collector.test/v1/traces: a page over https must not send over http',
    ]);
  }, 30_000);
});
