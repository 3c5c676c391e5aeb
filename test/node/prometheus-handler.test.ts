// Scrapes over real sockets.
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, createObservability, memorySink } from '#sdk';
import { createTestObservability } from '#testing';
import { handleOf } from '../../src/core/manager-handle.ts';
import { prometheusHandler } from '../../src/node/prometheus-handler.ts';
import { readExposition } from '../core/prometheus/read-exposition.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function listening(server: { listen(port: number, host: string): unknown; address(): Server['address'] extends () => infer A ? A : never; close(done: () => void): unknown }): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server as never, 'listening');
  undo.push(() => new Promise<void>((resolve) => void server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(handler: RequestListener): Promise<string> {
  return listening(createServer(handler) as never);
}

function manager(options: Parameters<typeof createTestObservability>[0] = {}) {
  const test = createTestObservability(options);
  undo.push(() => test.obs.shutdown());
  return test;
}

async function scrape(url: string) {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return readExposition(await response.text());
}

describe('a scrape', () => {
  it('tells the totals of what was measured since the handler was made, each time all of them', async () => {
    const { obs } = manager();
    obs.recordMetric('orders', 100, { instrument: 'counter' });
    const url = await serve(prometheusHandler(obs));
    obs.recordMetric('orders', 1, { instrument: 'counter', attributes: { channel: 'web' } });
    obs.recordMetric('orders', 2, { instrument: 'counter', attributes: { channel: 'web' } });
    obs.profiler.profile('pay', () => undefined);
    const first = await scrape(url);
    expect(first.get('orders_total')).toMatchObject({ type: 'counter', samples: [{ labels: { channel: 'web' }, value: 3 }] });
    expect(first.get('code_function_duration_seconds')?.type).toBe('histogram');
    obs.recordMetric('orders', 4, { instrument: 'counter', attributes: { channel: 'web' } });
    expect((await scrape(url)).get('orders_total')?.samples).toMatchObject([{ value: 7 }]);
  });

  it('is answered in the text format, with its type and its length', async () => {
    const response = await fetch(await serve(prometheusHandler(manager().obs)), { headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5', connection: 'close' } });
    const body = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('content-length')).toBe(`${Buffer.byteLength(body)}`);
  });

  it('with HEAD has no body, and with anything else than GET is refused', async () => {
    const url = await serve(prometheusHandler(manager().obs));
    const head = await fetch(url, { method: 'HEAD', headers: { connection: 'close' } });
    expect([head.status, await head.text(), Number(head.headers.get('content-length')) > 100]).toEqual([200, '', true]);
    const post = await fetch(url, { method: 'POST', body: 'x', headers: { connection: 'close' } });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    await post.text();
  });

  it.each(['GET', 'HEAD'])('is answered over HTTP/2: %s', async (method) => {
    const server = createHttp2Server(prometheusHandler(manager().obs));
    const session = connect(await listening(server as never));
    const stream = session.request({ ':path': '/metrics', ':method': method });
    const [headers] = await once(stream, 'response');
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    await once(stream, 'end');
    session.close();
    expect([headers[':status'], Number(headers['content-length']) > 100]).toEqual([200, true]);
    if (method === 'HEAD') expect(text).toBe('');
    else expect(readExposition(text).has('target_info')).toBe(true);
  });

  it('leaves the resource to target_info, as it is now', async () => {
    const { obs } = manager({ serviceName: 'shop', attributes: { region: 'eu' } });
    const url = await serve(prometheusHandler(obs));
    obs.recordMetric('orders', 1, { instrument: 'counter', attributes: { region: 'us' } });
    const families = await scrape(url);
    expect(families.get('target_info')!.samples[0]!.labels).toMatchObject({ service_name: 'shop', region: 'eu', telemetry_sdk_language: 'nodejs' });
    expect(families.get('orders_total')!.samples).toMatchObject([{ labels: { region: 'us' } }]);
    handleOf(obs)!.configure({ release: '2' }, 'test');
    expect((await scrape(url)).get('target_info')!.samples[0]!.labels).toMatchObject({ service_version: '2' });
  });

  it('shows what was redacted as redacted', async () => {
    const { obs } = manager();
    const url = await serve(prometheusHandler(obs));
    obs.recordMetric('logins', 1, { instrument: 'counter', attributes: { password: 'hunter2' } });
    const body = await (await fetch(url, { headers: { connection: 'close' } })).text();
    expect(body).toMatch(/logins_total\{[^}]*password="\[REDACTED\]"/);
    expect(body).not.toContain('hunter2');
  });

  it('survives every name and value that comes from outside', async () => {
    const { obs } = manager();
    const url = await serve(prometheusHandler(obs));
    for (const name of ['__proto__', 'constructor', '🙂', 'a\n# TYPE b counter', '\0', 'x'.repeat(1_000_000), '', '{le="1"}']) {
      for (const instrument of ['counter', 'gauge', 'histogram'] as const) {
        obs.recordMetric(name, 1, { instrument, unit: name, attributes: { [name]: name, le: '1', __name__: 'x' } });
      }
    }
    const families = await scrape(url);
    expect(families.size).toBeGreaterThan(5);
    expect([...families.keys()].every((name) => name.length < 600)).toBe(true);
  });

  it('has the boundaries that were asked for', async () => {
    const { obs } = manager();
    const url = await serve(prometheusHandler(obs, { boundaries: { 'mail.delay': [0.1, 1, 10] } }));
    obs.recordMetric('mail.delay', 100, { instrument: 'histogram', unit: 'ms' });
    const { samples } = (await scrape(url)).get('mail_delay_seconds')!;
    expect(samples.slice(0, 4).map(({ labels, value }) => [Number(labels['le']?.replace('+Inf', 'Infinity')).toPrecision(2), value])).toEqual([
      ['0.10', 1],
      ['1.0', 1],
      ['10', 1],
      ['Infinity', 1],
    ]);
  });
});

describe('several handlers', () => {
  it('of one manager tell the same, and count once', async () => {
    const { obs } = manager();
    const subscribe = vi.spyOn(obs.metrics$, 'subscribe');
    const first = prometheusHandler(obs);
    obs.recordMetric('orders', 1, { instrument: 'counter' });
    const [a, b] = [await serve(first), await serve(prometheusHandler(obs))];
    for (const url of [a, b]) expect((await scrape(url)).get('orders_total')?.samples).toMatchObject([{ value: 1 }]);
    expect(subscribe).toHaveBeenCalledTimes(1);
  });

  it('of two managers do not', async () => {
    const { obs } = manager();
    const other = manager();
    const [a, b] = [await serve(prometheusHandler(obs)), await serve(prometheusHandler(other.obs))];
    obs.recordMetric('orders', 1, { instrument: 'counter' });
    expect((await scrape(a)).has('orders_total')).toBe(true);
    expect((await scrape(b)).has('orders_total')).toBe(false);
  });
});

describe('the end', () => {
  it('of the manager is the end of the counting; the totals stay', async () => {
    const { obs } = manager();
    const url = await serve(prometheusHandler(obs));
    obs.recordMetric('orders', 1, { instrument: 'counter' });
    await obs.shutdown();
    obs.recordMetric('orders', 1, { instrument: 'counter' });
    expect((await scrape(url)).get('orders_total')?.samples).toMatchObject([{ value: 1 }]);
  });
});

describe('what sampling keeps from the sinks', () => {
  it('is counted all the same', async () => {
    const obs = createObservability({ sources: false, sinks: [memorySink()], sampling: { rate: 0 } });
    undo.push(() => obs.shutdown());
    const url = await serve(prometheusHandler(obs));
    obs.tracer.startSpan('work', () => obs.recordMetric('orders', 1, { instrument: 'counter' }));
    expect((await scrape(url)).get('orders_total')?.samples).toMatchObject([{ value: 1 }]);
  });
});

describe('the host', () => {
  it('is never thrown into, whatever it did to the response', async () => {
    const handler = prometheusHandler(manager().obs);
    let thrown: unknown;
    const url = await serve((request, response) => {
      response.end('mine');
      try {
        handler(request, response);
        handler(request, undefined as never);
        handler(undefined as never, response);
      } catch (error) {
        thrown = error;
      }
    });
    expect(await (await fetch(url, { headers: { connection: 'close' } })).text()).toBe('mine');
    expect(thrown).toBeUndefined();
  });

  it.each([
    [{ boundaries: 1 }, 'prometheusHandler.boundaries'],
    [{ boundaries: { a: [] } }, 'ascending'],
    [{ boundaries: { a: [1, 1] } }, 'ascending'],
    [{ boundaries: { a: [-1] } }, 'above 0'],
    [{ boundaries: { a: [Number.NaN] } }, 'above 0'],
    [{ boundaries: { a: [1, Number.POSITIVE_INFINITY] } }, 'ascending'],
    [null, 'an object'],
  ])('is told at once what it did wrong: %j', (options, message) => {
    const { obs } = manager();
    expect(() => prometheusHandler(obs, options as never)).toThrow(ConfigurationError);
    expect(() => prometheusHandler(obs, options as never)).toThrow(message);
  });

  it.each([undefined, null, {}, 'obs'])('is told that %j is no manager', (obs) => {
    expect(() => prometheusHandler(obs as never)).toThrow(ConfigurationError);
  });
});
