// The demo as a visitor starts it: a process of its own, over the built package.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const { findBrowser } = await import(String(new URL('../helpers/find-browser.mjs', import.meta.url)));
const root = fileURLToPath(new URL('../..', import.meta.url));
const json = { 'content-type': 'application/json' };
const card = '4242 4242 4242 4242';

interface Demo {
  readonly url: string;
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the output once it matches. */
  printed(pattern: RegExp): Promise<string>;
  /** Sends the signal, if any, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const started = new Set<Demo>();

async function startDemo(environment: Record<string, string> = {}, words: readonly string[] = []): Promise<Demo> {
  if (!existsSync(join(root, 'dist/node/index.js'))) throw new Error('There is no dist/: run `npm run build` first.');
  const { ENVIRONMENT: _, OBSERVABILITY_ENABLED: __, OTEL_SDK_DISABLED: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, ['demo/main.mjs', ...words], { cwd: root, env: { ...inherited, PORT: '0', NO_COLOR: '1', ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'exit') as Promise<[number | null]>;

  async function printed(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + 15_000;
    while (!pattern.test(output)) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error(`The demo did not print ${pattern}:\n${output.slice(-4_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return output;
  }

  const address = /The shop is open: (http:\/\/127\.0\.0\.1:\d+)/;
  const demo: Demo = {
    url: address.exec(await printed(address))?.[1] ?? '',
    output: () => output,
    printed,
    async end(signal) {
      if (child.exitCode === null && signal !== undefined) child.kill(signal);
      const [code] = await exited;
      started.delete(demo);
      return code;
    },
  };
  started.add(demo);
  return demo;
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

/** The lines of a printed trace, its header first. */
function treeOf(output: string, traceId: string): readonly string[] {
  const lines = output.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`trace ${traceId}`));
  const to = lines.findIndex((line, index) => index > from && !/^\s*[│├└]/.test(line));
  return lines.slice(from, to);
}

/** The numbers of a line of the ledger, each with its name. */
function accountOf(output: string, name: string): Readonly<Record<string, number>> {
  const line = output.slice(output.indexOf('The final ledger')).split('\n').find((text) => text.trimStart().startsWith(`${name} `)) ?? '';
  const terms = line.replace(/\(.*?\)/g, '').matchAll(/(\d+) (emitted|added|routed|filtered|held|accepted|delivered|handed off|spooled|dropped|pending)/g);
  return Object.fromEntries([...terms].map(([, count, term]) => [String(term), Number(count)]));
}

afterAll(async () => {
  for (const demo of started) await demo.end('SIGKILL');
});

