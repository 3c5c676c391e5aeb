import type { Attributes, AttributeValue } from '../signal.ts';
import { withoutBrackets } from './host.ts';

/** Methods that may be part of a span's name: RFC 9110, PATCH, and QUERY. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY']);

type Writable = Record<string, AttributeValue | undefined>;

/** Whether it is a method of HTTP, whatever its case. */
export function isHttpMethod(method: string): boolean {
  return methods.has(method.toUpperCase());
}

/**
 * What a span of this method is called before its route is known: one of few names.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name
 */
export function httpSpanName(method: string, route?: string): string {
  const name = methods.has(method) ? method : method.toUpperCase();
  const known = methods.has(name) ? name : 'HTTP';
  return route === undefined ? known : `${known} ${route}`;
}

/** `http.request.method`, from the few that are known, and what was really sent. */
export function methodAttributes(method: string): Writable {
  if (methods.has(method)) return { 'http.request.method': method };
  const upper = method.toUpperCase();
  if (methods.has(upper)) return { 'http.request.method': upper, 'http.request.method_original': method };
  return { 'http.request.method': '_OTHER', 'http.request.method_original': method };
}

/** Where a request goes to, in parts: a `URL` is one. */
export interface RequestUrl {
  readonly href: string;
  readonly protocol: string;
  readonly hostname: string;
  /** Empty: that of the scheme. */
  readonly port: string;
  /** A socket of the file system it is sent through. */
  readonly socketPath?: string | undefined;
}

/**
 * What a span of a request that is sent begins with. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client,
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/server/
 */
export function clientAttributes(method: string, { href, protocol, hostname, port, socketPath }: RequestUrl): Attributes {
  const attributes = methodAttributes(method);
  attributes['url.full'] = href;
  attributes['server.address'] = socketPath ?? withoutBrackets(hostname);
  if (socketPath === undefined) attributes['server.port'] = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return attributes;
}
