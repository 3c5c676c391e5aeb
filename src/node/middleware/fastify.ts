import { watchFastify } from '../sources/watch-fastify.ts';
import { createServe } from './serving.ts';
import type { AdapterOptions, RawRequest, RawResponse, Serving } from './serving.ts';

export type { AdapterOptions } from './serving.ts';

/** A request of Fastify, as far as it is looked at. */
export interface FastifyLikeRequest {
  readonly raw: RawRequest;
  readonly params: unknown;
  readonly is404: boolean;
  readonly routeOptions: { readonly url?: string | undefined };
}

export interface FastifyLikeReply {
  readonly raw: RawResponse;
}

/** An instance of Fastify, as far as it is used. */
export interface FastifyLike {
  addHook(name: 'onRequest', hook: (request: FastifyLikeRequest, reply: FastifyLikeReply, done: () => void) => void): unknown;
  addHook(name: 'onError', hook: (request: FastifyLikeRequest, reply: FastifyLikeReply, error: Error, done: () => void) => void): unknown;
}

function register(app: FastifyLike, options: AdapterOptions, registered: () => void): void {
  const serve = createServe('fastify', { obs: options.obs }, watchFastify);
  const serving = (request: FastifyLikeRequest, reply: FastifyLikeReply): Serving | undefined => serve(request.raw, reply.raw);
  app.addHook('onRequest', (request, reply, done) => {
    const served = serving(request, reply);
    if (served === undefined) return done();
    // Which route it is, Fastify knows before anything else, so that whatever fails has one.
    if (!request.is404) served.routed(request.routeOptions.url, request.params);
    served.run(done);
  });
  // Its channel tells of handlers only: not of hooks, bodies and schemas.
  app.addHook('onError', (request, reply, error, done) => {
    serving(request, reply)?.failed(error);
    done();
  });
  registered();
}

/**
 * Tells of each request that Fastify serves, whether the source `incomingRequests` is on or not: `app.register(fastifyRequests)` in front
 * of the plugins whose routes are to be told of. It is not encapsulated. The route is the whole template, prefixes included. What a
 * handler, a hook, a parser or a schema fails with is the error of the response, unless a handler of errors answers a failure of a hook,
 * a parser or a schema with something else.
 */
export const fastifyRequests: typeof register = /* @__PURE__ */ Object.assign(register, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@arkhe/observability',
  [Symbol.for('plugin-meta')]: { name: '@arkhe/observability', fastify: '5.x' },
});
