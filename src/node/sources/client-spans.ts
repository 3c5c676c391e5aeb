import { clientAttributes, httpSpanName } from '../../core/http/http-attributes.ts';
import type { OutgoingRequest } from '../../core/http/client-ignore.ts';
import type { Ignores } from '../../core/http/ignore.ts';
import type { Attributes } from '../../core/signal.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { Span } from '../../core/tracing/span.ts';

/** Where a request goes to, in parts: the URL is the whole of it. */
export interface RequestUrl {
  readonly href: string;
  readonly protocol: string;
  readonly hostname: string;
  /** Empty: that of the scheme. */
  readonly port: string;
  /** A socket of the file system it is sent through. */
  readonly socketPath?: string | undefined;
}

/** A request that is seen. */
export interface ClientSpan {
  readonly span: Span;
  /** What it is to carry, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case names of what the request may have already that would tell of another trace. */
  readonly stale: readonly string[];
}

/** Begins the span of a request, as a child of what is active. `undefined` for one that is not to be seen. */
export type BeginClientSpan = (method: string, url: RequestUrl) => ClientSpan | undefined;

const none: readonly string[] = Object.freeze([]);

export function createClientSpans(tracing: SourceTracing, ignores: Ignores<OutgoingRequest> | undefined): BeginClientSpan {
  return (method, url) => {
    if (ignores?.({ method, url: url.href }, tracing) === true) return undefined;
    const span = tracing.startSpan(httpSpanName(method), { kind: 'client', attributes: attributesOf(method, url) });
    const headers = tracing.headersFor(span, url.href);
    // Baggage is the application's own to send.
    const replaces = (name: string): boolean => Object.hasOwn(headers, name) || name !== 'baggage';
    return { span, headers, stale: Object.keys(headers).length === 0 ? none : tracing.fields.filter(replaces) };
  };
}

/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/server/ */
function attributesOf(method: string, url: RequestUrl): Attributes {
  const attributes = clientAttributes(method, url);
  const { socketPath } = url;
  return socketPath === undefined ? attributes : { ...attributes, 'server.address': socketPath, 'server.port': undefined };
}
