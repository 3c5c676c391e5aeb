// The SDK as each service uses it: one call.
import { createObservability, rateLimit } from '@arkhe/observability';

/** `terminal` gets every batch: who watches the demo sees all services in one place. */
export function observeService(serviceName, { sources, terminal }) {
  const obs = createObservability({
    serviceName,
    release: '1.0.0',
    sources,
    // Beside the terminal whatever the variables say, such as OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_TRACES_EXPORTER=zipkin.
    sinks: (defaults) => [{ name: 'terminal', write: terminal }, ...defaults.filter(({ name }) => name !== 'console')],
    delivery: { flushEvery: 50 },
  });
  printHealth(obs);
  return obs;
}

/** Troubles of the SDK itself are not signals: they have a stream of their own. Operators work on it too. */
export function printHealth({ health$ }) {
  health$.pipe(rateLimit({ perSecond: 1, burst: 5 })).subscribe(({ type, name, sink, error, message, reason, count }) => {
    const text = JSON.stringify({ name, sink, error: error?.message, message, reason, count });
    // A message may come from a page, and no page may write to the terminal what that would obey.
    console.log(`  health: ${type} ${text.replace(/[\u007f-\u009f]/g, '')}`);
  });
}
