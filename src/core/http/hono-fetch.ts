import { handleOf } from '../manager-handle.ts';
import type { ObservabilityManager } from '../observability.ts';
import type { OpenRequest } from '../requests/open-request.ts';
import type { SourceRequests } from '../requests/source-requests.ts';
import { activeFetch, serveFetch } from './fetch-requests.ts';
import type { BodySource, FetchResponse, ServedFetch } from './fetch-requests.ts';
import type { HonoContext, HonoServing } from './hono-requests.ts';

export interface HonoFetchSetup {
  readonly obs: () => ObservabilityManager;
  /** An answer with a stream made of this, else like another. */
  readonly createResponse: (source: BodySource, like: FetchResponse) => FetchResponse;
}

/** Requests on hosts without `node:http`: opened from the `Request`, and ended with the `Response`. `undefined`: nothing is to be seen. */
export function createHonoFetch({ obs, createResponse }: HonoFetchSetup): (context: HonoContext) => HonoServing | undefined {
  function opened(context: HonoContext, requests: SourceRequests): HonoServing | undefined {
    const { raw } = context.req;
    const known = openedIn(context);
    const seen = known.get(requests) ?? activeFetch(requests, raw);
    if (seen !== undefined) return servingOf(requests, seen);
    const served = serveFetch(requests, raw);
    if (served === undefined) return undefined;
    known.set(requests, served.request);
    const hasStream = watchBodies(context);
    return { ...servingOf(requests, served.request), done: (failure) => end(context, served, failure, hasStream) };
  }

  type Failure = { readonly error: unknown } | undefined;

  function end(context: HonoContext, { request, answered, streams }: ServedFetch, failure: Failure, hasStream: () => boolean): void {
    if (failure !== undefined) return request.failed(failure.error);
    // Nothing was returned: Hono makes an error of that.
    if (!context.finalized) return request.end({ statusCode: 500 });
    let statusCode: number | undefined;
    try {
      statusCode = context.res.status;
      if (request.isCorrelated) sayRequestId(context, request);
      const { res } = context;
      const body = isStreamed(context, hasStream()) ? res.body : null;
      if (body === null) answered(res);
      else context.res = createResponse(streams(res, body), res);
    } catch {
      // A body that is in use, or of another shape.
      request.end({ statusCode });
    }
  }

  return (context) => {
    try {
      const handle = handleOf(obs());
      return handle === undefined || handle.isShutDown ? undefined : opened(context, handle.sources.requests);
    } catch {
      // A framework of another shape: its application goes on.
      return undefined;
    }
  };
}

function servingOf(requests: SourceRequests, request: OpenRequest): HonoServing {
  return {
    routed: (route, params) => request.tell({ route, params: Object.keys(Object(params)).length === 0 ? undefined : params }),
    failed: (error) => request.threw(error),
    run: (rest) => requests.run(request, rest),
  };
}

/** What was opened for a context, by whom. */
const openedKey: unique symbol = Symbol('opened requests');

/** Hosts without asynchronous context do not know what is active when another adapter of the same manager is called. */
function openedIn(context: object): Map<SourceRequests, OpenRequest> {
  const known = Reflect.get(context, openedKey) as Map<SourceRequests, OpenRequest> | undefined;
  if (known !== undefined) return known;
  const opened = new Map<SourceRequests, OpenRequest>();
  Object.defineProperty(context, openedKey, { value: opened });
  return opened;
}

function sayRequestId(context: HonoContext, { requestId }: OpenRequest): void {
  const { headers, status } = context.res;
  if (headers.get('x-request-id') !== null || status === 101) return;
  try {
    headers.set('x-request-id', requestId);
  } catch {
    // What came from another server cannot be changed: Hono makes an answer like it.
    context.header('x-request-id', requestId);
  }
}

/**
 * Whether the answer goes on when the handler is done. Of a `Response` that cannot be told, as a text is a stream, too: so what Hono is
 * given as a body counts, and what the headers say. To replace a body that is none would take its length from the answer.
 */
function isStreamed({ req, res, error }: HonoContext, hasStream: boolean): boolean {
  const { status, headers } = res;
  if (req.raw.method === 'HEAD' || status === 101 || error !== undefined || headers.get('content-length') !== null) return false;
  return hasStream || headers.get('transfer-encoding') !== null || headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/** Watches what Hono is given as bodies; the result says whether there was a stream among them. */
function watchBodies(context: object): () => boolean {
  let hasStream = false;
  for (const name of ['body', 'newResponse']) {
    const make: unknown = Reflect.get(context, name);
    if (typeof make !== 'function') continue;
    Reflect.set(context, name, (...args: unknown[]): unknown => {
      if (typeof Reflect.get(Object(args[0]), 'getReader') === 'function') hasStream = true;
      return Reflect.apply(make, context, args);
    });
  }
  return () => hasStream;
}
