// The dashboard in a real browser, fed by the real handler in the time of a clock that the test moves.
import type { Browser, Page } from 'playwright-core';
import { Observable } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createStatisticsMap } from '../../../src/core/statistics/statistics.ts';
import type { Statistics, StatisticsMap } from '../../../src/core/statistics/statistics.ts';
import type { StatisticsView } from '../../../src/core/live/statistics-view.ts';
import { seriesOf } from '../../helpers/live-frames.ts';
import { startBrowser } from '../../helpers/page-driver.ts';
import { openStream } from '../live/live-stream.ts';
import { undo, undoAll, until } from '../sources/observed.ts';
import { buildPage, openPage, servePage, shows } from './dashboard-driver.ts';
import type { BuiltPage, ServedPage } from './dashboard-driver.ts';

const all = '?parts=statistics,health,ledger,metrics,errors,traces';
const desktop = { width: 1_400, height: 900 };

// A browser on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let browser: Browser;
let built: BuiltPage;

beforeAll(async () => {
  [browser, built] = await Promise.all([startBrowser(), buildPage()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await built.remove();
});
afterEach(undoAll);

/** Statistics that the test gives. */
function given(): { view: StatisticsView; show(...series: readonly Statistics[]): void } {
  let latest = createStatisticsMap();
  let tell: (map: StatisticsMap) => void = () => undefined;
  return {
    view: {
      watchStatistics: () =>
        new Observable((subscriber) => {
          tell = (map) => subscriber.next(map);
          tell(latest);
        }),
    },
    show(...series) {
      latest = createStatisticsMap(series.map((one) => [one.name, one] as const));
      tell(latest);
    },
  };
}

/** Opens the page, and waits until it hears the stream. */
async function openLive({ url }: ServedPage, options: Parameters<typeof openPage>[2] = { viewport: desktop }): Promise<Page> {
  const page = await openPage(browser, url, options);
  await shows(page, '#state-text', /^Live$/);
  return page;
}

/** A load that is the same each time: two series, a trace of three spans, an error, two metrics. */
function load({ obs, clock }: ServedPage): void {
  for (const duration of [10, 20, 30, 40, 400]) obs.profiler.profile('render', () => clock.advance(duration));
  for (const duration of [1, 2, 3]) {
    try {
      obs.profiler.profile('parse', () => {
        clock.advance(duration);
        if (duration === 3) throw new TypeError('unexpected token');
      });
    } catch (error) {
      obs.errorTracker.captureException(error);
    }
  }
  obs.tracer.startSpan('POST /checkout', () => {
    obs.tracer.startSpan('reserve', (span) => {
      span.setAttribute('stock.items', 4);
      clock.advance(30);
      obs.tracer.startSpan('query', () => clock.advance(20));
    });
    clock.advance(50);
  });
  obs.recordMetric('nodejs.eventloop.delay.p99', 0.0123, { unit: 's' });
  obs.recordMetric('nodejs.eventloop.utilization', 0.256);
}

/** What the cells of the series are, exactly and as text. */
async function cellsOf(page: Page): Promise<Map<string, Record<string, { value: number; text: string }>>> {
  const rows = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('#series tbody tr')].map((row) => {
      const cells = [...row.querySelectorAll<HTMLElement>('td[data-value]')].map((cell) => [/col-(\w+)/.exec(cell.className)?.[1], { value: Number(cell.dataset['value']), text: cell.textContent }]);
      return [row.dataset['name'] ?? '', Object.fromEntries(cells)] as const;
    }),
  );
  return new Map(rows);
}

/** The names of the rows, from the first on. */
async function namesOf(page: Page): Promise<string[]> {
  return [...(await cellsOf(page)).keys()];
}

/** Milliseconds, as they are written. */
function millisecondsOf(text: string): number {
  const [number, unit = ''] = text.replace(/[≈<] /, '').split(' ');
  return Number(number) * ({ µs: 0.001, ms: 1, s: 1_000 }[unit] ?? Number.NaN);
}

