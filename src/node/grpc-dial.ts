import { once } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { withoutBrackets } from '../core/http/host.ts';
import type { Proxy } from './proxy.ts';
import type { TlsTexts } from './tls-files.ts';
import { openTunnel } from './tunnel.ts';

/** What is said of a receiver that speaks another version. */
export const notHttp2 = 'the receiver does not speak HTTP/2; port 4317 is for gRPC, OTLP over HTTP is at 4318';

/** A connection on its way. */
export interface Dialling {
  /** Ready for HTTP/2. Pending for ever once given up. */
  readonly socket: Promise<net.Socket>;
  giveUp(): void;
}

/** Connects to a receiver, through the proxy if there is one. It does not keep the process alive. */
export function dial(url: URL, proxy: Proxy | undefined, texts: TlsTexts): Dialling {
  const secure = url.protocol === 'https:';
  const target = { host: withoutBrackets(url.hostname), port: Number(url.port) || (secure ? 443 : 80), noDelay: true };
  let current: net.Socket | undefined;
  let givenUp = false;

  function use<S extends net.Socket>(socket: S): S {
    current = socket.unref();
    if (givenUp) socket.destroy();
    return socket;
  }

  async function connect(): Promise<net.Socket> {
    const tunnel = proxy && (await openTunnel(proxy, target.host, target.port));
    if (!secure) {
      if (tunnel !== undefined) return use(tunnel);
      const socket = use(net.connect(target));
      await once(socket, 'connect');
      return socket;
    }
    const servername = net.isIP(target.host) === 0 ? target.host : '';
    const socket = use(tls.connect({ ...target, ...texts, ...(tunnel && { socket: tunnel }), servername, ALPNProtocols: ['h2'] }));
    await once(socket, 'secureConnect');
    if (socket.alpnProtocol === 'h2') return socket;
    socket.destroy();
    throw new Error(notHttp2);
  }

  return {
    socket: connect(),
    giveUp() {
      givenUp = true;
      current?.destroy();
    },
  };
}
