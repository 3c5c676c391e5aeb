import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** One exception of an event, as Sentry groups them. */
export interface SpotlightException {
  readonly type?: string;
  readonly value?: string;
  readonly mechanism?: Readonly<Record<string, unknown>>;
  readonly stacktrace?: { readonly frames: readonly SpotlightFrame[] };
}

export interface SpotlightFrame {
  readonly function?: string;
  readonly filename?: string;
  readonly lineno?: number;
  readonly colno?: number;
  readonly in_app?: boolean;
}

/** An event as Spotlight read it. */
export interface SpotlightEvent {
  readonly event_id: string;
  readonly level?: string;
  readonly platform?: string;
  readonly message?: unknown;
  readonly exception?: { readonly values: readonly SpotlightException[] };
  readonly breadcrumbs?: readonly { readonly message?: string; readonly category?: string; readonly data?: unknown }[];
  readonly contexts?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Sentry's Spotlight: a receiver of envelopes nobody here wrote. */
export interface Spotlight {
  readonly address: AddressInfo;
  readonly origin: string;
  /** For any project: it keeps them all. */
  readonly dsn: string;
  /** What it wanted to reach beyond this machine. */
  readonly refused: readonly string[];
  /** Every event so far, in the order in which they came. */
  events(): readonly SpotlightEvent[];
  /** Resolves with the events as soon as they are at least this many. */
  received(count: number): Promise<readonly SpotlightEvent[]>;
  /** The bytes of every envelope as they were sent, unpacked. */
  wire(): Promise<string>;
  /** What its own tool for assistants tells of the errors of the last minutes. */
  searchErrors(): Promise<string>;
  /** Forgets everything. */
  clear(): Promise<void>;
  /** Resolves with its exit code. */
  stop(): Promise<number | null>;
}

type Item = readonly [{ readonly type: string }, SpotlightEvent];
type Envelope = readonly [{ readonly __spotlight_envelope_id: string }, readonly Item[]];

const run = fileURLToPath(new URL('../receivers/node_modules/@spotlightjs/spotlight/dist/run.js', import.meta.url));
const preload = String(new URL('spotlight-preload.mjs', import.meta.url));

export async function startSpotlight(): Promise<Spotlight> {
  if (!existsSync(run)) throw new Error('test/receivers is not installed: npm ci --prefix test/receivers --ignore-scripts');
  const child = fork(run, ['server', '-p', '0'], { execArgv: ['--import', preload], env: { PATH: process.env['PATH'] ?? '' }, silent: true });
  const ended = once(child, 'exit').then(([code]: readonly (number | null)[]) => code ?? null);
  let said = '';
  for (const output of [child.stdout, child.stderr]) output?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const refused: string[] = [];
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    child.on('message', (message: { readonly listening?: AddressInfo; readonly refused?: string }) => {
      if (message.listening !== undefined) resolve(message.listening);
      if (message.refused !== undefined) refused.push(message.refused);
    });
    void ended.then((code) => reject(new Error(`Spotlight ended with ${code}: ${said}`)));
  });
  const origin = `http://127.0.0.1:${address.port}`;
  const health = await (await fetch(`${origin}/health`)).text();
  if (health !== 'OK') throw new Error(`Spotlight is not well: ${health}`);

  let envelopes: Envelope[] = [];
  const events = (): readonly SpotlightEvent[] => envelopes.flatMap(([, items]) => items.flatMap(([{ type }, event]) => (type === 'event' ? [event] : [])));
  const waiting = new Set<() => void>();
  const aborter = new AbortController();
  const { body } = await fetch(`${origin}/stream`, { signal: aborter.signal });
  const streamed = readEvents(body!, (data) => {
    envelopes.push(JSON.parse(data) as Envelope);
    for (const look of waiting) look();
  }).catch((error: unknown) => {
    if (!aborter.signal.aborted) throw error;
  });

  return {
    address,
    origin,
    dsn: `http://public@127.0.0.1:${address.port}/1`,
    refused,
    events,
    received: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (events().length < count) return;
          waiting.delete(look);
          resolve(events());
        };
        waiting.add(look);
        look();
      }),
    async wire() {
      const bodies = envelopes.map(async ([{ __spotlight_envelope_id: id }]) => (await fetch(`${origin}/envelope/${id}`)).text());
      return (await Promise.all(bodies)).join('\n');
    },
    async searchErrors() {
      const ask = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search_errors', arguments: { filters: { timeWindow: 600 } } } };
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      return (await fetch(`${origin}/mcp`, { method: 'POST', headers, body: JSON.stringify(ask) })).text();
    },
    async clear() {
      await fetch(`${origin}/clear`, { method: 'DELETE' });
      envelopes = [];
    },
    async stop() {
      aborter.abort();
      await streamed;
      child.kill();
      return ended;
    },
  };
}

/** The data of each event of a stream of them. https://html.spec.whatwg.org/multipage/server-sent-events.html */
async function readEvents(body: ReadableStream<Uint8Array>, told: (data: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []));
      if (data.length > 0) told(data.join('\n'));
    }
  }
}