describe('the numbers on the page', () => {
  it('are those of the stream', async () => {
    const served = await servePage(built);
    const page = await openLive(served);
    const stream = await openStream(served.url + all);
    undo.push(() => stream.close());
    await until(() => stream.frames.length > 0);
    load(served);
    served.clock.advance(1_000);
    await until(() => stream.of('statistics').length > 0 && stream.of('traces').length > 0 && stream.of('errors').length > 0 && stream.of('metrics').length > 0);
    await shows(page, '#series-count', /^2$/);
    await shows(page, '[data-name="render"] .col-count', /^5$/);

    const { series = [] } = stream.of('statistics').at(-1) ?? {};
    const cells = await cellsOf(page);
    expect([...cells.keys()].sort()).toEqual(series.map(({ name }) => name).sort());
    for (const { name, count, window, errors, p50, p95, p99, max } of series) {
      const shown = cells.get(name) ?? {};
      expect({ rate: shown['rate']?.value, count: shown['count']?.value, errors: shown['errors']?.value, p50: shown['p50']?.value, p95: shown['p95']?.value, p99: shown['p99']?.value, max: shown['max']?.value }).toEqual({
        ...{ rate: (count / window) * 1_000, count, errors: errors / count },
        ...{ p50, p95, p99, max },
      });
      for (const [column, value] of Object.entries({ p50, p95, p99, max })) {
        expect(Math.abs(millisecondsOf(shown[column]?.text ?? '') / value - 1), `${name} ${column}`).toBeLessThan(0.0051);
      }
    }
    expect(cells.get('render')?.['max']?.text).toBe('400 ms');
    expect(cells.get('parse')?.['errors']?.text).toBe('33.3%');

    const { ledger } = stream.of('ledger').at(-1) ?? {};
    const terms = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll<HTMLElement>('[data-account="Stream"] [data-term]')].map(({ dataset }) => [dataset['term'], Number(dataset['value'])])));
    expect(terms).toMatchObject({ emitted: ledger?.emitted, added: ledger?.added, routed: ledger?.routed, held: ledger?.held });
    await shows(page, '[data-account="Stream"] .tag', /balanced/);
    await shows(page, '[data-metric="nodejs.eventloop.delay.p99"] .number', /^12\.3 ms$/);
    await shows(page, '[data-tile="Event-loop delay p99"] .remark', /^25\.6% utilised$/);
    await shows(page, '#errors .error-type', /^TypeError$/);
    await shows(page, '#errors .error-message', /^unexpected token$/);
  });

  it('are with an error what caused it, what led to it, and how many it stands for', async () => {
    const served = await servePage(built);
    const { obs, clock } = served;
    const page = await openLive(served);
    obs.errorTracker.addBreadcrumb('cart opened');
    for (let time = 0; time < 13; time += 1) {
      obs.errorTracker.captureException(new AggregateError([new RangeError('too far')], 'no order', { cause: new TypeError('fetch failed') }));
    }
    clock.advance(15_000);
    await shows(page, '#errors-count', /^2$/);
    await shows(page, '#errors li:first-child .tag', /^×12$/);
    expect(await page.locator('#errors li:last-child .tag').count()).toBe(0);
    await page.click('#errors li:first-child summary');
    await shows(page, '#errors .error-details pre', /^AggregateError: no order\n[^]*\nSuppressed: RangeError: too far\n[^]*\nCaused by: TypeError: fetch failed\n/);
    await shows(page, '#errors .error-details p.label + pre', /^\d\d:\d\d:\d\d {2}manual {2}cart opened$/);
  });

  it('say who speaks', async () => {
    const served = await servePage(built, { window: 300_000 });
    const page = await openLive(served);
    await shows(page, '#window', /^5 min$/);
    const stream = await openStream(served.url);
    undo.push(() => stream.close());
    await until(() => stream.of('hello').length > 0);
    await shows(page, '#service', new RegExp(`^${stream.of('hello')[0]?.service}$`));
    await shows(page, '#environment', new RegExp(`^${stream.of('hello')[0]?.environment}$`));
  });

  it('take the window that the address asks for', async () => {
    const served = await servePage(built);
    const page = await openLive({ ...served, url: `${served.url}?window=10000` });
    await shows(page, '#window', /^10 s$/);
  });

  it('stand still while the display is paused, and are the latest afterwards', async () => {
    const { view, show } = given();
    const served = await servePage(built, { statistics: view });
    const page = await openLive(served);
    const next = (count: number): void => {
      show(seriesOf('work', count));
      served.clock.advance(1_000);
    };
    next(1);
    await shows(page, '[data-name="work"] .col-count', /^1$/);
    await page.click('#pause');
    await shows(page, '#state-text', /paused/);
    const stream = await openStream(served.url);
    undo.push(() => stream.close());
    next(2);
    await until(() => stream.of('statistics').at(-1)?.series[0]?.count === 2);
    // Two frames of the screen later it would be there.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await page.textContent('[data-name="work"] .col-count')).toBe('1');
    await page.click('#pause');
    await shows(page, '[data-name="work"] .col-count', /^2$/);
  });
});

