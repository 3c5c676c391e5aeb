// The demo as a visitor starts it: processes of their own, over the built package.
import { readFileSync } from 'node:fs';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectLive } from '#sdk';
import { buyInPage, buyThroughApi, card, endDemos, inPage, post, startDemo } from '../helpers/demo.ts';
import type { Demo } from '../helpers/demo.ts';

/** The lines of a printed trace, its header first. */
function treeOf(output: string, traceId: string): readonly string[] {
  const lines = output.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`trace ${traceId}`));
  const to = lines.findIndex((line, index) => index > from && !/^\s*[│├└]/.test(line));
  return lines.slice(from, to);
}

/** The numbers of a line of the final ledger of this service, each with its name. */
function accountOf(output: string, service: string, name: string): Readonly<Record<string, number>> {
  const lines = output.slice(output.indexOf('The final ledger')).split('\n');
  const from = lines.indexOf(`  ${service}`);
  const line = lines.find((text, index) => index > from && text.trimStart().startsWith(`${name} `)) ?? '';
  const terms = line.replace(/\(.*?\)/g, '').matchAll(/(\d+) (emitted|added|routed|filtered|held|accepted|delivered|handed off|spooled|dropped|pending)/g);
  return Object.fromEntries([...terms].map(([, count, term]) => [String(term), Number(count)]));
}

/** Without the durations, and what follows them. */
function namesOf(tree: readonly string[]): readonly string[] {
  return tree.slice(1).map((line) => line.replace(/ \+?[\d.]+ m?s\b.*/, ''));
}

/** Whether a process is there. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What this process has started. */
function childrenOf(pid: number | undefined): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

afterAll(endDemos);

