import type { SourceTracing } from '../tracing/source-tracing.ts';
import type { Span } from '../tracing/span.ts';
import type { OutgoingRequest } from './client-ignore.ts';
import { clientAttributes, httpSpanName } from './http-attributes.ts';
import type { RequestUrl } from './http-attributes.ts';
import type { Ignores } from './ignore.ts';

/** A request that is sent, and seen. */
export interface ClientSpan {
  readonly span: Span;
  /** What it is to carry, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case names of what the request may have already that has to go: it would come twice, or tell of another trace. */
  readonly stale: readonly string[];
}

/** Begins the span of a request, as a child of what is active. `undefined` for one that is not to be seen. */
export type BeginClientSpan = (method: string, url: RequestUrl, options?: ClientSpanOptions) => ClientSpan | undefined;

export interface ClientSpanOptions {
  /** Whether the request may be given headers. Default true. */
  readonly carries?: boolean;
}

const none: Pick<ClientSpan, 'headers' | 'stale'> = Object.freeze({ headers: Object.freeze({}), stale: Object.freeze([]) });

/** For a source of requests that are sent. */
export function createClientSpans(tracing: SourceTracing, ignores: Ignores<OutgoingRequest> | undefined): BeginClientSpan {
  function headersFor(span: Span, url: string): typeof none {
    const headers = tracing.headersFor(span, url);
    const names = Object.keys(headers);
    if (names.length === 0) return none;
    // Baggage is the application's own to send, unless the span brings some.
    const others = tracing.fields.filter((name) => name !== 'baggage' && !Object.hasOwn(headers, name));
    return { headers, stale: [...names, ...others] };
  }

  return (method, url, { carries = true } = {}) => {
    if (ignores?.({ method, url: url.href }, tracing) === true) return undefined;
    const span = tracing.startSpan(httpSpanName(method), { kind: 'client', attributes: clientAttributes(method, url) });
    const { headers, stale } = carries ? headersFor(span, url.href) : none;
    return { span, headers, stale };
  };
}