describe('a trace', () => {
  it('is drawn as bars under their parents, in proportion, with attributes on demand', async () => {
    const served = await servePage(built);
    const page = await openLive(served);
    load(served);
    served.clock.advance(1_000);
    await shows(page, '.trace-head h3', /^POST \/checkout$/);
    await shows(page, '.trace-head .facts', /^100 ms · 3 spans · began/);
    const bars = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.spans > li')].map((item) => {
        const track = item.querySelector('.track')?.getBoundingClientRect() as DOMRect;
        const bar = item.querySelector('.span-bar')?.getBoundingClientRect() as DOMRect;
        const share = (pixels: number): number => Math.round((pixels / track.width) * 100);
        return [item.querySelector('.span-name')?.textContent, item.dataset['depth'], share(bar.left - track.left), share(bar.width)];
      }),
    );
    expect(bars).toEqual([['POST /checkout', '0', 0, 100], ['reserve', '1', 0, 50], ['query', '2', 30, 20]]);
    await page.locator('.span-row').nth(1).click();
    await shows(page, '.span-details:not([hidden]) .attributes', /stock\.items4/);
    expect(await page.locator('.span-row').nth(1).getAttribute('aria-expanded')).toBe('true');
  });

  it('is found from the percentile it made slow', async () => {
    const { view, show } = given();
    const served = await servePage(built, { statistics: view });
    const page = await openLive(served);
    const traceId = served.obs.tracer.startSpan('slow one', (span) => (served.clock.advance(500), span.trace.traceId));
    served.obs.tracer.startSpan('slower one', () => served.clock.advance(900));
    show({ ...seriesOf('work', 10), exemplars: { p99: { traceId, value: 500, timestamp: served.clock.now() }, p50: { traceId: 'f'.repeat(32), value: 1, timestamp: served.clock.now() } } });
    served.clock.advance(1_000);
    await shows(page, '.exemplars', new RegExp(traceId));
    await shows(page, '.trace-head h3', /^slower one$/);
    // The other trace is not on the page: nothing to open.
    await expect.poll(() => page.locator('.exemplars button').count()).toBe(1);
    await page.click('.exemplars button');
    await shows(page, '.trace-head h3', /^slow one$/);
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['trace'])).toBe(traceId);
  });
});

