// Vue in a real browser, as its development and its production builds are.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../../helpers/page-driver.ts';
import { frameworkScript, openFrameworkPage, times, told } from './framework-page.ts';
import type { FrameworkPage, Mode } from './framework-page.ts';
import type { ObservedErrors } from './observed-errors.ts';
import type * as vueShop from './vue-shop.ts';
import type { Failure } from './vue-shop.ts';

declare const shop: typeof vueShop;
declare const observed: ObservedErrors;

let browser: Browser;
let scripts: Record<Mode, string>;
let open: FrameworkPage[] = [];

beforeAll(async () => {
  const [development, production] = await Promise.all([frameworkScript('vue-shop.ts', 'development'), frameworkScript('vue-shop.ts', 'production')]);
  scripts = { development, production };
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());
afterEach(async () => {
  for (const page of open.splice(0)) await page.close();
});

describe.each<Mode>(['development', 'production'])('with the %s build of Vue, the plugin', (mode) => {
  async function opened(options?: Parameters<typeof openFrameworkPage>[2]): Promise<FrameworkPage> {
    const page = await openFrameworkPage(browser, scripts[mode], options);
    open.push(page);
    return page;
  }

  it.each<Failure>(['render', 'setup', 'mounted', 'click', 'async click', 'watcher'])('captures once what a component throws in its %s, and prints it', async (fails) => {
    const { page, errors, heard, printed } = await opened();
    await page.evaluate((props) => shop.showBasket(props).then(() => undefined), { fails });
    // What failed to render is not there.
    if (/click|watcher/.test(fails)) await page.click('#buy');
    const all = await errors();
    expect(all.map(told)).toEqual([{ said: `RangeError: no price: ${fails}`, mechanism: 'vue', handled: false, level: 'error' }]);
    expect(times(all)).toBe(1);
    expect(await heard()).toEqual([]);
    expect(printed.filter((text) => text.includes('no price'))).toHaveLength(1);
    expect(await page.textContent('h1')).toBe('Shop');
  });

  it('says which component threw and what it was doing, and nothing of its data', async () => {
    const { page, errors } = await opened();
    await page.evaluate(() => shop.showBasket({ fails: 'render', card: 'hidden 4711' }).then(() => undefined));
    const [error] = await errors();
    const info = mode === 'development' ? 'render function' : 'https://vuejs.org/error-reference/#runtime-1';
    expect(error!.context).toEqual({ component: 'Basket', info });
    expect(JSON.stringify(error)).not.toContain('4711');
  });

  it('tells the session and, of what was thrown in a span, the trace', async () => {
    const { page, errors } = await opened();
    const trace = await page.evaluate(async () => {
      const failure = new RangeError('no price');
      const span = observed.obs.tracer.startSpan('price');
      span.run(() => {
        try {
          observed.obs.tracer.startSpan('ask', () => { throw failure; });
        } catch {
          // Shown later, when nothing is active.
        }
      });
      span.end();
      await shop.showBasket({ fails: 'mounted', error: failure });
      return span.trace.traceId;
    });
    const [error] = await errors();
    expect(error!.trace?.traceId).toBe(trace);
    expect(error!.sessionId).toMatch(/^[\da-f]{32}$/);
  });

  it('captures nothing that a component of the application keeps to itself', async () => {
    const { page } = await opened();
    await page.evaluate(() => shop.showBasket({ fails: 'click', guarded: true }).then(() => undefined));
    await page.click('#buy');
    expect(await page.evaluate(() => observed.told())).toEqual([]);
  });

  it('leaves to the page what Vue does not see, a timer: captured once', async () => {
    const { page, errors } = await opened();
    await page.evaluate(() => shop.showBasket({ fails: 'timer' }).then(() => undefined));
    const all = await errors();
    expect(all.map(told)).toEqual([{ said: 'RangeError: no price: timer', mechanism: 'onerror', handled: false, level: 'error' }]);
    expect(times(all)).toBe(1);
  });

  it('calls the handler that was there before, in place of printing', async () => {
    const { page, errors, printed } = await opened();
    const calls = await page.evaluate(() => {
      const calls: unknown[] = [];
      const app = shop.createShop({ fails: 'render' });
      app.config.errorHandler = (error, instance, info) => void calls.push([String(error), instance?.$options.name, typeof info]);
      app.use(shop.vueErrors({ tags: { part: 'basket' } }));
      app.mount('#root');
      return calls;
    });
    const all = await errors();
    expect(times(all)).toBe(1);
    expect(all[0]!.tags).toEqual({ part: 'basket' });
    expect(calls).toEqual([['RangeError: no price: render', 'Basket', 'string']]);
    expect(printed.filter((text) => text.includes('no price'))).toEqual([]);
  });

  it('lets the page hear of the error where the application wants that', async () => {
    const { page, errors, heard } = await opened();
    await page.evaluate(() => {
      const app = shop.createShop({ fails: 'render' }).use(shop.vueErrors());
      app.config.throwUnhandledErrorInProduction = true;
      app.mount('#root');
    });
    const all = await errors();
    expect(all.map(({ mechanism }) => mechanism)).toEqual(['vue']);
    expect(times(all)).toBe(1);
    expect(await heard()).toEqual(['RangeError: no price: render']);
  });

  it.each([null, 'text', 0])('captures %j', async (error) => {
    const { page, errors } = await opened();
    await page.evaluate((props) => shop.showBasket(props).then(() => undefined), { fails: 'mounted' as const, error });
    expect(times(await errors())).toBe(1);
  });

  it('tells another manager, when it is given one', async () => {
    const { page } = await opened();
    const said = await page.evaluate(async () => {
      const obs = shop.createObservability({ sinks: [], sources: false });
      const said: string[] = [];
      obs.signals$.subscribe(({ kind, name }) => said.push(`other ${kind} ${name}`));
      shop.createShop({ fails: 'render' }).use(shop.vueErrors({ obs })).mount('#root');
      return [...said, (await observed.told()).length];
    });
    expect(said).toEqual(['other error RangeError', 0]);
  });

  it('prints the error as Vue does where nobody observes', async () => {
    const { page, printed } = await opened({ observes: false });
    await page.evaluate(() => shop.showBasket({ fails: 'render' }).then(() => undefined));
    expect(printed.filter((text) => text.includes('no price'))).toHaveLength(1);
  });

  it('captures nothing after its application is unmounted', async () => {
    const { page, printed } = await opened();
    await page.evaluate(async () => (await shop.showBasket({})).unmount());
    expect(await page.evaluate(() => observed.told())).toEqual([]);
    expect(printed).toEqual([]);
  });
});
