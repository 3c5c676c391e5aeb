// What becomes of the signals of a page when the receiver fails: in a real browser, counted at the receiver by id.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCollector, takes } from '../helpers/collector.ts';
import { AFTER, expected, faultRows, MET, observed, tableOf } from '../helpers/fault-rows.ts';
import type { Later, Observed } from '../helpers/fault-rows.ts';
import { accountOf } from '../helpers/ledger-faults.ts';
import type * as observedPage from '../helpers/observed-page.ts';
import type { ObservedPage, PageOptions, PageState } from '../helpers/observed-page.ts';
import { createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';
import type { Site } from '../helpers/page-driver.ts';

declare const sdk: typeof observedPage;
declare let bench: ObservedPage;

let browser: Browser;
let script: string;
let site: Site;
let undo: (() => unknown)[] = [];

beforeAll(async () => {
  [browser, script, site] = await Promise.all([
    startBrowser(),
    scriptOf(`export * from './test/helpers/observed-page.ts'`),
    createSite((_, response) => response.end()),
  ]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  site.close();
});
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

/** How much time passes in the page with a message from the test and back, in milliseconds. */
const TURN = 50;

/** The clock of the page; it moves with the messages between test and page: when either stands still, it stands still too. */
let elapsed = 0;

const later: Later = (milliseconds, then) => ({
  run(exchange) {
    const due = elapsed + milliseconds;
    const wait = (): void => {
      if (exchange.socket.destroyed) return;
      if (elapsed >= due) then.run(exchange);
      else setTimeout(wait, 1);
    };
    wait();
  },
});

async function open(given: PageOptions): Promise<Page> {
  const context = await browser.newContext();
  undo.push(() => context.close());
  const page = await context.newPage();
  await page.goto(site.origin);
  await page.evaluate(`${script}; globalThis.sdk = sdk; globalThis.bench = sdk.observePage(${JSON.stringify(given)});`);
  return page;
}

async function pass(page: Page, condition: (state: PageState) => boolean): Promise<PageState> {
  const deadline = performance.now() + 50_000;
  for (;;) {
    elapsed += TURN;
    const state = await page.evaluate((milliseconds) => bench.advance(milliseconds), TURN);
    expect(state.faults).toEqual([]);
    if (condition(state)) return state;
    if (performance.now() > deadline) throw new Error(`not in time: ${JSON.stringify(state)}`);
  }
}

const settled = ({ ledger }: PageState): boolean => accountOf(ledger).pending === 0;

const words = {
  refused: 'POST {url}: no connection',
  // Why is a page's guess.
  reset: 'POST {url}: no answer',
  redirect: 'POST {url} redirects to another address: set the endpoint to it',
};

/** Without the guesses at what a browser does not tell. */
function guessed({ health, ...rest }: Observed): Observed {
  const plain = (text: string): string => text.replace(/(: no connection) \(.*(?=, again)/, '$1').replace(/: the receiver broke the connection off, .*(?=, again)/, ': no answer');
  return { ...rest, health: health.map(plain) };
}

describe('when the receiver of a page fails, all is accounted for, and each trouble said once:', () => {
  const table: Observed[] = [];
  afterAll(() => console.log(tableOf('Page in Chromium, receiver of another origin', table)));

  it.each(faultRows(words, later).map((row) => [row.fault, row] as const))('%s', { timeout: 60_000 }, async (_, row) => {
    const collector = await startCollector(() => elapsed);
    undo.push(() => collector.close());
    const page = await open({ sink: { endpoint: collector.url }, options: { serviceName: 'page', delivery: { flushEvery: 200, ...row.delivery } } });
    collector.treat(...row.treat);
    if (row.refused !== undefined) await collector.shut();
    await page.evaluate((count) => bench.emitSpans(count), MET);
    if (row.refused === 'then up') {
      await pass(page, ({ health }) => health.length > 0);
      await collector.open();
    }
    await pass(page, settled);
    const wait = (collector.exports[1]?.at ?? 0) - (collector.exports[0]?.at ?? 0);

    if (row.refused === 'always') await collector.open();
    collector.treat(takes());
    await page.evaluate((count) => bench.emitSpans(count), AFTER);
    await pass(page, settled);
    expect(await page.evaluate(() => bench.obs.shutdown())).toMatchObject({ timedOut: false, pending: 0 });

    const outcome = await page.evaluate(() => bench.state());
    const seen = guessed(observed(row, outcome, collector));
    table.push(seen);
    expect(seen).toEqual(expected(row));
    const { emitted, routed } = outcome.ledger;
    expect({ emitted, routed, accepted: accountOf(outcome.ledger).accepted }).toEqual({ emitted: MET + AFTER, routed: MET + AFTER, accepted: MET + AFTER });
    if (row.waits !== undefined) {
      expect(wait).toBeGreaterThanOrEqual(row.waits[0]);
      expect(wait).toBeLessThanOrEqual(row.waits[1]);
    }
  });
});
