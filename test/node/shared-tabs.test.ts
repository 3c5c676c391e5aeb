// Statistics of the tabs and workers of one origin, in a real browser.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';
import type { Site } from '../helpers/page-driver.ts';
import { exactly, measured } from './shared-fixtures/measured.ts';
import type { begin, SharedPage } from './shared-fixtures/shared-page.ts';

declare const sdk: { begin: typeof begin };
declare const own: SharedPage;

let browser: Browser;
let site: Site;

beforeAll(async () => {
  const script = scriptOf(`export * from './test/node/shared-fixtures/shared-page.ts'`);
  site = await createSite(async (request, response) => {
    response.setHeader('content-type', 'text/javascript');
    if (request.url === '/sdk.js') response.end(await script);
    // A worker that measures a part, under a name.
    else if (request.url?.startsWith('/worker.js')) response.end(`importScripts('/sdk.js'); const [, part, name] = location.hash.split('-'); sdk.begin(name).measure(Number(part)); postMessage('measured');`);
    else response.setHeader('content-type', 'text/html').end();
  });
  browser = await startBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
  site.close();
});

/** A tab that shares. */
async function open(context: BrowserContext, name = 'page'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.origin);
  await page.addScriptTag({ url: '/sdk.js' });
  await page.evaluate((name) => void Object.assign(globalThis, { own: sdk.begin(name) }), name);
  return page;
}

const measure = (page: Page, part: number) => page.evaluate((part) => own.measure(part), part);
const whenCounted = (page: Page, count: number) => page.evaluate((count) => own.whenCounted(count), count);
/** A Web Worker of the page that has measured a part. */
const startWorker = (page: Page, part: number, name = 'page') =>
  page.evaluate(
    ([part, name]) =>
      new Promise((resolve) => {
        const worker = new Worker(`/worker.js#-${part}-${name}`);
        Object.assign(globalThis, { worker });
        worker.onmessage = resolve;
      }).then(() => undefined),
    [part, name] as const,
  );

const union = exactly(measured.flat());
const sum = (...parts: readonly number[]) => parts.reduce((count, part) => count + measured[part]!.length, 0);

describe('the tabs and workers of an origin', { timeout: 60_000 }, () => {
  it('make one view, whose percentiles are those of all their values', async () => {
    const context = await browser.newContext();
    const [one, two] = [await open(context), await open(context)];
    await Promise.all([measure(one, 0), measure(two, 1), startWorker(one, 2), startWorker(two, 3)]);
    expect(await Promise.all([whenCounted(one, union.count), whenCounted(two, union.count)])).toEqual([union, union]);
    // Late: it has the whole at once.
    expect(await whenCounted(await open(context), union.count)).toEqual(union);
    await context.close();
  });

  it('of two names do not mix', async () => {
    const context = await browser.newContext();
    const [shop, bank] = [await open(context, 'shop'), await open(context, 'bank')];
    await Promise.all([measure(shop, 0), startWorker(shop, 2, 'bank')]);
    expect(await whenCounted(bank, sum(2))).toEqual(exactly(measured[2]!));
    expect(await whenCounted(shop, sum(0))).toEqual(exactly(measured[0]!));
    await context.close();
  });

  it('ignore and count what else is said on their channel', async () => {
    const context = await browser.newContext();
    const [one, two] = [await open(context, 'shop'), await open(context, 'shop')];
    await two.evaluate(() => {
      const channel = new BroadcastChannel('arkhe-observability/statistics/1/shop');
      for (const message of [null, 'hello', { type: 'slices', from: 'x', slices: {} }, { type: 'watch', from: 'x', watch: 7 }]) channel.postMessage(message);
    });
    await measure(two, 1);
    expect(await whenCounted(one, sum(1))).toEqual(exactly(measured[1]!));
    expect(await one.evaluate(() => own.shared.ignored)).toBe(4);
    await context.close();
  });

  it('that are closed leave what they measured for the window', async () => {
    const context = await browser.newContext();
    const [one, two] = [await open(context), await open(context)];
    await one.evaluate(() => void own.shared.watchStatistics({ every: 100 }).subscribe());
    await measure(two, 3);
    await whenCounted(one, sum(3));
    await two.close();
    await measure(one, 0);
    expect(await whenCounted(one, sum(0, 3))).toEqual(exactly([...measured[0]!, ...measured[3]!]));
    await context.close();
  });

  it('are heard once more when they are left', async () => {
    const context = await browser.newContext();
    const [one, two] = [await open(context), await open(context)];
    await one.evaluate(() => void own.shared.watchStatistics({ every: 100 }).subscribe());
    await measure(two, 1);
    await whenCounted(one, sum(1));
    // In the same task: the page has no time left.
    await two.evaluate(() => {
      own.measure(3);
      location.href = '/elsewhere';
    });
    expect(await whenCounted(one, sum(1, 3))).toEqual(exactly([...measured[1]!, ...measured[3]!]));
    await context.close();
  });

  it('hear nothing while their page is in the cache of the way back, and miss nothing when it returns', async () => {
    const context = await browser.newContext();
    const [one, two] = [await open(context), await open(context)];
    await one.evaluate(() => void own.shared.watchStatistics({ every: 100 }).subscribe());
    await measure(two, 1);
    await whenCounted(one, sum(1));
    // Browsers that are driven keep no such cache: the page is told what it is told there.
    await one.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    await two.evaluate(() => new BroadcastChannel('arkhe-observability/statistics/1/page').postMessage('malformed'));
    await measure(two, 3);
    await whenCounted(two, sum(1, 3));
    expect(await one.evaluate(() => own.shared.ignored)).toBe(0);
    await one.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await measure(one, 0);
    expect(await whenCounted(one, sum(0, 1, 3))).toEqual(exactly([...measured[0]!, ...measured[1]!, ...measured[3]!]));
    await context.close();
  });
});
