// An application with a Sentry of its own, set up as its documentation says, and ours beside it: neither sees anything of the other.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowOrigins, createSite, scriptOf, startBrowser } from '../../helpers/page-driver.ts';
import type { Site } from '../../helpers/page-driver.ts';
import { createNodeApplication } from './node-application.ts';
import type { NodeApplication } from './node-application.ts';
import { eventsIn, messagesOf } from './read-envelopes.ts';

let application: NodeApplication;
let browser: Browser;
let script = '';
beforeAll(async () => {
  [application, browser, script] = await Promise.all([createNodeApplication(), startBrowser(), scriptOf(`export * from './test/node/sentry/host-page.ts'`)]);
}, 60_000);
afterAll(async () => {
  application?.dispose();
  await browser?.close();
}, 60_000);

/** Where each sends its events. */
let ours: Site;
let host: Site;
beforeEach(async () => {
  const take = (): Promise<Site> =>
    createSite((request, response) => {
      allowOrigins(request, response);
      response.end('{}');
    });
  [ours, host] = await Promise.all([take(), take()]);
});
afterEach(() => {
  ours.close();
  host.close();
});

const textOf = (site: Site): string => site.posts().map(({ body }) => body.toString()).join('\n');

/** Where a program runs: with the package as `sdk`, the host's Sentry as `Sentry`, and `everything` that is everybody's as it is `changed`. */
interface Place {
  readonly name: string;
  run(program: string): Promise<unknown>;
}

