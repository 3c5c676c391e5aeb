import { pathOf } from '../../core/http/server-attributes.ts';
import type { Serving } from './serving.ts';

interface Layer {
  readonly path: unknown;
  readonly methods: readonly unknown[];
}

/** What `@koa/router` and `koa-mount` leave on a context. */
interface Routed {
  /** The path of the layer that is called next: of the middleware of a router, too. */
  _matchedRoute?: unknown;
  /** Every layer that may be called. */
  readonly matched?: readonly Layer[];
  readonly params?: unknown;
  /** Of the innermost mount. */
  readonly mountPath?: unknown;
  /** What is left for the router to match, of `originalUrl`. */
  readonly path: string;
  readonly originalUrl: string;
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
      try {
        serving.routed(routeOf(routed, given), routed.params);
      } catch {
        // Another router: there is no route to tell of.
      }
    },
  });
}

/** `undefined` for the path of a layer without methods, which is middleware. */
function routeOf(routed: Routed, path: unknown): string | undefined {
  const isRoute = routed.matched?.some((layer) => layer.path === path && layer.methods.length > 0) === true;
  if (!isRoute) return undefined;
  const base = mountedAt(routed);
  return base !== '' && path === '/' ? base : base + String(path);
}

/** Where the application with the router is mounted: a path without parameters. */
function mountedAt({ mountPath, path, originalUrl }: Routed): string {
  if (typeof mountPath !== 'string') return '';
  const whole = pathOf(originalUrl);
  if (whole.endsWith(path)) return whole.slice(0, -path.length);
  return path === '/' ? whole : '';
}
