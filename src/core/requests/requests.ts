import { followCall } from '../follow-call.ts';
import { isHttpMethod } from '../http/http-attributes.ts';
import { readProperty } from '../read-property.ts';
import { serializeError } from '../errors/serialize-error.ts';
import type { Runtime } from '../runtime.ts';
import { severityNumbers } from '../severity.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshot, snapshotText } from '../snapshot.ts';
import type { AttributeValue, TraceContext } from '../signal.ts';
import { RecordingSpan } from '../tracing/recording-span.ts';
import { traceOfParent } from '../tracing/span-parent.ts';
import type { Span, SpanParent } from '../tracing/span.ts';
import type { TracingManager } from '../tracing/tracing-manager.ts';
import { isDuration, outcomeOf, severityOf, statusCodeOf } from './outcome.ts';
import { foreignContext, isContext, maxMethod, readDetails, readResponse, requestIdOf, routeOf, snapshotHeaders } from './read-request.ts';
import type { RequestContext, RequestDetails, RequestInput, RequestLogger, ResponseInput } from './request.ts';

/** Nobody else has them. */
type FreshAttributes = Record<string, AttributeValue | undefined>;

/** With a callback: what it returns. Without: the context to answer. */
export interface TraceRequest {
  <T>(method: string, path: string, run: (context: RequestContext) => T): T;
  <T>(method: string, path: string, details: RequestDetails | undefined, run: (context: RequestContext) => T): T;
  (method: string, path: string, details?: RequestDetails): RequestContext;
}

/** The requests of one manager, whoever logs them. */
export interface Requests extends RequestLogger {
  /** A request with a span of its own; with a callback, active inside it and answered by what it returns or throws. */
  readonly trace: TraceRequest;
}

/** What a request needs until it is answered. */
interface Open {
  readonly startedAt: number;
  readonly route: string | undefined;
  readonly span: Span | undefined;
  /** Whether the span is a source's, which names and ends it. */
  readonly adopted: boolean;
}

