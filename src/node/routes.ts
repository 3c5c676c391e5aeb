import * as http from 'node:http';
import * as https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { beginExchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { Letter } from './posting.ts';
import { proxyFor } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import type { TlsTexts } from './tls-files.ts';
import { createTunnelAgent } from './tunnel-agent.ts';

/** How one receiver is reached. */
export interface Route {
  readonly proxy: Proxy | undefined;
  begin(letter: Letter): Exchange;
  /** Closes the connections on which nothing is under way. */
  closeIdle(): void;
}

export interface Routes {
  /** @throws Error when the proxy of this URL cannot be used */
  to(url: URL): Route;
  /** Closes what is idle, now and from now on. */
  close(): void;
}

/** The connections of one transport: a few, kept open from one request to the next, by receiver. */
export function createRoutes(texts: TlsTexts): Routes {
  const agents = new Map<string, http.Agent>();

  function agentFor(url: URL, proxy: Proxy | undefined): http.Agent {
    const key = `${url.protocol} ${proxy?.name}`;
    const agent = agents.get(key) ?? createAgent(url.protocol === 'https:', proxy, texts);
    agents.set(key, agent);
    return agent;
  }

  return {
    to(url) {
      const proxy = proxyFor(url);
      const agent = agentFor(url, proxy);
      const target = urlToHttpOptions(url);

      /** Nothing has been sent yet. */
      function request(headers: http.OutgoingHttpHeaders): http.ClientRequest {
        const common = { method: 'POST', agent };
        if (url.protocol === 'https:') return https.request({ ...target, ...common, headers });
        if (proxy === undefined) return http.request({ ...target, ...common, headers });
        const { host, port, authorization } = proxy;
        return (proxy.secure ? https : http).request({
          ...common,
          host,
          port,
          path: `${url.origin}${url.pathname}${url.search}`,
          headers: { host: url.host, ...headers, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
        });
      }

      return {
        proxy,
        begin: ({ headers, body }) => beginExchange(request(headers), body),
        closeIdle: () => closeIdle(agent),
      };
    },
    close() {
      for (const agent of agents.values()) {
        closeIdle(agent);
        agent.maxFreeSockets = 0;
      }
    },
  };
}

function createAgent(secure: boolean, proxy: Proxy | undefined, texts: TlsTexts): http.Agent {
  const options = { keepAlive: true, maxSockets: 16, maxFreeSockets: 4 };
  if (!secure) return proxy?.secure ? new https.Agent(options) : new http.Agent(options);
  return proxy === undefined ? new https.Agent({ ...options, ...texts }) : createTunnelAgent(proxy, { ...options, ...texts });
}

function closeIdle(agent: http.Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of [...(sockets ?? [])]) socket.destroy();
}
