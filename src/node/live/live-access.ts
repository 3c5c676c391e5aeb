import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { plainAnswer } from './live-exchange.ts';
import type { LiveAnswer, LiveRequest } from './live-exchange.ts';
import type { LiveSettings } from './live-options.ts';
import { createTokenCheck } from './live-tokens.ts';
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts';

/** Who may see what. */
export interface LiveAccess {
  /** The answer for who may not have this. `undefined`: who asks may. */
  refuse(request: LiveRequest, isStream: boolean): LiveAnswer | undefined;
  /** What lets a page of another origin read the answer, when it may. */
  sharing(request: LiveRequest): OutgoingHttpHeaders;
  /** The answer to what a browser asks before a page of another origin may ask. */
  preflight(request: LiveRequest): LiveAnswer | undefined;
}

/** A proxy on this machine makes everybody look as if they were on it. */
const forwarding: RegExp = /^(forwarded|via|x-(original-)?forwarded-.*|x-real-ip|(x|true|fly|x-cluster|cf)-(client|connecting)-ip)$/;

/** `ignored` is told of attempts, without anything of what was sent. */
export function createLiveAccess({ tokens, origins }: Pick<LiveSettings, 'tokens' | 'origins'>, ignored: (what: string) => void): LiveAccess {
  const isExpected = createTokenCheck(tokens);

  function isListed(origin: string | undefined): origin is string {
    return origin !== undefined && origins.includes(origin);
  }

  function refuseToken({ authorization }: IncomingHttpHeaders): LiveAnswer | undefined {
    const [, token] = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '') ?? [];
    if (token !== undefined && isExpected(token)) return undefined;
    ignored(authorization === undefined ? 'a client without a token' : 'a client with a wrong token');
    const error = authorization === undefined ? '' : ', error="invalid_token"';
    return plainAnswer(401, 'A token is needed: Authorization: Bearer <token>.', { 'www-authenticate': `Bearer realm="arkhe-observability"${error}` });
  }

  function refuseStranger({ headers, socket }: LiveRequest, isStream: boolean): LiveAnswer | undefined {
    const why = strangeness(headers, socket?.remoteAddress, isStream);
    if (why === undefined) return undefined;
    ignored(why);
    return plainAnswer(403, 'Without a token this answers only programs on its own machine, by a name of that machine and through no proxy.');
  }

  function strangeness(headers: IncomingHttpHeaders, address: string | undefined, isStream: boolean): string | undefined {
    if (!isLoopbackAddress(address)) return 'a client elsewhere, and no token is set';
    if (Object.keys(headers).some((name) => forwarding.test(name))) return 'a client behind a proxy, and no token is set';
    const host = headers.host ?? (headers as { readonly ':authority'?: string })[':authority'];
    // A name of somebody else that leads here: https://en.wikipedia.org/wiki/DNS_rebinding
    if (!isLoopbackHost(host)) return 'a client that asks for another host, and no token is set';
    const { origin } = headers;
    if (isListed(origin)) return undefined;
    if (origin !== undefined && hostOf(origin) !== host?.toLowerCase()) return 'a page of another origin, and no token is set';
    const [site, mode] = [headers['sec-fetch-site'], headers['sec-fetch-mode']];
    // A link to the page may stand anywhere.
    const isForeign = site === 'cross-site' || (site === 'same-site' && isStream);
    return isForeign && (isStream || mode !== 'navigate') ? 'a page of another site, and no token is set' : undefined;
  }

  function sharing({ headers: { origin } }: LiveRequest): OutgoingHttpHeaders {
    if (origins.length === 0) return {};
    const allowed = isListed(origin) ? { 'access-control-allow-origin': origin, 'cross-origin-resource-policy': 'cross-origin' } : {};
    return { vary: 'Origin', ...allowed };
  }

  return {
    // The files are those of the package, and a browser that opens the page has no token yet.
    refuse(request, isStream) {
      if (tokens.length === 0) return refuseStranger(request, isStream);
      return isStream ? refuseToken(request.headers) : undefined;
    },
    sharing,
    preflight(request) {
      const { headers, method } = request;
      if (method !== 'OPTIONS' || !isListed(headers.origin) || headers['access-control-request-method'] !== 'GET') return undefined;
      const allowed = {
        'access-control-allow-methods': 'GET',
        'access-control-allow-headers': 'authorization, last-event-id, cache-control',
        'access-control-max-age': '600',
      };
      return { status: 204, headers: { ...sharing(request), ...allowed }, body: '' };
    },
  };
}

/** With its port. `undefined` for what is no origin, as `null`. */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
