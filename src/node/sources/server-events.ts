import { IncomingMessage, Server as HttpServer } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Server as HttpsServer } from 'node:https';
import { Server } from 'node:net';
import { Duplex } from 'node:stream';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { SourceRequests } from '../../core/requests/source-requests.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { Handshakes } from './handshakes.ts';
import type { Http1Exchanges } from './http1-exchanges.ts';
import type { Http2Streams } from './http2-streams.ts';
import { patchMethod } from './patch-method.ts';

export interface ServerEventsSetup {
  readonly requests: SourceRequests;
  readonly tracing: SourceTracing;
  readonly exchanges: Http1Exchanges;
  readonly streams: Http2Streams;
  readonly handshakes: Handshakes;
  readonly failed: (error: unknown) => void;
}

/**
 * Stands around the events of every server, until the result is called. Node tells of no upgrade and no HTTP/2 stream otherwise, and
 * nowhere else can a handler be run inside of a host's own context manager.
 */
export function watchServers({ requests, tracing, exchanges, streams, handshakes, failed }: ServerEventsSetup): () => void {
  /** What this event begins, or is part of. */
  function arrivalFor([event, first, second]: readonly unknown[]): OpenRequest | undefined {
    switch (event) {
      case 'request':
      case 'checkContinue':
      case 'checkExpectation':
        return tracing.needsRun && first instanceof IncomingMessage ? exchanges.arrivalOf(first) : undefined;
      case 'upgrade':
      case 'connect':
        // Of HTTP/2, `connect` is part of a stream.
        return first instanceof IncomingMessage && second instanceof Duplex ? handshakes.begin(first, second) : undefined;
      case 'stream':
        return isStream(first) && isHeaders(second) ? streams.begin(first, second) : undefined;
      default:
        return undefined;
    }
  }

  function around(_: object, args: readonly unknown[], proceed: (args: readonly unknown[]) => unknown): unknown {
    let arrival: OpenRequest | undefined;
    try {
      arrival = arrivalFor(args);
    } catch (error) {
      failed(error);
    }
    return arrival !== undefined && tracing.needsRun ? requests.run(arrival, () => proceed(args)) : proceed(args);
  }

  // Every server inherits from `net`'s. Where an instrumentation has put a method of its own in front of that, ours goes in front of it.
  const inFront = [HttpServer.prototype, HttpsServer.prototype].filter((prototype) => Object.hasOwn(prototype, 'emit'));
  const undo = [Server.prototype, ...inFront].map((prototype) => patchMethod(prototype, 'emit', around));
  return () => {
    for (const step of undo) step();
  };
}

function isStream(value: unknown): value is ServerHttp2Stream {
  return value instanceof Duplex && 'sentHeaders' in value;
}

function isHeaders(value: unknown): value is IncomingHttpHeaders {
  return typeof value === 'object' && value !== null && ':method' in value;
}
