import type { HttpTransport, TransportSettings } from '../core/transport.ts';
import { framed } from './grpc-frame.ts';
import { grpcHeaders } from './grpc-headers.ts';
import { createGrpcRoutes } from './grpc-routes.ts';
import type { Outbox } from './outbox.ts';
import { createPostingTransport } from './posting-transport.ts';
import type { Wire } from './posting-transport.ts';

// Not with `@grpc/grpc-js`, though it does the same: with what it brings along it is 8 MB for one kind of call, keeps the process
// alive, and sends nothing more once the process exits. Here gRPC is what the specification asks of a client that makes unary calls:
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

const grpc: Wire = {
  http2: true,
  nameOf: ({ origin }) => `gRPC ${origin}`,
  createRoutes: createGrpcRoutes,
  write: (request, url) => ({ headers: grpcHeaders(request, url), body: framed(request.body, false) }),
  pack: ({ headers }, gzipped) => ({ headers: { ...headers, 'grpc-encoding': 'gzip' }, body: framed(gzipped, true) }),
};

/**
 * Makes unary calls of gRPC over HTTP/2: the URL names the method, the body is the message. Answers have `grpc-status` and its like
 * among their headers, and the message as their body. @throws ConfigurationError for TLS files that cannot be read or used
 */
export function createGrpcTransport(settings: TransportSettings, outbox: Outbox): HttpTransport {
  return createPostingTransport(grpc, settings, outbox);
}