describe('names from outside', () => {
  const hostile = ['<img src=x onerror="document.title=1">', '__proto__', 'constructor', '"><script>document.title=1</script>', '\u202Egnp.exe', 'a'.repeat(256)];

  it('are text wherever they appear', async () => {
    const served = await servePage(built);
    const { obs, clock } = served;
    const page = await openLive(served);
    for (const name of hostile) {
      obs.profiler.profile(name, () => clock.advance(1));
      obs.recordMetric(name, 1, { unit: name.slice(0, 60), attributes: { [name]: name } });
      obs.tracer.startSpan(name, (span) => void span.setAttribute(name, name));
      const error = new Error(name);
      error.name = name;
      error.stack = `${name}\n at ${name}`;
      obs.errorTracker.captureException(error);
    }
    clock.advance(1_000);
    await shows(page, '#series-count', new RegExp(`^${hostile.length}$`));
    for (const summary of await page.locator('#errors summary').all()) await summary.click();
    for (const button of await page.locator('.trace-list button').all()) await button.click();
    await page.locator('.span-row').first().click();
    expect((await namesOf(page)).sort()).toEqual([...hostile].sort());
    expect(await page.locator('main img, main script, main iframe').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
    for (const name of hostile) {
      await page.evaluate((wanted) => [...document.querySelectorAll<HTMLElement>('#series tbody tr')].find(({ dataset }) => dataset['name'] === wanted)?.click(), name);
      expect(await page.textContent('#chart-title')).toBe(name);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});

describe('the keyboard', () => {
  it('filters, moves, selects and leaves', async () => {
    const { view, show } = given();
    const served = await servePage(built, { statistics: view });
    const page = await openLive(served);
    show(seriesOf('GET /a', 30), seriesOf('GET /b', 20), seriesOf('POST /c', 10));
    served.clock.advance(1_000);
    await shows(page, '#series-count', /^3$/);
    await shows(page, '#chart-title', /^GET \/a$/);

    await page.keyboard.press('/');
    await page.keyboard.type('get');
    await shows(page, '#series-count', /^2 of 3$/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['name'])).toBe('GET /b');
    await page.keyboard.press('Enter');
    await shows(page, '#chart-title', /^GET \/b$/);
    expect(await page.getAttribute('[data-name="GET /b"]', 'aria-selected')).toBe('true');

    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await shows(page, '#series-count', /^3$/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.locator('#keys').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('#keys').isVisible()).toBe(false);
    await page.keyboard.press('p');
    await shows(page, '#state-text', /paused/);
    await page.keyboard.press('p');
    await shows(page, '#state-text', /^Live$/);
  });

  it('keeps its place when the rows change theirs', async () => {
    const { view, show } = given();
    const served = await servePage(built, { statistics: view });
    const page = await openLive(served);
    show(seriesOf('a', 30), seriesOf('b', 20), seriesOf('c', 10));
    served.clock.advance(1_000);
    await shows(page, '#series-count', /^3$/);
    await page.focus('[data-name="c"]');
    show(seriesOf('a', 30), seriesOf('b', 20), seriesOf('c', 100));
    served.clock.advance(1_000);
    await shows(page, '#series tbody tr', /^c/);
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['name'])).toBe('c');
  });

  it('sorts by the headings, which say how', async () => {
    const { view, show } = given();
    const served = await servePage(built, { statistics: view });
    const page = await openLive(served);
    show(seriesOf('a', 30, 5), seriesOf('b', 20, 50), seriesOf('c', 10, 20));
    served.clock.advance(1_000);
    await shows(page, '#series-count', /^3$/);
    const order = (): Promise<string[]> => namesOf(page);
    expect(await order()).toEqual(['a', 'b', 'c']);
    await page.focus('th.col-p99 button');
    await page.keyboard.press('Enter');
    expect([await order(), await page.getAttribute('th.col-p99', 'aria-sort')]).toEqual([['b', 'c', 'a'], 'descending']);
    await page.keyboard.press('Enter');
    expect([await order(), await page.getAttribute('th.col-p99', 'aria-sort')]).toEqual([['a', 'c', 'b'], 'ascending']);
  });
});

describe('a thousand series', () => {
  const series = (round: number): Statistics[] => Array.from({ length: 1_000 }, (_, index) => seriesOf(`s${index}`, 2_000 - index + round, 1 + (index % 50)));

  /** The page with all that the server sends of a thousand series, and how many these are. */
  async function openMany(): Promise<{ page: Page; known: number; next(round: number): void }> {
    const { view, show } = given();
    const served = await servePage(built, { statistics: view });
    const page = await openLive(served);
    const next = (round: number): void => {
      show(...series(round));
      served.clock.advance(1_000);
    };
    next(0);
    await shows(page, '#series-count', /^[\d,]{3,}/);
    return { page, next, known: Number((await page.textContent('#series-count'))?.replaceAll(',', '').split(' ')[0]) };
  }

  it('can all be reached, though only those in sight are in the page', async () => {
    const { page, known, next } = await openMany();
    expect((await namesOf(page)).slice(0, 3)).toEqual(['s0', 's1', 's2']);
    expect(await page.locator('#series tbody tr').count()).toBeLessThan(60);
    await page.focus('[data-name="s0"]');
    await page.keyboard.press('End');
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['name'])).toBe(`s${known - 1}`);
    expect(await page.locator('#series tbody tr').count()).toBeLessThan(60);
    expect(await page.getAttribute(`[data-name="s${known - 1}"]`, 'aria-rowindex')).toBe(String(known + 1));
    next(7);
    await shows(page, `[data-name="s${known - 1}"] .col-count`, new RegExp(`^${(2_008 - known).toLocaleString('en-US')}$`));
    await page.keyboard.press('Home');
    await shows(page, '[data-name="s0"] .col-count', /^2,007$/);
    expect(await page.evaluate(() => document.querySelector('#series')?.scrollTop)).toBe(0);
  });

  it('come into sight as one scrolls', async () => {
    const { page } = await openMany();
    await page.evaluate(() => document.querySelector('#series')?.scrollTo(0, 29 * 200));
    await expect.poll(() => namesOf(page)).toContain('s205');
    const place = await page.evaluate(() => {
      const [row, box] = ['[data-name="s205"]', '#series'].map((one) => (document.querySelector(one) as Element).getBoundingClientRect());
      return Math.round(((row as DOMRect).top - (box as DOMRect).top) / 29);
    });
    // The head takes the first place.
    expect(place).toBe(6);
  });

  it('are found by name', async () => {
    const { page, known } = await openMany();
    await page.fill('#filter', `s${known - 1}`);
    await expect.poll(() => namesOf(page)).toEqual([`s${known - 1}`]);
  });
});

