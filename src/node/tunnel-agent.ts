import * as http from 'node:http';
import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import type { Proxy } from './proxy.ts';

/** How long a proxy may take to open a tunnel, in milliseconds. Nobody else ends a proxy that never answers. */
const PATIENCE = 10_000;

/**
 * Reaches `https` receivers through a proxy. Of its own, because the packages for it read environment variables when they are
 * imported, and keep the process alive while the proxy does not answer.
 */
export function createTunnelAgent(proxy: Proxy, options: https.AgentOptions): https.Agent {
  const agent = new https.Agent(options);
  agent.createConnection = (target: tls.ConnectionOptions, callback) => {
    openTunnel(proxy, `${bracketed(target.host ?? '')}:${target.port}`)
      // The agent's own name for the host, and its list of protocols, are in the target already.
      .then((socket) => tls.connect({ ...target, socket } as tls.ConnectionOptions))
      .then(
        (socket) => callback?.(null, socket),
        (error: Error) => callback?.(error, undefined as never),
      );
    return undefined;
  };
  return agent;
}

function openTunnel(proxy: Proxy, path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const { host, port, authorization } = proxy;
    const headers = { host: path, ...(authorization !== undefined && { 'proxy-authorization': authorization }) };
    const request = (proxy.secure ? https : http).request({ method: 'CONNECT', host, port, path, headers, agent: false, timeout: PATIENCE });
    request.once('socket', (socket) => socket.unref());
    request.once('timeout', () => request.destroy(new Error('no answer from the proxy')));
    request.once('connect', ({ statusCode }, socket) => {
      socket.setTimeout(0);
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

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
