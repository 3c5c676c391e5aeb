// React in a real browser, as its development and its production builds are.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../../helpers/page-driver.ts';
import { frameworkScript, openFrameworkPage, times, told } from './framework-page.ts';
import type { FrameworkPage, Mode } from './framework-page.ts';
import type { ObservedErrors } from './observed-errors.ts';
import type * as reactShop from './react-shop.ts';
import type { BasketProps, Failure } from './react-shop.ts';

declare const shop: typeof reactShop;
declare const observed: ObservedErrors;

let browser: Browser;
let scripts: Record<Mode, string>;
let open: FrameworkPage[] = [];

beforeAll(async () => {
  const [development, production] = await Promise.all([frameworkScript('react-shop.ts', 'development'), frameworkScript('react-shop.ts', 'production')]);
  scripts = { development, production };
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());
afterEach(async () => {
  for (const page of open.splice(0)) await page.close();
});

describe.each<Mode>(['development', 'production'])('with the %s build of React,', (mode) => {
  async function opened(options?: Parameters<typeof openFrameworkPage>[2]): Promise<FrameworkPage> {
    const page = await openFrameworkPage(browser, scripts[mode], options);
    open.push(page);
    return page;
  }

  describe('an error boundary', () => {
    it.each<Failure>(['render', 'layout effect', 'effect'])('captures once what a component throws in its %s, and shows the fallback with the event id', async (fails) => {
      const { page, errors } = await opened();
      await page.evaluate((props) => void shop.showBasket(props), { fails });
      const [error, ...others] = await errors();
      expect(told(error!)).toEqual({ said: `RangeError: no price: ${fails}`, mechanism: 'react', handled: true, level: 'error' });
      expect(others).toEqual([]);
      expect(error!.count ?? 1).toBe(1);
      expect(await page.textContent('[role=alert]')).toContain(`RangeError: no price: ${fails} ${error!.eventId}`);
    });

    it('says which component threw, and within which', async () => {
      const { page, errors } = await opened();
      await page.evaluate(() => void shop.showBasket({ fails: 'render' }));
      const [error] = await errors();
      expect(error!.context).toEqual({ component: 'Basket', componentStack: expect.stringMatching(/Basket[^]*ErrorBoundary/) });
    });

    it('tells the session and, of what was thrown in a span, the trace', async () => {
      const { page, errors } = await opened();
      const trace = await page.evaluate(() => {
        const failure = new RangeError('no price');
        const span = observed.obs.tracer.startSpan('price');
        span.run(() => {
          try {
            observed.obs.tracer.startSpan('ask', () => { throw failure; });
          } catch {
            shop.showBasket({ fails: 'effect', error: failure });
          }
        });
        span.end();
        return span.trace.traceId;
      });
      const [error] = await errors();
      expect(error!.trace?.traceId).toBe(trace);
      expect(error!.sessionId).toMatch(/^[\da-f]{32}$/);
    });

    it('renders its children again when the fallback asks', async () => {
      const { page, errors } = await opened();
      await page.evaluate(() => {
        const props: { fails: Failure | undefined } = { fails: 'render' };
        const Once = () => shop.createElement(shop.Basket, props);
        shop.createRoot(shop.rootElement()).render(shop.createElement(shop.ErrorBoundary, { fallback: shop.Sorry }, shop.createElement(Once)));
        Object.assign(globalThis, { mend: () => void (props.fails = undefined) });
      });
      await errors();
      await page.evaluate('mend()');
      await page.click('#again');
      await page.waitForSelector('#buy');
      expect(await page.isVisible('[role=alert]')).toBe(false);
    });

    it('renders its children again when one of the reset keys changes, and not when none does', async () => {
      const { page, errors } = await opened();
      await page.evaluate(() => {
        const root = shop.createRoot(shop.rootElement());
        const show = (resetKeys: readonly number[], fails?: Failure): void =>
          shop.flushSync(() => root.render(shop.createElement(shop.ErrorBoundary, { fallback: shop.Sorry, resetKeys }, shop.createElement(shop.Basket, { fails }))));
        Object.assign(globalThis, { show });
      });
      const show = (resetKeys: readonly number[], fails?: Failure): Promise<void> =>
        page.evaluate(([resetKeys, fails]) => (globalThis as unknown as { show(...given: unknown[]): void }).show(resetKeys, fails), [resetKeys, fails] as const);
      await show([1, 5]);
      // The keys change with the update that fails: no reason to try again.
      await show([2, 5], 'render');
      expect(times(await errors())).toBe(1);
      await show([2, 5]);
      expect(await page.isVisible('[role=alert]')).toBe(true);
      await show([3, 5]);
      expect(await page.isVisible('[role=alert]')).toBe(false);
    });

    it('within another keeps the error to itself; what its fallback throws is the error of the other', async () => {
      const { page, errors } = await opened();
      await page.evaluate(() => {
        const inner = shop.createElement(shop.ErrorBoundary, { fallback: 'inner' }, shop.createElement(shop.Basket, { fails: 'render' }));
        const fallback = (): never => { throw new TypeError('no fallback'); };
        const broken = shop.createElement(shop.ErrorBoundary, { fallback }, shop.createElement(shop.Basket, { fails: 'render', error: new Error('first') }));
        shop.createRoot(shop.rootElement()).render(shop.createElement('main', {}, inner, shop.createElement(shop.ErrorBoundary, { fallback: shop.Sorry }, broken)));
      });
      await page.waitForSelector('[role=alert]');
      expect(await page.textContent('main')).toMatch(/^innerTypeError: no fallback/);
      const said = (await errors(2)).map(({ error }) => error.message);
      expect(said).toContain('no price: render');
      expect(said).toContain('no fallback');
    });

    it('captures once what a fallback throws again', async () => {
      const { page, errors } = await opened();
      await page.evaluate(() => {
        const again = ({ error }: { readonly error: unknown }): never => { throw error; };
        const failing = shop.createElement(shop.Basket, { fails: 'render', error: new Error('again') });
        const inner = shop.createElement(shop.ErrorBoundary, { fallback: again }, failing);
        shop.createRoot(shop.rootElement()).render(shop.createElement(shop.ErrorBoundary, { fallback: shop.Sorry }, inner));
      });
      await page.waitForSelector('[role=alert]');
      expect(times(await errors())).toBe(1);
    });

    it('calls onError with the error and the event id, and gives tags and a level', async () => {
      const { page, errors } = await opened();
      const calls = await page.evaluate(() => {
        const calls: unknown[] = [];
        const onError = (error: unknown, info: object): void => void calls.push([String(error), info]);
        const boundary = shop.createElement(shop.ErrorBoundary, { tags: { part: 'basket' }, level: 'fatal', onError }, shop.createElement(shop.Basket, { fails: 'render' }));
        shop.flushSync(() => shop.createRoot(shop.rootElement()).render(boundary));
        return calls;
      });
      const [error] = await errors();
      expect(error).toMatchObject({ level: 'fatal', tags: { part: 'basket' } });
      expect(calls).toEqual([['RangeError: no price: render', { eventId: error!.eventId, componentStack: expect.stringContaining('Basket') }]]);
    });

    it.each([undefined, null, 'text', 0])('captures %j, and shows the fallback', async (error) => {
      const { page, errors } = await opened();
      await page.evaluate((error) => void shop.showBasket({ fails: 'render', error }), error);
      await page.waitForSelector('[role=alert]');
      expect(times(await errors())).toBe(1);
    });

    it('tells another manager, when it is given one', async () => {
      const { page } = await opened();
      const said = await page.evaluate(async () => {
        const obs = shop.createObservability({ sinks: [], sources: false });
        const said: string[] = [];
        obs.signals$.subscribe(({ kind, name }) => said.push(`other ${kind} ${name}`));
        const boundary = shop.createElement(shop.ErrorBoundary, { obs }, shop.createElement(shop.Basket, { fails: 'render' }));
        shop.flushSync(() => shop.createRoot(shop.rootElement()).render(boundary));
        return [...said, (await observed.told()).length];
      });
      expect(said).toEqual(['other error RangeError', 0]);
    });

    it('leaves nothing behind when it is unmounted in its fallback', async () => {
      const { page, errors, printed } = await opened();
      await page.evaluate(() => void Object.assign(globalThis, { root: shop.showBasket({ fails: 'render' }) }));
      await errors();
      const before = printed.length;
      await page.evaluate('root.unmount()');
      await page.waitForSelector('[role=alert]', { state: 'detached' });
      expect(printed.slice(before)).toEqual([]);
      expect(times(await errors())).toBe(1);
    });

    it('shows the fallback, and lets React print as ever, where nobody observes', async () => {
      const { page, printed } = await opened({ observes: false });
      await page.evaluate(() => void shop.showBasket({ fails: 'render' }));
      expect(await page.textContent('[role=alert]')).toContain('RangeError: no price: render undefined');
      expect(printed.filter((text) => text.includes('no price'))).toHaveLength(1);
    });
  });

  it.each<[Failure, string]>([
    ['click', 'onerror'],
    ['rejection', 'onunhandledrejection'],
  ])('what no boundary can see, a %s, is captured once by the page', async (fails, mechanism) => {
    const { page, errors, heard } = await opened();
    await page.evaluate((props) => void shop.showBasket(props, shop.reactErrorHandlers()), { fails } satisfies BasketProps);
    await page.click('#buy');
    const all = await errors();
    expect(all.map(told)).toEqual([{ said: `RangeError: no price: ${fails}`, mechanism, handled: false, level: 'error' }]);
    expect(times(all)).toBe(1);
    expect(await heard()).toEqual([`RangeError: no price: ${fails}`]);
    expect(await page.isVisible('[role=alert]')).toBe(false);
  });

  describe('the handlers of a root', () => {
    it('capture once what no boundary caught, and it goes on to the listeners of the page', async () => {
      const { page, errors, heard } = await opened();
      await page.evaluate(() => void shop.showUnguarded({ fails: 'render' }, shop.reactErrorHandlers()));
      const all = await errors();
      expect(all.map(told)).toEqual([{ said: 'RangeError: no price: render', mechanism: 'react', handled: false, level: 'error' }]);
      expect(times(all)).toBe(1);
      expect(all[0]!.context).toMatchObject({ component: 'Basket' });
      expect(await heard()).toEqual(['RangeError: no price: render']);
    });

    it('are not needed for that: without them the page captures it', async () => {
      const { page, errors } = await opened();
      await page.evaluate(() => void shop.showUnguarded({ fails: 'effect' }));
      const all = await errors();
      expect(all.map(told)).toEqual([{ said: 'RangeError: no price: effect', mechanism: 'onerror', handled: false, level: 'error' }]);
      expect(times(all)).toBe(1);
    });

    it('capture once what a boundary of the application caught, and print it as React does', async () => {
      const { page, errors, heard, printed } = await opened();
      await page.evaluate(() => {
        const boundary = shop.createElement(shop.OwnBoundary, {}, shop.createElement(shop.Basket, { fails: 'effect' }));
        shop.createRoot(shop.rootElement(), shop.reactErrorHandlers({ tags: { part: 'basket' } })).render(boundary);
      });
      const all = await errors();
      expect(all.map(told)).toEqual([{ said: 'RangeError: no price: effect', mechanism: 'react', handled: true, level: 'error' }]);
      expect(times(all)).toBe(1);
      expect(all[0]).toMatchObject({ context: { component: 'Basket' }, tags: { part: 'basket' } });
      expect(await page.textContent('[role=alert]')).toBe('own');
      expect(await heard()).toEqual([]);
      expect(printed.filter((text) => text.includes('no price'))).toHaveLength(1);
    });

    it('leave what our own boundary caught to that, with its tags', async () => {
      const { page, errors } = await opened();
      await page.evaluate(() => {
        const boundary = shop.createElement(shop.ErrorBoundary, { tags: { part: 'basket' } }, shop.createElement(shop.Basket, { fails: 'render' }));
        shop.createRoot(shop.rootElement(), shop.reactErrorHandlers({ tags: { part: 'page' } })).render(boundary);
      });
      const all = await errors();
      expect(all.map(({ tags }) => tags)).toEqual([{ part: 'basket' }]);
      expect(times(all)).toBe(1);
    });

    it('capture as a warning what React got over, a page that is not what the server rendered', async () => {
      const { page, errors, heard } = await opened({ body: '<button>Sell</button>' });
      await page.evaluate(() => void shop.hydrateRoot(shop.rootElement(), shop.createElement(shop.Basket), shop.reactErrorHandlers()));
      const all = await errors();
      expect(all.map(({ mechanism, handled, level }) => ({ mechanism, handled, level }))).toEqual([{ mechanism: 'react', handled: true, level: 'warn' }]);
      expect(times(all)).toBe(1);
      expect(await heard()).toHaveLength(1);
      expect(await page.textContent('#buy')).toBe('Buy');
    });

    it('go on to those of the application, which then decide', async () => {
      const { page, errors, heard, printed } = await opened({ body: '<button>Sell</button>' });
      await page.evaluate(() => {
        const called: string[] = [];
        const own = (name: string) => (error: unknown) => void called.push(`${name} ${error instanceof Error}`);
        const handlers = shop.reactErrorHandlers({ onUncaughtError: own('uncaught'), onCaughtError: own('caught'), onRecoverableError: own('recoverable') });
        Object.assign(globalThis, { called });
        const guarded = shop.createElement(shop.OwnBoundary, {}, shop.createElement(shop.Basket, { fails: 'effect', error: new Error('caught') }));
        shop.hydrateRoot(shop.rootElement(), shop.createElement('main', {}, guarded), handlers);
        const elsewhere = document.body.appendChild(document.createElement('div'));
        shop.createRoot(elsewhere, handlers).render(shop.createElement(shop.Basket, { fails: 'effect', error: new Error('uncaught') }));
      });
      expect((await errors(3)).map(({ error }) => error.message)).toEqual(expect.arrayContaining(['caught', 'uncaught']));
      expect((await page.evaluate<string[]>('called')).sort()).toEqual(['caught true', 'recoverable true', 'uncaught true']);
      expect(await heard()).toEqual([]);
      expect(printed.filter((text) => /caught|Hydration/.test(text))).toEqual([]);
    });

    it('let the error go on where nobody observes', async () => {
      const { page, heard } = await opened({ observes: false });
      await page.evaluate(() => void shop.showUnguarded({ fails: 'render' }, shop.reactErrorHandlers()));
      await page.waitForFunction('heard.length > 0');
      expect(await heard()).toEqual(['RangeError: no price: render']);
    });
  });
});