describe('the demo', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo();
  }, 20_000);

  it('continues the trace of whoever buys, and prints it as one tree', async () => {
    const traceId = '5e1f0000000000000000000000000001';
    const traceparent = `00-${traceId}-00000000000000aa-01`;
    const { cart } = (await (await post(`${demo.url}/api/cart`, { product: 'lamp', quantity: 2 })).json()) as { cart: string };
    const answer = await post(`${demo.url}/api/checkout`, { cart, card }, { traceparent });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(await answer.json()).toMatchObject({ order: expect.any(Number), total: 11_760 });

    const tree = treeOf(await demo.printed(RegExp(`trace ${traceId}[^]*\n.*send receipt`)), traceId);
    // Without the durations, and what follows them.
    expect(tree.slice(1).map((line) => line.replace(/ \+?[\d.]+ ms.*/, ''))).toEqual([
      '└─ POST /api/checkout',
      '   ├─ ← 200 POST /api/checkout',
      '   ├─ price order',
      '   │  ├─ ⏱ subtotal',
      '   │  ├─ ⏱ discount',
      '   │  └─ ⏱ vat',
      '   ├─ reserve stock',
      '   │  └─ reserve item',
      '   ├─ charge card',
      '   │  └─ • authorised',
      '   └─ send receipt',
    ]);
    expect(tree.join('\n')).toContain('payment.card_number=[REDACTED]');
  }, 20_000);

  it('never prints a card number', () => {
    expect(demo.output()).not.toContain(card);
  });

  it('says what went wrong, with its causes', async () => {
    const answer = await fetch(`${demo.url}/api/reviews`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('review service');
    await demo.printed(/ERROR Error: The review service failed[^]*caused by TypeError: the answer is no list/);
    await demo.printed(/✗ GET \/api\/reviews/);
  }, 20_000);

  it('runs its job as a trace of its own', async () => {
    const [, traceId] = /trace ([0-9a-f]{32}) · restock/.exec(await demo.printed(/· restock ·/)) ?? [];
    expect(treeOf(demo.output(), String(traceId))[1]).toMatch(/^└─ restock/);
  }, 20_000);

  it('shows the figures of its routes and the ledger every few seconds', async () => {
    const output = await demo.printed(/the last 60 s[^]*stream .*emitted/);
    expect(output).toMatch(/GET \/api\/products +\d+ +\d+ +[\d.]+ ms +[\d.]+ ms +[\d.]+ ms/);
    expect(output).toMatch(/subtotal\(\) +\d+/);
  }, 20_000);

  it('gives the same figures as JSON', async () => {
    const live = await (await fetch(`${demo.url}/live`)).json();
    expect(live.responses['POST /api/checkout']).toMatchObject({ count: expect.any(Number), errors: expect.any(Number), p95: expect.any(Number) });
    expect(live.functions.subtotal.count).toBeGreaterThan(0);
    expect(live.latest.length).toBeGreaterThan(0);
    const { emitted, added, routed, held, filtered } = live.ledger;
    const sum = (Object.values(filtered) as number[]).reduce((total, count) => total + count, 0);
    expect(emitted + added).toBe(routed + sum + held);
  });

  it.each([
    ['a body that is no JSON', '/api/cart', '{"product":', 400],
    ['a body that is no object', '/api/cart', 'null', 400],
    ['an unknown product', '/api/cart', '{"product":"unicorn"}', 404],
    ['a quantity that is none', '/api/cart', '{"product":"mug","quantity":-1}', 422],
    ['a cart that is none', '/api/cart', '{"product":"mug","cart":{}}', 422],
    ['a cart that does not exist', '/api/checkout', `{"cart":"cart-999999","card":"${card}"}`, 404],
    ['a card that is none', '/api/checkout', '{"cart":"cart-1","card":"1"}', 422],
    ['a huge body', '/api/cart', JSON.stringify({ product: 'x'.repeat(1_000_000) }), 413],
    ['an unknown route', '/api/nothing', '{}', 404],
    ['another method', '/api/products', '{}', 405],
    ['signals that are no list', '/signals', '{}', 400],
    ['too many signals', '/signals', JSON.stringify(Array(201).fill({})), 413],
    ['too large signals', '/signals', JSON.stringify(['x'.repeat(70_000)]), 413],
  ])('refuses %s', async (_, path, body, status) => {
    const answer = await post(`${demo.url}${path}`, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
  });

  it('refuses what another site could send', async () => {
    const answer = await fetch(`${demo.url}/signals`, { method: 'POST', body: '[]' });
    expect(answer.status).toBe(415);
  });

  it('takes of the signals of a page what can be read', async () => {
    const trace = { traceId: '5e1f0000000000000000000000000002', spanId: '00000000000000bb', sampled: true };
    const batch = [
      { kind: 'span', name: 'a click', trace, timestamp: Date.now(), duration: 5, attributes: { 'service.name': 'shop-backend' } },
      { kind: 'span', name: 'nowhere' },
      { kind: 'response', name: 'GET /api/products', requestId: '1', method: 'GET', path: '/', status: 'error', duration: 1e9 },
      'text',
      null,
    ];
    expect(await (await post(`${demo.url}/signals`, batch)).json()).toEqual({ taken: 1, refused: 4 });
    const tree = treeOf(await demo.printed(/a click/), trace.traceId);
    expect(tree).toHaveLength(2);
  }, 20_000);

  it('closes at Ctrl-C: the ledger balances, the exit code is 0, the port is free', async () => {
    expect(await demo.end('SIGINT')).toBe(0);
    const output = demo.output();
    expect(output).toContain('balanced, nothing pending');
    expect(output).not.toContain('health:');
    const stream = accountOf(output, 'stream');
    expect(stream['emitted']).toBeGreaterThan(50);
    expect(stream['emitted']).toBe((stream['routed'] ?? 0) + (stream['filtered'] ?? 0));
    expect(stream['held']).toBe(0);
    for (const sink of ['console', 'memory']) {
      const account = accountOf(output, sink);
      expect(account['accepted']).toBe(account['delivered']);
      expect(account['pending']).toBe(0);
    }
    await expect(fetch(demo.url)).rejects.toThrow();
  }, 20_000);
});

describe('the demo, left alone', () => {
  it.each([
    ['DEMO_SECONDS', { DEMO_SECONDS: '1' }, []],
    ['--for', {}, ['--for', '1s']],
  ] as const)('ends by itself with %s', async (_, environment, words) => {
    const demo = await startDemo(environment, words);
    expect(await demo.end()).toBe(0);
    expect(demo.output()).toContain('balanced, nothing pending');
  }, 20_000);

  it('ends at SIGTERM', async () => {
    const demo = await startDemo();
    expect(await demo.end('SIGTERM')).toBe(0);
  }, 20_000);
});

describe('the page of the demo', () => {
  const close: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const one of close.splice(0).reverse()) await one();
  });

  it('begins the trace that ends in the backend', async () => {
    const demo = await startDemo();
    close.push(() => demo.end('SIGINT'));
    const { path, env } = await findBrowser();
    const browser = await chromium.launch({ executablePath: path, env: { ...process.env, ...env } as Record<string, string>, args: ['--no-sandbox'] });
    close.push(() => browser.close());
    const page = await browser.newPage();
    const foreign: string[] = [];
    const failures: string[] = [];
    page.on('request', (request) => !request.url().startsWith(demo.url) && !request.url().startsWith('data:') && foreign.push(request.url()));
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(demo.url);
    await page.getByRole('button', { name: 'Add to cart: Desk lamp' }).click();
    await page.getByText('1 × Desk lamp').waitFor();
    await page.getByRole('button', { name: 'Buy' }).click();
    const status = await page.getByText(/Order \d+ is placed/).textContent();
    const [, traceId] = /trace ([0-9a-f]{32})/.exec(String(status)) ?? [];

    const tree = treeOf(await demo.printed(RegExp(`trace ${traceId}[^]*\n.*send receipt`)), String(traceId)).join('\n');
    expect(tree).toMatch(/^trace [0-9a-f]{32} · click buy · .*\n└─ \[shop-page\] click buy .*\n {3}└─ POST \/api\/checkout .*\n {6}└─ \[shop-backend\] POST \/api\/checkout /);
    await page.getByRole('row', { name: /^click buy 1 0/ }).waitFor();
    await page.getByRole('row', { name: /^POST \/api\/checkout/ }).first().waitFor();
    expect(foreign).toEqual([]);
    expect(failures).toEqual([]);
  }, 60_000);
});
