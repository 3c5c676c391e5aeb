import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import type { HttpRequest, HttpResponse, HttpTransport, TransportSettings } from '../core/transport.ts';
import { VERSION } from '../core/version.ts';
import type { Outbox } from './outbox.ts';
import { createPosting } from './posting.ts';
import type { Letter } from './posting.ts';
import { requestError } from './request-error.ts';
import type { Route, Routes } from './routes.ts';
import { readTls } from './tls-files.ts';
import type { TlsTexts } from './tls-files.ts';

/** Collectors accept 20 MiB by default over HTTP, many things before them 4; gRPC servers accept 4. */
const MAX_BODY_BYTES = 4 * 1_024 * 1_024;

/** A scoped name is no product name of HTTP. */
export const userAgent: string = `arkhe-observability/${VERSION} (JavaScript; Node.js)`;

const compress = promisify(gzip);

/** How requests are put. */
export interface Wire {
  readonly http2: boolean;
  /** What messages call the request: without credentials and query. */
  nameOf(url: URL): string;
  createRoutes(texts: TlsTexts): Routes;
  write(request: HttpRequest, url: URL): Pick<Letter, 'headers' | 'body'>;
  /** The same with its body compressed. */
  pack(letter: Letter, gzipped: Uint8Array): Pick<Letter, 'headers' | 'body'>;
}

/** Sends with Node's own clients. @throws ConfigurationError for TLS files that cannot be read or used */
export function createPostingTransport(wire: Wire, { compression, tls }: TransportSettings, outbox: Outbox): HttpTransport {
  const texts = readTls(tls);
  const routes = wire.createRoutes(texts);

  async function deliver(request: HttpRequest, url: URL, route: Route): Promise<HttpResponse> {
    const { body, abortSignal, leaving } = request;
    const posting = createPosting({ url: url.href, ...wire.write(request, url), http2: wire.http2, proxy: route.proxy, tls: texts });
    const remove = outbox.add(posting);
    const abort = (): void => {
      posting.abort('aborted');
      // At once: what was given up shall not be sent when the process exits in the same turn.
      remove();
    };
    abortSignal.addEventListener('abort', abort, { once: true });
    try {
      if (abortSignal.aborted) abort();
      // When the host goes away there may be no later turn.
      const gzipped = compression === 'none' ? undefined : leaving || outbox.exiting ? gzipSync(body) : await compress(body);
      if (gzipped !== undefined) posting.repack(wire.pack(posting.letter, gzipped));
      // It stays in the outbox, which is emptied in a way of its own: nobody hears of an answer any more.
      if (outbox.exiting) return await new Promise<never>(() => undefined);
      return await posting.send(route);
    } finally {
      abortSignal.removeEventListener('abort', abort);
      remove();
    }
  }

  return {
    maxBodyBytes: MAX_BODY_BYTES,
    async send(request) {
      const url = parse(request.url);
      let route: Route | undefined;
      try {
        route = routes.to(url);
        return await deliver(request, url, route);
      } catch (error) {
        const name = wire.nameOf(url);
        throw requestError(route?.proxy === undefined ? name : `${name} through ${route.proxy.name}`, error);
      }
    },
    close: () => routes.close(),
  };
}

/** @throws Error that does not quote the text: it may have credentials */
function parse(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Said below.
  }
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error('POST: not an http or https URL');
}
