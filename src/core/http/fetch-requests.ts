import type { OpenRequest } from '../requests/open-request.ts';
import type { SourceRequests } from '../requests/source-requests.ts';
import { isOwnExport } from './own-export.ts';
import { pathOf } from './server-attributes.ts';

/** Of these, only what every host's `Headers` has. */
export interface FetchHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
  set(name: string, value: string): void;
}

/** A `Request` that came in. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: FetchHeaders;
  readonly signal?: { readonly aborted: boolean } | undefined;
}

/** The `Response` to it. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: FetchHeaders;
  readonly body: FetchBody | null;
}

/** A `ReadableStream`. */
export interface FetchBody {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** What a `ReadableStream` is made of. */
export interface BodySource {
  pull(controller: { enqueue(piece: never): void; close(): void }): Promise<void>;
  cancel(reason: unknown): Promise<void>;
}

/** A request that is served by a function from `Request` to `Response`, as on hosts without `node:http`. */
export interface ServedFetch {
  readonly request: OpenRequest;
  /** All of the answer is known: what the host does with it cannot be seen. */
  answered(response: FetchResponse): void;
  /**
   * The answer ends when its body does. The result is to be the body in its place: made into a stream with `highWaterMark` 0, it reads
   * a piece when a piece is wanted and hands it on as it is. That costs a promise a piece, and what a host may do with a stream of its
   * own that no JavaScript has to look at. The body must not be in use.
   */
  streams(response: FetchResponse, body: FetchBody): BodySource;
}

/** Opens a request, unless it was seen already. `undefined` where nothing is to be seen. Never throws for a `Request`. */
export function serveFetch(requests: SourceRequests, raw: FetchRequest): ServedFetch | undefined {
  const { method, url, headers } = raw;
  const header = (name: string): string | undefined => headers.get(name) ?? undefined;
  const exported = { method, target: pathOf(url), userAgent: header('user-agent'), contentType: header('content-type') };
  if (!requests.observes() || isOwnExport(exported)) return undefined;
  const [scheme, host] = new URL(url).origin.split('://', 2);
  let pieces = 0;
  const request = requests.serve({ method, target: url, scheme, host, protocolVersion: undefined, headers, header, progress: () => pieces, raw });
  if (request === undefined) return undefined;
  return {
    request,
    answered({ status, headers: answer }) {
      if (raw.signal?.aborted === true) request.aborted(undefined);
      else request.answered(status, (name) => answer.get(name) ?? undefined);
    },
    streams({ status, headers: answer }, body) {
      const reader = body.getReader();
      return {
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            if (done) {
              controller.close();
              request.answered(status, (name) => answer.get(name) ?? undefined);
            } else {
              pieces += 1;
              controller.enqueue(value as never);
            }
          } catch (error) {
            request.failed(error, status);
            throw error;
          }
        },
        cancel(reason) {
          request.aborted(status);
          return reader.cancel(reason);
        },
      };
    },
  };
}

/** The request that is active here, if it is this one: opened before, or seen by a source as its host has it. */
export function activeFetch(requests: SourceRequests, { method, url }: FetchRequest): OpenRequest | undefined {
  return requests.active(method, pathOf(url));
}
