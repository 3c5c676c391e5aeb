import { handleOf } from '../manager-handle.ts';
import type { ObservabilityManager } from '../observability.ts';
import type { OpenRequest } from '../requests/open-request.ts';
import type { SourceRequests } from '../requests/source-requests.ts';
import { activeFetch, serveFetch } from './fetch-requests.ts';
import type { BodySource, FetchRequest, FetchResponse, ServedFetch } from './fetch-requests.ts';
import { honoRoute } from './hono-route.ts';
import type { HonoRouted } from './hono-route.ts';

/** What is read of Hono's `Context`. */
export interface HonoContext {
  readonly req: HonoRouted & { readonly raw: FetchRequest };
  res: FetchResponse;
  /** What a handler threw, and Hono answered. */
  readonly error: Error | undefined;
  readonly finalized: boolean;
  header(name: string, value: string): void;
}

/** What is done with a request that Hono serves. Only `run` throws: what `rest` throws. */
export interface HonoServing {
  routed(route: string | undefined, params: unknown): void;
  failed(error: unknown): void;
  run<T>(rest: () => T): T;
  /** The application has answered, or failed with what Hono does not answer. */
  done?(failure: { readonly error: unknown } | undefined): void;
}

/** Serves the rest of the application as part of a request: on every host alike. */
export async function followHono(context: HonoContext, next: () => Promise<void>, serving: HonoServing): Promise<void> {
  // Now: a client may have gone when the handler is done.
  tellRoute(context, serving);
  let failure: { readonly error: unknown } | undefined;
  try {
    await serving.run(next);
    if (context.error !== undefined) serving.failed(context.error);
  } catch (error) {
    failure = { error };
    serving.failed(error);
    throw error;
  } finally {
    tellRoute(context, serving);
    serving.done?.(failure);
  }
}

function tellRoute({ req }: HonoContext, serving: HonoServing): void {
  try {
    const route = honoRoute(req);
    if (route !== undefined) serving.routed(route.path, route.params);
  } catch {
    // Another Hono: there is no route to tell of.
  }
}

/** Options of `honoRequests`. */
export interface HonoRequestsOptions {
  /** Whose requests they are. Default: the process-wide manager, which is created when there is none. */
  readonly obs?: ObservabilityManager | undefined;
}

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

  function end(context: HonoContext, { request, answered, streams }: ServedFetch, failure: { readonly error: unknown } | undefined, hasStream: () => boolean): void {
    if (failure !== undefined) return request.failed(failure.error);
    // Nothing was returned: Hono makes an error of that.
    if (!context.finalized) return request.end({ statusCode: 500 });
    try {
      if (request.isCorrelated) sayRequestId(context, request);
      const { res } = context;
      const body = isStreamed(context, hasStream()) ? res.body : null;
      if (body === null) answered(res);
      else context.res = createResponse(streams(res, body), res);
    } catch {
      // A body that is in use.
      answered(context.res);
    }
  }

  return (context) => {
    try {
      const requests = handleOf(obs())?.sources.requests;
      return requests && opened(context, requests);
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
