import { errorMonitor } from 'node:events';
import type { EventEmitter } from 'node:events';
import { Stream } from 'node:stream';
import { followKoaRoute } from './koa-route.ts';
import { createServe } from './serving.ts';
import type { AdapterOptions, RawRequest, RawResponse, Serving } from './serving.ts';

export type { AdapterOptions } from './serving.ts';

/** What is read of Koa's context. */
export interface KoaContext {
  readonly req: RawRequest;
  readonly res: RawResponse;
  readonly app: Pick<EventEmitter, 'on'>;
  readonly body?: unknown;
}

export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Middleware for Koa, before all other: `app.use(koaRequests())`. One request and one response of each request, with the route of
 * `@koa/router` and its parameters, and with the error: one that is thrown, one that Koa is told of by `app.emit('error', error, ctx)`,
 * and that of a stream that is the body.
 */
export function koaRequests(options: AdapterOptions = {}): KoaMiddleware {
  const serve = createServe('koa', options);
  const servings = new WeakMap<object, Serving>();
  const apps = new WeakSet<object>();

  /** Once for each application, and as no listener of errors: without one, Koa prints them. */
  function watchErrors(app: KoaContext['app']): void {
    if (apps.has(app)) return;
    apps.add(app);
    app.on(errorMonitor, (error: unknown, context: unknown) => {
      const serving = servings.get(Object(context));
      if (serving === undefined) return;
      try {
        tellError(error, context as KoaContext, serving);
      } catch {
        // Koa answers the error only when this returns.
      }
    });
  }

  function tellError(error: unknown, context: KoaContext, serving: Serving): void {
    if (isOfClient(error, context)) return;
    serving.failed(error);
  }

  function begin(context: KoaContext): Serving | undefined {
    const serving = serve(context.req, context.res);
    if (serving === undefined) return undefined;
    try {
      followKoaRoute(context, serving);
      servings.set(context, serving);
      watchErrors(context.app);
    } catch {
      // Of another shape than Koa's: what is known by now has to do.
    }
    return serving;
  }

  return async (context, next) => {
    const serving = begin(context);
    if (serving === undefined) return next();
    try {
      const result = await serving.run(next);
      watchBody(context.body, serving);
      return result;
    } catch (error) {
      serving.failed(error);
      throw error;
    }
  };
}

/** Koa tells of the error of a stream when its connection is closed already. */
function watchBody(body: unknown, { failed }: Serving): void {
  if (body instanceof Stream) body.once(errorMonitor, failed);
}

/** A client that has gone is told as one, and no failure of the application. */
function isOfClient(error: unknown, { req }: KoaContext): boolean {
  return error === req.socket?.errored;
}
