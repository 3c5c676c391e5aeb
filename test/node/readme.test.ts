// What README.md shows is run as it is written: only the name of the package is replaced, by its sources.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { filter, firstValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { getObservabilityManager, memorySink } from '#sdk';
import type { ObservabilityManager, Signal, SpanSignal } from '#sdk';
import { otlpVariables } from '../../src/core/sinks/otlp/otlp-variables.ts';
import { readVariables } from '../../src/core/config/environment-variables.ts';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
const { findBrowser } = await import(String(new URL('../helpers/find-browser.mjs', import.meta.url)));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = new Map([...readme.matchAll(/```ts (\w+)\n([^]*?)```/g)].map(([, name, code]) => [String(name), String(code)]));
const names = ['frontend', 'backend', 'live', 'tracing', 'jobs', 'fastify', 'requests', 'logs', 'errors', 'recorder', 'sentry', 'profiling', 'streams', 'server', 'client', 'threads', 'export', 'testing'];
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'observability-readme-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Profiled {
  total: (pieces: number) => number;
  parse: (text: string) => unknown;
  upload: () => () => number;
  slowest: () => number | undefined;
}

interface Served {
  live: { url: string; close: () => Promise<void> };
  metrics: RequestListener;
}

function block(name: string): string {
  const code = blocks.get(name);
  if (code === undefined) throw new Error(`README.md has no block of code called "${name}".`);
  return code;
}

/** Runs a block in this process, where it finds the manager that the test finds. */
async function run(name: string, change: (code: string) => string = (code) => code): Promise<Record<string, unknown>> {
  const code = change(block(name))
    .replace("'@arkhe/observability/testing'", JSON.stringify(join(root, 'src/node/testing.ts')))
    .replace("'@arkhe/observability/fastify'", JSON.stringify(join(root, 'src/node/middleware/fastify.ts')))
    .replace("'@arkhe/observability/node'", JSON.stringify(join(root, 'src/node/index.ts')))
    .replace(/'(fastify|pino)'/, (_, name: string) => JSON.stringify(require.resolve(name)))
    .replace("'@arkhe/observability'", JSON.stringify(join(root, 'src/node/index.ts')));
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, code);
  return import(/* @vite-ignore */ pathToFileURL(file).href);
}

