import type { OutgoingRequest } from '../../core/http/client-ignore.ts';
import { createClientRequests } from '../../core/http/client-requests.ts';
import type { ClientRequest } from '../../core/http/client-requests.ts';
import type { Ignores } from '../../core/http/ignore.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { SourceContext } from '../../core/source.ts';
import { requestBody } from './request-body.ts';
import { requestUrl } from './request-url.ts';

/** A request of the page, as the application made it. */
export interface PageRequest {
  readonly method: string;
  readonly address: string;
  /** Whether it may be given headers. */
  readonly carries: boolean;
  /** One of the headers the application gave, by lower-case name. */
  readonly header: (name: string) => unknown;
  /** What the application gave to be sent: asked for only when it is logged. */
  readonly body: () => unknown;
}

/** Opens a request of the page; `undefined` for one that is not to be seen. Never throws. */
export type BeginPageRequest = (request: PageRequest) => ClientRequest | undefined;

/** Those that `fetch` and `XMLHttpRequest` send in upper case. https://fetch.spec.whatwg.org/#concept-method-normalize */
const normalized: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

export function createPageRequests(
  { requests, tracing }: Pick<SourceContext, 'requests' | 'tracing'>,
  ignores: Ignores<OutgoingRequest> | undefined,
): BeginPageRequest {
  const begin = createClientRequests(requests, tracing, ignores);
  return ({ method, address, carries, header, body }) => {
    if (!requests.observes()) return undefined;
    const url = requestUrl(address);
    if (url === undefined) return undefined;
    const upper = method.toUpperCase();
    const isOwnOrigin = url.origin === globalThis.location?.origin;
    const client = begin({ method: normalized.has(upper) ? upper : method, url, isOwnOrigin, header }, { carries });
    if (client?.request.bodies !== undefined) tellBody(client.request, client.request.bodies, header, body);
    return client;
  };
}

function tellBody(request: OpenRequest, policy: NonNullable<OpenRequest['bodies']>, header: PageRequest['header'], body: () => unknown): void {
  try {
    request.tell({ requestData: requestBody(body(), policy, header) });
  } catch {
    // A getter of the application: the browser will hear of it as well.
  }
}

/** Ends a request that was answered; 0 is what a page is not told. `duration`: measured when left out. */
export function endAnswered(request: OpenRequest, status: unknown, header: ((name: string) => unknown) | undefined, duration?: number): void {
  request.end({ statusCode: typeof status === 'number' && status > 0 ? status : undefined, header, duration });
}

/** Ends a request without an answer. */
export function endUnanswered(request: OpenRequest, type: string, error?: unknown): void {
  const message = error instanceof Error ? error.message : undefined;
  request.end({ errorType: type, message, failure: error === undefined ? undefined : { error } });
}
