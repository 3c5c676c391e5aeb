// What Sentry's own receiver shows of what is thrown in a Node process and in a page.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSite, scriptOf, startBrowser } from '../../helpers/page-driver.ts';
import type { Site } from '../../helpers/page-driver.ts';
import { startSpotlight } from '../../helpers/spotlight.ts';
import type { Spotlight, SpotlightEvent } from '../../helpers/spotlight.ts';
import { createNodeApplication } from './node-application.ts';
import type { NodeApplication } from './node-application.ts';
import type * as pageApplication from './page-application.ts';
import { markdownTable, seenIn } from './seen-in-spotlight.ts';
import type { Seen } from './seen-in-spotlight.ts';
import type { Captured } from './thrown-things.ts';

declare const sdk: typeof pageApplication;
declare const app: pageApplication.PageApplication;

let spotlight: Spotlight;
let application: NodeApplication;
let browser: Browser;
let site: Site;
let script = '';
beforeAll(async () => {
  [spotlight, application, browser, script] = await Promise.all([
    startSpotlight(),
    createNodeApplication(),
    startBrowser(),
    scriptOf(`export * from './test/node/sentry/page-application.ts'`),
  ]);
  site = await createSite(({ url }, response) => {
    if (url === '/app.js') response.setHeader('content-type', 'text/javascript').end(`${script}\n`);
    else response.end('<!doctype html><title>Shop</title><body><script src="/app.js"></script>');
  });
}, 60_000);
afterAll(async () => {
  site?.close();
  application?.dispose();
  await Promise.all([browser?.close(), spotlight?.stop()]);
}, 60_000);

/** What is captured in each host, as its line of the table starts: type, value, causes. */
const thrown: Readonly<Record<string, readonly [type: string, value: string, causes?: string]>> = {
  'an Error': ['Error', 'the order has no total'],
  'a TypeError with causes': ['TypeError', 'the card was refused', 'cause RangeError: amount too large; cause Error: the ledger is closed'],
  'an AggregateError': ['AggregateError', 'no shop is open', 'errors[0] TypeError: the first is closed; errors[1] RangeError: the second is far'],
  'a string': ['string', 'out of paper'],
  undefined: ['undefined', 'undefined'],
  'a Symbol': ['symbol', 'Symbol(lost)'],
  'an object': ['object', '{"code":42,"reason":"no stock"}'],
  'a DOMException': ['QuotaExceededError', 'the quota is used up'],
  'an Error of another realm': ['TypeError', 'made elsewhere'],
  'an Error in a span': ['Error', 'thrown and caught in a span'],
  'an Error out of a span': ['Error', 'thrown out of a span'],
};
const inSpans = ['an Error in a span', 'an Error out of a span'];

/** The function that threw; of what has no stack, the one that captured it. */
const frames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Node: {
    'an Error': 'orderWithoutTotal',
    'a TypeError with causes': 'cardRefused',
    'an AggregateError': 'bothShopsClosed',
    'a string': 'Module.captureThings',
    undefined: 'Module.captureThings',
    'a Symbol': 'Module.captureThings',
    'an object': 'Module.captureThings',
    'a DOMException': 'storageFull',
    'an Error of another realm': 'fromElsewhere',
    'an Error in a span': 'insideSpan',
    'an Error out of a span': 'outOfSpan',
  },
  page: {
    'an Error': 'orderWithoutTotal',
    'a TypeError with causes': 'cardRefused',
    'an AggregateError': 'bothShopsClosed',
    'a string': 'captureThings',
    undefined: 'captureThings',
    'a Symbol': 'captureThings',
    'an object': 'captureThings',
    // Chromium gives it no stack.
    'a DOMException': 'captureThings',
    'an Error of another realm': 'madeElsewhere',
    'an Error in a span': 'insideSpan',
    'an Error out of a span': 'outOfSpan',
  },
};

/** A host in which things are thrown. */
interface Host {
  readonly name: 'Node' | 'page';
  readonly platform: string;
  readonly file: string;
  captureThings(): Promise<Captured>;
  /** Runs one of the functions that nothing catches. */
  leave(what: 'throwUncaught' | 'rejectUnhandled'): Promise<void>;
}

const start = (): string => `
  const obs = sdk.createObservability({ environment: 'test', release: 'shop@1', sinks: [sdk.sentrySink({ dsn: ${JSON.stringify(spotlight.dsn)} })] });
`;

