import type { ClientRequest } from 'node:http';
import { readHost, withBrackets } from '../../core/http/host.ts';
import type { RequestUrl } from '../../core/http/http-attributes.ts';
import { headerIn } from './outgoing-headers.ts';

/**
 * Where a request of `node:http` goes to. Its port is only in the header `Host`, which Node writes unless the application does; what
 * the application writes there is whom it asks, whichever address it sends that to. `given` are the headers as they will be sent.
 */
export function clientUrl(request: ClientRequest, given: unknown): RequestUrl {
  const { path, protocol, host } = request;
  // By way of a proxy, the path is a whole URL.
  if (/^https?:/i.test(path)) return withoutCredentials(new URL(path));
  const authority = headerIn(request, given, 'host') ?? withBrackets(host);
  const { address = host, port } = readHost(authority, protocol.slice(0, -1)) ?? {};
  return {
    href: `${protocol}//${authority}${path.startsWith('/') ? path : '/'}`,
    protocol,
    hostname: address,
    port: port === undefined ? '' : String(port),
    socketPath: Reflect.get(request, 'socketPath') as string | undefined,
  };
}

function withoutCredentials(url: URL): URL {
  url.username = '';
  url.password = '';
  return url;
}
