import type { ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { SourceRequests } from '../../core/requests/source-requests.ts';
import { arrivedFor } from '../sources/arrivals.ts';
import type { LiveRequest } from './live-exchange.ts';

/**
 * A live stream is no work of the application's that takes hours. Where a source saw it come in, it is over when it opens; where nothing
 * was told of it yet, nothing ever is.
 */
export function settleArrival(requests: SourceRequests, request: LiveRequest, response: ServerResponse): void {
  const arrival = arrivedFor(requests).get(rawOf(request));
  if (arrival === undefined || arrival.isEnded) return;
  if (arrival.facts.isLogged) arrival.answered(response.statusCode, (name) => response.getHeader(name));
  else arrival.discard();
}

/** What sources know it by. */
export function rawOf(request: LiveRequest): object {
  return request.httpVersionMajor === 2 ? (request as Http2ServerRequest).stream : request;
}
