import { followCall } from '../follow-call.ts';
import { isHttpMethod } from '../http/http-attributes.ts';
import { readProperty } from '../read-property.ts';
import type { Runtime } from '../runtime.ts';
import type { TraceContext } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshot, snapshotText } from '../snapshot.ts';
import { RecordingSpan } from '../tracing/recording-span.ts';
import { traceOfParent } from '../tracing/span-parent.ts';
import type { Span, SpanParent } from '../tracing/span.ts';
import type { TracingManager } from '../tracing/tracing-manager.ts';
import { OpenRequest } from './open-request.ts';
import type { RequestFacts } from './open-request.ts';
import { isDuration, outcomeOf, statusCodeOf } from './outcome.ts';
import { headerReader, isContext, maxMethod, readDetails, readResponse, requestIdOf, routeOf } from './read-request.ts';
import type { RequestContext, RequestDetails, RequestInput, RequestLogger, ResponseInput } from './request.ts';
import type { RequestBook } from './request-book.ts';
import { requestAttributes } from './request-attributes.ts';

/** With a callback: what it returns. Without: the context to answer. */
export interface TraceRequest {
  <T>(method: string, path: string, run: (context: RequestContext) => T): T;
  <T>(method: string, path: string, details: RequestDetails | undefined, run: (context: RequestContext) => T): T;
  (method: string, path: string, details?: RequestDetails): RequestContext;
}

/** What the application tells of requests by hand. */
export interface Requests extends RequestLogger {
  /** A request with a span of its own; with a callback, active inside it and answered by what it returns or throws. */
  readonly trace: TraceRequest;
}

