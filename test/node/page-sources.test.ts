// The sources of a page in a real browser, with real servers: what arrives there is looked at.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ObservabilityOptions } from '../../src/core/config/options.ts';
import type { ResponseSignal, Signal, SpanSignal } from '../../src/core/signal.ts';
import type { PageApp, PageAppOptions } from '../helpers/page-app.ts';
import type * as pageApp from '../helpers/page-app.ts';
import { createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';
import type { Received, Site } from '../helpers/page-driver.ts';

declare const sdk: typeof pageApp;
declare const app: PageApp;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

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

async function site(answer: Answer): Promise<Site> {
  const made = await createSite(answer);
  undo.push(() => made.close());
  return made;
}

/** An API that lets the pages of other origins read it, as far as each asks. */
function api(): Promise<Site> {
  return site((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
    const { searchParams } = new URL(request.url ?? '', 'http://x');
    response.writeHead(request.method === 'OPTIONS' ? 204 : Number(searchParams.get('status') ?? 200)).end('{}');
  });
}

interface Shop {
  /** Of the document, before the SDK starts. */
  readonly head?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: PageAppOptions;
  /** Whether the SDK starts with the page; else the test starts it. */
  readonly starts?: boolean;
  readonly answer?: Answer;
}

/** A page whose first script starts the SDK, on a server that answers everything else. */
function shop({ head = '', body = '', headers = {}, options = {}, starts = true, answer = (_, response) => response.end('{}') }: Shop = {}): Promise<Site> {
  const start = starts ? `<script>sdk.startApp(${JSON.stringify(options)})</script>` : '';
  return site((request, response) => {
    switch (new URL(request.url ?? '', 'http://x').pathname) {
      case '/':
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        return response.end(`<!doctype html><head>${head}<script src="/app.js"></script>${start}</head><body>${body}</body>`);
      case '/app.js':
        return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      default:
        return answer(request, response);
    }
  });
}

async function open(url: string): Promise<Page> {
  const context = await browser.newContext();
  undo.push(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const requestsTo = ({ received }: Site, path: string): readonly Received[] => received.filter((request) => request.path.startsWith(path));

/** The spans so far, but those of the document's load. */
function spansOf(page: Page): Promise<readonly SpanSignal[]> {
  return page.evaluate(() => app.spans.filter(({ name }) => !/documentLoad|documentFetch|resourceFetch/.test(name)));
}

/** The spans of the document's load, once they are there. */
async function loadOf(page: Page): Promise<readonly SpanSignal[]> {
  await page.waitForFunction(() => app.spans.some(({ name }) => name === 'documentLoad'), undefined, { timeout: 10_000 });
  return page.evaluate(() => app.spans.filter(({ name }) => /documentLoad|documentFetch|resourceFetch/.test(name)));
}

/** The span whose id a server was told as its parent. */
function parentTold(request: Received | undefined, spans: readonly SpanSignal[]): SpanSignal | undefined {
  const [, traceId, spanId] = /^00-([\da-f]{32})-([\da-f]{16})-01$/.exec(String(request?.headers.traceparent)) ?? [];
  return spans.find(({ trace }) => trace.traceId === traceId && trace.spanId === spanId);
}

interface Given {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const senders = {
  async fetch(page: Page, url: string, init: Given = {}) {
    await page.evaluate(([to, how]) => fetch(to, how).then((response) => response.text(), () => ''), [url, init] as const);
  },
  async XMLHttpRequest(page: Page, url: string, { method = 'GET', headers = {} }: Given = {}) {
    const send = ([to, how, given]: readonly [string, string, Readonly<Record<string, string>>]): Promise<void> =>
      new Promise<void>((resolve) => {
        const request = new XMLHttpRequest();
        request.open(how, to);
        for (const [name, value] of Object.entries(given)) request.setRequestHeader(name, value);
        request.onloadend = () => setTimeout(resolve);
        request.send();
      });
    await page.evaluate(send, [url, method, headers] as const);
  },
};

describe.each(Object.entries(senders))('%s', (_, send) => {
  it('tells the own origin which span sent it, in one header', async () => {
    const own = await shop();
    const page = await open(own.origin);
    const stale = { traceparent: '00-11111111111111111111111111111111-2222222222222222-01', 'x-mine': 'yes' };
    await send(page, '/api/plain');
    await send(page, `${own.origin}/api/stale`, { method: 'POST', headers: stale });
    const spans = await spansOf(page);
    expect(spans.map(({ name, attributes }) => [name, attributes['url.full']])).toEqual([
      ['GET', `${own.origin}/api/plain`],
      ['POST', `${own.origin}/api/stale`],
    ]);
    expect(parentTold(requestsTo(own, '/api/plain')[0], spans)).toBe(spans[0]);
    const [posted] = requestsTo(own, '/api/stale');
    expect(parentTold(posted, spans)).toBe(spans[1]);
    expect(posted?.headers['x-mine']).toBe('yes');
  }, 30_000);

  it('tells another origin nothing, so that no permission has to be asked', async () => {
    const [own, other] = await Promise.all([shop(), api()]);
    const page = await open(own.origin);
    await send(page, `${other.origin}/x?status=503`);
    expect(other.received.map(({ method, headers }) => [method, headers.traceparent])).toEqual([['GET', undefined]]);
    const attributes = { 'http.response.status_code': 503, 'error.type': '503' };
    expect(await spansOf(page)).toMatchObject([{ name: 'GET', status: { code: 'error' }, attributes }]);
    const said = await page.evaluate(() => app.health.map((trouble) => ('message' in trouble ? trouble.message : trouble.type)));
    expect(said).toEqual([expect.stringContaining(other.origin)]);
  }, 30_000);

  it('tells another origin that propagateTo names', async () => {
    const other = await api();
    const own = await shop({ options: { propagateTo: [other.origin] } });
    const page = await open(own.origin);
    await send(page, `${other.origin}/x`);
    expect(other.received.map(({ method }) => method)).toEqual(['OPTIONS', 'GET']);
    expect(other.received[0]?.headers['access-control-request-headers']).toBe('traceparent,x-request-id');
    const spans = await spansOf(page);
    expect(spans).toHaveLength(1);
    expect(parentTold(other.received[1], spans)).toBe(spans[0]);
  }, 30_000);

  it('of a server that is not there has failed', async () => {
    const [own, gone] = await Promise.all([shop(), api()]);
    gone.close();
    const page = await open(own.origin);
    await send(page, `${gone.origin}/x`);
    const attributes = { 'error.type': expect.stringMatching(/^(TypeError|NetworkError)$/) };
    expect(await spansOf(page)).toMatchObject([{ status: { code: 'error' }, attributes }]);
  }, 30_000);
});

describe('a span of a page', () => {
  it('goes on at the server, when the request is made in it', async () => {
    const own = await shop();
    const page = await open(own.origin);
    await page.evaluate(() =>
      app.obs.tracer.startSpan('checkout', async (span) => {
        await fetch('/api/first');
        await new Promise((resolve) => setTimeout(resolve, 5));
        await fetch('/api/lost');
        await span.run(() => fetch('/api/found'));
      }),
    );
    const spans = await spansOf(page);
    const checkout = spans.find(({ name }) => name === 'checkout');
    const above = (path: string): string | undefined => parentTold(requestsTo(own, path)[0], spans)?.parentSpanId;
    expect([above('/api/first'), above('/api/lost'), above('/api/found')]).toEqual([checkout?.trace.spanId, undefined, checkout?.trace.spanId]);
  }, 30_000);

  it('ends with the headers of an answer, whose body stays with the application', async () => {
    let finish = (): void => undefined;
    const own = await shop({
      answer(_, response) {
        response.writeHead(200).write('begun, ');
        finish = () => response.end('ended');
      },
    });
    const page = await open(own.origin);
    await page.evaluate(async () => {
      const response = await fetch('/api/slow');
      Object.assign(globalThis, { response });
    });
    expect(await spansOf(page)).toHaveLength(1);
    finish();
    expect(await page.evaluate(() => (globalThis as unknown as { response: Response }).response.text())).toBe('begun, ended');
  }, 30_000);

  it('is told by a request that outlives the page', async () => {
    const own = await shop();
    const page = await open(own.origin);
    await page.evaluate(() => window.addEventListener('pagehide', () => void fetch('/api/last', { method: 'POST', body: 'bye', keepalive: true })));
    await page.goto('about:blank');
    await vi.waitFor(() => expect(requestsTo(own, '/api/last')).toHaveLength(1), { timeout: 5_000 });
    expect(requestsTo(own, '/api/last')[0]).toMatchObject({ body: Buffer.from('bye'), headers: { traceparent: expect.stringMatching(/^00-/) } });
  }, 30_000);
});

/** Starts the SDK in a page, and records what it says: `log` in the page. */
async function startLogging(page: Page, options: Pick<ObservabilityOptions, 'requestLogging' | 'tracing'> = {}): Promise<void> {
  await page.evaluate((given) => {
    const obs = sdk.createObservability({ environment: 'production', sinks: [], ...given });
    const log: Signal[] = [];
    obs.signals$.subscribe((signal) => log.push(signal));
    Object.assign(globalThis, { log, obs });
  }, options);
}

declare const log: readonly Signal[];

function logOf(page: Page): Promise<readonly Signal[]> {
  return page.evaluate(() => log.filter(({ name }) => !/documentLoad|documentFetch|resourceFetch/.test(name)));
}

/** The responses, once there are so many. */
async function responsesOf(page: Page, count: number): Promise<readonly ResponseSignal[]> {
  await page.waitForFunction((least) => log.filter(({ kind }) => kind === 'response').length >= least, count, { timeout: 10_000 });
  return (await logOf(page)).filter((signal): signal is ResponseSignal => signal.kind === 'response');
}

const text = { 'content-type': 'text/plain' };

describe.each(Object.entries(senders))('%s, with request logging,', (_, send) => {
  it('tells the own origin its id, and gives one request and one response', async () => {
    const own = await shop({ starts: false, answer: (__, response) => response.writeHead(404, { 'content-type': 'application/json', 'x-secret': 'hidden' }).end('{}') });
    const page = await open(own.origin);
    await startLogging(page);
    await send(page, '/api/x?id=7', { method: 'POST', headers: { accept: 'application/json', 'x-mine': 'hidden' } });
    const signals = await logOf(page);
    expect(signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
    const requestId = requestsTo(own, '/api/x')[0]?.headers['x-request-id'];
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(new Set(signals.map((signal) => signal.requestId))).toEqual(new Set([requestId]));
    expect(signals[0]).toMatchObject({ side: 'client', method: 'POST', path: '/api/x?id=7', headers: { accept: 'application/json' } });
    expect(signals[2]).toMatchObject({ side: 'client', statusCode: 404, headers: { 'content-type': 'application/json' } });
    expect(JSON.stringify(signals)).not.toContain('hidden');
  }, 30_000);

  it('reaches another origin that refuses such headers, and complains of none', async () => {
    const other = await site((request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      // No preflight is ever answered.
      if (request.method === 'OPTIONS') response.writeHead(403).end();
      else response.writeHead(200, { ...text, 'x-hidden': 'yes', 'content-length': '5' }).end('hello');
    });
    const own = await shop({ starts: false });
    const page = await open(own.origin);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await startLogging(page, { requestLogging: { bodies: true, headers: ['content-type', 'content-encoding', 'x-hidden'] } });
    await send(page, `${other.origin}/x?id=7`);
    const [response] = await responsesOf(page, 1);
    expect(other.received.map(({ method, headers }) => [method, headers['x-request-id']])).toEqual([['GET', undefined]]);
    expect(response).toMatchObject({ path: `${other.origin}/x?id=7`, status: 'success', statusCode: 200, data: 'hello', headers: text });
    // Of headers that a page may not read, it is not to be told by the browser.
    expect(response?.headers).toEqual(text);
    expect(said).toEqual([]);
  }, 30_000);

  it('that another origin does not let in has failed', async () => {
    const [other, own] = await Promise.all([site((__, response) => response.end('{}')), shop({ starts: false })]);
    const page = await open(own.origin);
    await startLogging(page);
    await send(page, `${other.origin}/x`);
    const [response] = await responsesOf(page, 1);
    expect(response).toMatchObject({ status: 'error', statusCode: undefined });
    expect(response?.attributes['error.type']).toMatch(/^(TypeError|NetworkError)$/);
  }, 30_000);

  it('that is redirected is one request', async () => {
    const own = await shop({
      starts: false,
      answer: ({ url }, response) => (url === '/api/old' ? response.writeHead(302, { location: '/api/new' }).end() : response.end('{}')),
    });
    const page = await open(own.origin);
    await startLogging(page);
    await send(page, '/api/old');
    const [response, ...more] = await responsesOf(page, 1);
    expect([response?.path, response?.statusCode, more]).toEqual(['/api/old', 200, []]);
    const ids = ['/api/old', '/api/new'].map((path) => requestsTo(own, path)[0]?.headers['x-request-id']);
    expect(ids).toEqual([response?.requestId, response?.requestId]);
  }, 30_000);

  it('does not see what is exported to the own origin', async () => {
    const own = await shop({ options: { sink: { endpoint: '/otlp' } } });
    const page = await open(own.origin);
    await page.evaluate(() => {
      Object.assign(globalThis, { seen: [] });
      app.obs.signals$.subscribe((signal) => (globalThis as unknown as { seen: string[] }).seen.push(signal.kind));
    });
    await send(page, '/api/x');
    await page.evaluate(() => app.obs.flush());
    await page.evaluate(() => app.obs.flush());
    const exported = requestsTo(own, '/otlp');
    expect(exported.length).toBeGreaterThan(0);
    expect(exported.map(({ headers }) => headers['x-request-id'] ?? headers.traceparent)).toEqual(exported.map(() => undefined));
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen.filter((kind) => kind === 'response'));
    expect(seen).toHaveLength(1);
  }, 30_000);
});

describe('fetch, with request logging,', () => {
  it('without permission to read the answer is answered, and asks nobody for one', async () => {
    const [other, own] = await Promise.all([site((_, response) => response.writeHead(503).end('no')), shop({ starts: false })]);
    const page = await open(own.origin);
    await startLogging(page, { requestLogging: { bodies: true } });
    await page.evaluate((url) => fetch(url, { mode: 'no-cors' }).then(() => undefined), other.origin + '/x');
    expect(await responsesOf(page, 1)).toMatchObject([{ status: 'success', statusCode: undefined, data: undefined }]);
    expect(other.received.map(({ method, headers }) => [method, headers['x-request-id']])).toEqual([['GET', undefined]]);
  }, 30_000);

  it('has the id on a request that outlives the page', async () => {
    const own = await shop();
    const page = await open(own.origin);
    await page.evaluate(() => window.addEventListener('pagehide', () => void fetch('/api/last', { method: 'POST', body: 'bye', keepalive: true })));
    await page.goto('about:blank');
    await vi.waitFor(() => expect(requestsTo(own, '/api/last')).toHaveLength(1), { timeout: 5_000 });
    expect(requestsTo(own, '/api/last')[0]?.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  }, 30_000);

  it('that takes too long, or is given up, says so', async () => {
    const own = await shop({ starts: false, answer: () => undefined });
    const page = await open(own.origin);
    await startLogging(page);
    await page.evaluate(async () => {
      const controller = new AbortController();
      const both = [fetch('/api/x', { signal: AbortSignal.timeout(20) }), fetch(new Request('/api/y', { signal: controller.signal }))];
      controller.abort();
      await Promise.allSettled(both);
    });
    const responses = await responsesOf(page, 2);
    expect(responses.map(({ path, attributes }) => [path, attributes['error.type']]).sort()).toEqual([
      ['/api/x', 'TimeoutError'],
      ['/api/y', 'AbortError'],
    ]);
  }, 30_000);

  it('logs bodies beside the application, and lets streams flow', async () => {
    const { gzipSync } = await import('node:zlib');
    let more = (): unknown => undefined;
    const own = await shop({
      starts: false,
      answer({ url }, response) {
        const json = '{"answer":42,"password":"hidden"}';
        if (url === '/api/json') response.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length }).end(json);
        else if (url === '/api/gzip') {
          const bytes = gzipSync(json);
          response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': bytes.length }).end(bytes);
        } else {
          response.writeHead(200, text).write('begun, ');
          more = () => response.end('ended');
        }
      },
    });
    const page = await open(own.origin);
    await startLogging(page, { requestLogging: { bodies: true } });
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"asked":true}' };
    const got = await page.evaluate(async (init) => [await (await fetch('/api/json', init)).json(), await (await fetch('/api/gzip')).json()], post);
    expect(got).toEqual([{ answer: 42, password: 'hidden' }, { answer: 42, password: 'hidden' }]);
    const first = await page.evaluate(async () => {
      const reader = (await fetch('/api/stream')).body?.getReader();
      Object.assign(globalThis, { reader });
      return new TextDecoder().decode((await reader?.read())?.value);
    });
    expect(first).toBe('begun, ');
    const responses = await responsesOf(page, 3);
    expect(responses.map(({ requestData, data }) => [requestData, Object(data).answer])).toEqual([
      [{ asked: true }, 42],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(JSON.stringify(responses)).not.toContain('hidden');
    more();
  }, 30_000);
});

describe('XMLHttpRequest, with request logging,', () => {
  it('logs a body that the application gets as text or as an object', async () => {
    const own = await shop({
      starts: false,
      answer: (_, response) => response.writeHead(200, { 'content-type': 'application/json', 'content-length': '13' }).end('{"answer":42}'),
    });
    const page = await open(own.origin);
    await startLogging(page, { requestLogging: { bodies: true } });
    const types = ['', 'text', 'json', 'arraybuffer', 'blob', 'document'] as const;
    await page.evaluate(async (all) => {
      for (const responseType of all) {
        const request = new XMLHttpRequest();
        request.open('POST', '/api/x');
        request.responseType = responseType;
        const over = new Promise((resolve) => request.addEventListener('loadend', resolve));
        request.send(new URLSearchParams({ a: '1' }));
        await over;
      }
    }, types);
    const responses = await responsesOf(page, types.length);
    const answer = { answer: 42 };
    expect(responses.map(({ data }) => data)).toEqual([answer, answer, answer, undefined, undefined, undefined]);
    expect(responses.map(({ requestData }) => requestData)).toEqual(types.map(() => ({ a: '1' })));
  }, 30_000);

  it('has one response each, however it ends', async () => {
    const own = await shop({ starts: false, answer: ({ url }, response) => (url === '/api/never' ? undefined : response.writeHead(200, text).end('hello')) });
    const page = await open(own.origin);
    await startLogging(page, { requestLogging: { bodies: true } });
    await page.evaluate(async () => {
      const over = (request: XMLHttpRequest): Promise<unknown> => new Promise((resolve) => request.addEventListener('loadend', resolve, { once: true }));
      const request = new XMLHttpRequest();
      request.open('GET', '/api/never');
      request.timeout = 20;
      request.send();
      await over(request);
      request.open('GET', '/api/never');
      request.send();
      request.abort();
      request.open('GET', '/api/never');
      request.send();
      // It is given up for another.
      request.timeout = 0;
      request.open('GET', '/api/x');
      request.send();
      await over(request);
      request.open('GET', '/api/sync', false);
      request.send();
    });
    const responses = await responsesOf(page, 5);
    expect(responses.map(({ path, statusCode, data, attributes }) => [path, statusCode, data, attributes['error.type']])).toEqual([
      ['/api/never', undefined, undefined, 'TimeoutError'],
      ['/api/never', undefined, undefined, 'AbortError'],
      ['/api/never', undefined, undefined, 'AbortError'],
      ['/api/x', 200, 'hello', undefined],
      ['/api/sync', 200, 'hello', undefined],
    ]);
    expect(new Set(responses.map(({ requestId }) => requestId)).size).toBe(5);
  }, 30_000);
});

describe('a thousand requests of a page', () => {
  it('leave no listener, no copy of a body and no open request', async () => {
    const own = await shop({ starts: false, answer: (_, response) => response.writeHead(200, { ...text, 'content-length': '5' }).end('hello') });
    const page = await open(own.origin);
    await startLogging(page, { requestLogging: { bodies: true } });
    const session = await page.context().newCDPSession(page);
    const listeners = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Memory.getDOMCounters')).jsEventListeners;
    };
    const before = await listeners();
    // All that was sent is kept, so that what hangs on it is kept, too.
    await page.evaluate(async () => {
      const kept: unknown[] = [];
      const { signal } = new AbortController();
      const fetched = async (): Promise<void> => {
        const response = await fetch('/api/x', { signal });
        kept.push(response, await response.text());
      };
      const requested = async (): Promise<void> => {
        const request = new XMLHttpRequest();
        const over = new Promise((resolve) => request.addEventListener('loadend', resolve, { once: true }));
        request.open('GET', '/api/x');
        request.send();
        await over;
        kept.push(request);
      };
      for (let batch = 0; batch < 20; batch += 1) await Promise.all(Array.from({ length: 50 }, (_, index) => (index < 5 ? requested() : fetched())));
      Object.assign(globalThis, { kept, signal });
    });
    const responses = await responsesOf(page, 1_000);
    expect(responses).toHaveLength(1_000);
    expect(responses.filter(({ data }) => data !== 'hello')).toEqual([]);
    // A few are the browser's own.
    expect(await listeners()).toBeLessThan(before + 50);
    // Whatever were still open would be abandoned now.
    await page.evaluate(() => (globalThis as unknown as Pick<PageApp, 'obs'>).obs.shutdown());
    expect(await responsesOf(page, 1_000)).toHaveLength(1_000);
  }, 90_000);
});

describe('a worker of a page', () => {
  it('tells the own origin which span sent a request, and nothing of documents', async () => {
    const own = await shop({
      starts: false,
      answer({ url }, response) {
        const work = `importScripts('/app.js'); sdk.startApp(); fetch('/api/x').then(() => postMessage({ spans: app.spans, health: app.health }))`;
        if (url === '/worker.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(work);
        else response.end('{}');
      },
    });
    const page = await open(own.origin);
    const { spans, health } = await page.evaluate(
      () => new Promise<Pick<PageApp, 'spans' | 'health'>>((resolve) => (new Worker('/worker.js').onmessage = ({ data }) => resolve(data))),
    );
    expect(spans).toMatchObject([{ name: 'GET', attributes: { 'url.full': `${own.origin}/api/x` } }]);
    expect(parentTold(requestsTo(own, '/api/x')[0], spans)).toBe(spans[0]);
    expect(health).toEqual([]);
  }, 30_000);
});

describe('the load of a document', () => {
  const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
  const traceparent = `00-${parent.traceId}-${parent.spanId}-01`;
  const meta = `<meta name="traceparent" content="${traceparent}">`;

  const files: Answer = ({ url = '' }, response) => {
    if (url.startsWith('/missing')) response.writeHead(404).end('no');
    else if (url.startsWith('/style')) response.writeHead(200, { 'content-type': 'text/css' }).end('body { color: red }');
    else response.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  };

  const nameOf = ({ name, attributes }: SpanSignal): string => `${name} ${new URL(String(attributes['url.full'])).pathname}`;

  it('is a tree of what the browser measured', async () => {
    const other = await site(files);
    const own = await shop({
      head: `${meta}<link rel="stylesheet" href="/style.css">`,
      body: `Shop<img src="/logo.svg"><img src="/missing.png"><img src="${other.origin}/ad.svg"><script>fetch('/api/x')</script>`,
      answer: files,
    });
    const page = await open(own.origin);
    const spans = await loadOf(page);
    const root = spans.at(-1);
    expect(root).toMatchObject({ name: 'documentLoad', spanKind: 'internal' });
    expect(root).toMatchObject({ trace: { traceId: parent.traceId }, parentSpanId: parent.spanId, parentIsRemote: true });
    expect(spans.slice(0, -1).map(nameOf)).toEqual([
      'documentFetch /',
      'resourceFetch /style.css',
      'resourceFetch /app.js',
      'resourceFetch /logo.svg',
      'resourceFetch /missing.png',
      'resourceFetch /ad.svg',
    ]);
    for (const { trace, parentSpanId, spanKind } of spans.slice(0, -1)) {
      expect({ traceId: trace.traceId, parentSpanId, spanKind }).toEqual({ traceId: parent.traceId, parentSpanId: root?.trace.spanId, spanKind: 'client' });
    }

    const measured = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation');
      const [logo] = performance.getEntriesByName(`${location.origin}/logo.svg`);
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      return { origin: performance.timeOrigin, navigation: navigation?.toJSON(), logo: logo?.toJSON(), paint: paint?.startTime ?? 0 };
    });
    const { origin, navigation, logo } = measured;
    expect([root?.timestamp, root?.duration]).toEqual([origin, expect.closeTo(navigation.loadEventEnd, 2)]);
    expect([spans[3]?.timestamp, spans[3]?.duration]).toEqual([origin + logo.startTime, expect.closeTo(logo.responseEnd - logo.startTime, 2)]);
    expect(spans[0]?.duration).toBeCloseTo(navigation.responseEnd, 2);
    expect(root?.events.map(({ name }) => name)).toEqual([
      'domInteractive',
      'domContentLoadedEventStart',
      'domContentLoadedEventEnd',
      'domComplete',
      'loadEventStart',
      'loadEventEnd',
      'firstPaint',
      'firstContentfulPaint',
    ]);
    expect(root?.events.at(-1)?.timestamp).toBe(origin + measured.paint);
    const moments = ['fetchStart', 'connectStart', 'requestStart', 'responseStart', 'responseEnd'];
    expect(spans[0]?.events.map(({ name }) => name)).toEqual(expect.arrayContaining(moments));

    const browserOf = { 'user_agent.original': expect.stringContaining('Chrome') };
    expect(root?.attributes).toMatchObject({ 'url.full': `${own.origin}/`, 'navigation.type': 'navigate', ...browserOf });
    expect(spans[0]?.attributes).toMatchObject({
      'url.full': `${own.origin}/`,
      'server.address': '127.0.0.1',
      'http.response.status_code': 200,
      'http.response.size': navigation.transferSize,
      'http.response.body.size': navigation.encodedBodySize,
    });
    expect(spans[0]?.attributes).not.toHaveProperty('http.request.method');
    const style = { 'http.request.method': 'GET', 'browser.resource.initiator_type': 'link', 'http.response.body.size': 19 };
    expect(spans[1]?.attributes).toMatchObject(style);
    expect(spans[4]).toMatchObject({ status: { code: 'error' }, attributes: { 'http.response.status_code': 404, 'error.type': '404' } });
    // Of another origin the browser tells neither status nor size.
    expect(spans[5]?.attributes).not.toHaveProperty('http.response.size');
    expect(spans[5]?.status.code).toBe('unset');
    const fetched = await spansOf(page);
    expect(fetched.map(nameOf)).toEqual(['GET /api/x']);
  }, 30_000);

  it('continues the trace that Server-Timing names', async () => {
    const own = await shop({ body: 'Shop', headers: { 'server-timing': `db;dur=53, traceparent;desc="${traceparent}"` } });
    const root = (await loadOf(await open(own.origin))).at(-1);
    expect(root).toMatchObject({ trace: { traceId: parent.traceId }, parentSpanId: parent.spanId });
  }, 30_000);

  it.each([
    ['nothing', ''],
    ['nonsense', '<meta name="traceparent" content="nonsense">'],
    ['an empty text', '<meta name="traceparent" content="">'],
    ['no text', '<meta name="traceparent">'],
  ])('begins a trace where the document names %s', async (_, head) => {
    const own = await shop({ head, body: 'Shop' });
    const page = await open(own.origin);
    expect((await loadOf(page)).at(-1)).toMatchObject({ name: 'documentLoad', parentSpanId: undefined });
    const said = await page.evaluate(() => app.health.map(({ type }) => type));
    expect(said).toEqual(head.includes('nonsense') ? ['input-ignored'] : []);
  }, 30_000);

  it('does not continue the trace of another visit, when the document comes out of the cache', async () => {
    const own = await shop({ head: meta, body: 'Shop', headers: { 'cache-control': 'max-age=600' } });
    const page = await open(own.origin);
    expect((await loadOf(page)).at(-1)).toMatchObject({ parentSpanId: parent.spanId });
    await page.goto('about:blank');
    await page.goto(own.origin);
    expect((await loadOf(page)).at(-1)).toMatchObject({ parentSpanId: undefined });
    expect(requestsTo(own, '/').filter(({ path }) => path === '/')).toHaveLength(1);
  }, 30_000);

  it('is told by an SDK that starts after it, without what came later', async () => {
    const own = await shop({ starts: false, body: 'Shop<img src="/logo.svg">', answer: files });
    const page = await open(own.origin);
    await page.evaluate(async () => {
      const late = new Image();
      late.src = '/late.svg';
      await late.decode();
      sdk.startApp();
    });
    const spans = await loadOf(page);
    expect(spans.map(nameOf)).toEqual(['documentFetch /', 'resourceFetch /app.js', 'resourceFetch /logo.svg', 'documentLoad /']);
    expect(spans.at(-1)?.events.map(({ name }) => name)).toContain('firstContentfulPaint');
  }, 30_000);

  it('is told once, however often the sources start anew', async () => {
    const own = await shop({ body: 'Shop' });
    const page = await open(own.origin);
    await loadOf(page);
    await page.evaluate(async () => {
      const manager = sdk.getObservabilityManager({ sinks: [], enabled: true });
      const { spans } = app;
      const names: string[] = [];
      manager.signals$.subscribe(({ name }) => names.push(name));
      const until = (count: number): Promise<void> =>
        new Promise((resolve) => {
          const look = (): unknown => (names.filter((name) => name === 'documentLoad').length === count ? resolve() : setTimeout(look, 10));
          look();
        });
      await until(1);
      sdk.getObservabilityManager({ enabled: false });
      sdk.getObservabilityManager({ enabled: true });
      await new Promise((resolve) => setTimeout(resolve, 100));
      await until(1);
      await manager.shutdown();
      if (spans.filter(({ name }) => name === 'documentLoad').length !== 1) throw new Error('told again');
    });
  }, 30_000);

  /** What a collector of the page's own origin was sent so far. */
  const exported = (own: Site): string => requestsTo(own, '/v1/traces').map(({ body }) => body.toString()).join();

  it('that is broken off is not told', async () => {
    const own = await shop({
      body: 'Shop<img src="/never.svg">',
      options: { sink: { endpoint: '/', protocol: 'http/json' } },
      answer: ({ url }, response) => void (url === '/never.svg' ? undefined : response.end('{}')),
    });
    const context = await browser.newContext();
    undo.push(() => context.close());
    const page = await context.newPage();
    await page.goto(own.origin, { waitUntil: 'commit' });
    await page.waitForFunction(() => 'app' in globalThis && performance.getEntriesByName('first-contentful-paint').length > 0);
    await page.evaluate(() => app.obs.tracer.startSpan('work', () => undefined));
    await page.goto('about:blank');
    await vi.waitFor(() => expect(exported(own)).toContain('work'), { timeout: 5_000 });
    expect(exported(own)).not.toContain('documentLoad');
  }, 30_000);

  it('is told by a page that is left before it shows anything', async () => {
    const own = await shop({ options: { sink: { endpoint: '/', protocol: 'http/json' } } });
    const page = await open(own.origin);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 20)));
    expect(await page.evaluate(() => app.spans.length)).toBe(0);
    await page.goto('about:blank');
    await vi.waitFor(() => expect(exported(own)).toContain('documentLoad'), { timeout: 5_000 });
  }, 30_000);
});

