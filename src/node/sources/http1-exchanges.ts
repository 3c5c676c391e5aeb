import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Observable } from 'rxjs';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { BodyPolicy } from '../../core/requests/request-policy.ts';
import { endArrival } from './arrivals.ts';
import type { ArrivalEnd, Arrivals, Arriving } from './arrivals.ts';
import { logBodyRead } from './body-read.ts';
import { logBodyWritten } from './body-written.ts';
import { expressRoute } from './express-route.ts';
import { aroundHead, headReader, sayRequestId } from './response-head.ts';
import { patchMethod } from './patch-method.ts';
import { routeParams } from './route-params.ts';
import { isUnseen } from './unseen-server.ts';

/** Follows what HTTP/1 servers are asked. */
export interface Http1Exchanges {
  /** Until the result is called; what is under way then still ends, and at `exit$` at once: an answer will not come. */
  watch(exit$: Observable<unknown>): () => void;
  /** Opens a request that nobody told of, and ends it with its response. `undefined` for one that is not to be seen. */
  follow(request: IncomingMessage, response: ServerResponse): OpenRequest | undefined;
  arrivalOf(request: object): OpenRequest | undefined;
}

interface Exchange {
  readonly arrival: OpenRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What Node's channels tell with. */
interface Told {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Duplex;
  readonly server?: unknown;
}

interface Connection {
  /** Oldest first: there are several where a client sends on without waiting for answers. */
  readonly open: Exchange[];
  readonly closed: () => void;
}

/**
 * By the connection, not by the response: one that waits for its turn when the connection closes gets no event of its own, and in
 * this way most requests cost no listener.
 */
export function createHttp1Exchanges(arrivals: Arrivals, failed: (error: unknown) => void): Http1Exchanges {
  const connections = new Map<Duplex, Connection>();

  function connectionOf(socket: Duplex): Connection {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const open: Exchange[] = [];
    const closed = (): void => {
      connections.delete(socket);
      for (const exchange of open.splice(0)) end(exchange, whoEnded(socket, exchange));
    };
    const connection = { open, closed };
    connections.set(socket, connection);
    socket.once('close', closed);
    return connection;
  }

  function end({ arrival, request, response }: Exchange, cutOffBy: ArrivalEnd['cutOffBy']): void {
    try {
      if (arrival.route === undefined) tellExpressRoute(arrival, request);
      const statusCode = response.headersSent ? response.statusCode : undefined;
      endArrival(arrival, { statusCode, cutOffBy, error: response.errored, header: headReader(response) });
    } catch (error) {
      failed(error);
    }
  }

  function begin({ request, response, socket }: Told): OpenRequest | undefined {
    const arrival = arrivals.begin(arriving(request), hasBody(request) ? request : undefined);
    if (arrival === undefined) return undefined;
    connectionOf(socket).open.push({ arrival, request, response });
    if (arrival.isCorrelated) sayRequestId(response, arrival.requestId, socket);
    if (arrival.bodies !== undefined) logBodies(arrival, arrival.bodies, request, response);
    return arrival;
  }

  function started(message: unknown): void {
    try {
      const told = message as Told;
      if (isUnseen(told.server)) arrivals.pass(told.request);
      else begin(told);
    } catch (error) {
      failed(error);
    }
  }

  function finished(message: unknown): void {
    try {
      const { response, socket } = message as Told;
      const open = connections.get(socket)?.open ?? [];
      const index = open.findIndex((exchange) => exchange.response === response);
      const [exchange] = index < 0 ? [] : open.splice(index, 1);
      // Of what can no longer be sent, Node says that it is finished, too.
      if (exchange !== undefined) end(exchange, socket.errored ? 'client' : undefined);
    } catch (error) {
      failed(error);
    }
  }

  function letGo(): void {
    for (const [socket, { open, closed }] of connections) {
      socket.off('close', closed);
      for (const exchange of open) exchange.response.once('close', () => end(exchange, exchange.response.writableFinished ? undefined : whoEnded(socket, exchange)));
    }
    connections.clear();
  }

  return {
    watch(exit$) {
      const exit = exit$.subscribe(() => {
        for (const { open } of connections.values()) for (const { arrival, response } of open.splice(0)) abandon(arrival, response);
      });
      subscribe('http.server.request.start', started);
      subscribe('http.server.response.finish', finished);
      const undoHead = patchMethod(ServerResponse.prototype, '_storeHeader', aroundHead);
      return () => {
        undoHead();
        exit.unsubscribe();
        unsubscribe('http.server.request.start', started);
        unsubscribe('http.server.response.finish', finished);
        letGo();
      };
    },
    follow(request, response) {
      const told = { request, response, socket: request.socket };
      response.once('finish', () => finished(told));
      patchMethod(response, '_storeHeader', aroundHead);
      return begin(told);
    },
    arrivalOf: (request) => {
      const socket: unknown = Reflect.get(request, 'socket');
      return connections.get(socket as Duplex)?.open.find((exchange) => exchange.request === request)?.arrival;
    },
  };
}

/** A client that goes away says so, or its connection fails; else it was closed on this side, with an error of the application or without. */
function whoEnded(socket: Duplex, { response }: Exchange): 'client' | 'server' {
  if (socket.readableEnded) return 'client';
  return socket.errored && socket.errored !== response.errored ? 'client' : 'server';
}

function abandon(arrival: OpenRequest, { headersSent, statusCode }: ServerResponse): void {
  arrival.end({
    status: 'abandoned',
    statusCode: headersSent ? statusCode : undefined,
    errorType: 'abandoned',
    message: 'the process ended before the answer did',
  });
}

/** What an HTTP/1 request says of itself. */
export function arriving(request: IncomingMessage): Arriving {
  const { method = 'GET', url = '/', originalUrl = url, headers, httpVersion, socket } = request as IncomingMessage & { readonly originalUrl?: string };
  const scheme = (socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http';
  return {
    method,
    // Express takes off what a router is mounted at.
    target: originalUrl,
    scheme,
    host: headers.host,
    protocolVersion: httpVersion,
    headers,
    header: (name) => headers[name],
    addressOf: remoteAddress,
    progress: bytesMoved,
    raw: request,
  };
}

function remoteAddress(raw: object): string | undefined {
  return (raw as IncomingMessage).socket.remoteAddress;
}

function bytesMoved(raw: object): number {
  const { socket } = raw as IncomingMessage;
  return socket.bytesRead + socket.bytesWritten;
}

function logBodies(arrival: OpenRequest, policy: BodyPolicy, request: IncomingMessage, response: ServerResponse): void {
  if (hasBody(request)) logBodyRead(arrival, policy, request, (name) => request.headers[name]);
  logBodyWritten(arrival, policy, response, () => ({ statusCode: response.statusCode, header: headReader(response) }));
}

/** What a router of Express that says nothing over its channel leaves on the request. */
function tellExpressRoute(arrival: OpenRequest, request: IncomingMessage): void {
  const route = expressRoute(request);
  if (route !== undefined) arrival.tell({ route, params: routeParams(Reflect.get(request, 'params')) });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
