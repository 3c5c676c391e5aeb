import { createTargets, isTarget } from '../propagation/targets.ts';
import { createIgnore } from './ignore.ts';
import type { Ignore, Ignores } from './ignore.ts';

/** A request that is sent, as `ignore` sees it. */
export interface OutgoingRequest {
  /** As it is sent: `GET`. */
  readonly method: string;
  /** The whole of it. */
  readonly url: string;
}

/** Options of the sources of requests that are sent. */
export interface OutgoingRequestsOptions {
  /**
   * Requests that get no span and no headers: origins (`https://api.example.com`), addresses up to the end of a part of their path
   * (`https://api.example.com/health`, in a page also `/health` on its own origin), hosts (`api.example.com`, `*.example.com`), patterns
   * for the whole address; or a function that tells. Default: none; what the SDK itself sends is never seen.
   */
  readonly ignore?: Ignore<OutgoingRequest> | undefined;
}

/**
 * `undefined` when nothing is to be left alone. `ofPage` makes an address of a path; without it there are no paths: they could be of
 * any host.
 * @throws ConfigurationError for wrong options
 */
export function createClientIgnore(
  factory: string,
  source: string,
  options: OutgoingRequestsOptions,
  ofPage?: (path: string) => string,
): Ignores<OutgoingRequest> | undefined {
  const isPath = (pattern: string | RegExp): pattern is string =>
    ofPage !== undefined && typeof pattern === 'string' && pattern.startsWith('/');
  return createIgnore<OutgoingRequest>({
    factory,
    source,
    options,
    expected: 'addresses, hosts',
    isPattern: (text) => isPath(text) || isTarget(text),
    compile(patterns) {
      const listed = patterns.map((pattern) => (ofPage !== undefined && isPath(pattern) ? ofPage(pattern) : pattern));
      const targets = createTargets(listed, undefined);
      return ({ url }) => targets.allow(url);
    },
  });
}
