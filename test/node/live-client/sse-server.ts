import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one request is answered. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server whose answers a test chooses. */
export interface SseServer {
  readonly url: string;
  readonly port: number;
  /** In the order they came. */
  readonly requests: readonly IncomingMessage[];
  /** Streams that are open. */
  readonly open: ReadonlySet<ServerResponse>;
  /** Resolves when there were this many requests. */
  requested(count: number): Promise<void>;
  /** Resolves when no stream is open. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Answers the first request with the first of these, and so on; those after the last with the last. */
export async function sseServer(answers: readonly Answer[], port = 0): Promise<SseServer> {
  const requests: IncomingMessage[] = [];
  const open = new Set<ServerResponse>();
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of waiting) look();
  };
  const server: Server = createServer((request, response) => {
    requests.push(request);
    open.add(response);
    response.on('close', () => {
      open.delete(response);
      changed();
    });
    const answer = answers[Math.min(requests.length, answers.length) - 1]!;
    answer(response, request);
    changed();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;

  function until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  return {
    url: `http://127.0.0.1:${address.port}/live`,
    port: address.port,
    requests,
    open,
    requested: (count) => until(() => requests.length >= count),
    idle: () => until(() => open.size === 0),
    close,
  };
}

/** Begins a stream with these pieces, and leaves it open. */
export function streaming(...pieces: readonly (string | Uint8Array)[]): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const piece of pieces) response.write(piece);
  };
}

/** A stream that ends after these pieces. */
export function ending(...pieces: readonly string[]): Answer {
  return (response, request) => {
    streaming(...pieces)(response, request);
    response.end();
  };
}

export function status(code: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response) => void response.writeHead(code, headers).end(body);
}
