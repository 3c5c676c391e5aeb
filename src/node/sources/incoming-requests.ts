import { Observable } from 'rxjs';
import { createIgnore } from '../../core/http/ignore.ts';
import type { Ignore } from '../../core/http/ignore.ts';
import { isPathAmong } from '../../core/http/ignored-paths.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { createArrivals } from './arrivals.ts';
import { createHandshakes } from './handshakes.ts';
import { createHttp1Exchanges } from './http1-exchanges.ts';
import { createHttp2Streams } from './http2-streams.ts';
import { sayNotFollowed } from './not-followed.ts';
import { watchServers } from './server-events.ts';
import { watchExpress } from './watch-express.ts';
import { watchFastify } from './watch-fastify.ts';

/** A request that came in, as `ignore` sees it. */
export interface IncomingRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** Options of `incomingRequests`. */
export interface IncomingRequestsOptions {
  /**
   * Requests of which nothing is told, and in whose handlers nothing is active: paths, with everything below them (`/health` is also
   * `/health/live`, and `/` is everything), patterns for the path, or a function. Default: none. Exports of this SDK are never seen.
   */
  readonly ignore?: Ignore<IncomingRequest> | undefined;
}

const name = 'incoming-requests';

/**
 * Each request that Node's servers get, HTTP/2 and upgrades included, servers made earlier too, is a request and a response, a measured
 * duration, and a span of kind `server`. Its id is told in the answer, but for that of an upgrade, which the application writes itself. The
 * span continues the trace in the headers, else it begins one, and is active in the handler and in everything that awaits. It is called
 * `GET /orders/:id` where the route is known: from Express or Fastify, or from the attribute `http.route` that anybody sets on it;
 * else `GET`. What these two say over their channels of parameters and of what handlers throw is told, too; their adapters tell the
 * rest. From status 500 on it is an error, and when the connection ends before the answer does. It ends with the answer; that
 * of an upgrade, as of a WebSocket, with the answer to the handshake.
 * @throws ConfigurationError for wrong options
 */
export function incomingRequests(options: IncomingRequestsOptions = {}): Source {
  const ignores = createIgnore<IncomingRequest>({
    factory: 'incomingRequests',
    source: name,
    options,
    expected: 'paths from /',
    isPattern: (text) => text.startsWith('/'),
    compile(patterns) {
      const isAmong = isPathAmong(patterns);
      return ({ path }) => isAmong(path);
    },
  });
  return {
    name,
    observe: ({ requests, tracing, exit$ }: SourceContext) =>
      new Observable(() => {
        const arrivals = createArrivals({ requests, tracing, ignores });
        const failed = (error: unknown): void => sayNotFollowed(tracing, name, error);
        const exchanges = createHttp1Exchanges(arrivals, failed);
        const streams = createHttp2Streams(arrivals);
        const handshakes = createHandshakes(arrivals);
        const arrivalOf = (request: object): OpenRequest | undefined => exchanges.arrivalOf(request) ?? streams.arrivalOf(request);
        const undo = [
          exchanges.watch(exit$),
          watchServers({ requests, tracing, exchanges, streams, handshakes, failed }),
          watchExpress(arrivalOf, failed),
          watchFastify(arrivalOf, failed),
        ];
        return () => {
          for (const step of undo) step();
        };
      }),
  };
}
