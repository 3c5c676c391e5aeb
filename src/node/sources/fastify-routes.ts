import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Before Fastify calls the handler of a route. https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks */
const channel = 'tracing:fastify.request.handler:start';

interface Told {
  readonly request: { readonly raw: object };
  readonly route: { readonly url?: unknown };
}

/** Tells the route of each request that Fastify serves, until the result is called. */
export function watchRoutes(routed: (request: object, route: string) => void, failed: (error: unknown) => void): () => void {
  function handled(message: unknown): void {
    try {
      const { request, route } = message as Told;
      if (typeof route.url === 'string') routed(request.raw, route.url);
    } catch (error) {
      failed(error);
    }
  }
  subscribe(channel, handled);
  return () => void unsubscribe(channel, handled);
}
