import type { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Ignores } from '../../core/http/ignore.ts';
import { isOwnExport } from '../../core/http/own-export.ts';
import { pathOf } from '../../core/http/server-attributes.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { SourceRequests } from '../../core/requests/source-requests.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { IncomingRequest } from './incoming-requests.ts';
import { isLeftOut } from './live-targets.ts';
import { patchMethod } from './patch-method.ts';

/** A request that comes in, by whichever version of HTTP. */
export interface Arriving {
  readonly method: string;
  /** As it stands in the request. */
  readonly target: string;
  readonly scheme: string;
  readonly host: string | undefined;
  readonly protocolVersion: string;
  readonly headers: IncomingHttpHeaders;
  readonly header: (name: string) => unknown;
  /** See `ArrivingRequest`. */
  readonly addressOf: ((raw: object) => string | undefined) | undefined;
  /** See `ArrivingRequest`. */
  readonly progress: ((raw: object) => number) | undefined;
  readonly raw: object;
}

/** Opens the requests that come in. */
export interface Arrivals {
  /**
   * `undefined`: it is not to be seen. If it `enters`, nothing of what was active on its connection before is left in any case. `body`
   * is what the rest of the request comes by, when there is a rest.
   */
  begin(arriving: Arriving, body?: EventEmitter): OpenRequest | undefined;
  /** For one that is known to be the SDK's own, by what it is to the host: it is not to be seen. */
  pass(raw: object): void;
}

export interface ArrivalsSetup {
  readonly requests: SourceRequests;
  readonly tracing: Pick<SourceTracing, 'ignored'>;
  readonly ignores: Ignores<IncomingRequest> | undefined;
  /** Whether a request is active from when it comes in; else only in what is run with it. Default true. */
  readonly enters?: boolean;
}

/** Also of another copy of this package in the process: an adapter may have one. */
const key: unique symbol = Symbol.for('@arkhe/observability/arrivals/1') as never;

/** All that came in for one manager, by what it is to the host. */
export interface Arrived {
  has(raw: object): boolean;
  get(raw: object): OpenRequest | undefined;
  set(raw: object, request: OpenRequest | undefined): void;
}

/**
 * What came in for this manager, ended requests too: whichever source or adapter sees a request again, it is no other one. Those that
 * are not to be seen are `undefined`. It stands on the host's own object, because a map that lets go of it costs as much as the rest.
 */
export function arrivedFor(requests: SourceRequests): Arrived {
  const holder = requests as SourceRequests & { [key]?: symbol };
  const mark = (holder[key] ??= Symbol('observed'));
  return {
    has: (raw) => mark in raw,
    get: (raw) => (raw as Record<symbol, OpenRequest | undefined>)[mark],
    set: (raw, request) => void ((raw as Record<symbol, OpenRequest | undefined>)[mark] = request),
  };
}

export function createArrivals({ requests, tracing, ignores, enters = true }: ArrivalsSetup): Arrivals {
  const arrived = arrivedFor(requests);

  function isSeen(arriving: Arriving): boolean {
    const { method, target, headers } = arriving;
    if (isLeftOut(arriving)) return false;
    if (isOwnExport({ method, target, userAgent: headers['user-agent'], contentType: headers['content-type'] })) return false;
    return ignores === undefined || !ignores({ method, path: pathOf(target) }, tracing);
  }

  return {
    begin(arriving, body) {
      // As it is: it has so many fields that a copy would cost more than all else here.
      const request = isSeen(arriving) ? requests.serve(arriving) : undefined;
      arrived.set(arriving.raw, request);
      if (enters) requests.enter(request);
      // Node tells of what comes later from outside of the handler.
      if (request !== undefined && body !== undefined) patchMethod(body, 'emit', (_, args, proceed) => requests.run(request, () => proceed(args)));
      return request;
    },
    pass(raw) {
      arrived.set(raw, undefined);
      if (enters) requests.enter(undefined);
    },
  };
}

/** How the answer to a request ended. */
export interface ArrivalEnd {
  /** `undefined` when not even the head of the answer was sent. */
  readonly statusCode: number | undefined;
  /** Who ended it before it was whole. `undefined`: nobody. */
  readonly cutOffBy: 'client' | 'server' | undefined;
  /** What the application gave as the reason. */
  readonly error?: unknown;
  /** A header of the answer, by lower-case name. */
  readonly header: (name: string) => unknown;
}

export function endArrival(request: OpenRequest, { statusCode, cutOffBy, error, header }: ArrivalEnd): void {
  if (cutOffBy === 'server') request.cutOff(statusCode, error);
  else if (cutOffBy === 'client' || statusCode === undefined) request.aborted(statusCode);
  else request.answered(statusCode, header);
}
