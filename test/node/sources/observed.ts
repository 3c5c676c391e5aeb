import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { createObservability, fetches, incomingRequests, outgoingRequests } from '#sdk';
import type { ObservabilityManager, SpanSignal } from '#sdk';

type Options = NonNullable<Parameters<typeof createObservability>[0]>;

/** A manager with every source of Node, and what it told. */
export interface Observed {
  readonly obs: ObservabilityManager;
  readonly spans: SpanSignal[];
  /** What it said of itself, each as `name: message`. */
  readonly said: string[];
  /** The spans of this kind, once there are as many. */
  waitFor(count: number, kind?: SpanSignal['spanKind']): Promise<SpanSignal[]>;
}

/** Steps that undo what a test did, last first. */
export const undo: (() => unknown)[] = [];

export async function undoAll(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

export function observe(options: Options = {}): Observed {
  const obs = createObservability({
    environment: 'production',
    sinks: [],
    sources: [incomingRequests(), outgoingRequests(), fetches()],
    ...options,
  });
  undo.push(() => obs.shutdown());
  const spans: SpanSignal[] = [];
  const said: string[] = [];
  obs.spans$.subscribe((span) => spans.push(span));
  obs.health$.subscribe((health) =>
    said.push('message' in health ? `${health.name}: ${health.message}` : `${health.type} ${JSON.stringify(health)}`),
  );
  return {
    obs,
    spans,
    said,
    async waitFor(count, kind) {
      const of = (): SpanSignal[] => spans.filter(({ spanKind }) => kind === undefined || spanKind === kind);
      await until(() => of().length >= count);
      return of();
    },
  };
}

/** Waits for what sockets do in their own time. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 5 s: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export async function listen(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => {
    (server as Partial<Server>).closeAllConnections?.();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server, and its port. */
export function serve(listener: RequestListener): Promise<number> {
  return listen(createServer(listener));
}

/** A connection over which bytes are written as they are. */
export interface RawClient {
  readonly socket: Socket;
  write(text: string): void;
  received(): string;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  undo.push(() => socket.destroy());
  await once(socket, 'connect');
  return { socket, write: (bytes) => void socket.write(bytes), received: () => text };
}

export const traceId = '0af7651916cd43dd8448eb211c80319c';
export const parentId = 'b7ad6b7169203331';
export const traceparent = `00-${traceId}-${parentId}-01`;
