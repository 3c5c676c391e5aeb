import { checkOptions, optional } from '../../core/operators/option-checks.ts';
import { createTargets } from '../../core/propagation/targets.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import { requestUrl } from './request-url.ts';

/** A request as `ignore` gets it. */
export interface PageRequest {
  /** As it is sent: `GET`. */
  readonly method: string;
  /** Absolute. */
  readonly url: string;
}

/** Options of the sources that see the requests of a page. */
export interface RequestSourceOptions {
  /**
   * Requests that get no span and no headers: origins (`https://api.example.com`), addresses up to the end of a part of their path
   * (`https://api.example.com/health`, or `/health` on the page's own origin), hosts (`*.example.com`), patterns for the whole address;
   * or a function that tells. Default: none; what the SDK itself sends is never seen.
   */
  readonly ignore?: readonly (string | RegExp)[] | ((request: PageRequest) => boolean) | undefined;
}

/** Whether a request is not to be seen. Never throws. */
export type IsIgnored = (request: PageRequest, tracing: SourceTracing) => boolean;

const patterns = optional({
  expected: 'an array of addresses, hosts and RegExps, or a function',
  passes: (value) => typeof value === 'function' || (Array.isArray(value) && value.every(isPattern)),
});

/** @throws ConfigurationError for wrong options */
export function ignoredRequests(source: string, options: RequestSourceOptions): IsIgnored {
  checkOptions(source, options, { ignore: patterns });
  const { ignore } = options;
  if (typeof ignore === 'function') {
    return (request, tracing) => {
      try {
        return ignore(request) === true;
      } catch {
        tracing.ignored(source, 'an `ignore` that throws: the request is seen');
        return false;
      }
    };
  }
  if (ignore === undefined || ignore.length === 0) return () => false;
  const listed = ignore.map((item) => (typeof item === 'string' && item.startsWith('/') ? (requestUrl(item)?.href ?? item) : item));
  const targets = createTargets(listed, undefined);
  return ({ url }) => targets.allow(url);
}

function isPattern(item: unknown): boolean {
  return (typeof item === 'string' && item !== '') || item instanceof RegExp;
}
