import { dial } from './grpc-dial.ts';
import { openSession } from './grpc-session.ts';
import type { GrpcSession } from './grpc-session.ts';
import { proxyFor } from './proxy.ts';
import type { Routes } from './routes.ts';
import type { TlsTexts } from './tls-files.ts';

/** The connections of one transport: one a receiver, for all calls, until it ends. */
export function createGrpcRoutes(texts: TlsTexts): Routes {
  const sessions = new Map<string, GrpcSession>();
  let closed = false;

  return {
    to(url) {
      const proxy = proxyFor(url);
      const key = `${url.origin} ${proxy?.name}`;

      function session(): GrpcSession {
        const known = sessions.get(key);
        if (known?.usable === true) return known;
        const opened = openSession(url.origin, dial(url, proxy, texts));
        sessions.set(key, opened);
        return opened;
      }

      return {
        proxy,
        begin(letter) {
          const used = session();
          const exchange = used.begin(letter);
          if (closed) used.retire();
          return exchange;
        },
        closeIdle: () => sessions.get(key)?.retire(),
      };
    },
    close() {
      closed = true;
      for (const session of sessions.values()) session.retire();
    },
  };
}
