// What goes wrong in a real page, as its browser tells it, and what led there.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createObservability } from '#sdk';
import { interactions, navigations, pageReports, resourceFailures, uncaughtErrors } from '../../src/browser/index.ts';
import type { ErrorSignal } from '../../src/core/signal.ts';
import type { Source } from '../../src/core/source.ts';
import type { PageApp } from '../helpers/page-app.ts';
import { createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';
import type { Site } from '../helpers/page-driver.ts';

interface ErrorApp extends PageApp {
  readonly errors: readonly ErrorSignal[];
}
declare const app: ErrorApp;

let browser: Browser;
let script: string;
let undo: (() => unknown)[] = [];

beforeAll(async () => {
  [browser, script] = await Promise.all([startBrowser(), scriptOf(`export * from './test/helpers/page-app.ts'`)]);
}, 60_000);
afterAll(() => browser.close());
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

const start = `
  sdk.startApp();
  app.errors = [];
  app.obs.errors$.subscribe((error) => app.errors.push(error));
`;

interface Shop {
  /** Of the document, before the SDK starts. */
  readonly head?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** More scripts, by path. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A page whose first script starts the SDK, on a server that has nothing else. */
async function shop({ head = '', body = '', headers = {}, scripts = {} }: Shop = {}): Promise<Site> {
  const files: Readonly<Record<string, string>> = { '/app.js': script, '/start.js': start, ...scripts };
  const made = await createSite((request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const file = files[pathname];
    if (pathname === '/') {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end(`<!doctype html><head>${head}<script src="/app.js"></script><script src="/start.js"></script></head><body>${body}</body>`);
    } else if (file !== undefined) response.writeHead(200, { 'content-type': 'text/javascript' }).end(file);
    else response.writeHead(404).end();
  });
  undo.push(() => made.close());
  return made;
}

async function open(options?: Shop): Promise<Page> {
  const { origin } = await shop(options);
  const context = await browser.newContext();
  undo.push(() => context.close());
  const page = await context.newPage();
  await page.goto(origin);
  return page;
}

/** The first errors of a page, once they are there. */
async function errorsOf(page: Page, count: number): Promise<readonly ErrorSignal[]> {
  await page.waitForFunction((wanted) => app.errors.length >= wanted, count, { timeout: 10_000 });
  return page.evaluate(() => app.errors);
}

/** Those that come until an error that is thrown now, without it. */
async function errorsUntilNow(page: Page): Promise<readonly ErrorSignal[]> {
  await page.evaluate(() => void setTimeout(() => reportError(new Error('until now'))));
  await page.waitForFunction(() => app.errors.some(({ error }) => error.message === 'until now'), undefined, { timeout: 10_000 });
  return page.evaluate(() => app.errors.filter(({ error }) => error.message !== 'until now'));
}

/** Runs this in the page as a script of its own. */
const run = (page: Page, code: string): Promise<unknown> => page.addScriptTag({ content: code });

describe('an uncaught error of a page', () => {
  it('is told as it was thrown, and by the browser as ever', async () => {
    const page = await open();
    const said = new Promise<Error>((resolve) => page.once('pageerror', resolve));
    await run(page, `setTimeout(function checkout() { throw new RangeError('too much', { cause: new TypeError('no card') }) })`);
    const [error] = await errorsOf(page, 1);
    expect(error).toMatchObject({ name: 'RangeError', handled: false, level: 'error', mechanism: 'onerror' });
    expect(error?.error).toMatchObject({ type: 'RangeError', message: 'too much', cause: { type: 'TypeError', message: 'no card' } });
    expect(error?.error.stack).toMatch(/at checkout \(/);
    expect((await said).message).toBe('too much');
  }, 30_000);

  it.each([
    ['a rejection', `Promise.reject(new TypeError('no card'))`, 'onunhandledrejection', { type: 'TypeError', message: 'no card' }],
    ['a rejection without an error', `Promise.reject('no card')`, 'onunhandledrejection', { type: 'string', message: 'no card' }],
    ['a text', `throw 'no card'`, 'onerror', { type: 'string', message: 'no card' }],
    ['null', `throw null`, 'onerror', { type: 'Error', message: 'null' }],
    ['an error of the browser', `document.querySelector('(')`, 'onerror', { type: 'SyntaxError' }],
    ['code that is none', `let let = 1`, 'onerror', { type: 'SyntaxError' }],
    ['what a listener throws', `onhashchange = () => { throw new Error('heard') }; location.hash = 'x'`, 'onerror', { message: 'heard' }],
    ['what the page itself reports', `reportError(new Error('reported'))`, 'onerror', { message: 'reported' }],
  ])('is told once: %s', async (_, code, mechanism, error) => {
    const page = await open();
    await run(page, code);
    await errorsOf(page, 1);
    const errors = await errorsUntilNow(page);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ handled: false, mechanism, error });
  }, 30_000);

  it('that the page captured, and that comes up again elsewhere, is told once', async () => {
    const page = await open();
    await run(page, `
      const error = new Error('known');
      const id = app.obs.errorTracker.captureException(error);
      reportError(error);
      Promise.reject(error);
      Object.assign(app, { id });
    `);
    const errors = await errorsUntilNow(page);
    const eventId = await page.evaluate(() => (app as unknown as { readonly id: string }).id);
    expect(errors).toMatchObject([{ handled: true, mechanism: 'generic', eventId }]);
  }, 30_000);

  it('of a script of another origin is told in as many words as the browser has', async () => {
    const code = `throw new Error('secret of another origin')`;
    const other = await createSite((_, response) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(code));
    undo.push(() => other.close());
    const page = await open({ body: `<script src="${other.origin}/ads.js"></script>` });
    const [error] = await errorsOf(page, 1);
    expect(error?.error).toMatchObject({ type: 'Error', message: 'Script error.' });
    expect(error?.error.stack).toBeUndefined();
  }, 30_000);

  it('is left out where no application can help it', async () => {
    const page = await open();
    const said = await page.evaluate(
      () =>
        new Promise<readonly string[]>((resolve) => {
          const messages: string[] = [];
          addEventListener('error', ({ message }) => messages.push(message) === 2 && resolve(messages.sort()));
          const box = document.body.appendChild(document.createElement('div'));
          new ResizeObserver(() => (box.style.height = `${box.offsetHeight + 1}px`)).observe(box);
          // Called by nothing of the page's.
          setTimeout(`throw new Error('of an extension')\n//# sourceURL=chrome-extension://abcdefghijklmnop/content.js`);
        }),
    );
    expect(said).toEqual(['ResizeObserver loop completed with undelivered notifications.', 'Uncaught Error: of an extension']);
    expect((await errorsUntilNow(page)).map(({ error }) => error)).toEqual([]);
  }, 30_000);
});

describe('a worker of a page', () => {
  it('tells its own errors where it has this package, and has nothing to tell of what only pages have', async () => {
    const page = await open({
      scripts: {
        '/worker.js': `
          importScripts('/app.js');
          ${start}
          // Its page would tell of it as well.
          addEventListener('error', (event) => event.preventDefault());
          onmessage = () => {
            setTimeout(() => { throw new RangeError('in a worker') });
            setTimeout(() => Promise.reject(new TypeError('in a promise')));
          };
          app.obs.errors$.subscribe(() => app.errors.length === 2 && postMessage({ errors: app.errors, health: app.health }));
          postMessage('ready');
        `,
      },
    });
    const { errors, health } = await page.evaluate(
      () =>
        new Promise<Pick<ErrorApp, 'errors' | 'health'>>((resolve) => {
          const worker = new Worker('/worker.js');
          worker.onmessage = ({ data }) => (data === 'ready' ? worker.postMessage('go') : resolve(data));
        }),
    );
    expect(errors.map(({ mechanism, error }) => [mechanism, error.type, error.message])).toEqual([
      ['onerror', 'RangeError', 'in a worker'],
      ['onunhandledrejection', 'TypeError', 'in a promise'],
    ]);
    expect(health).toEqual([]);
    expect(await errorsUntilNow(page)).toEqual([]);
  }, 30_000);

  it('without this package is told of by its page', async () => {
    const page = await open({ scripts: { '/worker.js': `setTimeout(() => { throw new RangeError('in a worker') })` } });
    await page.evaluate(() => void new Worker('/worker.js'));
    const [error] = await errorsOf(page, 1);
    expect(error?.error).toMatchObject({ type: 'RangeError', message: 'in a worker', stack: expect.stringMatching(/\/worker\.js:1:\d+$/) });
  }, 30_000);
});

describe('a page that something is missing from', () => {
  it('tells what, without the secrets of addresses', async () => {
    const body = `
      <img id="logo" src="/logo.png?signature=verysecretvalue">
      <link rel="stylesheet" href="/shop.css">
      <script src="/cart.js"></script>`;
    const page = await open({ body });
    const errors = await errorsOf(page, 3);
    const { origin } = new URL(page.url());
    const told = errors.map(({ level, error, attributes }) => [level, error.message, attributes['arkhe.element']]);
    expect(told.sort()).toEqual([
      ['error', `link failed to load: ${origin}/shop.css`, 'link'],
      ['error', `script failed to load: ${origin}/cart.js`, 'script'],
      ['warn', `img failed to load: ${origin}/logo.png`, 'img#logo'],
    ]);
    expect(JSON.stringify(errors)).not.toContain('verysecretvalue');
    expect(errors.every(({ handled, mechanism }) => handled && mechanism === 'onresource')).toBe(true);
  }, 30_000);
});

describe('the reports of a browser', () => {
  it('tell what the policy of the page blocked, once, also before the SDK started', async () => {
    const page = await open({
      headers: { 'content-security-policy': "script-src 'self'; img-src 'self'" },
      head: '<script>early()</script>',
      body: '<img src="https://elsewhere.test/x.png?token=verysecretvalue">',
    });
    const errors = (await errorsOf(page, 3)).filter(({ name }) => name === 'SecurityPolicyViolation');
    expect(errors.map(({ error }) => error.message)).toEqual(['script-src-elem blocked inline', 'img-src blocked https://elsewhere.test/x.png']);
    expect(errors[0]).toMatchObject({ level: 'warn', handled: true, mechanism: 'onreporting' });
    expect(errors[1]).toMatchObject({ context: { directive: 'img-src', disposition: 'enforce' } });
    // A turn later, when the events of the same violations have come as well.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(await page.evaluate(() => app.errors.filter(({ name }) => name === 'SecurityPolicyViolation').length)).toBe(2);
    expect(JSON.stringify(errors)).not.toContain('verysecretvalue');
  }, 30_000);

  it('tell what is deprecated, also what was used before the SDK started', async () => {
    const head = `<script>const early = new XMLHttpRequest(); early.open('GET', '/early', false); early.send()</script>`;
    const page = await open({ head });
    const [error] = await errorsOf(page, 1);
    expect(error).toMatchObject({
      name: 'DeprecationReport',
      level: 'warn',
      error: { message: expect.stringContaining('Synchronous `XMLHttpRequest`'), stack: expect.stringContaining(`at ${page.url()}:1:`) },
      context: { id: expect.stringContaining('XMLHttpRequest') },
    });
  }, 30_000);
});

describe('what a visitor did', () => {
  it('comes with the error it led to, without what was typed', async () => {
    const body = `
      <form id="login" onsubmit="event.preventDefault(); history.pushState(null, '', '/account?session_token=verysecretvalue')">
        <input name="email"><input name="pin" type="password"><button class="primary">Log in as verysecretvalue</button>
      </form>`;
    const page = await open({ body });
    await page.fill('[name=email]', 'verysecretvalue@shop.test');
    await page.fill('[name=pin]', 'verysecretvalue');
    await page.click('button');
    await run(page, `reportError(new Error('lost'))`);
    const [error] = await errorsOf(page, 1);
    const trail = error?.breadcrumbs.filter(({ category }) => /^(ui|navigation)/.test(category)) ?? [];
    expect(trail.map(({ category, message }) => [category, message])).toEqual([
      ['ui.input', 'form#login > input[name="email"]'],
      ['ui.click', 'form#login > button.primary'],
      ['ui.input', 'form#login'],
      ['navigation', expect.stringMatching(/^\/ → \/account\?session_token=/)],
    ]);
    expect(JSON.stringify(error)).not.toContain('verysecretvalue');
  }, 30_000);
});

it('where there is no page, its sources are silent and touch nothing', async () => {
  const all = [uncaughtErrors(), resourceFailures(), pageReports(), interactions(), navigations()];
  const health: unknown[] = [];
  /** What a manager with these changes in the process. */
  const touched = async (sources: readonly Source[]): Promise<unknown> => {
    const obs = createObservability({ sources, sinks: [] });
    obs.health$.subscribe((trouble) => health.push(trouble));
    const state = [process.eventNames(), Object.getOwnPropertyNames(globalThis)];
    await obs.shutdown();
    return state;
  };
  expect(await touched(all)).toEqual(await touched([]));
  expect(health).toEqual([]);
});
