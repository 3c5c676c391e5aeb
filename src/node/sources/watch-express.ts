import { expressRoute } from './express-route.ts';
import { createExpressMounts } from './express-mounts.ts';
import type { Served } from './express-mounts.ts';
import { routeParams } from './route-params.ts';
import { hear } from './watch-framework.ts';
import type { WatchFramework } from './watch-framework.ts';

/** A layer of a router: what `use` and `route` add to it. */
interface Layer {
  /** Of the layer that leads to a route, not of its handlers. */
  readonly route?: unknown;
}

/** What a handler is called for. `route` is the pattern that its layer was matched by. */
interface Told {
  readonly req: Served & { readonly route?: { readonly stack?: unknown } };
  readonly layer?: Layer;
  readonly route?: unknown;
  /** Of a handler of a parameter: its name. It is called before a router's path is taken off. */
  readonly param?: unknown;
  readonly error?: unknown;
}

/**
 * Of Express's router since 2.3; before that, Express is silent. https://github.com/pillarjs/router#diagnostics
 *
 * That a handler begins says its route, by all the routers in front of it: later they have taken back what they left on the request. A
 * failure is told where it begins, before anything else hears of it.
 */
export const watchExpress: WatchFramework = (arrivalOf, failed) => {
  const mounts = createExpressMounts();

  function began(message: unknown): void {
    const { req, layer, route: pattern, param } = message as Told;
    const arrival = arrivalOf(req);
    if (arrival === undefined || arrival.isEnded) return;
    if (!isOfRoute(req, layer)) {
      if (param === undefined) mounts.entered(req, pattern);
      return;
    }
    const mount = mounts.of(req);
    const isInner = typeof req.baseUrl === 'string' && req.baseUrl !== '';
    // Of a router that nobody told of, what is on the request is the next best.
    const route = isInner && mount === undefined ? expressRoute(req) : joined(mount?.template, String(pattern));
    // Again for each handler of a route: to ask what is known would call a function that the application gave for its own parameters.
    arrival.tell({ route, params: routeParams(mount?.params === undefined ? req.params : { ...mount.params, ...Object(req.params) }) });
  }

  function threw(message: unknown): void {
    const { req, error } = message as Told;
    const arrival = arrivalOf(req);
    if (arrival === undefined) return;
    arrival.route ??= expressRoute(req);
    arrival.threw(error);
  }

  return hear({ 'tracing:express.router.request:start': began, 'tracing:express.router.request:error': threw }, failed);
};

/** Whether this is the handler of a route, or of a parameter of one. */
function isOfRoute({ route }: Told['req'], layer: Layer | undefined): boolean {
  if (layer?.route !== undefined) return true;
  return Array.isArray(route?.stack) && route.stack.includes(layer);
}

function joined(template: string | undefined, pattern: string): string {
  if (template === undefined) return pattern;
  return pattern === '/' ? template : template + pattern;
}
