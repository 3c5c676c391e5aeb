/** What is read of a `HonoRequest`. */
export interface HonoRouted {
  /** All that match, in the order in which they are called: known before any of them is. */
  readonly matchedRoutes: readonly HonoMatch[];
  /** Which of them was called last. `param()` gives its parameters. */
  routeIndex: number;
  param(): unknown;
}

interface HonoMatch {
  readonly method: string;
  readonly path: string;
  readonly handler: object;
}

export interface HonoRoute {
  readonly path: string;
  readonly params: unknown;
}

/** The route that was called last, or else that will be; `undefined` when only middleware matches. May throw for other shapes. */
export function honoRoute(request: HonoRouted): HonoRoute | undefined {
  const { matchedRoutes: matches, routeIndex } = request;
  const called = matches[routeIndex];
  const index = called !== undefined && isRoute(called) ? routeIndex : matches.findIndex(isRoute);
  const route = matches[index];
  if (route === undefined) return undefined;
  request.routeIndex = index;
  try {
    return { path: route.path, params: request.param() };
  } finally {
    request.routeIndex = routeIndex;
  }
}

/**
 * Hono keeps middleware and handlers in one list: `use` is `all`. What takes `next` and stands for all methods, or for all below a path,
 * is middleware.
 */
function isRoute({ method, path, handler }: HonoMatch): boolean {
  return (method !== 'ALL' && !path.endsWith('*')) || innerHandler(handler).length < 2;
}

/** A handler of an application that has its own `onError` is inside of another. */
function innerHandler(handler: object): { readonly length: number } {
  const inner: unknown = Reflect.get(handler, '__COMPOSED_HANDLER');
  return typeof inner === 'function' ? innerHandler(inner) : (handler as () => void);
}
