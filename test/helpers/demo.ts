// The demo as a visitor starts it: a process of its own with everything it starts, over the built package.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

const { findBrowser } = await import(String(new URL('find-browser.mjs', import.meta.url)));
const root = fileURLToPath(new URL('../..', import.meta.url));
/** A card that pays. */
export const card = '4242 4242 4242 4242';

export interface Demo {
  readonly url: string;
  readonly pid: number | undefined;
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the output once it matches. */
  printed(pattern: RegExp): Promise<string>;
  /** Sends the signal, if any, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const started = new Set<Demo>();

/** With these variables of the environment beside those of this process, and these words on the command line. */
export async function startDemo(environment: Readonly<Record<string, string>> = {}, words: readonly string[] = []): Promise<Demo> {
  if (!existsSync(join(root, 'dist/node/index.js'))) throw new Error('There is no dist/: run `npm run build` first.');
  const { ENVIRONMENT: _, OBSERVABILITY_ENABLED: __, OTEL_SDK_DISABLED: ___, NODE_ENV: ____, ...inherited } = process.env;
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
    pid: child.pid,
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

/** Those that a failed test left. */
export async function endDemos(): Promise<void> {
  for (const demo of started) await demo.end('SIGKILL');
}

/** Opens the demo's page in a real browser for as long as `use` takes. */
export async function inPage<T>({ url }: Pick<Demo, 'url'>, use: (page: Page) => Promise<T>): Promise<T> {
  const { path, env } = await findBrowser();
  const browser = await chromium.launch({ executablePath: path, env: { ...process.env, ...env } as Record<string, string>, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return await use(page);
  } finally {
    await browser.close();
  }
}

/** Buys a lamp as a visitor does; the page says which trace that was. */
export async function buyInPage(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Add to cart: Desk lamp' }).click();
  await page.getByText('1 × Desk lamp').waitFor();
  await page.getByRole('button', { name: 'Buy' }).click();
  const status = await page.getByText(/Order \d+ is placed/).textContent();
  const traceId = /trace ([0-9a-f]{32})/.exec(String(status))?.[1];
  if (traceId === undefined) throw new Error(`The page names no trace: ${status}`);
  return traceId;
}

/** The page stays open until what it had to say has come: this is not about leaving. */
async function buyAndTell(demo: Demo, page: Page): Promise<string> {
  const traceId = await buyInPage(page);
  await demo.printed(RegExp(`trace ${traceId} · click buy`));
  return traceId;
}

/** Posts JSON. */
export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}

/** Buys through the API: the backend begins the trace, which the demo prints. Only where nobody else buys (`DEMO_SHOPPERS=0`). */
export async function buyThroughApi(demo: Demo): Promise<string> {
  const { cart } = (await (await post(`${demo.url}/api/cart`, { product: 'lamp', quantity: 1 })).json()) as { cart: string };
  const answer = await post(`${demo.url}/api/checkout`, { cart, card });
  if (!answer.ok) throw new Error(`The checkout was answered with ${answer.status}: ${await answer.text()}`);
  const tree = /trace ([0-9a-f]{32}) · POST \/api\/checkout ·/;
  return tree.exec(await demo.printed(tree))?.[1] ?? '';
}

/** One purchase, and what the demo did around it. */
export interface Checkout {
  readonly traceId: string;
  /** Whether the trace begins in the page; else in the backend. */
  readonly isFromPage: boolean;
  /** The exit code of the demo. */
  readonly code: number | null;
  readonly output: string;
}

/**
 * Starts the demo with these variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_EXPORTER`…), buys once, and ends it, so that
 * everything is exported by then. Through the page, or, where there is no browser, through the API.
 */
export async function checkoutOnce(environment: Readonly<Record<string, string>>): Promise<Checkout> {
  const isFromPage = await findBrowser().then(() => true, () => false);
  const demo = await startDemo({ DEMO_SHOPPERS: '0', ...environment });
  try {
    const traceId = isFromPage ? await inPage(demo, (page) => buyAndTell(demo, page)) : await buyThroughApi(demo);
    await demo.printed(RegExp(`trace ${traceId}[^]*\n.*send receipt`));
    return { traceId, isFromPage, code: await demo.end('SIGINT'), output: demo.output() };
  } catch (error) {
    await demo.end('SIGKILL');
    throw error;
  }
}
