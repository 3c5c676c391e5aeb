import { createTargets } from '../propagation/targets.ts';
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
   * (`https://api.example.com/health`), hosts (`api.example.com`, `*.example.com`), patterns for the whole address; or a function that
   * tells. Default: none; what the SDK itself sends is never seen.
   */
  readonly ignore?: Ignore<OutgoingRequest> | undefined;
}

/**
 * `undefined` when nothing is to be left alone.
 * @throws ConfigurationError for wrong options
 */
export function createClientIgnore(
  factory: string,
  source: string,
  options: OutgoingRequestsOptions,
): Ignores<OutgoingRequest> | undefined {
  return createIgnore<OutgoingRequest>({
    factory,
    source,
    options,
    expected: 'addresses, hosts',
    isPattern: (text) => text !== '',
    compile(patterns) {
      const targets = createTargets(patterns, undefined);
      return ({ url }) => targets.allow(url);
    },
  });
}
