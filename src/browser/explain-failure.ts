import { shownUrl } from '../core/sinks/otlp/endpoint.ts';
import type { HttpRequest } from '../core/transport.ts';

export interface Explainer {
  /** Why there was no answer, as far as a page can find out: `fetch` says the same of every cause. */
  explain(request: HttpRequest): Promise<Error>;
  /** There was one: the next failure is another one. */
  forget(url: string): void;
}

const unreachable = 'no connection (receiver down, name unknown, or blocked)';

/** Asks a receiver once in each of its failures. */
export function createExplainer(): Explainer {
  const findings = new Map<string, Promise<string>>();

  function reasonOf(request: HttpRequest): string | Promise<string> {
    const { protocol, hostname, origin } = new URL(request.url);
    if (request.abortSignal.aborted) return 'aborted';
    if (!navigator.onLine) return 'the device is offline';
    if (location.protocol === 'https:' && protocol === 'http:' && !/^(.*\.)?localhost$|^127\.|^\[::1]$/.test(hostname)) {
      return 'a page over https must not send over http';
    }
    if (request.leaving || origin === location.origin) return unreachable;
    const finding = findings.get(request.url) ?? probe(request, origin);
    findings.set(request.url, finding);
    return finding;
  }

  return {
    explain: async (request) => new Error(`POST ${shownUrl(request.url)}: ${await reasonOf(request)}`),
    forget: (url) => void findings.delete(url),
  };
}

/** A request that needs no permission succeeds, though nothing of the answer can be read: then permission is what the other lacked. */
async function probe({ url, headers, abortSignal }: HttpRequest, origin: string): Promise<string> {
  let refused = false;
  const hear = ({ blockedURI, disposition }: SecurityPolicyViolationEvent): void => {
    refused ||= disposition === 'enforce' && blockedURI.startsWith(origin);
  };
  document.addEventListener('securitypolicyviolation', hear);
  try {
    await fetch(url, { method: 'HEAD', mode: 'no-cors', credentials: 'omit', signal: abortSignal });
    const names = Object.keys(headers).join(', ').toLowerCase();
    return (
      'the receiver broke the connection off, or it answers without the CORS headers this page needs on each answer: ' +
      `Access-Control-Allow-Origin: ${location.origin} and, to the preflight, Access-Control-Allow-Headers: ${names}`
    );
  } catch {
    // The page is told of its policy in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve));
    return refused ? `this page's Content-Security-Policy lacks connect-src ${origin}` : unreachable;
  } finally {
    document.removeEventListener('securitypolicyviolation', hear);
  }
}