describe('the connection', () => {
  it('comes back after the server was away, and the page says both', async () => {
    const served = await servePage(built);
    const page = await openLive(served);
    served.obs.profiler.profile('before', () => served.clock.advance(5));
    served.clock.advance(1_000);
    await shows(page, '#series tbody tr', /before/);
    await served.stop();
    await shows(page, '#state-text', /^Reconnecting$/);
    await shows(page, '#notice', /127\.0\.0\.1/);

    const again = await servePage(built, {}, Number(new URL(served.url).port));
    await shows(page, '#state-text', /^Live$/);
    expect(await page.locator('#notice').isVisible()).toBe(false);
    again.clock.advance(60_000);
    again.obs.profiler.profile('after', () => again.clock.advance(5));
    again.clock.advance(1_000);
    await shows(page, '#series tbody tr', /after/);
  });

  it('claims nothing before the server has spoken', async () => {
    const served = await servePage(built, { token: 'open-sesame' });
    const page = await openPage(browser, served.url);
    await expect.poll(() => page.locator('#token-form').isVisible()).toBe(true);
    expect(await page.locator('#tiles .value').allTextContents()).toEqual(['–', '–', '–', '–', '–', '–']);
    await shows(page, '#errors .empty', /^The server has not told yet\.$/);
    expect(await page.locator('#chart .plot').evaluateAll((plots) => plots.map((plot) => getComputedStyle(plot).visibility))).toEqual(['hidden', 'hidden']);

    await page.fill('#token', 'open-sesame');
    await page.keyboard.press('Enter');
    await shows(page, '#errors .empty', /^No error so far\.$/);
    expect(await page.locator('#chart .plot').evaluateAll((plots) => plots.map((plot) => getComputedStyle(plot).visibility))).toEqual(['hidden', 'hidden']);
    served.obs.profiler.profile('', () => served.clock.advance(3));
    served.clock.advance(1_000);
    await shows(page, '#chart-title', /^\(no name\)$/);
    expect(await page.locator('#chart .plot').evaluateAll((plots) => plots.map((plot) => getComputedStyle(plot).visibility))).toEqual(['visible', 'visible']);
  });

  it('asks for a token, tells of a wrong one, and keeps the right one for the tab', async () => {
    const served = await servePage(built, { token: 'open-sesame' });
    const page = await openPage(browser, served.url);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('token');
    await page.keyboard.type('abracadabra');
    await page.keyboard.press('Enter');
    await shows(page, '#token-problem', /^The server refused the token\.$/);
    await page.fill('#token', 'pässwörd');
    await page.keyboard.press('Enter');
    await shows(page, '#token-problem', /visible ASCII/);
    await page.fill('#token', 'open-sesame');
    await page.keyboard.press('Enter');
    await shows(page, '#state-text', /^Live$/);
    expect(await page.locator('#token-form').isVisible()).toBe(false);
    await page.reload();
    await shows(page, '#state-text', /^Live$/);
    expect(await page.content()).not.toContain('open-sesame');
  });

  it('takes the token of a link, and leaves it nowhere in sight', async () => {
    const served = await servePage(built, { token: 'open-sesame' });
    const page = await openPage(browser, `${served.url}#token=open-sesame`);
    await shows(page, '#state-text', /^Live$/);
    expect(page.url()).toBe(served.url);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  });
});

