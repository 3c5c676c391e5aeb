import type { ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { ObservabilityManager } from '#sdk';

/** What the handlers of every framework do, so that only how they are mounted differs. */
export interface Handlers {
  /** Called first in every handler, but not in what runs in front of them. */
  entered(): void;
  /** What `/throws` and `/rejects` fail with. */
  failure(): Error;
  /** What `/hangs` and `/begins` wait for. */
  readonly released: Promise<void>;
  /** What `/streams` answers with, each piece written as it comes: the next one comes when the client has this one. */
  pieces(): AsyncGenerator<string>;
  /** Of `/twice`: writes the head twice, by the response of Node. Throws what Node throws. */
  writeHeadTwice(response: ServerResponse): void;
}

/** A server of a framework. */
export interface FrameworkServer {
  readonly server: Server;
  /** Ends it together with its connections. */
  close(): unknown;
}

/**
 * Serves at a free port of 127.0.0.1, with the framework's adapter given `{ obs }` (or without one, for what the sources alone see):
 * - `GET /orders/:id`: 200, JSON `{ id }`
 * - `GET /shops/:shop/items/:item`: 200, JSON, by a router, prefix or group mounted at `/shops/:shop`
 * - `POST /orders`: 201, JSON, of a JSON body that the framework has parsed
 * - `GET /throws/:id`: `throw handlers.failure()`, in a handler that is not asynchronous
 * - `GET /rejects/:id`: the same after an `await`
 * - `GET /hangs`: 200 once `handlers.released`
 * - `GET /begins`: 200, writes `begun`, and ends once `handlers.released`
 * - `GET /streams`: 200, `handlers.pieces()`
 * - `GET /twice`: `handlers.writeHeadTwice`
 */
export type StartFramework = (obs: ObservabilityManager, handlers: Handlers) => Promise<FrameworkServer>;