describe('the SDK', () => {
  /** A collector on the page's own origin, which would get headers, and would be seen, if anyone looked. */
  function collecting(statusOf: (count: number) => number, more: Shop = {}): Promise<Site> {
    let count = 0;
    return shop({
      ...more,
      answer(request, response) {
        if (request.url?.startsWith('/v1/')) response.writeHead(statusOf(count++), { 'retry-after': '0' }).end('{}');
        else if (more.answer !== undefined) more.answer(request, response);
        else response.end('{}');
      },
    });
  }

  /** Addresses of all spans, those of the document's load as well. */
  const addresses = (page: Page): Promise<readonly unknown[]> =>
    page.evaluate(() => [...new Set(app.spans.map(({ attributes }) => attributes['url.full']))].sort());

  it('is not in what it tells: no export, no retry', async () => {
    const sink = { endpoint: '/', protocol: 'http/json' } as const;
    const own = await collecting((count) => (count < 3 ? 503 : 200), { body: 'Shop', options: { sink, delivery: { flushEvery: 20 } } });
    const page = await open(own.origin);
    await loadOf(page);
    await page.evaluate(async () => {
      for (let index = 0; index < 100; index++) {
        await fetch('/api/fetched');
        await new Promise((resolve) => {
          const request = new XMLHttpRequest();
          request.open('GET', '/api/requested');
          request.onloadend = resolve;
          request.send();
        });
      }
      await app.obs.flush();
      await app.obs.flush();
    });
    expect(await addresses(page)).toEqual(['/', '/api/fetched', '/api/requested', '/app.js'].map((path) => own.origin + path));
    const exports = requestsTo(own, '/v1/');
    expect(exports.length).toBeGreaterThan(4);
    expect(exports.filter(({ headers }) => 'traceparent' in headers || 'x-request-id' in headers)).toEqual([]);
    expect(exports.map(({ body }) => body.toString()).join()).not.toContain('/v1/');
    expect(requestsTo(own, '/api/').filter(({ headers }) => 'traceparent' in headers)).toHaveLength(200);
    const { sinks } = await page.evaluate(() => app.obs.ledger());
    // Each is a request, a response, a duration and a span.
    const all = 4 * 200 + 3;
    expect(sinks.otlp).toMatchObject({ accepted: all, delivered: all, pending: 0 });
  }, 60_000);

  it('is not in the load of a document, though it sends before its end', async () => {
    let release = (): void => undefined;
    const sink = { endpoint: '/', protocol: 'http/json' } as const;
    const own = await collecting(() => 200, {
      body: `Shop<img src="/slow.svg"><script>fetch('/api/early')</script>`,
      options: { sink, delivery: { flushEvery: 10 } },
      answer({ url }, response) {
        if (url === '/slow.svg') release = () => void response.end('');
        else response.end('{}');
      },
    });
    const context = await browser.newContext();
    undo.push(() => context.close());
    const page = await context.newPage();
    await page.goto(own.origin, { waitUntil: 'commit' });
    await vi.waitFor(() => expect(requestsTo(own, '/v1/')).not.toEqual([]), { timeout: 5_000 });
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/v1/')));
    release();
    await loadOf(page);
    expect(await addresses(page)).toEqual(['/', '/api/early', '/app.js', '/slow.svg'].map((path) => own.origin + path));
  }, 30_000);

  it('is not in what it tells when it asks why a receiver does not answer', async () => {
    const collector = await site((_, response) => response.end('{}'));
    const sink = { endpoint: collector.origin, protocol: 'http/json' } as const;
    const own = await shop({ body: 'Shop', options: { sink, propagateTo: [collector.origin], delivery: { flushEvery: 10 } } });
    const page = await open(own.origin);
    await loadOf(page);
    await vi.waitFor(() => expect(collector.received.map(({ method }) => method)).toContain('HEAD'), { timeout: 5_000 });
    await page.evaluate(() => fetch('/api/x'));
    expect(JSON.stringify(collector.received.map(({ headers }) => headers))).not.toContain('traceparent');
    expect(await addresses(page)).toEqual(['/', '/api/x', '/app.js'].map((path) => own.origin + path));
  }, 30_000);

  it('is not in what it tells when the page is left', async () => {
    const sink = { endpoint: '/', protocol: 'http/json' } as const;
    const own = await collecting(() => 200, { body: 'Shop', options: { sink } });
    const page = await open(own.origin);
    await loadOf(page);
    await page.evaluate(() => {
      const attributes = { filler: 'x'.repeat(200) };
      for (let index = 0; index < 120; index++) app.obs.tracer.startSpan(`work ${index}`, { attributes }, () => undefined);
    });
    await page.goto('about:blank');
    const bodies = (): string => requestsTo(own, '/v1/').map(({ body }) => body.toString()).join();
    await vi.waitFor(() => expect(bodies().match(/"work \d+"/g)).toHaveLength(120), { timeout: 5_000 });
    expect(requestsTo(own, '/v1/').length).toBeGreaterThan(2);
    expect(bodies()).not.toContain('/v1/');
    expect(requestsTo(own, '/v1/').filter(({ headers }) => 'traceparent' in headers)).toEqual([]);
  }, 30_000);
});
describe('two managers of a page', () => {
  it('do not see what the other sends', async () => {
    const own = await shop({ body: 'Shop', options: { sink: { endpoint: '/', protocol: 'http/json' } } });
    const page = await open(own.origin);
    await loadOf(page);
    const told = await page.evaluate(async () => {
      const both = [app, sdk.startApp({ sink: { endpoint: '/other', protocol: 'http/json' } })];
      await fetch('/api/x');
      for (let round = 0; round < 5; round++) for (const { obs } of both) await obs.flush();
      return both.map(({ spans }) => spans.filter(({ name }) => name === 'POST' || name === 'GET').map(({ attributes }) => attributes['url.full']));
    });
    expect(told).toEqual([[`${own.origin}/api/x`], [`${own.origin}/api/x`]]);
  }, 30_000);
});