describe('the code of the README', () => {
  it.each(names)('of "%s" takes less than 15 lines', (name) => {
    expect(block(name).split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(15);
  });

  it('has the right types', () => {
    const files = names.map((name) => join(folder, `typed-${name}.ts`));
    for (const [index, name] of names.entries()) writeFileSync(String(files[index]), block(name));
    const paths = {
      '@arkhe/observability': [join(root, 'dist/types/index.d.ts')],
      '@arkhe/observability/testing': [join(root, 'dist/types/testing.d.ts')],
      '@arkhe/observability/fastify': [join(root, 'dist/types/fastify.d.ts')],
      '@arkhe/observability/node': [join(root, 'dist/types/node.d.ts')],
      fastify: [join(root, 'node_modules/fastify')],
      pino: [join(root, 'node_modules/pino')],
    };
    const compilerOptions = { noEmit: true, paths, typeRoots: [join(root, 'node_modules/@types')], incremental: false };
    const config = join(folder, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({ extends: join(root, 'test/tsconfig.json'), compilerOptions, include: [], exclude: [], files }));
    const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config], { encoding: 'utf8' });
    expect(stdout).toBe('');
  }, 60_000);

  it('continues a trace in a backend', async () => {
    vi.stubEnv('PORT', '0');
    vi.spyOn(console, 'log').mockReturnValue();
    const obs = getObservabilityManager();
    const signals: Signal[] = [];
    const watched = obs.signals$.subscribe((signal) => signals.push(signal));
    const { server } = (await run('backend')) as { server: Server };
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const traceparent = '00-5e1f0000000000000000000000000003-00000000000000cc-01';
    // Not by `fetch`: in this process it is traced, too.
    const caller = connect(Number(port), '127.0.0.1').setEncoding('utf8');
    caller.write(`GET /checkout HTTP/1.1\r\nhost: shop\r\ntraceparent: ${traceparent}\r\nconnection: close\r\n\r\n`);
    let answer = '';
    for await (const text of caller) answer += text;
    expect(answer).toMatch(/98\s*(0\s+)?$/);
    await vi.waitFor(() => expect(signals).toHaveLength(6));
    await obs.flush();
    server.close();
    server.closeAllConnections();
    watched.unsubscribe();
    vi.unstubAllEnvs();

    expect(signals.map(({ kind, name, trace }) => [kind, name, trace?.traceId])).toEqual(
      [
        ['request', 'GET /checkout'],
        ['span', 'reserve stock'],
        ['profile', 'total'],
        ['metric', 'http.server.request.duration'],
        ['response', 'GET /checkout'],
        ['span', 'GET'],
      ].map(([kind, name]) => [kind, name, kind === 'metric' ? undefined : '5e1f0000000000000000000000000003']),
    );
    expect(signals.at(-1)).toMatchObject({ parentSpanId: '00000000000000cc', attributes: { 'service.name': 'shop-backend' } } satisfies Partial<SpanSignal>);
  });

  it('times functions, pieces of work and what ends elsewhere', async () => {
    const { total, parse, upload, slowest } = (await run('profiling')) as unknown as Profiled;
    expect([total(2), parse('[1]')]).toEqual([98, [1]]);
    expect(upload()()).toBeGreaterThanOrEqual(0);
    expect(slowest()).toBeGreaterThanOrEqual(0);
    const { profiler } = getObservabilityManager();
    expect([...profiler.getAllStatistics().keys()]).toEqual(expect.arrayContaining(['total', 'parse', 'upload']));
  });

  it('waits for the first function that is slow', async () => {
    const { firstSlow } = (await run('streams')) as { firstSlow: () => Promise<string | undefined> };
    const found = firstSlow();
    await getObservabilityManager().profiler.profile('rank', () => new Promise((resolve) => setTimeout(resolve, 250)));
    expect(await found).toBe('rank');
  });

  it('streams to a client elsewhere, and to Prometheus', async () => {
    const { live, metrics } = (await run('server', (code) => code.replace('port: 4319', 'port: 0'))) as unknown as Served;
    const { watch } = (await run('client')) as { watch: (url: string) => () => void };
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const stop = watch(live.url);
    const obs = getObservabilityManager();
    let times = 0;
    await vi.waitFor(() => {
      // One like it would only be counted, and the first may have come before the client.
      obs.errorTracker.captureException(new RangeError(`too far: ${(times += 1)}`), { fingerprint: [String(times)] });
      expect(log.mock.calls).toContainEqual(['error', 'RangeError']);
    }, { timeout: 8_000, interval: 100 });
    stop();
    await live.close();
    obs.recordMetric('orders', 3, { instrument: 'counter' });
    const scraped = createServer(metrics).listen(0, '127.0.0.1');
    await once(scraped, 'listening');
    const { port } = scraped.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toMatch(/^orders_total\b.* 3$/m);
    scraped.close();
    scraped.closeAllConnections();
  }, 20_000);

  it('sees the whole service', async () => {
    const { wholeService$ } = (await run('threads')) as { wholeService$: Observable<ReadonlyMap<string, unknown>> };
    const seen = firstValueFrom(wholeService$.pipe(filter((series) => series.has('pack'))));
    getObservabilityManager().profiler.profile('pack', () => undefined);
    expect((await seen).get('pack')).toMatchObject({ count: 1, errors: 0 });
  });

  it('tells which route is slow', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    vi.spyOn(console, 'log').mockReturnValue();
    const obs = getObservabilityManager();
    await run('live');
    for (const [path, duration] of [['/slow', 800], ['/quick', 5]] as const) {
      obs.traceResponse(obs.traceRequest('GET', path), { status: 200, duration });
    }
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 8_000, interval: 50 });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^GET \/slow is slow: p95 \d{3} ms$/)]]);
    await obs.shutdown();
  }, 20_000);

  it('tells the route of a framework, and its parameters', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    const obs = getObservabilityManager();
    const answered = firstValueFrom(obs.responses$);
    const { app } = (await run('fastify')) as { app: { listen(options: object): Promise<string>; close(): Promise<void> } };
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    expect(await (await fetch(`${url}/orders/7`)).json()).toEqual({ ok: true });
    expect(await answered).toMatchObject({ name: 'GET /orders/:id', params: { id: '7' }, statusCode: 200, attributes: { 'http.route': '/orders/:id' } });
    await app.close();
    await obs.shutdown();
  });

  it('logs a request by hand', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    const obs = getObservabilityManager();
    const signals: Signal[] = [];
    obs.signals$.subscribe((signal) => signals.push(signal));
    const { train } = (await run('requests')) as { train(epochs: number): string };
    const requestId = train(3);
    expect(signals).toMatchObject([
      { kind: 'request', requestId, params: { epochs: 3 } },
      { kind: 'response', requestId, params: { epochs: 3 }, data: { model: 'model_3' }, status: 'success' },
    ]);
    await obs.shutdown();
  });

  it('takes in what is logged elsewhere', async () => {
    const printed = vi.spyOn(console, 'log').mockReturnValue();
    const { obs, logger } = (await run('logs')) as { obs: ObservabilityManager; logger: { child(bindings: object): { debug(text: string): void } } };
    const messages: unknown[] = [];
    obs.logs$.subscribe(({ level, message, attributes }) => messages.push([level, message, attributes['order']]));
    logger.child({ order: 7 }).debug('packed');
    console.log('sent %d', 7);
    expect(messages).toEqual([['debug', 'packed', 7], ['info', 'sent 7', undefined]]);
    expect(printed).toHaveBeenCalledWith('sent %d', 7);
    await obs.shutdown();
  });

  it('captures an error with what led to it', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    const obs = getObservabilityManager();
    const captured = firstValueFrom(obs.errors$);
    const { pay } = (await run('errors')) as { pay: (order: number, printReceipt: () => void) => string | undefined };
    const eventId = pay(7, () => {
      throw new TypeError('the printer is out of paper');
    });
    expect(await captured).toMatchObject({
      ...{ eventId, name: 'TypeError', context: { order: 7 }, tags: { region: 'eu' }, user: { id: 'u1' } },
      breadcrumbs: [{ message: 'paying', attributes: { 'order.number': 7 } }],
    });
    await obs.shutdown();
  });

  it('sends what was recorded and not sampled when something goes wrong', async () => {
    const sink = memorySink();
    getObservabilityManager({ sources: false, sinks: [sink] });
    const { obs } = (await run('recorder', (code) => code.replace('rate: 0.01', 'rate: 0'))) as { obs: ObservabilityManager };
    obs.tracer.startSpan('price order', () => undefined);
    await obs.flush();
    expect(sink.signals).toEqual([]);
    obs.tracer.startSpan('checkout failed', () => undefined);
    await obs.flush();
    expect(sink.signals.map(({ name }) => name)).toEqual(['price order', 'checkout failed']);
    await obs.shutdown();
  });

  it('sends an error to Sentry', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    const received: [path: string, envelope: string][] = [];
    const sentry = createServer(async (request, response) => {
      let envelope = '';
      for await (const text of request.setEncoding('utf8')) envelope += text;
      received.push([String(request.url), envelope]);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(sentry, 'listening');
    const { port } = sentry.address() as AddressInfo;
    const { obs } = (await run('sentry', (code) => code.replace('https://key@o1.ingest.sentry.io', `http://key@127.0.0.1:${port}`))) as { obs: ObservabilityManager };
    const eventId = obs.errorTracker.captureException(new RangeError('too far'));
    await obs.shutdown();
    sentry.close();
    sentry.closeAllConnections();
    expect(received).toEqual([[expect.stringMatching(/^\/api\/42\/envelope\//), expect.stringContaining(eventId)]]);
    expect(JSON.parse(String(received[0]?.[1].split('\n')[2]))).toMatchObject({
      ...{ event_id: eventId, environment: 'production', release: '1.4.2' },
      exception: { values: [{ type: 'RangeError', value: 'too far' }] },
    });
  });

  it('tests without waiting', async () => {
    expect(await run('testing')).toMatchObject({ span: { name: 'work', duration: 20 } });
  });

  it('follows a checkout through its steps, and a job through its queue', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    const obs = getObservabilityManager({ sources: false });
    const spans: SpanSignal[] = [];
    obs.spans$.subscribe((span) => spans.push(span));
    const { checkout } = (await run('tracing')) as { checkout: (cart: string) => Promise<void> };
    const { send, work } = (await run('jobs')) as { send: (order: string) => object; work: (job: object) => void };
    await obs.tracer.startSpan('order', async () => {
      await checkout('cart-1');
      const job = send('order-1');
      setTimeout(work, 1, job);
    });
    await vi.waitFor(() => expect(spans).toHaveLength(7));
    const named = (name: string) => spans.find((span) => span.name === name) ?? expect.fail(name);
    const parents = spans.map(({ name, parentSpanId }) => [name, spans.find(({ trace }) => trace.spanId === parentSpanId)?.name]);
    expect(Object.fromEntries(parents)).toEqual({
      order: undefined,
      checkout: 'order',
      'reserve stock': 'checkout',
      'charge card': 'checkout',
      'send receipt': 'checkout',
      'ship order': 'order',
      'bill later': undefined,
    });
    expect(named('bill later').links).toMatchObject([{ traceId: named('order').trace.traceId, spanId: named('order').trace.spanId }]);
    await obs.shutdown();
  });

  it('carries a trace out of a page', async () => {
    const { outputFiles } = await build({
      stdin: { contents: block('frontend'), resolveDir: root, loader: 'ts' },
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'page',
      platform: 'browser',
      conditions: ['es2015', 'module'],
      // The sources' folder has a tsconfig for the compiler; the bundle is for this browser.
      tsconfigRaw: '{}',
      target: 'es2022',
    });
    const { path, env } = await findBrowser();
    const browser = await chromium.launch({ executablePath: path, env: { ...process.env, ...env } as Record<string, string>, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const printed: string[] = [];
      const sent: (string | undefined)[] = [];
      page.on('console', (message) => printed.push(message.text()));
      await page.route('http://shop.test/**', (route) => {
        if (route.request().method() === 'GET') return route.fulfill({ contentType: 'text/html', body: '<title>shop</title>' });
        sent.push(route.request().headers()['traceparent']);
        return route.fulfill({ json: {} });
      });
      await page.goto('http://shop.test/');
      await page.addScriptTag({ content: String(outputFiles[0]?.text) });
      expect(await page.evaluate('page.buy("cart-1")')).toBe(true);
      await vi.waitFor(() => expect(printed.join()).toContain('click buy'), { timeout: 5_000 });
      const [, traceId] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(String(sent[0])) ?? [];
      const purchase = printed.find((text) => text.includes('click buy'));
      const request = 'POST .* url\\.full=http://shop\\.test/api/checkout\n      └─ ← 200 POST /api/checkout .*';
      expect(purchase).toMatch(RegExp(`^trace ${traceId} · click buy · .*\n└─ click buy .* cart\\.id=cart-1\n   └─ ${request}$`));
    } finally {
      await browser.close();
    }
  }, 60_000);
});

describe('the tables of the README', () => {
  /** What stands in the first column, between backticks. */
  const listed = [...readme.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell]) => [...String(cell).matchAll(/`(\w+)/g)].map(([, name]) => name));

  it('have every option', () => {
    const source = readFileSync(join(root, 'src/core/config/options.ts'), 'utf8');
    const options = [...source.slice(source.indexOf('interface ObservabilityOptions')).matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
    expect(options.length).toBeGreaterThan(10);
    expect(listed).toEqual(expect.arrayContaining(options));
  });

  it('have every environment variable', () => {
    const read = new Set<string>();
    const variables = new Proxy({}, { get: (_, name) => void read.add(String(name)) });
    readVariables(variables, () => undefined);
    const own = read.size;
    for (const kind of ['traces', 'logs', 'metrics'] as const) otlpVariables(variables, () => undefined).of(kind);
    expect(own).toBeGreaterThan(5);
    expect(read.size).toBeGreaterThan(own + 10);
    // Those of one kind of data are told with those of all; in a row of several, by the end of their names.
    const general = [...read].map((name) => name.replace(/^(OTEL_EXPORTER_OTLP)_(TRACES|LOGS|METRICS)_(?!TEMPORALITY)/, '$1_'));
    const untold = general.filter((name) => !readme.includes(`\`${name}`) && !readme.includes(name.replace('OTEL_EXPORTER_OTLP', '`')));
    expect(untold).toEqual([]);
  });
});
