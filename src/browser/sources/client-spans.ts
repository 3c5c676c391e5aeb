import { clientAttributes, httpSpanName } from '../../core/http/http-attributes.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { Span } from '../../core/tracing/span.ts';
import type { IsIgnored } from './ignored-requests.ts';
import { requestUrl } from './request-url.ts';

/** A request that is seen. */
export interface ClientSpan {
  /** What it is to carry, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a header that the application gave it, by lower-case name, has to go: it would tell of another trace. */
  replaces(name: string): boolean;
  /** Ends it with a status; 0 is what a page is not told. */
  answered(status: number): void;
  /** Ends it without an answer. */
  failed(type: string, error?: unknown): void;
}

/** Begins the span of a request, as a child of what is active. `undefined` for a request that is not to be seen. Never throws. */
export type BeginClientSpan = (method: string, address: string, carries: boolean) => ClientSpan | undefined;

/** Those that `fetch` and `XMLHttpRequest` send in upper case. https://fetch.spec.whatwg.org/#concept-method-normalize */
const normalized: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

const none: Readonly<Record<string, string>> = Object.freeze({});

export function clientSpans(tracing: SourceTracing, isIgnored: IsIgnored): BeginClientSpan {
  return (given, address, carries) => {
    if (!tracing.observes()) return undefined;
    const url = requestUrl(address);
    if (url === undefined) return undefined;
    const upper = given.toUpperCase();
    const method = normalized.has(upper) ? upper : given;
    if (isIgnored({ method, url: url.href }, tracing)) return undefined;
    const span = tracing.startSpan(httpSpanName(upper), { kind: 'client', attributes: clientAttributes(method, url) });
    const headers = carries ? tracing.headersFor(span, url.href) : none;
    const isTraced = Object.keys(headers).length > 0;
    return {
      headers,
      // Baggage is the application's own to send.
      replaces: (name) => Object.hasOwn(headers, name) || (isTraced && name !== 'baggage' && tracing.fields.includes(name)),
      answered(status) {
        tellStatus(span, status);
        span.end();
      },
      failed(type, error) {
        if (error !== undefined) span.recordException(error);
        const message = error instanceof Error ? error.message : undefined;
        span.setAttribute('error.type', type).setStatus({ code: 'error', message }).end();
      },
    };
  };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status */
export function tellStatus(span: Span, status: number): void {
  if (status > 0) span.setAttribute('http.response.status_code', status);
  if (status >= 400) span.setAttribute('error.type', String(status)).setStatus({ code: 'error' });
}
