import { routeParams } from './route-params.ts';

/** A request, as Express's routers leave it for a handler. */
export interface Served {
  /** What its path has in front of the router that is at work. */
  readonly baseUrl?: unknown;
  /** Those of the pattern that was matched last. */
  readonly params?: unknown;
}

/** Where a router is mounted: `/shops/:shop` for what is `/shops/berlin` in a request. */
export interface Mount {
  readonly template: string;
  readonly params: object | undefined;
}

/** The routers on the way to a handler, of requests that are under way: Express itself keeps only the paths they were found at. */
export interface ExpressMounts {
  /** A router, or a handler that is no route's, is called, by this pattern. */
  entered(request: Served, pattern: unknown): void;
  /** That of the router at work. `undefined` where none is known: there is no other in front of it, or nobody has told. */
  of(request: Served): Mount | undefined;
}

export function createExpressMounts(): ExpressMounts {
  const mounts = new WeakMap<Served, Map<string, Mount>>();
  return {
    entered(request, pattern) {
      const { baseUrl, params } = request;
      // At the root it adds nothing.
      if (typeof baseUrl !== 'string' || baseUrl === '' || pattern === '/') return;
      const known = mounts.get(request) ?? new Map<string, Mount>();
      const outer = known.get(outerOf(baseUrl, pattern, known));
      const text = String(pattern);
      known.set(baseUrl, {
        template: (outer?.template ?? '') + (text.endsWith('/') && typeof pattern === 'string' ? text.slice(0, -1) : text),
        params: merged(outer?.params, routeParams(params)),
      });
      mounts.set(request, known);
    },
    of: (request) => mounts.get(request)?.get(String(request.baseUrl)),
  };
}

/** The path that the router has in front of it in which this pattern was matched. */
function outerOf(baseUrl: string, pattern: unknown, known: ReadonlyMap<string, Mount>): string {
  if (typeof pattern === 'string' && !/[*{]/.test(pattern)) {
    const length = pattern.replace(/\/+$/, '').split('/').length - 1;
    return baseUrl.split('/').slice(0, -length).join('/');
  }
  // It may have matched any length: the innermost router that could have it.
  const outer = [...known.keys()].filter((path) => baseUrl.startsWith(`${path}/`));
  return outer.reduce((longest, path) => (path.length > longest.length ? path : longest), '');
}

function merged(outer: object | undefined, inner: object | undefined): object | undefined {
  return outer === undefined || inner === undefined ? (inner ?? outer) : { ...outer, ...inner };
}
