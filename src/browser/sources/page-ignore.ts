import { createClientIgnore } from '../../core/http/client-ignore.ts';
import type { OutgoingRequest, OutgoingRequestsOptions } from '../../core/http/client-ignore.ts';
import type { Ignores } from '../../core/http/ignore.ts';
import { requestUrl } from './request-url.ts';

/**
 * `undefined` when nothing is to be left alone. Paths are those of the page's own origin.
 * @throws ConfigurationError for wrong options
 */
export function createPageIgnore(factory: string, source: string, options: OutgoingRequestsOptions): Ignores<OutgoingRequest> | undefined {
  return createClientIgnore(factory, source, options, (path) => requestUrl(path)?.href ?? path);
}
