import { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import type { Context, MiddlewareHandler } from 'hono';
import { createHonoFetch } from '../../core/http/hono-fetch.ts';
import { followHono } from '../../core/http/hono-requests.ts';
import type { HonoRequestsOptions, HonoServing } from '../../core/http/hono-requests.ts';
import { getObservabilityManager } from '../main.ts';
import { createServe } from './serving.ts';
import type { RawResponse } from './serving.ts';

export type { HonoRequestsOptions } from '../../core/http/hono-requests.ts';

/**
 * Middleware for Hono, before all other: `app.use(honoRequests())`. One request and one response of each request, with the route and its
 * parameters, and with the error that a handler threw. Served by `@hono/node-server`, a request ends with Node's response. Anywhere else
 * it is known as a `Request`, and ends when the handler has answered; when it answered with a stream, at the end of that.
 */
export function honoRequests({ obs }: HonoRequestsOptions = {}): MiddlewareHandler {
  const serveNode = createServe('hono', { obs });
  const serveFetch = createHonoFetch({
    obs: () => obs ?? getObservabilityManager(),
    createResponse: (source, like) => new Response(new ReadableStream(source, { highWaterMark: 0 }), like as Response),
  });

  function serve(context: Context): HonoServing | undefined {
    const { incoming, outgoing } = Object(context.env) as { readonly incoming?: unknown; readonly outgoing?: unknown };
    const isNode = incoming instanceof IncomingMessage || incoming instanceof Http2ServerRequest;
    return isNode ? serveNode(incoming, outgoing as RawResponse) : serveFetch(context);
  }

  return async (context, next) => {
    const serving = serve(context);
    return serving === undefined ? next() : followHono(context, next, serving);
  };
}
