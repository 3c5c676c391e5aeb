import type { HttpTransport, TransportSettings } from '../core/transport.ts';
import type { Outbox } from './outbox.ts';
import { createPostingTransport, userAgent } from './posting-transport.ts';
import type { Wire } from './posting-transport.ts';
import { createRoutes } from './routes.ts';

const http: Wire = {
  http2: false,
  nameOf: ({ origin, pathname }) => `POST ${origin}${pathname}`,
  createRoutes,
  write: ({ headers, body }) => ({ headers: { 'user-agent': userAgent, ...headers }, body }),
  pack: ({ headers }, gzipped) => ({ headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipped }),
};

/** Sends with Node's own client. @throws ConfigurationError for TLS files that cannot be read or used */
export function createHttpTransport(settings: TransportSettings, outbox: Outbox): HttpTransport {
  return createPostingTransport(http, settings, outbox);
}
