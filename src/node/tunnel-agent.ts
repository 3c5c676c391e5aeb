import * as https from 'node:https';
import * as tls from 'node:tls';
import type { Proxy } from './proxy.ts';
import { openTunnel } from './tunnel.ts';

/**
 * Reaches `https` receivers through a proxy. Of its own, because the packages for it read environment variables when they are
 * imported, and keep the process alive while the proxy does not answer.
 */
export function createTunnelAgent(proxy: Proxy, options: https.AgentOptions): https.Agent {
  const agent = new https.Agent(options);
  agent.createConnection = (target: tls.ConnectionOptions, callback) => {
    openTunnel(proxy, target.host ?? '', Number(target.port))
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
