import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import { handleOf } from '../../core/manager-handle.ts';
import type { ManagerHandle } from '../../core/manager.ts';
import type { ObservabilityManager } from '../../core/observability.ts';
import { processWide } from '../../core/process-wide.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import { getObservabilityManager } from '../main.ts';
import { arrivedFor, createArrivals } from '../sources/arrivals.ts';
import { createHttp1Exchanges } from '../sources/http1-exchanges.ts';
import type { Http1Exchanges } from '../sources/http1-exchanges.ts';
import { createHttp2Streams } from '../sources/http2-streams.ts';
import type { Http2Streams } from '../sources/http2-streams.ts';
import { sayNotFollowed } from '../sources/not-followed.ts';
import { routeParams } from '../sources/route-params.ts';
import type { WatchFramework } from '../sources/watch-framework.ts';

/** Options of every adapter. */
export interface AdapterOptions {
  /** Whose requests they are. Default: the process-wide manager, which is created when there is none. */
  readonly obs?: ObservabilityManager | undefined;
}

/** What an adapter does with the request it serves. No method throws, but for what `rest` throws. */
export interface Serving {
  /** The route by which it is served, as a pattern (`/orders/:id`), and its parameters. Told again, the last one counts. */
  routed(route: string | undefined, params: unknown): void;
  /** What a handler threw, or gave to the framework as an error. How it is answered is up to the application. */
  failed(error: unknown): void;
  /** Runs the rest of the application, with the request active. */
  run<T>(rest: () => T): T;
}

export type RawRequest = IncomingMessage | Http2ServerRequest;
export type RawResponse = ServerResponse | Http2ServerResponse;

/**
 * What all adapters have in common: a request that the source `incomingRequests` saw already is told of further; any other is opened
 * here, and ends with its response. `undefined` where nothing is to be seen.
 */
export type Serve = (request: RawRequest, response: RawResponse) => Serving | undefined;

interface Followed {
  readonly handle: ManagerHandle;
  readonly exchanges: Http1Exchanges;
  readonly streams: Http2Streams;
  readonly stop: () => void;
}

/** `watch`: how the framework tells over channels, which is listened to for the requests that are opened here. */
export function createServe(adapter: string, { obs }: AdapterOptions = {}, watch?: WatchFramework): Serve {
  /** Of the manager of the last request: mostly there is one. */
  let last: Followed | undefined;

  function followedBy(handle: ManagerHandle): Followed {
    if (last?.handle === handle) return last;
    last?.stop();
    const { requests, tracing } = handle.sources;
    const arrivals = createArrivals({ requests, tracing, ignores: undefined, enters: false });
    const failed = (error: unknown): void => sayNotFollowed(tracing, adapter, error);
    const exchanges = createHttp1Exchanges(arrivals, failed);
    const streams = createHttp2Streams(arrivals);
    const stop = watch?.((request) => exchanges.arrivalOf(request) ?? streams.arrivalOf(request), failed) ?? (() => undefined);
    last = { handle, exchanges, streams, stop };
    // With the manager: an adapter has no end of its own.
    handle.manager.health$.subscribe({ complete: stop });
    return last;
  }

  function find(handle: ManagerHandle, request: RawRequest, response: RawResponse): OpenRequest | undefined {
    const { requests } = handle.sources;
    const stream = streamOf(request);
    const arrived = arrivedFor(requests);
    const raw = stream ?? request;
    // Seen before, also where it is not to be told of, or has ended meanwhile.
    if (arrived.has(raw)) return arrived.get(raw);
    if (handle.isShutDown || !requests.observes()) return undefined;
    const { exchanges, streams } = followedBy(handle);
    if (stream !== undefined) return streams.begin(stream, request.headers);
    return exchanges.follow(request as IncomingMessage, response as ServerResponse);
  }

  return (request, response) => {
    try {
      const handle = obs === undefined ? processWideHandle() : handleOf(obs);
      const found = handle && find(handle, request, response);
      return found && servingOf(found, (rest) => handle.sources.requests.run(found, rest));
    } catch {
      // A framework of another shape: its application goes on.
      return undefined;
    }
  };
}

/** Created when there never was one: not anew after its end. */
function processWideHandle(): ManagerHandle | undefined {
  return processWide().handle ?? handleOf(getObservabilityManager());
}

function servingOf(request: OpenRequest, run: Serving['run']): Serving {
  return {
    routed: (route, params) => request.tell({ route, params: routeParams(params) }),
    failed: (error) => request.threw(error),
    run,
  };
}

/** Only of HTTP/2: an application may leave anything on its requests. */
function streamOf(request: RawRequest): ServerHttp2Stream | undefined {
  return request.httpVersionMajor === 2 ? (request as Http2ServerRequest).stream : undefined;
}