describe('the demo', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo();
  }, 20_000);

  it('continues the trace of whoever buys through both services and the job, and prints it as one tree', async () => {
    const traceId = '5e1f0000000000000000000000000001';
    const traceparent = `00-${traceId}-00000000000000aa-01`;
    const { cart } = (await (await post(`${demo.url}/api/cart`, { product: 'lamp', quantity: 2 })).json()) as { cart: string };
    const answer = await post(`${demo.url}/api/checkout`, { cart, card }, { traceparent });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ order: expect.any(Number), total: 11_760 });

    const tree = treeOf(await demo.printed(RegExp(`trace ${traceId}[^]*\n.*send receipt`)), traceId);
    expect(namesOf(tree)).toEqual([
      '└─ [shop-backend] POST /api/checkout',
      '   ├─ ← 200',
      '   ├─ price order',
      '   │  ├─ ⏱ subtotal',
      '   │  ├─ ⏱ discount',
      '   │  └─ ⏱ vat',
      '   ├─ reserve stock',
      '   │  └─ reserve item',
      '   ├─ charge card',
      '   │  └─ POST',
      '   │     └─ [payments] POST /charges',
      '   │        ├─ ← 200',
      '   │        └─ authorise',
      '   │           └─ • authorised',
      '   └─ publish order',
      '      └─ send receipt',
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

  it('shows where a purchase broke: in the service behind the backend', async () => {
    const traceId = '5e1f0000000000000000000000000003';
    const { cart } = (await (await post(`${demo.url}/api/cart`, { product: 'mug' })).json()) as { cart: string };
    const headers = { traceparent: `00-${traceId}-00000000000000aa-01` };
    const answer = await post(`${demo.url}/api/checkout`, { cart, card: '4000 0000 0000 0000' }, headers);
    expect(answer.status).toBe(500);
    const tree = treeOf(await demo.printed(RegExp(`trace ${traceId} `)), traceId);
    const failed = namesOf(tree).filter((line) => line.includes('✗')).map((line) => line.replace(/^[^✗]*✗ /, ''));
    expect(failed).toEqual(['POST /api/checkout', 'charge card', 'POST', 'POST /charges', 'authorise']);
    await demo.printed(/ERROR Error: The bank does not answer[^]*caused by Error: connect ETIMEDOUT/);
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

  it('streams the same figures, and balanced ledgers', async () => {
    const live = connectLive(`${demo.url}/observability/`, { parts: ['statistics', 'ledger'] });
    const account = firstValueFrom(live.frames$.pipe(filter((frame) => frame.type === 'ledger')));
    const series = await firstValueFrom(live.statistics$.pipe(filter((statistics) => statistics.has('GET /api/products') && statistics.has('subtotal'))));
    expect(series.get('GET /api/products')).toMatchObject({ count: expect.any(Number), errors: 0, p95: expect.any(Number) });
    const { emitted, added, routed, held, filtered } = (await account).ledger;
    expect(emitted + added).toBe(routed + Object.values(filtered).reduce((total, count) => total + count, 0) + held);
  }, 20_000);

  it('opens with its dashboard, whose numbers are those of the services', async () => {
    expect(demo.output()).toContain(`${demo.url}/observability/`);
    await inPage({ url: `${demo.url}/observability/` }, async (page) => {
      await page.getByRole('row', { name: /GET \/api\/products\b/ }).first().waitFor();
      await page.getByText('shop-backend').first().waitFor();
    });
  }, 30_000);

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
      { kind: 'profile', name: 'total', duration: 1e9 },
      'text',
      null,
    ];
    expect(await (await post(`${demo.url}/signals`, batch)).json()).toEqual({ taken: 1, refused: 4 });
    const tree = treeOf(await demo.printed(/a click/), trace.traceId);
    expect(tree).toHaveLength(2);
  }, 20_000);

  it('closes at Ctrl-C: the ledgers balance, the exit code is 0, the port is free', async () => {
    expect(await demo.end('SIGINT')).toBe(0);
    const output = demo.output();
    expect(output).toContain('balanced, nothing pending');
    expect(output).not.toContain('health:');
    const handed = ['shop-page', 'shop-backend', 'payments'].map((service) => {
      const stream = accountOf(output, service, 'stream');
      expect(stream['emitted']).toBe((stream['routed'] ?? 0) + (stream['filtered'] ?? 0));
      return accountOf(output, service, 'terminal')['delivered'] ?? 0;
    });
    const stream = accountOf(output, 'terminal', 'stream');
    expect(stream['emitted']).toBeGreaterThan(50);
    expect(stream['emitted']).toBe(handed.reduce((one, other) => one + other));
    expect(stream['emitted']).toBe((stream['routed'] ?? 0) + (stream['filtered'] ?? 0));
    expect(stream['held']).toBe(0);
    const printed = accountOf(output, 'terminal', 'console');
    expect(printed['accepted']).toBe(printed['delivered']);
    expect(printed['pending']).toBe(0);
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

  // Where one process can be asked for its children without another tool.
  it.runIf(process.platform === 'linux').each(['SIGINT', 'SIGKILL'] as const)('leaves no process behind at %s', async (signal) => {
    const demo = await startDemo();
    const processes = childrenOf(demo.pid);
    expect(processes).toHaveLength(2);
    await demo.end(signal);
    await vi.waitFor(() => expect(processes.filter(runs)).toEqual([]), { timeout: 5_000, interval: 20 });
  }, 20_000);

  it.runIf(process.platform === 'linux')('ends when a service behind it does', async () => {
    const demo = await startDemo();
    for (const pid of childrenOf(demo.pid)) process.kill(pid, 'SIGKILL');
    expect(await demo.end()).toBe(1);
    expect(demo.output()).toContain('has ended, though nobody asked it to (SIGKILL)');
  }, 20_000);
});

describe('the demo without shoppers', () => {
  it('prints a purchase as one tree, though its job ends when everything else has', async () => {
    const demo = await startDemo({ DEMO_SHOPPERS: '0' });
    const traceId = await buyThroughApi(demo);
    expect(await demo.end('SIGINT')).toBe(0);
    const headers = demo.output().split('\n').filter((line) => line.startsWith(`trace ${traceId}`));
    expect(headers).toEqual([expect.stringMatching(/ · 10 spans · request /)]);
    expect(namesOf(treeOf(demo.output(), traceId)).slice(-2)).toEqual(['   └─ publish order', '      └─ send receipt']);
  }, 20_000);
});

describe('the page of the demo', () => {
  it('begins the trace that goes through both services to the job', async () => {
    const demo = await startDemo({ DEMO_SHOPPERS: '0' });
    await inPage(demo, async (page) => {
      const foreign: string[] = [];
      const failures: string[] = [];
      page.on('request', (request) => !request.url().startsWith(demo.url) && !request.url().startsWith('data:') && foreign.push(request.url()));
      page.on('pageerror', (error) => failures.push(error.message));
      const traceId = await buyInPage(page);

      const tree = treeOf(await demo.printed(RegExp(`trace ${traceId}[^]*\n.*send receipt`)), traceId);
      expect(tree[0]).toMatch(/ · click buy · .* · 12 spans · request [\da-f-]{36}$/);
      expect(namesOf(tree)).toEqual([
        '└─ [shop-page] click buy',
        '   └─ POST',
        '      ├─ ← 200 POST /api/checkout',
        '      └─ [shop-backend] POST /api/checkout',
        '         ├─ ← 200',
        '         ├─ price order',
        '         │  ├─ ⏱ subtotal',
        '         │  ├─ ⏱ discount',
        '         │  └─ ⏱ vat',
        '         ├─ reserve stock',
        '         │  └─ reserve item',
        '         ├─ charge card',
        '         │  └─ POST',
        '         │     └─ [payments] POST /charges',
        '         │        ├─ ← 200',
        '         │        └─ authorise',
        '         │           └─ • authorised',
        '         └─ publish order',
        '            └─ send receipt',
      ]);
      await page.getByRole('row', { name: /^click buy 1 0/ }).waitFor();
      await page.getByRole('row', { name: /^POST \/api\/checkout/ }).first().waitFor();
      await demo.printed(/└─ documentLoad/);
      expect(foreign).toEqual([]);
      expect(failures).toEqual([]);
      // What the page asks for to show its figures, and what it hands over, is no part of any trace.
      expect(demo.output()).not.toMatch(/(GET|POST) \S*\/(observability|signals)/);
    });
    expect(await demo.end('SIGINT')).toBe(0);
    expect(demo.output()).toContain('balanced, nothing pending');
  }, 60_000);
});
