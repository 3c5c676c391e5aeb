import type { Attributes, AttributeValue } from '../signal.ts';
import { withoutBrackets } from './host.ts';

/** Methods that may be part of a span's name: RFC 9110, PATCH, and QUERY. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY']);

type Writable = Record<string, AttributeValue | undefined>;

/** Whether it is a method of HTTP, whatever its case. */
export function isHttpMethod(method: string): boolean {
  return methods.has(method.toUpperCase());
}

/** What a span of this method is called before its route is known: one of few names. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name */
export function httpSpanName(method: string, route?: string): string {
  const known = methods.has(method) ? method : 'HTTP';
  return route === undefined ? known : `${known} ${route}`;
}

/** `http.request.method`, from the few that are known, and what was really sent. */
export function methodAttributes(method: string): Writable {
  if (methods.has(method)) return { 'http.request.method': method };
  const upper = method.toUpperCase();
  if (methods.has(upper)) return { 'http.request.method': upper, 'http.request.method_original': method };
  return { 'http.request.method': '_OTHER', 'http.request.method_original': method };
}

/** What a span of a request that is sent begins with. `url` is absolute. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client */
export function clientAttributes(method: string, url: { readonly href: string; readonly protocol: string; readonly hostname: string; readonly port: string }): Attributes {
  const attributes = methodAttributes(method);
  attributes['url.full'] = url.href;
  attributes['server.address'] = withoutBrackets(url.hostname);
  attributes['server.port'] = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return attributes;
}
