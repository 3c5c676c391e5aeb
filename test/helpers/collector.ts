import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeLogs, decodeMetrics, decodeTraces } from './decode-otlp.ts';
import type { DecodedLog, DecodedMetric, DecodedSpan } from './decode-otlp.ts';
import { answer } from './fault-server.ts';
import type { Fault } from './fault-server.ts';
import { allowOrigins } from './page-driver.ts';

/** An export whose body came whole, whatever it was answered. */
export interface Export {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Buffer;
  /** When it came, by the clock of the collector. */
  readonly at: number;
}

/** What becomes of one export. */
export interface Verdict {
  readonly fault: Fault;
  /** How many of its records are not kept: none, all, or that many. */
  readonly refused: 'none' | 'all' | number;
  /** Whether the sender is told so. */
  readonly told: boolean;
}

export type Treatment = (given: Export) => Verdict;

/** Keeps the export, and says so: in the words of the protocol, or as it is told. */
export function takes(fault?: Fault): Treatment {
  return (given) => ({ fault: fault ?? answer(200, { headers: { 'content-type': typeOf(given) }, body: isJson(given) ? '{}' : '' }), refused: 'none', told: true });
}

/** Keeps the export, and its sender never hears of that. */
export function takesUntold(fault: Fault): Treatment {
  return () => ({ fault, refused: 'none', told: false });
}

export function refuses(fault: Fault): Treatment {
  return () => ({ fault, refused: 'all', told: true });
}

export function refusesAbove(bytes: number): Treatment {
  return (given) => (given.body.length > bytes ? refuses(answer(413)) : takes())(given);
}

/** The first export tells what the whole is. */
export function refusesAboveShare(share: number): Treatment {
  let most: number | undefined;
  return (given) => refusesAbove((most ??= given.body.length * share))(given);
}

/** OTLP's partial success. */
export function takesAllBut(count: number, message: string): Treatment {
  return (given) => {
    const field: Readonly<Record<string, string>> = { '/v1/traces': 'rejectedSpans', '/v1/logs': 'rejectedLogRecords', '/v1/metrics': 'rejectedDataPoints' };
    const part = Buffer.from([8, count, 18, message.length, ...Buffer.from(message)]);
    const body = isJson(given)
      ? JSON.stringify({ partialSuccess: { [field[given.path] ?? '']: String(count), errorMessage: message } })
      : Buffer.from([10, part.length, ...part]);
    return { fault: answer(200, { headers: { 'content-type': typeOf(given) }, body }), refused: count, told: true };
  };
}

/** A receiver of OTLP over HTTP, for pages of any origin too, that treats exports as it is told, and decodes what it kept. */
export interface Collector {
  readonly url: string;
  /** All that came whole, in order. */
  readonly exports: readonly Export[];
  /** Requests that were neither exports nor preflights. */
  readonly strays: readonly string[];
  /** What it kept, as often as it came. */
  spans(): DecodedSpan[];
  logs(): DecodedLog[];
  metrics(): DecodedMetric[];
  /** The same, without those whose sender was not told. */
  told(): { readonly spans: readonly DecodedSpan[]; readonly logs: readonly DecodedLog[] };
  /** From now on: each treatment once, in order, then the last one always. */
  treat(...treatments: readonly Treatment[]): void;
  /** Refuses connections until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

interface Kept {
  readonly given: Export;
  readonly verdict: Verdict;
}

/** `elapsed`: its clock, in milliseconds. */
export async function startCollector(elapsed: () => number = () => performance.now()): Promise<Collector> {
  const exports: Export[] = [];
  const strays: string[] = [];
  const kept: Kept[] = [];
  let treatments: readonly Treatment[] = [takes()];
  let port = 0;

  function receive(request: IncomingMessage, response: ServerResponse, packed: Buffer): void {
    const { url: path = '', headers, socket } = request;
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(packed) : packed;
    const given = { path, headers, body, at: elapsed() };
    exports.push(given);
    const [treatment = takes(), ...rest] = treatments;
    if (rest.length > 0) treatments = rest;
    const verdict = treatment(given);
    if (verdict.refused !== 'all') kept.push({ given, verdict });
    verdict.fault.run({ request, response, socket });
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const { method = '', url = '' } = request;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    allowOrigins(request, response);
    // Else a page is not told.
    response.setHeader('access-control-expose-headers', 'retry-after');
    // Whatever is no export has a connection of its own: a reset on one that was used before makes a browser send again by itself.
    if (method !== 'POST') response.setHeader('connection', 'close');
    if (method === 'OPTIONS') return void response.writeHead(204).end();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (method === 'POST') return receive(request, response, Buffer.concat(chunks));
      strays.push(`${method} ${url}`);
      response.end();
    });
  });
  server.on('connection', (socket) => socket.on('error', () => undefined));

  function records<T extends object>(path: string, decode: (body: Uint8Array, type: string) => T[], from: readonly Kept[] = kept): T[] {
    return from.flatMap(({ given, verdict: { refused } }) => {
      if (!given.path.endsWith(path)) return [];
      const all = decode(given.body, typeOf(given));
      return typeof refused === 'number' ? all.slice(refused) : all;
    });
  }

  async function open(): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  async function shut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  await open();
  return {
    url: `http://127.0.0.1:${port}`,
    exports,
    strays,
    spans: () => records('/v1/traces', decodeTraces),
    logs: () => records('/v1/logs', decodeLogs),
    metrics: () => records('/v1/metrics', decodeMetrics),
    told() {
      const from = kept.filter(({ verdict }) => verdict.told);
      return { spans: records('/v1/traces', decodeTraces, from), logs: records('/v1/logs', decodeLogs, from) };
    },
    treat(...given) {
      treatments = given;
    },
    shut,
    open,
    close: shut,
  };
}

function typeOf({ headers }: Export): string {
  return headers['content-type'] ?? '';
}

function isJson(given: Export): boolean {
  return typeOf(given) === 'application/json';
}
