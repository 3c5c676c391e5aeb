import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** When a handler has failed, before anything hears of it: of Express's router since 2.3. https://github.com/pillarjs/router#diagnostics */
const channel = 'tracing:express.router.request:error';

interface Told {
  readonly req: object;
}

/**
 * Tells of each request of which a handler fails in Express, until the result is called: a failure that leaves a router takes with it
 * what the router's path was.
 */
export function watchFailures(failing: (request: object) => void, failed: (error: unknown) => void): () => void {
  function heard(message: unknown): void {
    try {
      failing((message as Told).req);
    } catch (error) {
      failed(error);
    }
  }
  subscribe(channel, heard);
  return () => void unsubscribe(channel, heard);
}
