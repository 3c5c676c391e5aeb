// What a page with all its sources runs for the tests: the SDK as applications get it, and what it says.
import { createObservability, otlpSink } from '../../src/browser/index.ts';
import type { Health, ObservabilityManager, ObservabilityOptions, OtlpSinkOptions, SpanSignal } from '../../src/browser/index.ts';

export * from '../../src/browser/index.ts';

export interface PageApp {
  readonly obs: ObservabilityManager;
  readonly spans: readonly SpanSignal[];
  readonly health: readonly Health[];
}

/** What of the options can be said from outside of the page. */
export interface PageAppOptions {
  readonly propagateTo?: readonly string[];
  /** Exports there; else nowhere. The endpoint may be relative to the page. */
  readonly sink?: OtlpSinkOptions & { readonly endpoint: string };
  readonly delivery?: ObservabilityOptions['delivery'];
}

/** Starts the SDK of a page, with its sources. The page has the result as `app`. */
export function startApp({ propagateTo, sink, delivery }: PageAppOptions = {}): PageApp {
  const obs = createObservability({
    environment: 'production',
    serviceName: 'page',
    sinks: sink === undefined ? [] : [otlpSink({ ...sink, endpoint: new URL(sink.endpoint, location.href).href })],
    tracing: { propagateTo },
    delivery,
  });
  const spans: SpanSignal[] = [];
  const health: Health[] = [];
  obs.signals$.subscribe((signal) => {
    if (signal.kind === 'span') spans.push(signal);
  });
  obs.health$.subscribe((trouble) => health.push(trouble));
  const app: PageApp = { obs, spans, health };
  Object.assign(globalThis, { app });
  return app;
}
