// What goes over the wire, byte by byte as Sentry's own receiver was sent it, when an application lets its secrets slip.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSite, scriptOf, startBrowser } from '../../helpers/page-driver.ts';
import type { Site } from '../../helpers/page-driver.ts';
import { startSpotlight } from '../../helpers/spotlight.ts';
import type { Spotlight } from '../../helpers/spotlight.ts';
import { createNodeApplication } from './node-application.ts';
import type { NodeApplication } from './node-application.ts';
import type * as pageApplication from './page-application.ts';
import type { Planted } from './planted-secrets.ts';

declare const sdk: typeof pageApplication;

let spotlight: Spotlight;
let application: NodeApplication;
let browser: Browser;
let script: string;
let site: Site;
beforeAll(async () => {
  [spotlight, application, browser, script, site] = await Promise.all([
    startSpotlight(),
    createNodeApplication(),
    startBrowser(),
    scriptOf(`export * from './test/node/sentry/page-application.ts'`),
    createSite((_, response) => response.end('{}')),
  ]);
}, 60_000);
afterAll(async () => {
  site?.close();
  application?.dispose();
  await Promise.all([browser?.close(), spotlight?.stop()]);
}, 60_000);
beforeEach(() => spotlight.clear());

interface Host {
  readonly name: string;
  /** Starts with this redaction, lets everything slip, and ends. */
  plant(redaction: false | undefined): Promise<Planted>;
}

/** As many as are captured, and the one nobody caught. */
const events = 5;

const inNode: Host = {
  name: 'Node',
  async plant(redaction) {
    const { code, stdout } = await application.run(`
      const obs = sdk.createObservability({ environment: 'test', requestLogging: { outgoing: true }, redaction: ${redaction}, sinks: [sdk.sentrySink({ dsn: ${JSON.stringify(spotlight.dsn)} })] });
      const planted = await secrets.plantSecrets(obs, ${JSON.stringify(site.origin)});
      console.log(JSON.stringify(planted));
      secrets.rejectWithSecret(planted);
    `);
    expect(code).toBe(1);
    return JSON.parse(stdout) as Planted;
  },
};

const inPage: Host = {
  name: 'page',
  async plant(redaction) {
    const page = await browser.newPage();
    await page.goto(site.origin);
    await page.evaluate(script + '; globalThis.sdk = sdk;');
    const planted = await page.evaluate(
      async ({ dsn, given }) => {
        const { obs } = sdk.startApplication(dsn, { redaction: given ?? undefined });
        const all = await sdk.plantSecrets(obs, location.origin);
        setTimeout(() => sdk.rejectWithSecret(all));
        return all;
      },
      { dsn: spotlight.dsn, given: redaction ?? null },
    );
    await spotlight.received(events);
    await page.close();
    return planted;
  },
};

const found = (planted: Planted, wire: string): readonly string[] => Object.keys(planted).filter((place) => wire.includes(planted[place]!));

describe.each([inNode, inPage])('of the secrets that slip in a $name', ({ plant }) => {
  it('none is on the wire', { timeout: 60_000 }, async () => {
    const planted = await plant(undefined);
    const told = await spotlight.received(events);
    expect(found(planted, await spotlight.wire())).toEqual([]);
    // What they were in is there, in whatever order it came.
    const types = told.map(({ exception }) => exception?.values.at(-1)?.type ?? 'a message');
    expect(types.sort()).toEqual(['AggregateError', 'Error', 'a message', 'object', 'string']);
  });

  it('every one would be, without redaction', { timeout: 60_000 }, async () => {
    const planted = await plant(false);
    await spotlight.received(events);
    expect(found(planted, await spotlight.wire())).toEqual(Object.keys(planted));
  });
});
