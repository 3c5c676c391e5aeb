// What arrives of the last signals of a page, in a real browser, at real receivers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { createObservability, otlpSink, SinkLedger } from '../../src/browser/index.ts';
import { decodeTraces } from '../helpers/decode-otlp.ts';
import { allowOrigins, createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';
import type { Site } from '../helpers/page-driver.ts';

declare const sdk: { createObservability: typeof createObservability; otlpSink: typeof otlpSink };
declare const obs: ReturnType<typeof createObservability>;

/** How long an answer is on its way, in milliseconds. */
const LATENCY = 20;

let browser: Browser;
let script: string;
/** The pages, and a receiver of their origin; and one elsewhere. */
let own: Site;
let foreign: Site;

beforeAll(async () => {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    allowOrigins(request, response);
    setTimeout(() => response.end(), LATENCY);
  };
  [browser, script, own, foreign] = await Promise.all([
    startBrowser(),
    scriptOf(`export { createObservability, otlpSink } from './src/browser/index.ts'`),
    createSite(answer),
    createSite(answer),
  ]);
}, 60_000);

afterAll(async () => {
  await browser.close();
  own.close();
  foreign.close();
});

/** A page that observes itself, and notes its account where another page can read it. */
async function open(context: BrowserContext, endpoint: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(own.origin);
  await page.evaluate(`${script}; globalThis.sdk = sdk;`);
  await page.evaluate((endpoint) => {
    const obs = sdk.createObservability({ serviceName: 'shop', sources: false, sinks: [sdk.otlpSink({ endpoint })] });
    Object.assign(globalThis, { obs });
    const note = (): void => localStorage.setItem('account', JSON.stringify(obs.ledger().sinks['otlp']));
    window.addEventListener('pagehide', note);
    document.addEventListener('visibilitychange', note);
  }, endpoint);
  return page;
}

function emit(page: Page, count: number, name = 'span'): Promise<void> {
  return page.evaluate(
    ([count, name]) => {
      for (let index = 0; index < count; index++) {
        obs.tracer.startSpan(`${name} ${index}`, { attributes: { 'app.cart.items': index, 'app.user.tier': 'gold', 'url.path': '/products/lamp' } }).end();
      }
    },
    [count, name] as const,
  );
}

/** The names of the spans that a receiver got, in order. */
function namesAt(receiver: Site, from = 0): readonly string[] {
  return receiver.posts().slice(from).flatMap(({ body, headers }) => decodeTraces(body, headers['content-type'] ?? '')).map(({ name }) => name);
}

function expectBalance({ accepted, delivered, handedOff, spooled, pending, dropped }: SinkLedger): void {
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  expect(delivered + handedOff + spooled + pending + lost).toBe(accepted);
}

/** Resolves when nothing more has come for a while. */
async function quiet(receiver: Site): Promise<void> {
  for (let before = -1; before !== receiver.received.length; ) {
    before = receiver.received.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function leave(page: Page, how: 'navigates' | 'closes'): Promise<void> {
  if (how === 'closes') {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return page.close({ runBeforeUnload: true });
  }
  const elsewhere = foreign.origin;
  await page.evaluate((url) => void setTimeout(() => location.assign(url), 100), elsewhere);
  await page.waitForURL(`${elsewhere}/`);
}

function row(cells: readonly unknown[]): string {
  return cells.map((cell) => String(cell).padStart(9)).join(' ');
}

describe('a page left 100 ms after its last signals', () => {
  const lines: string[] = [];
  let pages = 0;
  const cases = (['own', 'other'] as const).flatMap((where) =>
    [20, 200, 2_000].flatMap((count) => (['navigates', 'closes'] as const).map((how) => ({ where, count, how }))),
  );

  it.each(cases)('$count signals to its $where origin, when it $how', async ({ where, count, how }) => {
    const receiver = where === 'own' ? own : foreign;
    // What the page before sent may still be on its way.
    const name = `page${++pages}`;
    const emitted = Array.from({ length: count }, (_, index) => `${name} ${index}`);
    const arrived = (): readonly string[] => namesAt(receiver).filter((received) => received.startsWith(`${name} `));
    const context = await browser.newContext();
    const page = await open(context, receiver.origin);
    await emit(page, count, name);
    await leave(page, how);
    // Up to 60 KiB, the browser answers for it. Of more, what the page could not send before its end is a matter of luck.
    const certain = count <= 200;
    if (certain) await vi.waitFor(() => expect(new Set(arrived())).toEqual(new Set(emitted)), { timeout: 10_000, interval: 100 });
    await quiet(receiver);
    const names = arrived();
    const unique = new Set(names);
    const received = unique.size;
    const lost = emitted.filter((name) => !unique.has(name)).length;

    const later = await context.newPage();
    await later.goto(own.origin);
    const account = JSON.parse((await later.evaluate(() => localStorage.getItem('account'))) ?? '{}') as SinkLedger;
    await context.close();
    lines.push(row([where, how, count, received, lost, names.length - received, account.delivered, account.handedOff, account.pending]));
    expect(received + lost).toBe(count);
    expect(account.accepted).toBe(count);
    expectBalance(account);
    if (certain) expect(names).toHaveLength(count);
    else expect(received).toBeGreaterThan(0);
  }, 60_000);

  afterAll(() => {
    // The last three are what the page knew at its end.
    console.log([row(['receiver', 'page', 'emitted', 'received', 'lost', 'twice', 'delivered', 'handedOff', 'pending']), ...lines].join('\n'));
  });
});

// As the browser does it to a page that it keeps for the way back, which no browser does that is driven by a test.
describe('a page that was left, and comes back', () => {
  it('has sent everything once, knows what arrived, and goes on', async () => {
    const from = foreign.posts().length;
    const context = await browser.newContext();
    const page = await open(context, foreign.origin);
    await emit(page, 10, 'before');
    await page.evaluate(() => {
      window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await vi.waitFor(() => expect(namesAt(foreign, from)).toHaveLength(10), 5_000);
    await page.evaluate(() => {
      Reflect.deleteProperty(document, 'visibilityState');
      document.dispatchEvent(new Event('visibilitychange'));
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    });
    await emit(page, 10, 'after');
    const account = await page.evaluate(async () => {
      await obs.flush();
      return obs.ledger().sinks['otlp'];
    });
    expect(account).toMatchObject({ accepted: 20, delivered: 20, handedOff: 0, pending: 0 });
    expect(namesAt(foreign, from)).toEqual(['before', 'after'].flatMap((name) => Array.from({ length: 10 }, (_, index) => `${name} ${index}`)));
    await context.close();
  }, 30_000);
});
