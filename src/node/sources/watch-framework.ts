import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { OpenRequest } from '../../core/requests/open-request.ts';

/**
 * Listens to what a framework says over diagnostics channels of the requests it serves: their routes, their parameters and what their
 * handlers throw, until the result is called. Nothing is heard where a framework, or its version, says nothing.
 */
export type WatchFramework = (arrivalOf: (request: object) => OpenRequest | undefined, failed: (error: unknown) => void) => () => void;

/** Hears these channels. What a listener throws goes to `failed`, not to the framework. */
export function hear(listeners: Readonly<Record<string, (message: unknown) => void>>, failed: (error: unknown) => void): () => void {
  const heard = Object.entries(listeners).map(([channel, listener]) => {
    const guarded = (message: unknown): void => {
      try {
        listener(message);
      } catch (error) {
        failed(error);
      }
    };
    subscribe(channel, guarded);
    return () => void unsubscribe(channel, guarded);
  });
  return () => {
    for (const stop of heard) stop();
  };
}
