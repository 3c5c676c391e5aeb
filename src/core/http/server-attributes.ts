import type { Attributes } from '../signal.ts';
import { readHost } from './host.ts';
import { methodAttributes } from './http-attributes.ts';

/** A request that came in, as far as a span tells of it. */
export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string | undefined;
  readonly scheme: string | undefined;
  /** Of the header `Host`, or of `:authority`. */
  readonly host: string | undefined;
  /** Only where the application wants it: the address of a person is for it to tell. */
  readonly clientAddress: string | undefined;
  readonly protocolVersion: string | undefined;
  readonly userAgent: unknown;
}

/**
 * What a span of a request that came in begins with, all in one literal, so that engines keep one shape.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export function serverAttributes({ method, path, query, scheme, host, clientAddress, protocolVersion, userAgent }: ServedRequest): Attributes {
  const server = host === undefined ? undefined : readHost(host, scheme);
  const { 'http.request.method': known, 'http.request.method_original': original } = methodAttributes(method);
  return {
    'http.request.method': known,
    'http.request.method_original': original,
    'url.path': path,
    'url.query': query,
    'url.scheme': scheme,
    'server.address': server?.address,
    'server.port': server?.port,
    'client.address': clientAddress,
    'network.protocol.version': protocolVersion,
    'user_agent.original': typeof userAgent === 'string' ? userAgent : undefined,
  };
}

/** The path of a request, without its query. */
export function pathOf(target: string): string {
  return splitTarget(target).path;
}

/** A whole URL, as a proxy gets one, loses what is in front of its path. */
export function splitTarget(target: string): { readonly path: string; readonly query: string | undefined } {
  const begin = target.startsWith('/') ? 0 : afterAuthority(target);
  const end = target.indexOf('?', begin);
  if (end < 0) return { path: target.slice(begin) || '/', query: undefined };
  return { path: target.slice(begin, end) || '/', query: target.slice(end + 1) || undefined };
}

function afterAuthority(target: string): number {
  const authority = /^[a-z][a-z\d+.-]*:\/\/[^/?]*/i.exec(target);
  return authority === null ? 0 : authority[0].length;
}
