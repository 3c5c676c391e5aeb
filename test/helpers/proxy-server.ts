import * as http from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface ProxyServer {
  readonly port: number;
  /** The first line of each request, without the version. */
  readonly asked: readonly string[];
  readonly authorizations: readonly (string | undefined)[];
  /** Answers every `CONNECT` so from now on, instead of opening the tunnel; 0: not at all. */
  refuse(status: number): void;
  close(): Promise<void>;
}

/** Forwards what is in absolute form, and tunnels. */
export async function startProxyServer(): Promise<ProxyServer> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let refusal: number | undefined;

  const note = ({ method, url, headers }: http.IncomingMessage): void => {
    asked.push(`${method} ${url}`);
    authorizations.push(headers['proxy-authorization']);
  };
  const server = http.createServer((request, response) => {
    note(request);
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = http.request(request.url ?? '', { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on('connect', (request, socket: Socket, head) => {
    note(request);
    socket.on('error', () => undefined);
    if (refusal === 0) return;
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\nproxy-authenticate: Basic\r\n\r\n`);
    const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    authorizations,
    refuse(status) {
      refusal = status;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
