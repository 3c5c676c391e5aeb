import { wrongOption } from '../core/configuration-error.ts';
import { shownUrl } from '../core/sinks/otlp/endpoint.ts';
import type { CreateTransport, HttpRequest, HttpResponse, HttpTransport, TransportSettings } from '../core/transport.ts';
import { readResponse } from './read-response.ts';

/** What collectors take at most by default is 4 MiB and more; what reads it has little memory on some of these hosts. */
const MAX_BODY_BYTES = 1_024 * 1_024;

/** For every host with standard globals. @throws ConfigurationError for `tls`, which `fetch` has no word for */
export const createFetchTransport: CreateTransport = (settings) => transportOf(settings, MAX_BODY_BYTES, post);

/** What all transports on `fetch` share: the settings, and compression. */
export function transportOf(
  { compression, tls }: TransportSettings,
  maxBodyBytes: number,
  send: (request: HttpRequest) => Promise<HttpResponse>,
): HttpTransport {
  if (tls !== undefined) throw wrongOption('tls', 'nothing: only Node can choose certificates', tls);
  const gzip = compression === 'gzip' && typeof CompressionStream === 'function';
  return {
    maxBodyBytes,
    // Compressing takes a turn, which nobody has who leaves.
    async send(request) {
      if (!gzip || request.leaving) return send(request);
      const packed = await compressed(request);
      return unobserved(request, () => send(packed));
    },
    close: () => undefined,
  };
}

/** Hosts on `fetch` do not follow a call beyond an `await`: what is sent then would be seen as the application's own. */
export function unobserved<R>({ run }: HttpRequest, work: () => R): R {
  return run === undefined ? work() : run(work);
}

/** What `fetch` is told of every request. */
export function initOf({ headers, body }: HttpRequest): RequestInit {
  return { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer>, redirect: 'manual' };
}

async function post(request: HttpRequest): Promise<HttpResponse> {
  try {
    return await readResponse(await fetch(request.url, { ...initOf(request), signal: request.abortSignal }));
  } catch (error) {
    throw new Error(`POST ${shownUrl(request.url)}: no answer (${reasonOf(error)})`);
  }
}

/** Only codes and names: a message may quote a header, or the whole address. */
function reasonOf(error: unknown): string {
  if (typeof fetch !== 'function') return 'this host has no fetch';
  const { name, code = name, cause } = Object(error) as { readonly name?: string; readonly code?: string; readonly cause?: { readonly code?: string } };
  // Node's tells in its cause.
  return String(cause?.code ?? code);
}

async function compressed(request: HttpRequest): Promise<HttpRequest> {
  const stream = new Blob([request.body as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  const body = new Uint8Array(await new Response(stream).arrayBuffer());
  return { ...request, body, headers: { ...request.headers, 'content-encoding': 'gzip' } };
}