export function createRequests(runtime: Runtime, tracer: TracingManager): Requests {
  const { clock, ids, storage, diagnostics } = runtime;
  /** `undefined` once answered. A request that is never answered is forgotten with its context. */
  const open = new WeakMap<RequestContext, Open | undefined>();

  function begin(method: unknown, path: unknown, given: RequestDetails, span: Span | undefined, adopted: boolean = false): RequestContext {
    const details = readDetails(given);
    const context: RequestContext = {
      requestId: requestIdOf(details) ?? ids.requestId(),
      method: snapshotText(method, maxMethod),
      path: snapshotText(path),
      startTime: clock.now(),
      trace: span?.recording === true ? span.trace : traceOf(details.parent),
    };
    const route = routeOf(details.route);
    const attributes = attributesOf(context, route, details.attributes);
    open.set(context, { startedAt: clock.elapsed(), route, span, adopted });
    if (span instanceof RecordingSpan) span.setCopied(attributes).serve(context);
    if (wanted(severityNumbers.info)) {
      runtime.emit({
        kind: 'request',
        name: nameOf(context, route),
        timestamp: context.startTime,
        attributes,
        trace: context.trace,
        requestId: context.requestId,
        method: context.method,
        path: context.path,
        params: snapshot(details.params),
        headers: snapshotHeaders(details.headers),
      });
    }
    return context;
  }

  function traceOf(parent: unknown): TraceContext | undefined {
    return parent === undefined ? runtime.currentTrace() : (traceOfParent(parent) ?? undefined);
  }

  /** Counts what is not: a signal that nobody wants is a signal all the same. */
  function wanted(severity: number): boolean {
    const { enabled, requestLogging } = runtime.settings;
    if (!enabled) return false;
    const yes = requestLogging.enabled && severity >= requestLogging.level;
    if (!yes) runtime.skip('disabled');
    return yes;
  }

  function answer(given: unknown, response: ResponseInput): void {
    if (!isContext(given)) return diagnostics.ignored('logResponse', 'not the context of a request');
    const opened = open.get(given);
    if (opened === undefined && open.has(given)) return diagnostics.ignored('logResponse', 'a second answer to one request');
    open.set(given, undefined);
    // Read as a foreign one also when it is ours: the application has it, and may have changed it.
    const context = foreignContext(given);
    const measured = opened === undefined ? clock.now() - context.startTime : clock.elapsed() - opened.startedAt;
    const { status: givenStatus, duration, route: givenRoute, responseData, error: givenError, attributes: more } = readResponse(response);
    const statusCode = statusCodeOf(givenStatus);
    const status = outcomeOf(givenStatus, statusCode, givenError);
    const route = routeOf(givenRoute) ?? opened?.route;
    const error = givenError === undefined ? undefined : serializeError(givenError);
    const attributes = attributesOf(context, route, more);
    if (statusCode !== undefined) attributes['http.response.status_code'] = statusCode;
    const failure = error?.type ?? statusCode;
    if (status === 'error' && failure !== undefined) attributes['error.type'] = String(failure);
    const name = nameOf(context, route);
    const span = opened?.span;
    // Before they are handed over.
    const adopted = opened?.adopted === true;
    if (span instanceof RecordingSpan) (adopted ? span : span.updateName(name)).setCopied(attributes);
    if (wanted(severityOf(status, statusCode))) {
      runtime.emit({
        kind: 'response',
        name,
        timestamp: context.startTime,
        attributes,
        trace: context.trace,
        requestId: context.requestId,
        method: context.method,
        path: context.path,
        status,
        statusCode,
        duration: isDuration(duration) ? duration : Math.max(0, measured),
        data: snapshot(responseData),
        error,
      });
    }
    if (span === undefined) return;
    if (givenError !== undefined) span.recordException(givenError);
    if (status === 'error') span.setStatus({ code: 'error', message: error?.message });
    if (!adopted && span.recording) span.end();
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

  function traced(method: string, path: string, details: RequestDetails): RequestContext {
    // The seed's pipelines are requests too: `traceRequest('TRAIN', 'training_pipeline')` is no HTTP.
    const kind = isHttpMethod(snapshotText(method, maxMethod)) ? 'server' : 'internal';
    const route = routeOf(readProperty(details, 'route'));
    const parent = readProperty(details, 'parent') as SpanParent | undefined;
    const arrival = kind === 'server' ? arrivalHere(parent) : undefined;
    if (arrival !== undefined) return begin(method, path, details, arrival, true);
    return begin(method, path, details, tracer.startSpan(nameOf({ method, path }, route), { kind, parent }));
  }

  /** The span of a request that a source saw come in here: what the application tells of it is no request of its own. */
  function arrivalHere(parent: unknown): RecordingSpan | undefined {
    const span = storage.get()?.span;
    if (span?.isArrival !== true || !span.recording || span.request !== undefined) return undefined;
    if (parent === undefined) return span;
    const given = traceOfParent(parent);
    const isSame = given?.traceId === span.trace.traceId && (given.spanId === span.parentSpanId || given.spanId === span.trace.spanId);
    return isSame ? span : undefined;
  }

  return {
    logRequest(first: RequestInput | string, path: string = '', details: RequestDetails = {}) {
      if (typeof first === 'string') return safely('logRequest', () => begin(first, path, details, undefined)) ?? fallback(first, path);
      const given = Object(first);
      const [method, where] = [readProperty(given, 'method'), readProperty(given, 'path')];
      return safely('logRequest', () => begin(method, where, given, undefined)) ?? fallback(method, where);
    },
    logResponse: (context, response) => safely('logResponse', () => answer(context, response ?? {})),
    current: () => storage.get()?.request,
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
    const request = safely('traceRequest', () => traced(method, path, details)) ?? fallback(method, path);
    if (run === undefined) return request;
    const span = open.get(request)?.span;
    return followCall(
      () => run(request),
      (failed, error) => {
        // The callback may have answered itself.
        if (open.get(request) !== undefined) safely('traceResponse', () => answer(request, failed ? { status: 'error', error } : {}));
      },
      (piece) => (span instanceof RecordingSpan ? span.run(piece) : storage.run({ ...storage.get(), request }, piece)),
    );
  }
}

function nameOf({ method, path }: { readonly method: unknown; readonly path: unknown }, route: string | undefined): string {
  return `${snapshotText(method, maxMethod)} ${route ?? snapshotText(path)}`;
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
function attributesOf({ method, path }: RequestContext, route: string | undefined, given: unknown): FreshAttributes {
  const known: FreshAttributes = {};
  if (isHttpMethod(method)) {
    known['http.request.method'] = method.toUpperCase();
    known['url.path'] = path.split('?', 1)[0];
    if (route !== undefined) known['http.route'] = route;
  }
  return snapshotAttributes(given, known) as FreshAttributes;
}
