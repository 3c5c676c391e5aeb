import { readHost } from '../http/host.ts';
import { methodAttributes } from '../http/http-attributes.ts';
import type { AttributeValue } from '../signal.ts';
import type { OpenRequest } from './open-request.ts';

/** Nobody else has them. */
export type FreshAttributes = Record<string, AttributeValue | undefined>;

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function requestAttributes(request: OpenRequest): FreshAttributes {
  return request.facts.isObserved ? observedAttributes(request) : givenAttributes(request);
}

export function responseAttributes(request: OpenRequest, statusCode: number | undefined, errorType: string | undefined): FreshAttributes {
  return request.facts.isObserved ? answeredAttributes(request, statusCode, errorType) : givenAttributes(request, statusCode, errorType);
}

/** What the span of a request that was observed does not have from its beginning. */
export function spanAttributes({ route }: OpenRequest, statusCode: number | undefined, errorType: string | undefined): FreshAttributes {
  const attributes: FreshAttributes = {};
  if (statusCode !== undefined) attributes['http.response.status_code'] = statusCode;
  if (route !== undefined) attributes['http.route'] = route;
  if (errorType !== undefined) attributes['error.type'] = errorType;
  return attributes;
}

/** What there is, and nothing that is `undefined`: every key is looked at again and again on the way. */
function observedAttributes(request: OpenRequest): FreshAttributes {
  const { method, urlFull, urlPath, query, scheme, host, serverAddress, serverPort, clientAddress, protocolVersion } = request.facts;
  const attributes: FreshAttributes = methodAttributes(method);
  if (urlPath === undefined) attributes['url.full'] = urlFull;
  else attributes['url.path'] = urlPath;
  if (query !== undefined) attributes['url.query'] = query;
  if (scheme !== undefined) attributes['url.scheme'] = scheme;
  if (request.route !== undefined) attributes['http.route'] = request.route;
  const server = host === undefined ? undefined : readHost(host, scheme);
  const [address, port] = server === undefined ? [serverAddress, serverPort] : [server.address, server.port];
  if (address !== undefined) attributes['server.address'] = address;
  if (port !== undefined) attributes['server.port'] = port;
  if (clientAddress !== undefined) attributes['client.address'] = clientAddress;
  if (protocolVersion !== undefined) attributes['network.protocol.version'] = protocolVersion;
  return attributes;
}

/** What tells of the way to the server, the request has said. */
function answeredAttributes(request: OpenRequest, statusCode: number | undefined, errorType: string | undefined): FreshAttributes {
  const { method, urlFull, urlPath, clientAddress } = request.facts;
  const attributes: FreshAttributes = methodAttributes(method);
  if (urlPath === undefined) attributes['url.full'] = urlFull;
  else attributes['url.path'] = urlPath;
  if (request.route !== undefined) attributes['http.route'] = request.route;
  if (clientAddress !== undefined) attributes['client.address'] = clientAddress;
  if (statusCode !== undefined) attributes['http.response.status_code'] = statusCode;
  if (errorType !== undefined) attributes['error.type'] = errorType;
  return attributes;
}

/** Of what the application tells by hand, little is known. */
function givenAttributes(request: OpenRequest, statusCode?: number, errorType?: string): FreshAttributes {
  const attributes: FreshAttributes = {};
  if (request.side !== undefined) {
    Object.assign(attributes, methodAttributes(request.facts.method));
    attributes['url.path'] = request.facts.urlPath;
    if (request.facts.query !== undefined) attributes['url.query'] = request.facts.query;
    if (request.route !== undefined) attributes['http.route'] = request.route;
  }
  if (statusCode !== undefined) attributes['http.response.status_code'] = statusCode;
  if (errorType !== undefined) attributes['error.type'] = errorType;
  return attributes;
}