export function createRequests(runtime: Runtime, book: RequestBook, tracer: TracingManager): Requests {
  const { clock, ids, storage, diagnostics } = runtime;

  function begin(method: string, path: string, given: RequestDetails, span?: Span): OpenRequest {
    const details = readDetails(given);
    const isHttp = isHttpMethod(method);
    const [place, query] = isHttp ? splitQuery(path) : [path, undefined];
    const side = isHttp ? 'server' : undefined;
    const facts: RequestFacts = {
      requestId: unlessSecret(requestIdOf(details)) ?? outerIdOf(details.parent) ?? ids.requestId(),
      side,
      method,
      path,
      place,
      urlPath: place,
      query,
      urlFull: undefined,
      route: routeOf(details.route),
      scheme: undefined,
      protocolVersion: undefined,
      host: undefined,
      serverAddress: undefined,
      serverPort: undefined,
      clientAddress: undefined,
      startTime: clock.now(),
      startedAt: clock.elapsed(),
      span,
      trace: span?.recording === true ? undefined : traceOf(details.parent),
      isObserved: false,
      isCorrelated: false,
      isLogged: !book.isIgnored(method, place, side),
      // What is told by hand may be anything: a part of a request, one of a page, a replay.
      isMeasured: false,
      bodies: undefined,
      progress: undefined,
      raw: undefined,
    };
    const { params, attributes } = details;
    const request = book.open(facts, { header: headerReader(details.headers), attributes, params });
    if (span instanceof RecordingSpan) span.setCopied(snapshotAttributes(attributes, requestAttributes(request))).serve(request);
    return request;
  }

  /** What looks like a secret would be the same `[REDACTED]` on the signals of many requests. */
  function unlessSecret(id: string | undefined): string | undefined {
    return id !== undefined && runtime.redactText(id) === id ? id : undefined;
  }

  /** The id of the request that this one is part of. */
  function outerIdOf(parent: unknown): string | undefined {
    if (parent === null) return undefined;
    if (parent === undefined) return storage.get()?.request?.requestId;
    if (parent instanceof RecordingSpan) return parent.request?.requestId;
    return isContext(parent) ? requestIdOf(parent) : undefined;
  }

  function traceOf(parent: unknown): TraceContext | undefined {
    return parent === undefined ? runtime.currentTrace() : (traceOfParent(parent) ?? undefined);
  }

  function answer(given: unknown, response: ResponseInput): void {
    if (!runtime.settings.enabled) return;
    if (!isContext(given)) return diagnostics.ignored('logResponse', 'not the context of a request');
    const request = book.requestOf(given);
    if (request === undefined) return diagnostics.ignored('logResponse', 'the context of a request that nobody knows of');
    answerTo(request, response);
  }

  function answerTo(request: OpenRequest, response: ResponseInput): void {
    if (request.isEnded) return diagnostics.ignored('logResponse', 'a second answer to one request');
    const { status: givenStatus, duration, route, responseData, error, attributes } = readResponse(response);
    const statusCode = statusCodeOf(givenStatus);
    const status = outcomeOf(givenStatus, statusCode, error);
    request.tell({ route: routeOf(route), attributes, data: responseData === undefined ? undefined : snapshot(responseData) });
    if (request.facts.isObserved) {
      // Whoever saw it come in ends it; what the application says of how it went counts.
      if (givenStatus !== undefined || error !== undefined) request.tell({ status });
      if (error !== undefined) request.threw(error);
      return;
    }
    const failure = error === undefined ? undefined : { error };
    request.end({ status, statusCode, duration: isDuration(duration) ? duration : undefined, failure });
  }

  /** Foreign data may throw wherever it is read: the application must not notice. */
  function safely<T>(name: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      diagnostics.failed('source-failed', name, error);
      return undefined;
    }
  }

  function fallback(method: unknown, path: unknown): RequestContext {
    const requestId = ids.requestId();
    return { requestId, method: snapshotText(method, maxMethod), path: snapshotText(path), startTime: clock.now(), trace: undefined };
  }

  /** `undefined` when even reading what was given fails. */
  function logged(givenMethod: unknown, givenPath: unknown, details: RequestDetails): OpenRequest | undefined {
    return safely('logRequest', () => {
      const [method, path] = [snapshotText(givenMethod, maxMethod), snapshotText(givenPath)];
      const seen = seenHere(readProperty(details, 'parent'));
      const isSame = seen?.facts.method === method && seen.facts.place === splitQuery(path)[0];
      return isSame ? adopt(seen, details) : begin(method, path, details);
    });
  }

  function traced(givenMethod: string, givenPath: string, details: RequestDetails): OpenRequest {
    const [method, path] = [snapshotText(givenMethod, maxMethod), snapshotText(givenPath)];
    // The seed's pipelines are requests too: `traceRequest('TRAIN', 'training_pipeline')` is no HTTP.
    const kind = isHttpMethod(method) ? 'server' : 'internal';
    const parent = readProperty(details, 'parent') as SpanParent | undefined;
    const seen = kind === 'server' ? seenHere(parent) : undefined;
    if (seen !== undefined) return adopt(seen, details);
    const route = routeOf(readProperty(details, 'route'));
    const place = kind === 'server' ? splitQuery(path)[0] : path;
    const span = tracer.startSpan(`${method} ${route ?? place}`, { kind, parent });
    try {
      return begin(method, path, details, span);
    } catch (error) {
      span.end();
      throw error;
    }
  }

  /** The request that was seen to come in here: what the application tells of it is no request of its own. */
  function seenHere(parent: unknown): OpenRequest | undefined {
    const request = storage.get()?.request;
    if (!(request instanceof OpenRequest) || !request.facts.isObserved || request.side !== 'server' || request.isEnded || request.isAdopted) return undefined;
    if (parent === undefined) return request;
    const given = traceOfParent(parent);
    const { span } = request;
    if (!(span instanceof RecordingSpan) || given?.traceId !== span.where.traceId) return undefined;
    return given.spanId === span.parentSpanId || given.spanId === span.where.spanId ? request : undefined;
  }

  function adopt(request: OpenRequest, given: RequestDetails): OpenRequest {
    const { params, route, attributes } = readDetails(given);
    request.isAdopted = true;
    if (request.span instanceof RecordingSpan && attributes !== undefined) request.span.setAttributes(Object(attributes));
    request.giveParams(params);
    request.tell({ route: routeOf(route), attributes });
    return request;
  }

  return {
    logRequest(first: RequestInput | string, path: string = '', details: RequestDetails = {}) {
      if (typeof first === 'string') return logged(first, path, details ?? {})?.context ?? fallback(first, path);
      const given = Object(first);
      const [method, where] = [readProperty(given, 'method'), readProperty(given, 'path')];
      return logged(method, where, given)?.context ?? fallback(method, where);
    },
    logResponse: (context, response) => safely('logResponse', () => answer(context, response ?? {})),
    current() {
      const request = storage.get()?.request;
      // A span may have been given the context of a request of elsewhere as its parent.
      return request instanceof OpenRequest ? request.context : (request as RequestContext | undefined);
    },
    trace,
  };

  function trace<T>(
    method: string,
    path: string,
    third?: RequestDetails | ((context: RequestContext) => T),
    fourth?: (context: RequestContext) => T,
  ): T | RequestContext {
    const run = typeof third === 'function' ? third : fourth;
    const details = typeof third === 'object' && third !== null ? third : {};
    const request = safely('traceRequest', () => traced(method, path, details));
    const context = request?.context ?? fallback(method, path);
    if (run === undefined) return context;
    const span = request?.span;
    return followCall(
      () => run(context),
      (failed, error) => {
        // The callback may have answered itself.
        if (request?.isEnded === false) safely('traceResponse', () => answerTo(request, failed ? { status: 'error', error } : {}));
      },
      (piece) => (span instanceof RecordingSpan ? span.run(piece) : storage.run({ ...storage.get(), request: request ?? context }, piece)),
    );
  }
}

function splitQuery(path: string): readonly [path: string, query: string | undefined] {
  const at = path.indexOf('?');
  return at < 0 ? [path, undefined] : [path.slice(0, at), path.slice(at + 1)];
}
