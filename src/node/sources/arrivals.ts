import type { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Ignores } from '../../core/http/ignore.ts';
import { isOwnExport } from '../../core/http/own-export.ts';
import { pathOf } from '../../core/http/server-attributes.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { SourceRequests } from '../../core/requests/source-requests.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { IncomingRequest } from './incoming-requests.ts';
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
  readonly address: string | undefined;
  /** See `ArrivingRequest`. */
  readonly progress: (() => number) | undefined;
  readonly raw: object;
}

/** Opens the requests that come in. */
export interface Arrivals {
  /**
   * `undefined`: it is not to be seen. In any case nothing of what was active on its connection before is left. `body` is what the
   * rest of the request comes by, when there is a rest.
   */
  begin(arriving: Arriving, body?: EventEmitter): OpenRequest | undefined;
}

export interface ArrivalsSetup {
  readonly requests: SourceRequests;
  readonly tracing: Pick<SourceTracing, 'ignored'>;
  readonly ignores: Ignores<IncomingRequest> | undefined;
}

export function createArrivals({ requests, tracing, ignores }: ArrivalsSetup): Arrivals {
  function isSeen({ method, target, headers }: Arriving): boolean {
    if (isOwnExport({ method, target, userAgent: headers['user-agent'], contentType: headers['content-type'] })) return false;
    return ignores === undefined || !ignores({ method, path: pathOf(target) }, tracing);
  }

  return {
    begin(arriving, body) {
      const { headers } = arriving;
      const request = isSeen(arriving) ? requests.serve({ ...arriving, header: (name) => headers[name] }) : undefined;
      requests.enter(request);
      // Node tells of what comes later from outside of the handler.
      if (request !== undefined && body !== undefined) patchMethod(body, 'emit', (_, args, proceed) => requests.run(request, () => proceed(args)));
      return request;
    },
  };
}

/** Ends a request. `statusCode` is undefined when not even the head of the answer was sent. */
export function endArrival(request: OpenRequest, statusCode: number | undefined, wasAborted: boolean, header: (name: string) => unknown): void {
  if (wasAborted || statusCode === undefined) request.aborted(statusCode);
  else request.answered(statusCode, header);
}
