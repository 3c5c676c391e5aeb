import { clientAttributes, httpSpanName } from '../http/http-attributes.ts';
import { serverAttributes, splitTarget } from '../http/server-attributes.ts';
import type { Runtime } from '../runtime.ts';
import { cappedText } from '../capped-text.ts';
import { RecordingSpan } from '../tracing/recording-span.ts';
import type { SourceTracing } from '../tracing/source-tracing.ts';
import { OpenRequest } from './open-request.ts';
import { isRequestId } from './read-request.ts';
import type { RequestBook } from './request-book.ts';
import type { ArrivingRequest, SentRequest, SourceRequests } from './source-requests.ts';

export interface ObservedRequestsSetup {
  readonly runtime: Runtime;
  readonly book: RequestBook;
  readonly tracing: SourceTracing;
  /** Whether requests that are sent are logged when nobody says so. */
  readonly logsOutgoing: boolean;
}

const maxPath = 4_096;
const maxMethod = 64;

/** What the sources and adapters of one manager observe requests with. */
export function createSourceRequests({ runtime, book, tracing, logsOutgoing }: ObservedRequestsSetup): SourceRequests {
  const { clock, ids, storage } = runtime;

  const isOn = (): boolean => runtime.settings.tracing.enabled || runtime.settings.requestLogging.enabled;

  function observes(): boolean {
    return isOn() && !tracing.isSuppressed();
  }

  function clientAddressOf({ addressOf, raw, header }: ArrivingRequest): string | undefined {
    const { clientAddress } = runtime.settings.requestLogging;
    if (clientAddress === false) return undefined;
    if (clientAddress === true) return raw && addressOf?.(raw);
    const given = header(clientAddress.toLowerCase());
    // The first is where it came from, the others are proxies on the way.
    const [first = ''] = (typeof given === 'string' ? given : '').split(',', 1);
    return first.trim() === '' ? undefined : cappedText(first.trim(), 256);
  }

  /** Of all requests that may have bodies logged, the share that the policy says. */
  function bodiesOf(isLogged: boolean): OpenRequest['bodies'] {
    const { bodies } = runtime.settings.requestLogging;
    if (bodies === undefined || !isLogged) return undefined;
    return bodies.rate >= 1 || chance() < bodies.rate ? bodies : undefined;
  }

  /** What looks like a secret would be the same `[REDACTED]` on the signals of many requests. */
  function isOurs(id: unknown): id is string {
    return isRequestId(id) && runtime.redactText(id) === id;
  }

  /** The application's own may throw. */
  function chance(): number {
    try {
      return (runtime.settings.random ?? Math.random)();
    } catch {
      return Math.random();
    }
  }

  /** Its own, where it may be one; else that of what it is part of, unless the application has changed that. */
  function sentId(header: SentRequest['header']): string {
    const [own, outer] = [ownId(header), storage.get()?.request?.requestId];
    if (isOurs(own)) return own;
    return isRequestId(outer) ? outer : ids.requestId();
  }

  /** What happens in its span is part of it. */
  function served(request: OpenRequest): OpenRequest {
    if (request.span instanceof RecordingSpan) request.span.serve(request);
    return request;
  }

  return {
    observes,
    serve(arriving) {
      if (!observes()) return undefined;
      const { target, scheme, host, protocolVersion, headers, header, progress, raw } = arriving;
      const { tracing: traces, requestLogging } = runtime.settings;
      const method = cappedText(arriving.method, maxMethod);
      const given = cappedText(target, maxPath);
      // Once, not with the span and each of its signals.
      const { path, query } = splitTarget(runtime.redactText(given));
      const isLogged = requestLogging.enabled && (requestLogging.ignores === undefined || !book.isIgnored(method, splitTarget(given).path, 'server'));
      const clientAddress = clientAddressOf(arriving);
      const span = traces.enabled
        ? tracing.startSpan(httpSpanName(method), {
            kind: 'server',
            attributes: serverAttributes({ method, path, query, scheme, host, clientAddress, protocolVersion, userAgent: header('user-agent') }),
            // Never what is active here: that may be left over from the request before.
            from: tracing.extract(headers),
          })
        : undefined;
      const id = requestLogging.enabled ? header('x-request-id') : undefined;
      const facts = {
        requestId: isOurs(id) ? id : ids.requestId(),
        side: 'server',
        method,
        path: query === undefined ? path : `${path}?${query}`,
        place: path,
        urlPath: path,
        query,
        urlFull: undefined,
        route: undefined,
        scheme,
        protocolVersion,
        host,
        serverAddress: undefined,
        serverPort: undefined,
        clientAddress,
        startTime: clock.now(),
        startedAt: clock.elapsed(),
        span,
        trace: undefined,
        isObserved: true,
        isCorrelated: requestLogging.enabled,
        isLogged,
        isMeasured: isLogged,
        bodies: bodiesOf(isLogged),
        progress,
        raw,
      } as const;
      return served(book.open(facts, { header }));
    },
    send({ method: given, url, isOwnOrigin = false, header, progress, raw }) {
      if (!observes()) return undefined;
      const { tracing: traces, requestLogging } = runtime.settings;
      const method = cappedText(given, maxMethod);
      // What is behind the `#` stays here.
      const [href = ''] = url.href.split('#', 1);
      const { path, query } = splitTarget(href);
      const attributes = clientAttributes(method, url);
      const isMeasured = requestLogging.enabled && !book.isIgnored(method, path, 'client');
      const isLogged = isMeasured && (requestLogging.outgoing ?? logsOutgoing);
      const span = traces.enabled ? tracing.startSpan(httpSpanName(method), { kind: 'client', attributes: { ...attributes } }) : undefined;
      const whole = cappedText(href, maxPath);
      const facts = {
        requestId: sentId(header),
        side: 'client',
        method,
        path: isOwnOrigin ? cappedText(query === undefined ? path : `${path}?${query}`, maxPath) : whole,
        place: isOwnOrigin ? cappedText(path, maxPath) : (whole.split('?', 1)[0] as string),
        urlPath: undefined,
        query: undefined,
        urlFull: whole,
        route: undefined,
        scheme: url.protocol.slice(0, -1),
        protocolVersion: undefined,
        host: undefined,
        serverAddress: attributes['server.address'] as string | undefined,
        serverPort: attributes['server.port'] as number | undefined,
        clientAddress: undefined,
        startTime: clock.now(),
        startedAt: clock.elapsed(),
        span,
        trace: span === undefined ? runtime.currentTrace() : undefined,
        isObserved: true,
        isCorrelated: requestLogging.enabled,
        isLogged,
        isMeasured,
        bodies: bodiesOf(isLogged),
        progress,
        raw,
      } as const;
      return served(book.open(facts, { header }));
    },
    headersFor(request, url) {
      if (!tracing.allows(url)) return {};
      const id = request.isCorrelated ? { 'x-request-id': request.requestId } : {};
      return request.span === undefined ? id : { ...tracing.headersFor(request.span), ...id };
    },
    enter: (request) => tracing.enter(request),
    run: (request, callback) => tracing.runIn(request, callback),
    active(method, target) {
      const request = storage.get()?.request;
      if (!(request instanceof OpenRequest) || request.isEnded) return undefined;
      const { isObserved, side, method: own, urlPath } = request.facts;
      const isSame = isObserved && side === 'server' && own === method && urlPath === splitTarget(runtime.redactText(cappedText(target, maxPath))).path;
      return isSame ? request : undefined;
    },
  };
}

/** Headers of the application may throw where they are read. */
function ownId(header: SentRequest['header']): unknown {
  try {
    return header?.('x-request-id');
  } catch {
    return undefined;
  }
}
