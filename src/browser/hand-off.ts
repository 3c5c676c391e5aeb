import type { HttpRequest } from '../core/transport.ts';
import { initOf } from './fetch-transport.ts';

/** https://developer.mozilla.org/docs/Web/API/Window/fetchLater */
type FetchLater = (url: string, init: RequestInit & { readonly activateAfter: number }) => unknown;

/** Gives a request to the browser, which sends it whatever becomes of the page, and tells nobody how it went. False: it did not take it. */
export function handOff(request: HttpRequest): boolean {
  return later(request) || beacon(request);
}

/** Chromium lets a page defer 64 KiB to an origin, beside what it keeps alive, and says at once when it is too much. */
function later(request: HttpRequest): boolean {
  const { fetchLater } = globalThis as { readonly fetchLater?: FetchLater };
  try {
    fetchLater?.(request.url, { ...initOf(request), activateAfter: 0 });
    return fetchLater !== undefined;
  } catch {
    return false;
  }
}

/**
 * A beacon carries no header but the content type. It always comes with cookies: where it needs a preflight, it is lost at every
 * receiver that does not allow credentials, and its sender never learns of that.
 */
function beacon({ url, headers, body }: HttpRequest): boolean {
  const [type, ...more] = Object.entries(headers);
  if (more.length > 0 || type?.[0].toLowerCase() !== 'content-type') return false;
  if (!type[1].startsWith('text/plain') && new URL(url).origin !== location.origin) return false;
  try {
    return navigator.sendBeacon(url, new Blob([body as Uint8Array<ArrayBuffer>], { type: type[1] }));
  } catch {
    return false;
  }
}
