// Angular in a real browser, without zones, its templates compiled in the page.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ObservabilityErrorHandler as Handler } from '../../../src/browser/frameworks/angular.ts';
import type { ObservabilityManager } from '../../../src/browser/index.ts';
import { startBrowser } from '../../helpers/page-driver.ts';
import { frameworkScript, openFrameworkPage, times, told } from './framework-page.ts';
import type { FrameworkPage, Mode } from './framework-page.ts';
import type { ObservedErrors } from './observed-errors.ts';

interface Options {
  readonly fails?: string;
  readonly error?: unknown;
  readonly provider?: object;
  readonly listeners?: boolean;
}

declare const shop: {
  readonly ErrorHandler: new () => object;
  readonly ObservabilityErrorHandler: typeof Handler;
  createObservability(options: object): ObservabilityManager;
  showBasket(options?: Options): Promise<{ destroy(): void }>;
};
declare const observed: ObservedErrors;

let browser: Browser;
let scripts: Record<Mode, string>;
let open: FrameworkPage[] = [];

beforeAll(async () => {
  const [development, production] = await Promise.all([frameworkScript('angular-shop.mjs', 'development'), frameworkScript('angular-shop.mjs', 'production')]);
  scripts = { development, production };
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());
afterEach(async () => {
  for (const page of open.splice(0)) await page.close();
});

describe.each<Mode>(['development', 'production'])('with the %s mode of Angular, its error handler', (mode) => {
  async function opened(options?: Parameters<typeof openFrameworkPage>[2]): Promise<FrameworkPage> {
    const page = await openFrameworkPage(browser, scripts[mode], options);
    open.push(page);
    return page;
  }

  /** Shows the basket, and buys. */
  async function buy({ page }: FrameworkPage, options: Options): Promise<void> {
    await page.evaluate((given) => shop.showBasket(given).then(() => undefined), options);
    await page.click('#buy');
  }

  it.each(['constructor', 'ngOnInit', 'template', 'effect', 'click'])('captures once what a component throws in its %s, and prints it as ever', async (fails) => {
    const opening = await opened();
    const { page, errors, heard, printed } = opening;
    if (fails === 'click') await buy(opening, { fails });
    else await page.evaluate((given) => shop.showBasket(given).then(() => undefined), { fails });
    const all = await errors();
    expect(all.map(told)).toEqual([{ said: `RangeError: no price: ${fails}`, mechanism: 'angular', handled: false, level: 'error' }]);
    expect(times(all)).toBe(1);
    expect(await heard()).toEqual([]);
    expect(printed.filter((text) => /^ERROR RangeError: no price/.test(text))).toHaveLength(1);
    expect(await page.textContent('h1')).toBe('Shop');
  });

  it.each(['rejection', 'timer'])('sees what Angular hears of from the page, a %s: captured once, printed as ever', async (fails) => {
    const opening = await opened();
    await buy(opening, { fails });
    const all = await opening.errors();
    expect(all.map(({ error }) => error.message)).toEqual([`no price: ${fails}`]);
    expect(times(all)).toBe(1);
    expect(await opening.heard()).toEqual([`RangeError: no price: ${fails}`]);
    expect(opening.printed.filter((text) => /^ERROR RangeError: no price/.test(text))).toHaveLength(1);
  });

  it.each([
    ['rejection', 'onunhandledrejection'],
    ['timer', 'onerror'],
  ])('leaves to the page what Angular does not hear of, a %s: captured once', async (fails, mechanism) => {
    const opening = await opened();
    await buy(opening, { fails, listeners: false });
    const all = await opening.errors();
    expect(all.map(told)).toEqual([{ said: `RangeError: no price: ${fails}`, mechanism, handled: false, level: 'error' }]);
    expect(times(all)).toBe(1);
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
      await shop.showBasket({ fails: 'effect', error: failure });
      return span.trace.traceId;
    });
    const [error] = await errors();
    expect(error!.trace?.traceId).toBe(trace);
    expect(error!.sessionId).toMatch(/^[\da-f]{32}$/);
  });

  it('goes on to the handler of the application, in place of printing', async () => {
    const { page, errors, printed } = await opened();
    const calls = await page.evaluate(async () => {
      const calls: string[] = [];
      const next = { handleError: (error: unknown) => void calls.push(String(error)) };
      const useFactory = () => new shop.ObservabilityErrorHandler({ next, tags: { part: 'basket' } });
      await shop.showBasket({ fails: 'template', provider: { provide: shop.ErrorHandler, useFactory } });
      return calls;
    });
    const all = await errors();
    expect(all.map(({ tags }) => tags)).toEqual([{ part: 'basket' }]);
    expect(times(all)).toBe(1);
    expect(calls).toEqual(['RangeError: no price: template']);
    expect(printed).toEqual([]);
  });

  it.each(['rejection', 'ngOriginalError'])('captures the error that another carries as its %s, and prints that other', async (key) => {
    const { page, errors, printed } = await opened();
    await page.evaluate((key) => {
      const wrapper = Object.assign(new Error('wrapper'), { [key]: new TypeError('inner') });
      new shop.ObservabilityErrorHandler().handleError(wrapper);
    }, key);
    expect((await errors()).map(({ error }) => `${error.type}: ${error.message}`)).toEqual(['TypeError: inner']);
    expect(printed).toEqual([expect.stringContaining('ERROR Error: wrapper')]);
  });

  it('captures the error that carries what is none, because that has a stack', async () => {
    const { page, errors } = await opened();
    await page.evaluate(() => new shop.ObservabilityErrorHandler().handleError(Object.assign(new Error('in promise: text'), { rejection: 'text' })));
    expect((await errors()).map(({ error }) => error.message)).toEqual(['in promise: text']);
  });

  it('captures what carries itself, and what cannot be read', async () => {
    const { page, errors } = await opened();
    await page.evaluate(() => {
      const handler = new shop.ObservabilityErrorHandler();
      const cycle: Error & { rejection?: unknown } = new Error('cycle');
      cycle.rejection = cycle;
      handler.handleError(cycle);
      handler.handleError({ get rejection() { throw new Error('no'); }, message: 'unreadable' });
    });
    expect(await errors(2)).toHaveLength(2);
  });

  it('tells another manager, when it is given one', async () => {
    const { page } = await opened();
    const said = await page.evaluate(async () => {
      const obs = shop.createObservability({ sinks: [], sources: false });
      const said: string[] = [];
      obs.signals$.subscribe(({ kind, name }) => said.push(`other ${kind} ${name}`));
      const useFactory = () => new shop.ObservabilityErrorHandler({ obs });
      await shop.showBasket({ fails: 'template', provider: { provide: shop.ErrorHandler, useFactory } });
      return [...said, (await observed.told()).length];
    });
    expect(said).toEqual(['other error RangeError', 0]);
  });

  it('prints the error as ever where nobody observes', async () => {
    const { page, printed } = await opened({ observes: false });
    await page.evaluate(() => shop.showBasket({ fails: 'template' }).then(() => undefined));
    expect(printed.filter((text) => /^ERROR RangeError: no price/.test(text))).toHaveLength(1);
  });

  it('captures nothing after its application is destroyed', async () => {
    const { page, printed } = await opened();
    await page.evaluate(async () => (await shop.showBasket()).destroy());
    expect(await page.evaluate(() => observed.told())).toEqual([]);
    expect(printed).toEqual([]);
  });
});
