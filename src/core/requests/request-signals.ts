import { serializeError } from '../errors/serialize-error.ts';
import { httpSpanName, methodAttributes } from '../http/http-attributes.ts';
import type { Runtime } from '../runtime.ts';
import { severityNumbers } from '../severity.ts';
import type { RequestStatus, SerializedError } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { RecordingSpan } from '../tracing/recording-span.ts';
import { headersOf } from './logged-headers.ts';
import type { Ending, OpenRequest } from './open-request.ts';
import { responseLevel } from './outcome.ts';
import { requestAttributes, responseAttributes, spanAttributes } from './request-attributes.ts';
import type { FreshAttributes } from './request-attributes.ts';

/** What of a request goes to the stream. No method throws for what the SDK itself knows; what the application gave may. */
export interface RequestSignals {
  /** Its beginning. `header`: one of the request, by lower-case name. `attributes`: of the application, of any type. */
  began(request: OpenRequest, header: ((name: string) => unknown) | undefined, attributes?: unknown): void;
  /** Its end: on its span, as a response, and as a measured duration. Returns how it ended. */
  ended(request: OpenRequest, ending: Ending): RequestStatus;
}

/** How it ended, as all three tell it. */
interface Outcome {
  readonly status: RequestStatus;
  readonly statusCode: number | undefined;
  readonly errorType: string | undefined;
  readonly error: SerializedError | undefined;
  readonly duration: number;
}

export function createRequestSignals(runtime: Runtime): RequestSignals {
  const { clock } = runtime;

  /** Counts what is not: a signal that nobody wants is a signal all the same. */
  function wants(request: OpenRequest, kind: 'request' | 'response', severity: number): boolean {
    const { enabled, requestLogging } = runtime.settings;
    if (!enabled || !request.facts.isLogged) return false;
    if (!requestLogging.enabled || severity < requestLogging.level) {
      runtime.skip('disabled');
      return false;
    }
    return runtime.wants(kind);
  }

  function outcomeOf(request: OpenRequest, ending: Ending): Outcome {
    const { statusCode, failure } = ending;
    const error = failure === undefined ? request.thrown : serializeError(failure.error);
    const isUnanswered = ending.errorType !== undefined;
    const status = ending.status ?? request.status ?? (isUnanswered || (statusCode ?? 0) >= 500 ? 'error' : 'success');
    const isFailure = status !== 'success' || (request.side === 'client' && (statusCode ?? 0) >= 400);
    const named = error?.type ?? (statusCode === undefined ? undefined : String(statusCode));
    return {
      status,
      statusCode,
      errorType: ending.errorType ?? (isFailure ? named : undefined),
      error,
      duration: ending.duration ?? microseconds(Math.max(0, clock.elapsed() - request.facts.startedAt)),
    };
  }

  /** Ends the span of a request that was observed; one that the application began only with its request, too. */
  function endSpan(request: OpenRequest, outcome: Outcome, ending: Ending, attributes: FreshAttributes): void {
    const { span } = request;
    if (span === undefined || !span.recording) return;
    const { status, errorType } = outcome;
    if (!request.facts.isObserved) span.updateName(request.name);
    else if (request.side === 'server' && request.route !== undefined && span.name === httpSpanName(request.facts.method)) {
      // Who gave it a name of another kind knows better.
      span.updateName(httpSpanName(request.facts.method, request.route));
    }
    if (span instanceof RecordingSpan) span.setCopied(request.facts.isObserved ? snapshotAttributes(request.attributes, spanAttributes(request, outcome.statusCode, outcome.errorType)) : attributes);
    if (ending.failure !== undefined) span.recordException(ending.failure.error);
    // A status code explains itself.
    const message = ending.message ?? (request.facts.isObserved ? undefined : outcome.error?.message);
    if (status !== 'success' || errorType !== undefined) span.setStatus({ code: 'error', message });
  }

  /** The route that anybody set on the span is as good as one that a framework told. */
  function findRoute(request: OpenRequest): void {
    const { span } = request;
    if (!request.facts.isObserved || request.side !== 'server' || !(span instanceof RecordingSpan)) return;
    const given = span.attribute('http.route');
    if (typeof given === 'string') request.route = given;
  }

  function measure(request: OpenRequest, { statusCode, errorType, duration }: Outcome): void {
    if (!request.facts.isMeasured || !runtime.settings.enabled || !runtime.wants('metric')) return;
    const isServer = request.side === 'server';
    // Few values each: never the path. https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
    const { 'http.request.method': method } = methodAttributes(request.facts.method);
    runtime.emit({
      kind: 'metric',
      name: isServer ? 'http.server.request.duration' : 'http.client.request.duration',
      timestamp: request.facts.startTime + duration,
      attributes: {
        'http.request.method': method,
        'url.scheme': request.facts.scheme,
        'http.response.status_code': statusCode,
        'http.route': request.route,
        'error.type': errorType,
        'network.protocol.version': request.facts.protocolVersion,
        'server.address': isServer ? undefined : request.facts.serverAddress,
        'server.port': isServer ? undefined : request.facts.serverPort,
      },
      // Of every request, whatever is sampled.
      trace: undefined,
      requestId: request.requestId,
      value: duration,
      unit: 'ms',
      instrument: 'histogram',
    });
  }

  return {
    began(request, header, attributes) {
      if (!wants(request, 'request', severityNumbers.info)) return;
      runtime.emit({
        kind: 'request',
        name: request.name,
        timestamp: request.facts.startTime,
        attributes: snapshotAttributes(attributes, requestAttributes(request)) as FreshAttributes,
        trace: whereOf(request),
        requestId: request.requestId,
        side: request.side,
        method: request.facts.method,
        path: request.facts.path,
        params: request.params,
        headers: headersOf(header, runtime.settings.requestLogging.headers),
      });
    },
    ended(request, ending) {
      findRoute(request);
      const outcome = outcomeOf(request, ending);
      const { status, statusCode, errorType, error, duration } = outcome;
      const known = responseAttributes(request, statusCode, errorType);
      const attributes = request.attributes === undefined ? known : (snapshotAttributes(request.attributes, known) as FreshAttributes);
      // Before they are handed over.
      endSpan(request, outcome, ending, attributes);
      measure(request, outcome);
      if (wants(request, 'response', severityNumbers[responseLevel(status, statusCode, errorType)])) {
        runtime.emit({
          kind: 'response',
          name: request.name,
          timestamp: request.facts.startTime,
          attributes,
          trace: whereOf(request),
          requestId: request.requestId,
          side: request.side,
          method: request.facts.method,
          path: request.facts.path,
          status,
          statusCode,
          duration,
          params: request.params,
          headers: headersOf(ending.header, runtime.settings.requestLogging.responseHeaders),
          requestData: request.requestData,
          data: request.data,
          error,
        });
      }
      if (request.span?.recording === true) request.span.end(endOf(request, ending));
      return status;
    },
  };
}

/** Of a response that is told later than it came, because its body was waited for. Else: now. */
function endOf({ facts }: OpenRequest, { duration }: Ending): number | undefined {
  return facts.isObserved && duration !== undefined ? facts.startTime + duration : undefined;
}

/** As spans have it themselves, without making it ready to be handed out. */
function whereOf(request: OpenRequest): OpenRequest['trace'] {
  const { span } = request;
  return span instanceof RecordingSpan ? span.where : request.trace;
}

/** What is finer than that is noise, and makes long numbers of short ones. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
