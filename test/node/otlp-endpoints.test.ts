// Endpoints as people write them, and that nobody hears of the secrets in them.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { otlpSink } from '#sdk';
import { refuses, startCollector, takes } from '../helpers/collector.ts';
import type { Collector, Treatment } from '../helpers/collector.ts';
import { createFaultBench } from '../helpers/fault-bench.ts';
import { answer, closeBeforeHeaders, hang, html, redirect, reset } from '../helpers/fault-server.ts';
import type * as observedPage from '../helpers/observed-page.ts';
import type { ObservedPage } from '../helpers/observed-page.ts';
import { createSite, scriptOf, startBrowser } from '../helpers/page-driver.ts';
import type { Site } from '../helpers/page-driver.ts';

declare const sdk: typeof observedPage;
declare let bench: ObservedPage;

const basic = `Basic ${Buffer.from('us@er:pä:ss').toString('base64')}`;
const secrets = ['us%40er', 'us@er', 'p%C3%A4', 'pä:ss', basic.slice(6), 'hush'];

/** With a user, a password, a path, a slash at its end, and a key in its query. */
function odd(url: string): string {
  return `${url.replace('http://', 'http://us%40er:p%C3%A4%3Ass@')}/otlp/?key=hush-in-query`;
}
const headers = { 'X-Api-Key': 'hush-in-header', 'x-tenant': 'shop' };

/** What a receiver may say that knows the secrets. */
const echo = `no access for ${basic} with hush-in-header`;
const failures: Readonly<Record<string, Treatment>> = {
  '401 that quotes what it was sent': refuses(answer(401, { headers: { 'content-type': 'text/plain' }, body: echo })),
  '400 in JSON that quotes it': refuses(answer(400, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: 3, message: echo }) })),
  '404 that quotes the address': refuses(answer(404, { headers: { 'content-type': 'text/plain' }, body: 'no route for /otlp/v1/traces?key=hush-in-query' })),
  '503': refuses(answer(503)),
  'a page': refuses(html()),
  'a redirect that quotes it': refuses(redirect(`http://us%40er:p%C3%A4%3Ass@elsewhere.test/login?key=hush-in-query`)),
  'a reset': refuses(reset()),
  'an end': refuses(closeBeforeHeaders()),
  'no answer': refuses(hang()),
};

describe('an endpoint with credentials, a path, a slash at its end, and headers', () => {
  async function startBench() {
    const collector: Collector = await startCollector();
    const bench = await createFaultBench({ sink: { endpoint: odd(collector.url), headers }, delivery: { timeout: 3_000, maxRetries: 1 } });
    await bench.collector.close();
    return { ...bench, collector };
  }

  it('is where everything goes', { timeout: 60_000 }, async () => {
    const { obs, collector, during, close } = await startBench();
    try {
      obs.tracer.startSpan('work', () => obs.logger.info('inside'));
      obs.recordMetric('orders', 1);
      expect(await during(obs.flush())).toMatchObject({ ok: true, delivered: 3 });
      expect(collector.exports.map(({ path }) => path).sort()).toEqual(['/otlp/v1/logs?key=hush-in-query', '/otlp/v1/metrics?key=hush-in-query', '/otlp/v1/traces?key=hush-in-query']);
      for (const { headers } of collector.exports) expect(headers).toMatchObject({ authorization: basic, 'x-api-key': 'hush-in-header', 'x-tenant': 'shop' });
    } finally {
      await close();
      await collector.close();
    }
  });

  it.each([...Object.keys(failures), 'refused'])('shows no secret on health$ when there is %s', { timeout: 60_000 }, async (name) => {
    const { collector, emitSpans, settle, health, close } = await startBench();
    try {
      const treatment = failures[name];
      if (treatment === undefined) await collector.shut();
      else collector.treat(treatment);
      emitSpans(1);
      await settle();
      const [trouble] = health;
      expect(trouble).toMatchObject({ type: 'sink-failed', error: { message: expect.stringMatching(/^traces: (POST http:\/\/127\.0\.0\.1:\d+\/otlp\/v1\/traces|no answer within)/) } });
      const said = JSON.stringify(health);
      for (const secret of secrets) expect(said).not.toContain(secret);
    } finally {
      await close();
      await collector.close();
    }
  });

  it('shows no secret when it is wrong', () => {
    for (const endpoint of ['us%40er:hush@127.0.0.1:4318', 'http//us%40er:hush@127.0.0.1', 'http://us%40er:hu/sh@127.0.0.1:4318', 'grpc://us%40er:hush@host:4317']) {
      let message = '';
      try {
        otlpSink({ endpoint });
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('otlpSink.endpoint');
      expect(message).not.toMatch(/us%40er|hu\/?sh/);
    }
    expect(() => otlpSink({ headers: { 'x-key': 'line\nhush' } })).toThrow(/^(?![^]*hush)[^]*otlpSink\.headers\.x-key/);
    expect(() => otlpSink({ endpoint: '127.0.0.1:4318' })).toThrow('http://127.0.0.1:4318');
  });
});

describe('the same endpoint, in a page', () => {
  let browser: Browser;
  let script: string;
  let site: Site;
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

  it('is where everything goes, and shows no secret on health$ when it fails', { timeout: 60_000 }, async () => {
    const collector = await startCollector();
    const page = await browser.newPage();
    try {
      await page.goto(site.origin);
      const given = { sink: { endpoint: odd(collector.url), headers }, options: { delivery: { maxRetries: 0 } } };
      await page.evaluate(`${script}; globalThis.sdk = sdk; globalThis.bench = sdk.observePage(${JSON.stringify(given)});`);
      const flush = () =>
        page.evaluate(() => {
          bench.emitSpans(1);
          return bench.obs.flush();
        });
      expect(await flush()).toMatchObject({ ok: true, delivered: 1 });
      expect(collector.exports[0]).toMatchObject({ path: '/otlp/v1/traces?key=hush-in-query', headers: { authorization: basic, 'x-api-key': 'hush-in-header', 'x-tenant': 'shop' } });
      for (const treatment of Object.values(failures).slice(0, -1)) {
        collector.treat(treatment);
        expect(await flush()).toMatchObject({ delivered: 0, dropped: 1 });
        collector.treat(takes());
        expect(await flush()).toMatchObject({ ok: true, delivered: 1 });
      }
      await collector.shut();
      expect(await flush()).toMatchObject({ delivered: 0, dropped: 1 });
      const { health } = await page.evaluate(() => bench.state());
      expect(health.filter(({ type }) => type === 'sink-failed').length).toBe(9);
      const said = JSON.stringify(health);
      expect(said).toContain(`POST ${collector.url}/otlp/v1/traces`);
      for (const secret of secrets) expect(said).not.toContain(secret);
    } finally {
      await page.close();
      await collector.close();
    }
  });
});
