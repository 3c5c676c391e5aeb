import { percentDecoded } from '../../core/propagation/percent-encoding.ts';

/** What Express leaves on a request. `baseUrl` is what the path has in front of the router that had the route. */
interface Routed {
  readonly baseUrl?: unknown;
  readonly params?: unknown;
  readonly route?: { readonly path?: unknown };
}

/** Parts of a path that are likely to be an identifier: numbers, UUIDs, long hexadecimal numbers. */
const identifier: RegExp = /^(?:\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{16,})$/i;

/**
 * The route by which Express serves a request, `/shops/:shop/orders/:id`; `undefined` where no route had it. Express keeps the path a
 * router is mounted at, not its pattern: a part that is a parameter's value is put back as its name, and a likely identifier as `*`.
 * Never throws.
 */
export function expressRoute(request: object): string | undefined {
  try {
    return routeOf(request);
  } catch {
    // A getter of the application.
    return undefined;
  }
}

function routeOf(request: object): string | undefined {
  const { baseUrl, params, route } = request as Routed;
  const path = route?.path;
  const pattern = path instanceof RegExp || Array.isArray(path) ? String(path) : path;
  if (typeof pattern !== 'string') return undefined;
  if (typeof baseUrl !== 'string' || baseUrl === '') return pattern;
  const names = namesByValue(params);
  const base = baseUrl
    .split('/')
    .map((part) => names.get(percentDecoded(part)) ?? (identifier.test(part) ? '*' : part))
    .join('/');
  return pattern === '/' ? base : base + pattern;
}

function namesByValue(params: unknown): ReadonlyMap<unknown, string> {
  if (typeof params !== 'object' || params === null) return new Map();
  // An empty one is no part of a path.
  const given = Object.entries(params).filter(([, value]) => value !== '');
  return new Map(given.map(([name, value]) => [value, `:${name}`]));
}
