import type { IncomingMessage, ServerResponse } from 'node:http';
import { watchExpress } from '../sources/watch-express.ts';
import { createServe } from './serving.ts';
import type { AdapterOptions } from './serving.ts';

export type { AdapterOptions } from './serving.ts';

/** What `app.use` takes: of Express, or of its router alone. */
export type ExpressMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What `app.use` takes for a handler of errors. */
export type ExpressErrorMiddleware = (error: unknown, request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Tells of each request that Express serves, whether the source `incomingRequests` is on or not: `app.use(expressRequests())` in front
 * of what is to be told of. The route is the whole template, `/shops/:shop/orders/:id`, routers included, and its parameters are
 * those of all of them. What a handler throws, rejects with or gives to `next` is the error of the response.
 *
 * This is told by Express's router from version 2.3 on, whichever Express 5 it is installed with. Below, put `expressErrors` behind the
 * routes. The path a router is mounted at is then only guessed from what is left on the request: parameters are named where the router
 * has `mergeParams`, what looks like an identifier becomes `*`, and the rest stays; what failed has no parameters.
 */
export function expressRequests(options?: AdapterOptions): ExpressMiddleware {
  const serve = createServe('express', options, watchExpress);
  return (request, response, next) => {
    const serving = serve(request, response);
    if (serving === undefined) next();
    else serving.run(() => next());
  };
}

/**
 * Tells what failed, and passes it on: `app.use(expressErrors())` behind the routes, in front of handlers of errors. For versions of
 * Express's router below 2.3; with later ones it adds only what fails before a handler is called, as a path that cannot be decoded,
 * and nothing is told twice.
 */
export function expressErrors(options?: AdapterOptions): ExpressErrorMiddleware {
  const serve = createServe('express', options);
  return (error, request, response, next) => {
    serve(request, response)?.failed(error);
    next(error);
  };
}
