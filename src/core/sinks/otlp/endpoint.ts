import type { OtlpKind } from './otlp-options.ts';

/** Where requests go. */
export interface Address {
  /** Without credentials. */
  readonly url: string;
  /** From credentials that were in the URL. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What an endpoint has to be. */
export const expectedEndpoint = 'an http or https URL like http://localhost:4318, credentials percent-encoded';

/**
 * The endpoint of a receiver, or `undefined` when it is no endpoint. With a `kind` it is a base, to which `/v1/traces` or the like is
 * added; who gives a whole endpoint of one kind for a base means the base of it.
 */
export function readAddress(text: string, kind?: OtlpKind): Address | undefined {
  try {
    const url = new URL(text);
    const { username, password, pathname, search, hash } = url;
    // `http://user:12/34@host` is a port and a path to every parser: a password would be shown, and sent to a host called `user`.
    if (!/^\s*https?:\/\//i.test(text) || (pathname + search + hash).includes('@')) return undefined;
    url.username = url.password = url.hash = '';
    if (kind) url.pathname = `${pathname.replace(/(\/+v1\/(traces|logs|metrics))?\/*$/, '')}/v1/${kind}`;
    return { url: url.href, headers: username || password ? { authorization: basic(`${username}:${password}`) } : {} };
  } catch {
    return undefined;
  }
}

/** The URL has percent-encoded the UTF-8 already; these are its bytes. */
function basic(credentials: string): string {
  return `Basic ${btoa(credentials.replace(/%([\da-f]{2})/gi, (_, byte: string) => String.fromCharCode(parseInt(byte, 16))))}`;
}

/** What was probably meant: a host and a port that lack their scheme, or have another. Nothing that may be a secret. */
export function suggestedEndpoint(text: unknown): string | undefined {
  const host = /^(?:\w+:)?(?:\/\/)?([a-z\d.-]+:\d{2,5})\b[^@]*$/.exec(typeof text === 'string' ? text : '')?.[1];
  return host && readAddress(`http://${host}`) && `http://${host}`;
}

/** A URL as messages show it: what follows `?` may be a key. */
export function shownUrl(url: string): string {
  return url.replace(/\?.*/, '');
}

/** Receivers listen for gRPC at 4317. */
export function isGrpcPort(url: string): boolean {
  return new URL(url).origin.endsWith(':4317');
}

/** They speak no HTTP there: said behind whatever went wrong. */
export function grpcPortHint(url: string): string {
  return isGrpcPort(url) ? '; port 4317 is for gRPC, OTLP over HTTP is at 4318' : '';
}