const inNode: Host = {
  name: 'Node',
  platform: 'node',
  file: 'thrown-things.mjs',
  async captureThings() {
    const { stdout, stderr } = await application.run(`
      import { runInNewContext } from 'node:vm';
      ${start()}
      const captured = things.captureThings(obs, runInNewContext);
      await obs.shutdown();
      console.log(JSON.stringify(captured));
    `);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Captured;
  },
  async leave(what) {
    const { code } = await application.run(`${start()}setTimeout(() => things.${what}());`);
    expect(code).toBe(1);
  },
};

const inPage: Host = {
  name: 'page',
  platform: 'javascript',
  file: 'app.js',
  async captureThings() {
    const page = await open();
    const captured = await page.evaluate(() => sdk.captureThings(app));
    await page.close();
    return captured;
  },
  async leave(what) {
    const page = await open();
    await page.evaluate((name) => void setTimeout(sdk[name]), what);
    await spotlight.received(1);
    await page.close();
  },
};

async function open(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(site.origin);
  await page.evaluate((dsn) => void Object.assign(globalThis, { app: sdk.startApplication(dsn) }), spotlight.dsn);
  return page;
}

/** All that was seen, for people. */
const table: Readonly<Record<string, string>>[] = [];
afterAll(() => console.log(markdownTable(table)));

describe.each([inNode, inPage])('of what is thrown in a $name, Spotlight shows', ({ name: host, platform, file, captureThings, leave }) => {
  let captured: Captured = {};
  let events: ReadonlyMap<string, SpotlightEvent> = new Map();
  beforeAll(async () => {
    captured = await captureThings();
    const received = await spotlight.received(Object.keys(captured).length);
    events = new Map(received.map((event) => [event.event_id, event]));
  }, 60_000);
  afterAll(() => spotlight.clear());

  const told = (thing: string): SpotlightEvent => events.get(captured[thing]?.eventId ?? '') ?? expect.fail(`nothing of ${thing}`);
  const add = (thing: string, seen: Seen, trace: string): void => void table.push({ thing, host, ...seen, trace });

  it.each(Object.entries(thrown))('%s', (thing, [type, value, causes = '']) => {
    const event = told(thing);
    const trace = event.contexts?.['trace'];
    const seen = seenIn(event);
    add(thing, seen, trace === undefined ? '' : 'its span');
    expect(seen).toEqual({ type, value, causes, frame: `${frames[host]?.[thing]} ${file}`, level: 'error', mechanism: 'generic' });
    expect(event).toMatchObject({ platform, environment: 'test', release: 'shop@1' });
    if (inSpans.includes(thing)) expect(trace).toMatchObject(captured[thing]?.trace ?? {});
    else expect(trace).toBeUndefined();
  });

  it('a message', () => {
    const seen = seenIn(told('a message'));
    add('a message', seen, '');
    expect(seen).toEqual({ type: 'message', value: 'stock is low', causes: '', frame: '', level: 'warning', mechanism: '' });
  });

  it('each of them once, in its own words', async () => {
    const total = Object.keys(captured).length;
    expect(spotlight.events()).toHaveLength(total);
    const words = await spotlight.searchErrors();
    for (const [type, value] of Object.values(thrown)) expect(words).toContain(JSON.stringify(`${type}: ${value}`).slice(1, -1));
  });

  const uncaught = [
    ['throwUncaught', 'an uncaught Error', { type: 'Error', value: 'nobody caught it', Node: ['fatal', 'onuncaughtexception'], page: ['error', 'onerror'] }],
    ['rejectUnhandled', 'an unhandled rejection', { type: 'TypeError', value: 'nobody awaited it', Node: ['fatal', 'onunhandledrejection'], page: ['error', 'onunhandledrejection'] }],
  ] as const;
  it.each(uncaught)('%s', { timeout: 60_000 }, async (what, thing, { type, value, ...expected }) => {
    await spotlight.clear();
    await leave(what);
    const [event] = await spotlight.received(1);
    const seen = seenIn(event!);
    add(thing, seen, '');
    const [level, mechanism] = expected[host];
    expect(seen).toEqual({ type, value, causes: '', frame: `${host === 'Node' ? 'Module.' : ''}${what} ${file}`, level, mechanism: `${mechanism}, unhandled` });
    expect(spotlight.events()).toHaveLength(1);
  });
});
