import { cappedText } from '../capped-text.ts';
import { serializeError } from '../errors/serialize-error.ts';
import { readHost } from '../http/host.ts';
import { httpSpanName, methodAttributes } from '../http/http-attributes.ts';
import type { Runtime } from '../runtime.ts';
import { severityNumbers } from '../severity.ts';
import type { AttributeValue, RequestStatus, SerializedError } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { RecordingSpan } from '../tracing/recording-span.ts';
import type { Ending, OpenRequest } from './open-request.ts';
import { responseLevel } from './outcome.ts';
import type { RequestPolicy } from './request-policy.ts';

/** Nobody else has them. */
type FreshAttributes = Record<string, AttributeValue | undefined>;

/** What of a request goes to the stream. No method throws for what the SDK itself knows; what the application gave may. */
export interface RequestSignals {
  /** Its beginning. `header`: one of the request, by lower-case name. `attributes`: of the application, of any type. */
  began(request: OpenRequest, header: ((name: string) => unknown) | undefined, attributes?: unknown): void;
  /** Its end: on its span, as a response, and as a measured duration. */
  ended(request: OpenRequest, ending: Ending): void;
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
    if (span instanceof RecordingSpan) span.setCopied(request.facts.isObserved ? snapshotAttributes(request.attributes, spanAttributes(request, outcome)) : attributes);
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
        headers: headersOf(header, runtime.settings.requestLogging),
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
          headers: headersOf(ending.header, runtime.settings.requestLogging),
          requestData: request.requestData,
          data: request.data,
          error,
        });
      }
      if (request.span?.recording === true) request.span.end(endOf(request, ending));
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

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function requestAttributes(request: OpenRequest): FreshAttributes {
  return request.facts.isObserved ? observedAttributes(request) : givenAttributes(request);
}

function responseAttributes(request: OpenRequest, statusCode: number | undefined, errorType: string | undefined): FreshAttributes {
  return request.facts.isObserved ? answeredAttributes(request, statusCode, errorType) : givenAttributes(request, statusCode, errorType);
}

/** What the span of a request that was observed does not have from its beginning. */
function spanAttributes({ route }: OpenRequest, { statusCode, errorType }: Outcome): FreshAttributes {
  const attributes: FreshAttributes = {};
  if (statusCode !== undefined) attributes['http.response.status_code'] = statusCode;
  if (route !== undefined) attributes['http.route'] = route;
  if (errorType !== undefined) attributes['error.type'] = errorType;
  return attributes;
}

/** What there is, and nothing that is `undefined`: every key is looked at again and again on the way. */
function observedAttributes(request: OpenRequest): FreshAttributes {
  const { method, urlFull, urlPath, query, scheme, host, serverAddress, serverPort, clientAddress, protocolVersion } = request.facts;
  const attributes: FreshAttributes = methodAttributes(method);
  if (urlPath === undefined) attributes['url.full'] = urlFull;
  else attributes['url.path'] = urlPath;
  if (query !== undefined) attributes['url.query'] = query;
  if (scheme !== undefined) attributes['url.scheme'] = scheme;
  if (request.route !== undefined) attributes['http.route'] = request.route;
  const server = host === undefined ? undefined : readHost(host, scheme);
  const [address, port] = server === undefined ? [serverAddress, serverPort] : [server.address, server.port];
  if (address !== undefined) attributes['server.address'] = address;
  if (port !== undefined) attributes['server.port'] = port;
  if (clientAddress !== undefined) attributes['client.address'] = clientAddress;
  if (protocolVersion !== undefined) attributes['network.protocol.version'] = protocolVersion;
  return attributes;
}

/** What tells of the way to the server, the request has said. */
function answeredAttributes(request: OpenRequest, statusCode: number | undefined, errorType: string | undefined): FreshAttributes {
  const { method, urlFull, urlPath, clientAddress } = request.facts;
  const attributes: FreshAttributes = methodAttributes(method);
  if (urlPath === undefined) attributes['url.full'] = urlFull;
  else attributes['url.path'] = urlPath;
  if (request.route !== undefined) attributes['http.route'] = request.route;
  if (clientAddress !== undefined) attributes['client.address'] = clientAddress;
  if (statusCode !== undefined) attributes['http.response.status_code'] = statusCode;
  if (errorType !== undefined) attributes['error.type'] = errorType;
  return attributes;
}

/** Of what the application tells by hand, little is known. */
function givenAttributes(request: OpenRequest, statusCode?: number, errorType?: string): FreshAttributes {
  const attributes: FreshAttributes = {};
  if (request.side !== undefined) {
    Object.assign(attributes, methodAttributes(request.facts.method));
    attributes['url.path'] = request.facts.urlPath;
    if (request.facts.query !== undefined) attributes['url.query'] = request.facts.query;
    if (request.route !== undefined) attributes['http.route'] = request.route;
  }
  if (statusCode !== undefined) attributes['http.response.status_code'] = statusCode;
  if (errorType !== undefined) attributes['error.type'] = errorType;
  return attributes;
}

/** What is finer than that is noise, and makes long numbers of short ones. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}

const maxHeader = 1_024;

/** Those that the policy lists, and that are there. */
function headersOf(header: ((name: string) => unknown) | undefined, { headers: names }: RequestPolicy): Readonly<Record<string, string>> | undefined {
  if (header === undefined) return undefined;
  let headers: Record<string, string> | undefined;
  try {
    for (const name of names) {
      const text = textOf(header(name));
      if (text === undefined) continue;
      headers ??= {};
      headers[name] = cappedText(text, maxHeader);
    }
    return headers;
  } catch {
    // Headers of the application whose reading throws.
    return { '…': '[unreadable]' };
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? value.join(', ') : undefined;
}
