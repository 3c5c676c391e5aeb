import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Observable } from 'rxjs';
import { createClientIgnore } from '../../core/http/client-ignore.ts';
import type { OutgoingRequestsOptions } from '../../core/http/client-ignore.ts';
import { createClientRequests } from '../../core/http/client-requests.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { sayNotFollowed } from './not-followed.ts';

/** A request of undici, as far as its channels have always told. https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL | undefined;
  readonly path: string;
  /** Set for WebSockets and the like. */
  readonly upgrade: unknown;
  /** Names and values in turn; lines of text until version 5. */
  headers: unknown[] | string;
  addHeader(name: string, value: string): unknown;
}

/** What the channels tell, each a part of it. */
interface Told {
  readonly request: UndiciRequest;
  readonly response: { readonly statusCode: number; readonly headers?: readonly unknown[] };
  readonly error: unknown;
}

const name = 'fetches';

/**
 * Every request of `fetch`, and of an undici that the application brought along, is a span of kind `client` and a measured duration, and
 * with `requestLogging.outgoing` a request and a response, from the moment it is sent until the head of the answer is there: whether the
 * body is ever read is up to the application. Each redirect, and each retry, is one of its own. From status 400 on the span is an
 * error. Its trace headers and its id go where `tracing.propagateTo` allows. What opens a WebSocket or a tunnel is not seen: undici does
 * not tell how it ends.
 * @throws ConfigurationError for wrong options
 */
export function fetches(options: OutgoingRequestsOptions = {}): Source {
  const ignores = createClientIgnore('fetches', name, options);
  return {
    name,
    observe: ({ requests, tracing }: SourceContext) =>
      new Observable(() => {
        const begin = createClientRequests(requests, tracing, ignores);
        const open = new Map<object, OpenRequest>();

        function created(request: UndiciRequest): void {
          if (!requests.observes() || Boolean(request.upgrade) || request.method === 'CONNECT') return;
          const seen = begin({ method: request.method, url: urlOf(request), header: (header) => headerIn(request, header) });
          if (seen === undefined) return;
          open.set(request, seen.request);
          removeHeaders(request, seen.stale);
          for (const header in seen.headers) request.addHeader(header, seen.headers[header] as string);
          replaceAdded(request, seen.headers);
        }

        /** What was opened for a request that is over. */
        function take(request: object): OpenRequest | undefined {
          const seen = open.get(request);
          open.delete(request);
          return seen;
        }

        const undo = [
          hear('undici:request:create', ({ request }) => created(request)),
          hear('undici:request:headers', ({ request, response }) => {
            take(request)?.answered(response.statusCode, (header) => valueIn(response.headers ?? [], header));
          }),
          hear('undici:request:error', ({ request, error }) => {
            take(request)?.failed(error);
          }),
        ];
        function hear(channel: string, listener: (told: Told) => void): () => void {
          function heard(message: unknown): void {
            try {
              listener(message as Told);
            } catch (error) {
              sayNotFollowed(tracing, name, error);
            }
          }
          subscribe(channel, heard);
          return () => void unsubscribe(channel, heard);
        }
        return () => {
          for (const step of undo) step();
          // Nobody hears of their answers any more.
          for (const seen of open.values()) seen.end({ status: 'abandoned', errorType: 'abandoned', message: 'its source was stopped' });
          open.clear();
        };
      }),
  };
}

function urlOf({ origin, path }: UndiciRequest): URL {
  // By way of a proxy, the path is a whole URL.
  const url = new URL(path, origin);
  url.username = '';
  url.password = '';
  return url;
}

/** Another instrumentation that adds one of these after us replaces it: what comes twice, no receiver believes. */
function replaceAdded(request: UndiciRequest, ours: Readonly<Record<string, string>>): void {
  const { addHeader } = request;
  request.addHeader = (header, value) => {
    const name = header.toLowerCase();
    if (Object.hasOwn(ours, name)) removeHeaders(request, [name]);
    return addHeader.call(request, header, value);
  };
}

/** A header that the application gave. */
function headerIn({ headers }: UndiciRequest, name: string): unknown {
  if (typeof headers !== 'string') return valueIn(headers, name);
  const line = headers.split('\r\n').find((text) => text.slice(0, text.indexOf(':')).toLowerCase() === name);
  return line?.slice(name.length + 1).trim();
}

/** In a list of names and values in turn, texts or bytes. */
function valueIn(list: readonly unknown[], name: string): string | undefined {
  for (let at = 0; at + 1 < list.length; at += 2) if (String(list[at]).toLowerCase() === name) return String(list[at + 1]);
  return undefined;
}

function removeHeaders(request: UndiciRequest, names: readonly string[]): void {
  if (names.length === 0) return;
  const { headers } = request;
  const isStale = (header: string): boolean => names.includes(header.toLowerCase());
  if (typeof headers === 'string') {
    request.headers = headers
      .split('\r\n')
      .filter((line) => !isStale(line.slice(0, Math.max(0, line.indexOf(':')))))
      .join('\r\n');
  } else {
    for (let at = headers.length - 2; at >= 0; at -= 2) if (isStale(String(headers[at]))) headers.splice(at, 2);
  }
}
