import type { HttpRequest } from '../core/transport.ts';
import { userAgent } from './posting-transport.ts';

/** Of one connection, which HTTP/2 does not have, or set by the call itself. */
const notMetadata: RegExp = /^(connection|keep-alive|proxy-connection|upgrade|http2-settings|te|host|grpc-.*)$/;

/** The headers of a call: its own, then those given as metadata. */
export function grpcHeaders({ headers, timeout }: HttpRequest, url: URL): Readonly<Record<string, string>> {
  const metadata = Object.entries(headers).filter(([name]) => !notMetadata.test(name));
  return {
    ':method': 'POST',
    ':path': url.pathname,
    te: 'trailers',
    'content-type': 'application/grpc+proto',
    'grpc-accept-encoding': 'gzip',
    // At most eight digits.
    ...(timeout !== undefined && { 'grpc-timeout': timeout < 1e8 ? `${Math.ceil(timeout)}m` : `${Math.ceil(timeout / 1_000)}S` }),
    'user-agent': userAgent,
    ...Object.fromEntries(metadata.map(([name, value]) => [name, name.endsWith('-bin') ? base64(value) : value.trim()])),
  };
}

/** A character of a header stands for a byte. */
function base64(value: string): string {
  return Buffer.from(value, 'latin1').toString('base64');
}
