import type { ObservabilityManager } from '../observability.ts';
import type { FetchRequest, FetchResponse } from './fetch-requests.ts';
import { honoRoute } from './hono-route.ts';
import type { HonoRouted } from './hono-route.ts';

/** Options of `honoRequests`. */
export interface HonoRequestsOptions {
  /** Whose requests they are. Default: the process-wide manager, which is created when there is none. */
  readonly obs?: ObservabilityManager | undefined;
}

/** What is read of Hono's `Context`. */
export interface HonoContext {
  readonly req: HonoRouted & { readonly raw: FetchRequest };
  res: FetchResponse;
  /** What a handler threw, and Hono answered. */
  readonly error: Error | undefined;
  readonly finalized: boolean;
  header(name: string, value: string): void;
}

/** What is done with a request that Hono serves. Only `run` throws: what `rest` throws. */
export interface HonoServing {
  routed(route: string | undefined, params: unknown): void;
  failed(error: unknown): void;
  run<T>(rest: () => T): T;
  /** The application has answered, or failed with what Hono does not answer. */
  done?(failure: { readonly error: unknown } | undefined): void;
}

/** Serves the rest of the application as part of a request: on every host alike. */
export async function followHono(context: HonoContext, next: () => Promise<void>, serving: HonoServing): Promise<void> {
  // Now: a client may have gone when the handler is done.
  tellRoute(context, serving);
  let failure: { readonly error: unknown } | undefined;
  try {
    await serving.run(next);
    if (context.error !== undefined) serving.failed(context.error);
  } catch (error) {
    failure = { error };
    serving.failed(error);
    throw error;
  } finally {
    tellRoute(context, serving);
    serving.done?.(failure);
  }
}

function tellRoute({ req }: HonoContext, serving: HonoServing): void {
  try {
    const route = honoRoute(req);
    if (route !== undefined) serving.routed(route.path, route.params);
  } catch {
    // Another Hono: there is no route to tell of.
  }
}
