import type { Serving } from './serving.ts';

interface Layer {
  readonly path: unknown;
  readonly methods: readonly unknown[];
}

/** What `@koa/router` leaves on a context. */
interface Routed {
  /** The path of the layer that is called next: of the middleware of a router, too. */
  _matchedRoute?: unknown;
  /** Every layer that may be called. */
  readonly matched?: readonly Layer[];
  readonly params?: unknown;
}

const property = '_matchedRoute';

/** Tells of the route as soon as the router knows it: a client may have gone when the handler is done. */
export function followKoaRoute(context: object, serving: Serving): void {
  const routed = context as Routed;
  // Another manager's.
  const before = Object.getOwnPropertyDescriptor(context, property);
  let path = routed._matchedRoute;
  Object.defineProperty(context, property, {
    configurable: true,
    enumerable: true,
    get: () => path,
    set(given: unknown) {
      path = given;
      before?.set?.call(context, given);
      serving.routed(isRoute(routed, given) ? String(given) : undefined, routed.params);
    },
  });
}

/** Only a layer with methods is one. */
function isRoute({ matched }: Routed, path: unknown): boolean {
  return Array.isArray(matched) && matched.some((layer: Layer) => layer.path === path && layer.methods?.length > 0);
}