const inNode: Place = {
  name: 'Node',
  async run(program) {
    const { code, stdout, stderr } = await application.run(`
      import * as Sentry from '@sentry/node';
      const everything = async () => probe();
      const result = await (async () => { ${program} })();
      console.log(JSON.stringify(result ?? null));
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  },
};

const inPage: Place = {
  name: 'page',
  async run(program) {
    const site = await createSite((_, response) => response.end());
    const page = await browser.newPage();
    try {
      await page.goto(site.origin);
      await page.exposeFunction('listeners', () => listenersOf(page));
      return await page.evaluate(`${script}; (async ({ sdk, Sentry, changed, probe }) => {
        const everything = async () => new Map([...probe(), ...(await listeners())]);
        ${program}
      })(sdk)`);
    } finally {
      await page.close();
      site.close();
    }
  },
};

/** How many listeners a page has, as its browser knows them. */
async function listenersOf(page: Page): Promise<readonly (readonly [string, number])[]> {
  const session = await page.context().newCDPSession(page);
  const counts = new Map<string, number>();
  for (const expression of ['window', 'document']) {
    const { result } = await session.send('Runtime.evaluate', { expression });
    const { listeners } = await session.send('DOMDebugger.getEventListeners', { objectId: result.objectId! });
    for (const { type } of listeners) counts.set(`listeners of ${expression}: ${type}`, (counts.get(`listeners of ${expression}: ${type}`) ?? 0) + 1);
  }
  await session.detach();
  return [...counts];
}

/** The host's Sentry sends the lines of its source along: what is looked for must not be in these. */
const words = `const words = (...parts) => parts.join('-');`;

/** Of another host name, as another organisation at Sentry has: a request to its own would be known to it. */
const hostDsn = (): string => `http://hostkey@localhost:${new URL(host.origin).port}/1`;
const oursDsn = (): string => ours.origin.replace('//', '//ourskey@') + '/1';

const startHost = (more = ''): string => `
  Sentry.init({ dsn: '${hostDsn()}', environment: words('host', 'environment'), release: words('host', '1'), ${more} });
  Sentry.setUser({ id: words('host', 'user') });
  Sentry.setTag(words('host', 'tag'), 1);
  Sentry.setExtra(words('host', 'extra'), 1);
  Sentry.getGlobalScope().setTag(words('host', 'global'), 1);
  Sentry.getGlobalScope().addAttachment({ filename: words('host', 'attachment'), data: 'attached' });
  Sentry.addEventProcessor((event) => ({ ...event, extra: { ...event.extra, [words('host', 'processor')]: true } }));
  Sentry.addBreadcrumb({ message: words('host', 'breadcrumb') });
`;

const startOurs = (): string => `
  const obs = sdk.createObservability({ environment: words('ours', 'environment'), release: words('ours', '1'), sinks: [sdk.sentrySink({ dsn: '${oursDsn()}' })] });
  obs.errorTracker.addBreadcrumb(words('ours', 'breadcrumb'));
  const mine = { tags: { [words('ours', 'tag')]: 1 }, user: { id: words('ours', 'user') }, context: { [words('ours', 'context')]: 1 } };
`;

const captureAll = `
  obs.errorTracker.captureException(new Error('for ours'), mine);
  Sentry.captureException(new Error('for the host'));
  const first = new Error('for both, ours first');
  obs.errorTracker.captureException(first, mine);
  Sentry.captureException(first);
  const second = new Error('for both, the host first');
  Sentry.captureException(second);
  obs.errorTracker.captureException(second, mine);
  await Promise.all([Sentry.flush(5000), obs.flush()]);
`;

const end = `await obs.shutdown(); await Sentry.close(5000);`;

const places = [inNode, inPage];
const cases = places.flatMap((place) => ['the host', 'ours'].map((first) => ({ place, first, where: place.name })));

describe.each(cases)('in a $where, when $first starts first,', ({ place, first }) => {
  const start = (): string => {
    const starts = [startHost(), startOurs()];
    return words + (first === 'ours' ? starts.reverse() : starts).join('');
  };

  it('each gets its own events, and nothing of the other', { timeout: 60_000 }, async () => {
    await place.run(start() + captureAll + end);
    expect(messagesOf(eventsIn(ours.posts()))).toEqual(['for both, ours first', 'for both, the host first', 'for ours']);
    expect(messagesOf(eventsIn(host.posts()))).toEqual(['for both, ours first', 'for both, the host first', 'for the host']);
    expect(textOf(ours)).not.toContain('host-');
    expect(textOf(host)).not.toContain('ours-');
    for (const event of eventsIn(ours.posts())) {
      expect(event).toMatchObject({ release: 'ours-1', environment: 'ours-environment', user: { id: 'ours-user' }, tags: { 'ours-tag': '1' } });
    }
    for (const event of eventsIn(host.posts())) {
      expect(event).toMatchObject({ release: 'host-1', environment: 'host-environment', user: { id: 'host-user' }, tags: { 'host-tag': 1 } });
    }
  });
});

describe.each(places)('in a $name,', ({ name, run }) => {
  it("our posts are no breadcrumbs and no spans of the host's, and carry none of its headers", { timeout: 60_000 }, async () => {
    const tracing = name === 'page' ? 'integrations: (all) => [...all, Sentry.browserTracingIntegration()],' : '';
    const breadcrumbs = await run(`
      ${words}${startHost(`tracesSampleRate: 1, traceLifecycle: 'static', ${tracing}`)}${startOurs()}
      await Sentry.startSpan({ name: 'checkout', parentSpan: null }, async () => {
        obs.errorTracker.captureException(new Error('in a span of the host'), mine);
        await obs.flush();
      });
      obs.errorTracker.captureException(new Error('outside of it'), mine);
      await obs.flush();
      const found = [Sentry.getIsolationScope(), Sentry.getCurrentScope()].flatMap((scope) => scope.getScopeData().breadcrumbs);
      ${end}
      return found.map(({ category }) => category ?? 'manual');
    `);
    expect(eventsIn(ours.posts())).toHaveLength(2);
    expect(ours.received.flatMap(({ headers }) => Object.keys(headers)).filter((header) => ['sentry-trace', 'baggage', 'traceparent'].includes(header))).toEqual([]);
    expect(breadcrumbs).toContain('manual');
    expect(breadcrumbs).not.toContainEqual(expect.stringMatching(/fetch|http|xhr/));
    expect(textOf(host)).toContain('checkout');
    expect(textOf(host)).not.toContain('/api/1/envelope');
  });

  it('what nobody catches is told to both', { timeout: 60_000 }, async () => {
    // Node ends by it.
    const leave = `${words}${startHost()}${startOurs()} setTimeout(() => { throw new Error('caught by nobody'); });`;
    const told = run(`${leave} await new Promise((resolve) => setTimeout(resolve, 60_000));`).catch(() => undefined);
    const seen = (): unknown => [eventsIn(ours.posts()), eventsIn(host.posts())].map((events) => events.map(({ exception }) => exception?.values.at(-1)?.value));
    await vi.waitFor(() => expect(seen()).toEqual([['caught by nobody'], ['caught by nobody']]), { timeout: 40_000 });
    void told;
  });

  /** What is changed of what is everybody's, while what is `done` lasts and after it. */
  const changes = (before: string, done: string): Promise<unknown> =>
    run(`
      ${words}${before}
      // So that whatever any manager needs is there, and the transport has been used.
      const other = sdk.createObservability({ sources: false, sinks: [sdk.otlpSink({ endpoint: '${ours.origin}' })] });
      other.errorTracker.captureException(new Error('goes elsewhere'));
      await other.flush();
      const before = await everything();
      let obs;
      ${done}
      const during = changed(before, await everything());
      await obs?.shutdown();
      return { during, after: changed(before, await everything()) };
    `);
  const sent = (): string => `
    obs = sdk.createObservability({ sources: false, sinks: [sdk.sentrySink({ dsn: '${oursDsn()}' })] });
    obs.errorTracker.captureException(new Error('changes nothing'));
    await obs.flush();
  `;

  /** Every manager of a page has them. */
  const ofManager = name === 'page' ? ['listeners of window: pagehide', 'listeners of document: visibilitychange'] : [];

  it("our sink changes nothing that is everybody's", { timeout: 60_000 }, async () => {
    expect(await changes('', sent())).toEqual({ during: ofManager, after: [] });
    expect(eventsIn(ours.posts())).toHaveLength(1);
  });

  it("our sink changes nothing of the host's Sentry", { timeout: 60_000 }, async () => {
    const state = 'JSON.stringify([Sentry.getGlobalScope(), Sentry.getIsolationScope(), Sentry.getCurrentScope()].map((scope) => scope.getScopeData()))';
    const held = `const client = Sentry.getClient(); const state = ${state};`;
    const kept = `if (Sentry.getClient() !== client || ${state} !== state) throw new Error('the host has another client, or other data');`;
    expect(await changes(startHost(), `${held}${sent()}${kept}`)).toEqual({ during: ofManager, after: [] });
    expect(eventsIn(ours.posts())).toHaveLength(1);
  });

  it('that would be seen: what the host starts with changes a lot', { timeout: 60_000 }, async () => {
    const expected = name === 'page' ? ['globalThis.fetch', 'listeners of document: visibilitychange'] : ['process.on(uncaughtException)[0]', 'channel undici:request:create'];
    const { during } = (await changes('', startHost())) as { readonly during: readonly string[] };
    expect(during).toEqual(expect.arrayContaining(['console.log', '__SENTRY__.version', ...expected]));
  });
});
