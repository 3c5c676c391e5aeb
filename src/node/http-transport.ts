import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import type { HttpRequest, HttpResponse, HttpTransport, TransportSettings } from '../core/transport.ts';
import { VERSION } from '../core/version.ts';
import type { Outbox } from './outbox.ts';
import { createPosting } from './posting.ts';
import { requestError } from './request-error.ts';
import { createRoutes } from './routes.ts';
import type { Route } from './routes.ts';
import { readTls } from './tls-files.ts';

/** Collectors accept 20 MiB by default, many things before them 4. */
const MAX_BODY_BYTES = 4 * 1_024 * 1_024;

/** A scoped name is no product name of HTTP. */
const userAgent = `arkhe-observability/${VERSION} (JavaScript; Node.js)`;

const compress = promisify(gzip);

/** Sends with Node's own client. @throws ConfigurationError for TLS files that cannot be read or used */
export function createHttpTransport({ compression, tls }: TransportSettings, outbox: Outbox): HttpTransport {
  const texts = readTls(tls);
  const routes = createRoutes(texts);

  async function deliver({ headers, body, abortSignal, leaving }: HttpRequest, url: URL, route: Route): Promise<HttpResponse> {
    const given = { 'user-agent': userAgent, ...headers };
    const posting = createPosting({ url: url.href, headers: given, body, proxy: route.proxy, tls: texts });
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
      if (compression === 'gzip') posting.pack(leaving || outbox.exiting ? gzipSync(body) : await compress(body));
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
      const where = `${url.origin}${url.pathname}`;
      let route: Route | undefined;
      try {
        route = routes.to(url);
        return await deliver(request, url, route);
      } catch (error) {
        throw requestError(route?.proxy === undefined ? where : `${where} through ${route.proxy.name}`, error);
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
