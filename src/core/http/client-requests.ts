import type { OpenRequest } from '../requests/open-request.ts';
import type { SentRequest, SourceRequests } from '../requests/source-requests.ts';
import type { SourceTracing } from '../tracing/source-tracing.ts';
import type { OutgoingRequest } from './client-ignore.ts';
import type { Ignores } from './ignore.ts';

/** A request that is sent, and seen. */
export interface ClientRequest {
  readonly request: OpenRequest;
  /** What it is to carry, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case names of what the request may have already that has to go: it would come twice, or tell of another trace. */
  readonly stale: readonly string[];
}

/** Opens a request that is sent, as part of what is active. `undefined` for one that is not to be seen. */
export type BeginClientRequest = (sent: SentRequest, options?: ClientRequestOptions) => ClientRequest | undefined;

export interface ClientRequestOptions {
  /** Whether the request may be given headers. Default true. */
  readonly carries?: boolean;
}

const none: Pick<ClientRequest, 'headers' | 'stale'> = Object.freeze({ headers: Object.freeze({}), stale: Object.freeze([]) });

/** For a source of requests that are sent. */
export function createClientRequests(
  requests: SourceRequests,
  tracing: Pick<SourceTracing, 'fields' | 'ignored'>,
  ignores: Ignores<OutgoingRequest> | undefined,
): BeginClientRequest {
  function headersFor(request: OpenRequest, { url, header }: SentRequest): typeof none {
    const { 'x-request-id': id, ...carried } = requests.headersFor(request, url.href);
    const names = Object.keys(carried);
    // What the application says of its request's id is right, whatever it is.
    const isNamed = id === undefined || (header?.('x-request-id') ?? undefined) !== undefined;
    const headers = isNamed ? carried : { ...carried, 'x-request-id': id };
    if (names.length === 0) return isNamed ? none : { headers, stale: [] };
    // Baggage is the application's own to send, unless the span brings some.
    const others = tracing.fields.filter((name) => name !== 'baggage' && !Object.hasOwn(headers, name));
    return { headers, stale: [...names, ...others] };
  }

  return (sent, { carries = true } = {}) => {
    if (ignores?.({ method: sent.method, url: sent.url.href }, tracing) === true) return undefined;
    const request = requests.send(sent);
    if (request === undefined) return undefined;
    return { request, ...(carries ? headersFor(request, sent) : none) };
  };
}
