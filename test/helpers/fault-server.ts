import * as http from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import * as https from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request whose body came whole. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Buffer;
  /** Number of the connection it came by, from 1. */
  readonly connection: number;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
}

/** How the server treats a request. */
export interface Fault {
  /** Before the body has been read; such a request is not recorded. */
  readonly early?: boolean;
  run(exchange: Exchange): void;
}

export interface FaultServer {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** How many connections were ever made, and how many are open. */
  readonly connections: { readonly made: number; readonly open: number };
  /** How it treats requests from now on: each fault once, in order, then the last one always. */
  treat(...faults: readonly Fault[]): void;
  /** Resolves when so many requests were received. */
  receives(count: number): Promise<void>;
  /** Resolves when this many connections are open. */
  hasOpen(count: number): Promise<void>;
  /** Closes every connection on which nothing is under way; new ones are welcome. */
  closeIdle(): void;
  close(): Promise<void>;
}

export interface Answer {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Answers properly. */
export function answer(status = 200, { headers = {}, body = '' }: Answer = {}): Fault {
  return { run: ({ response }) => void response.writeHead(status, headers).end(body) };
}

/** A proxy or a login page took the request. */
export function html(): Fault {
  return answer(200, { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' });
}

export function redirect(location: string, status = 307): Fault {
  return answer(status, { headers: { location } });
}

/** Chromium gives back the budget of such an answer only when its body was read. */
export function noStore(body = '{}'): Fault {
  return answer(200, { headers: { 'cache-control': 'no-store', 'content-type': 'application/json' }, body });
}

/** As `then`, after this many milliseconds. */
export function slow(milliseconds: number, then: Fault = answer()): Fault {
  return { run: (exchange) => void setTimeout(() => then.run(exchange), milliseconds).unref() };
}

/** Never answers. */
export function hang(): Fault {
  return { run: () => undefined };
}

/** Never even reads the body. */
export function neverRead(): Fault {
  return { early: true, run: ({ request }) => void request.pause() };
}

/** Closes the connection without a word. */
export function closeBeforeHeaders(): Fault {
  return { run: ({ socket }) => void socket.end() };
}

/** Announces a longer body than it sends, and closes. */
export function closeHalfWay(status = 200, body = '{"partial'): Fault {
  return {
    run: ({ response }) => {
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': String(body.length * 2) });
      response.write(body, () => response.destroy());
    },
  };
}

/** Resets the connection. */
export function reset({ early = false } = {}): Fault {
  return { early, run: ({ socket }) => void socket.resetAndDestroy() };
}

/** A body without an end: a piece every so many milliseconds, or as fast as it is read. */
export function endless(status = 200, every?: number): Fault {
  return {
    run: ({ response }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      const piece = Buffer.alloc(every === undefined ? 16 * 1_024 : 1, ' ');
      const more = (): void => {
        if (response.destroyed) return;
        if (every !== undefined) response.write(piece, () => setTimeout(more, every).unref());
        else if (response.write(piece)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    },
  };
}

/** A body of that many bytes; default 10 MiB. */
export function large(bytes = 10 * 1_024 * 1_024, status = 200): Fault {
  return answer(status, { headers: { 'content-type': 'application/json' }, body: Buffer.alloc(bytes, ' ') });
}

/** Something that is not HTTP. */
export function garbage(): Fault {
  return { run: ({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n') };
}

/** A port of this host on which nobody listens. */
export async function refusingUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A receiver that misbehaves as it is told, and answers 200 until then. With `tls`, by https. */
export async function startFaultServer(tls?: https.ServerOptions): Promise<FaultServer> {
  const received: Received[] = [];
  const numbers = new Map<Socket, number>();
  const waiting = new Set<() => void>();
  let faults: readonly Fault[] = [answer()];
  let made = 0;
  let open = 0;

  function changed(): void {
    for (const check of [...waiting]) check();
  }

  function until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const [fault = answer(), ...rest] = faults;
    if (rest.length > 0) faults = rest;
    const { socket, method = '', url: path = '', headers } = request;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (fault.early === true) return fault.run({ request, response, socket });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const whole = Buffer.concat(chunks);
      const body = headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole;
      received.push({ method, path, headers, body, connection: numbers.get(socket) ?? 0 });
      fault.run({ request, response, socket });
      changed();
    });
  };
  const options = { keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 0 };
  const server = tls === undefined ? http.createServer(options, serve) : https.createServer({ ...options, ...tls }, serve);

  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    made++;
    open++;
    numbers.set(socket, made);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open--;
      sockets.delete(socket);
      changed();
    });
    changed();
  });
  // The socket a request sees; the one above is what is under it.
  server.on('secureConnection', (socket: Socket) => numbers.set(socket, made));

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    connections: {
      get made() {
        return made;
      },
      get open() {
        return open;
      },
    },
    treat(...given) {
      faults = given;
    },
    receives: (count) => until(() => received.length >= count),
    hasOpen: (count) => until(() => open === count),
    closeIdle: () => server.closeIdleConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
