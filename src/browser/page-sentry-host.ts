import type { Clock } from '../core/clock.ts';
import { exporting } from '../core/exporting.ts';
import type { SentryHost } from '../core/sinks/sentry/sentry-sink-factory.ts';
import { createBrowserTransport } from './browser-transport.ts';
import { createContextStorage } from './context.ts';
import { createLeaving } from './leaving.ts';

/** What a page brings for Sentry's sink. Reads nothing that a page's worker lacks. */
export function pageSentryHost(clock: Clock): SentryHost {
  return {
    clock,
    platform: 'javascript',
    createTransport: createBrowserTransport,
    leaving$: createLeaving(),
    ownOrigin: typeof location === 'undefined' ? undefined : location.origin,
    print: (text) => exporting(createContextStorage).run(true, () => console.warn(text)),
  };
}
