import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Observable } from 'rxjs';
import { createClientIgnore } from '../../core/http/client-ignore.ts';
import type { OutgoingRequestsOptions } from '../../core/http/client-ignore.ts';
import { createClientSpans } from '../../core/http/client-spans.ts';
import { endAnswered, endFailed } from '../../core/http/outcome.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import type { Span } from '../../core/tracing/span.ts';
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
  readonly response: { readonly statusCode: number };
  readonly error: unknown;
}

const name = 'fetches';

/**
 * Every request of `fetch`, and of an undici that the application brought along, is a span of kind `client`, from the moment it is
 * sent until the head of the answer is there: whether the body is ever read is up to the application. Each redirect, and each retry,
 * is a span of its own. From status 400 on it is an error. Its trace headers go where `tracing.propagateTo` allows. What opens a
 * WebSocket or a tunnel has no span: undici does not tell how it ends.
 * @throws ConfigurationError for wrong options
 */
export function fetches(options: OutgoingRequestsOptions = {}): Source {
  const ignores = createClientIgnore('fetches', name, options);
  return {
    name,
    observe: ({ tracing }: SourceContext) =>
      new Observable(() => {
        const begin = createClientSpans(tracing, ignores);
        const open = new Map<object, Span>();

        function created(request: UndiciRequest): void {
          if (!tracing.observes() || Boolean(request.upgrade) || request.method === 'CONNECT') return;
          const seen = begin(request.method, urlOf(request));
          if (seen === undefined) return;
          open.set(request, seen.span);
          removeHeaders(request, seen.stale);
          for (const header in seen.headers) request.addHeader(header, seen.headers[header] as string);
          replaceAdded(request, seen.headers);
        }

        /** The span of a request that is over. */
        function take(request: object): Span | undefined {
          const span = open.get(request);
          open.delete(request);
          return span;
        }

        const undo = [
          hear('undici:request:create', ({ request }) => created(request)),
          hear('undici:request:headers', ({ request, response }) => {
            const span = take(request);
            if (span !== undefined) endAnswered(span, response.statusCode, 400);
          }),
          hear('undici:request:error', ({ request, error }) => {
            const span = take(request);
            if (span !== undefined) endFailed(span, error);
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
          for (const span of open.values()) span.end();
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
