import { routeParams } from './route-params.ts';
import { hear } from './watch-framework.ts';
import type { WatchFramework } from './watch-framework.ts';

interface Told {
  readonly request: { readonly raw: object; readonly params?: unknown };
  readonly route: { readonly url?: unknown };
  readonly error?: unknown;
}

/**
 * Fastify tells of each handler of a route that it calls, and of those that throw or reject; nothing of what fails before.
 * https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks
 */
export const watchFastify: WatchFramework = (arrivalOf, failed) => {
  function began(message: unknown): void {
    const { request, route } = message as Told;
    if (typeof route.url === 'string') arrivalOf(request.raw)?.tell({ route: route.url, params: routeParams(request.params) });
  }

  function threw(message: unknown): void {
    const { request, error } = message as Told;
    arrivalOf(request.raw)?.threw(error);
  }

  return hear({ 'tracing:fastify.request.handler:start': began, 'tracing:fastify.request.handler:error': threw }, failed);
};
