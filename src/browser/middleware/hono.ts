// `./hono` on every host but Node: edge runtimes, Deno, service workers.
import type { MiddlewareHandler } from 'hono';
import { createHonoFetch } from '../../core/http/hono-fetch.ts';
import { followHono } from '../../core/http/hono-requests.ts';
import type { HonoRequestsOptions } from '../../core/http/hono-requests.ts';
import { getObservabilityManager } from '../universal.ts';

export type { HonoRequestsOptions } from '../../core/http/hono-requests.ts';

/**
 * Middleware for Hono, before all other: `app.use(honoRequests())`. One request and one response of each request, with the route and its
 * parameters, and with the error that a handler threw. A request ends when the handler has answered; when it answered with a stream, at
 * the end of that.
 */
export function honoRequests({ obs }: HonoRequestsOptions = {}): MiddlewareHandler {
  const serve = createHonoFetch({
    obs: () => obs ?? getObservabilityManager(),
    createResponse: (source, like) => new Response(new ReadableStream(source, { highWaterMark: 0 }), like as Response),
  });
  return async (context, next) => {
    const serving = serve(context);
    return serving === undefined ? next() : followHono(context, next, serving);
  };
}
