import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { ErrorSignal } from '../../../src/core/signal.ts';
import { createSite } from '../../helpers/page-driver.ts';
import type { ObservedErrors } from './observed-errors.ts';

declare const observed: ObservedErrors;
declare const heard: readonly unknown[];

export type Mode = 'development' | 'production';

/** A page with a framework in it, open in a browser. */
export interface FrameworkPage {
  readonly page: Page;
  /** What its console got at the level of errors. */
  readonly printed: readonly string[];
  /** What the SDK told of errors, once it told of so many. */
  errors(count?: number): Promise<readonly ErrorSignal[]>;
  /** What the listeners of the page heard. */
  heard(): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

/** What of an error matters in every test. */
export function told({ error, mechanism, handled, level }: ErrorSignal): object {
  return { said: `${error.type}: ${error.message}`, mechanism, handled, level };
}

/** How often an error came in all. */
export function times(errors: readonly ErrorSignal[]): number {
  return errors.reduce((sum, { count = 1 }) => sum + count, 0);
}

/** The script of a page, as a bundler makes it for development or production. What it exports is the global `shop`. */
export async function frameworkScript(file: string, mode: Mode): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'shop',
    platform: 'browser',
    conditions: ['es2015', 'module'],
    // Angular is installed there.
    nodePaths: [fileURLToPath(new URL('../../applications/node_modules', import.meta.url))],
    define: {
      'process.env.NODE_ENV': JSON.stringify(mode),
      // Where it is not defined, Angular is in development.
      ...(mode === 'production' ? { ngDevMode: 'false' } : {}),
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    tsconfigRaw: '{}',
    target: 'es2022',
  });
  return String(outputFiles[0]?.text);
}

/** `body` stands in the document before the script runs. The page has what is observed as `observed`, unless that is not wanted. */
export async function openFrameworkPage(browser: Browser, script: string, { body = '', observes = true } = {}): Promise<FrameworkPage> {
  const site = await createSite((request, response) => {
    if (request.url !== '/app.js') return response.end(`<!doctype html><title>shop</title><div id="root">${body}</div><script src="/app.js"></script>`);
    return response.setHeader('content-type', 'text/javascript').end(script);
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  const printed: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') printed.push(message.text());
  });
  await page.goto(site.origin);
  await page.evaluate(`globalThis.heard = shop.hearErrors(); ${observes ? 'globalThis.observed = shop.observeErrors();' : ''}`);
  return {
    page,
    printed,
    async errors(count = 1) {
      await page.waitForFunction(async (wanted) => (await observed.told()).length >= wanted, count, { timeout: 10_000 });
      return page.evaluate(() => observed.told());
    },
    heard: () => page.evaluate(() => heard),
    async close() {
      await context.close();
      site.close();
    },
  };
}