describe('the looks', () => {
  /** Texts whose contrast is below what WCAG 2.2 AA asks for, 4.5 to 1. */
  function faintTexts(page: Page): Promise<string[]> {
    return page.evaluate(() => {
      const channels = (colour: string): number[] => (/^color\(srgb/.test(colour) ? colour.match(/[\d.]+/g)!.map((part) => Number(part) * 255) : colour.match(/[\d.]+/g)!.map(Number));
      const luminance = ([r = 0, g = 0, b = 0]: number[]): number => {
        const [red = 0, green = 0, blue = 0] = [r, g, b].map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const groundOf = (from: Element | null): number[] => {
        for (let at = from; at !== null; at = at.parentElement) {
          const colour = channels(getComputedStyle(at).backgroundColor);
          if (colour.length < 4 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
      };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const faint: string[] = [];
      let seen = 0;
      for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
        const parent = text.parentElement as HTMLElement;
        if (text.textContent?.trim() === '' || parent.getClientRects().length === 0 || parent.matches('script, noscript *')) continue;
        seen++;
        const [one, other] = [luminance(channels(getComputedStyle(parent).color)), luminance(groundOf(parent))];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (ratio < 4.5) faint.push(`${text.textContent} ${ratio.toFixed(2)} ${parent.className}`);
      }
      return seen > 50 ? faint : [`only ${seen} texts`];
    });
  }

  /** All that has a colour of its own. */
  async function fill(served: ServedPage, page: Page): Promise<void> {
    load(served);
    try {
      served.obs.tracer.startSpan('failing', () => {
        served.clock.advance(900);
        throw new Error('no');
      });
    } catch {
      // It is to be seen on the page.
    }
    served.obs.recordMetric('wrong', Number.NaN);
    served.clock.advance(1_000);
    await shows(page, '#series-count', /^2$/);
    await shows(page, '.trace-head h3', /failing/);
    await shows(page, '#health', /input-ignored/);
    await page.click('#errors summary');
  }

  it.each(['light', 'dark'] as const)('are those of the system, with contrast enough for all text: %s', async (colorScheme) => {
    const served = await servePage(built);
    const page = await openLive(served, { colorScheme, viewport: desktop });
    await fill(served, page);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(colorScheme === 'light' ? 'rgb(243, 245, 248)' : 'rgb(14, 18, 23)');
    expect(await faintTexts(page)).toEqual([]);
  });

  it('can be changed, which is remembered', async () => {
    const served = await servePage(built);
    const page = await openLive(served, { colorScheme: 'light' });
    await page.keyboard.press('t');
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(14, 18, 23)');
    await page.reload();
    expect(await ground()).toBe('rgb(14, 18, 23)');
    await page.click('#theme');
    expect(await ground()).toBe('rgb(243, 245, 248)');
  });

  it.each([390, 820])('fit a screen of %d pixels', async (width) => {
    const served = await servePage(built);
    const page = await openLive(served, { viewport: { width, height: 844 } });
    await fill(served, page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await page.evaluate(() => [...document.querySelectorAll('.plot')].every((plot) => plot.getBoundingClientRect().right <= innerWidth))).toBe(true);
  });

  it('stand still for who asked for that', async () => {
    const served = await servePage(built);
    const page = await openLive(served, { reducedMotion: 'reduce' });
    await served.stop();
    await shows(page, '#state-text', /^Reconnecting$/);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  it('have words for who does not see them', async () => {
    const served = await servePage(built);
    const page = await openLive(served);
    await fill(served, page);
    await expect.poll(() => page.locator('.plot').first().getAttribute('aria-label')).toMatch(/^Percentiles of \w+ over the last .*Now p50 .* ms, p95 .* ms, p99 .* ms\.$/);
    expect(await page.getByRole('status').first().textContent()).toBe('Live');
    expect(await page.getByRole('grid', { name: /^Series/ }).count()).toBe(1);
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, section, dialog')].filter((one) => !(one.textContent?.trim() || one.getAttribute('aria-label') || one.id === 'filter' || one.id === 'token')).length);
    expect(nameless).toBe(0);
  });
});
