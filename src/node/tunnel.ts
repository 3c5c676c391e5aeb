import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { withBrackets } from '../core/http/host.ts';
import type { Proxy } from './proxy.ts';

/** How long a proxy may take to open a tunnel, in milliseconds. Nobody else ends a proxy that never answers. */
const PATIENCE = 10_000;

/** Asks a proxy for a connection to a receiver. It does not keep the process alive. */
export function openTunnel(proxy: Proxy, receiver: string, receiverPort: number): Promise<Socket> {
  const path = `${withBrackets(receiver)}:${receiverPort}`;
  return new Promise((resolve, reject) => {
    const { host, port, authorization } = proxy;
    const headers = { host: path, ...(authorization !== undefined && { 'proxy-authorization': authorization }) };
    const options = { method: 'CONNECT', host, port, path, headers, agent: false, timeout: PATIENCE };
    const request = (proxy.secure ? https : http).request(options);
    request.once('socket', (socket) => socket.unref());
    request.once('timeout', () => request.destroy(new Error('no answer from the proxy')));
    request.once('connect', ({ statusCode }, socket, head) => {
      socket.setTimeout(0);
      // A receiver that speaks first may have done so already.
      if (head.length > 0) socket.unshift(head);
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy answered ${statusCode}`));
    });
    // Some answer a refusal with a body, as to any request.
    request.once('response', (response) => {
      response.destroy();
      reject(new Error(`the proxy answered ${response.statusCode}`));
    });
    request.on('error', reject);
    request.end();
  });
}
