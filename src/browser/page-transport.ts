import type { CreateTransport, HttpRequest, HttpResponse } from '../core/transport.ts';
import { createExplainer } from './explain-failure.ts';
import { initOf, transportOf, unobserved } from './fetch-transport.ts';
import { handOff } from './hand-off.ts';
import { takeKeepalive } from './keepalive-budget.ts';
import { readResponse } from './read-response.ts';

/**
 * Two such fit into what may outlive the page, and two into what it may hand over. Smaller ones fill that better; but what was made
 * in a burst just before is on its way sooner in larger ones: a browser opens six connections to a host.
 */
const MAX_BODY_BYTES = 30 * 1_024;

/** Most requests without keepalive after one with it has failed. */
const LONGEST_DOUBT = 32;

/**
 * For a page: what is under way outlives it, as far as the browser lets it. Cookies go to the page's own origin alone, the default of
 * `fetch`: a receiver behind the application's login works, and no other needs to allow credentials.
 */
export const createPageTransport: CreateTransport = (settings) => {
  const { explain, forget } = createExplainer();
  let plain = 0;
  let doubt = 1;

  /**
   * Some televisions refuse keepalive where a preflight is needed, and the application may use up what the browser allows: after a
   * failure some requests go without.
   */
  function roomFor({ body, leaving }: HttpRequest): (() => void) | undefined {
    // A browser that does not know the word ignores it.
    if (!('keepalive' in Request.prototype)) return undefined;
    if (leaving || plain === 0) return takeKeepalive(body.length);
    plain -= 1;
    return undefined;
  }

  async function sendKept(request: HttpRequest, release: () => void): Promise<HttpResponse> {
    // Without the signal: Chromium goes on all the same, and then no longer tells when it is over.
    const answer = fetch(request.url, { ...initOf(request), keepalive: true }).then(readResponse);
    answer.then(release, release);
    try {
      const given = await Promise.race([answer, abortOf(request.abortSignal)]);
      doubt = 1;
      return given;
    } catch (error) {
      plain = doubt;
      doubt = Math.min(doubt * 2, LONGEST_DOUBT);
      throw error;
    }
  }

  return transportOf(settings, MAX_BODY_BYTES, async (request) => {
    const release = roomFor(request);
    if (release === undefined && request.leaving && handOff(request)) return { status: 0, headers: {}, body: new Uint8Array(), handedOff: true };
    try {
      const answer = await (release === undefined
        ? fetch(request.url, { ...initOf(request), signal: request.abortSignal }).then(readResponse)
        : sendKept(request, release));
      forget(request.url);
      return answer;
    } catch {
      throw await unobserved(request, () => explain(request));
    }
  });
};

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', reject, { once: true }));
}
