import type { OutgoingRequest } from '../../core/http/client-ignore.ts';
import { createClientSpans } from '../../core/http/client-spans.ts';
import type { ClientSpan } from '../../core/http/client-spans.ts';
import type { Ignores } from '../../core/http/ignore.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { Span } from '../../core/tracing/span.ts';
import { requestUrl } from './request-url.ts';

/** Begins the span of a request of the page; `undefined` for one that is not to be seen. Never throws. */
export type BeginPageSpan = (method: string, address: string, carries: boolean) => ClientSpan | undefined;

/** Those that `fetch` and `XMLHttpRequest` send in upper case. https://fetch.spec.whatwg.org/#concept-method-normalize */
const normalized: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

export function createPageSpans(tracing: SourceTracing, ignores: Ignores<OutgoingRequest> | undefined): BeginPageSpan {
  const begin = createClientSpans(tracing, ignores);
  return (given, address, carries) => {
    if (!tracing.observes()) return undefined;
    const url = requestUrl(address);
    if (url === undefined) return undefined;
    const upper = given.toUpperCase();
    return begin(normalized.has(upper) ? upper : given, url, { carries });
  };
}

/** Ends the span of a request without an answer. */
export function endUnanswered(span: Span, type: string, error?: unknown): void {
  if (error !== undefined) span.recordException(error);
  const message = error instanceof Error ? error.message : undefined;
  span.setAttribute('error.type', type).setStatus({ code: 'error', message }).end();
}
