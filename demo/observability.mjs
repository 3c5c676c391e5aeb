// The SDK as the shop uses it: one call.
import { consoleSink, createObservability, memorySink, otlpSink, rateLimit } from '@arkhe/observability';
import { createPrintedTraces } from './printed-traces.mjs';

export function createShopObservability({ sources }) {
  const isPrinted = createPrintedTraces();
  // Takes everything and keeps the last: what the page shows as latest.
  const recent = memorySink({ capacity: 200 });
  const obs = createObservability({
    serviceName: 'shop-backend',
    release: '1.0.0',
    // What pages report joins the same stream.
    sources,
    sinks: [
      {
        ...consoleSink({ format: 'pretty' }),
        // A sink says what it wants. By default the console leaves out timed calls; here they are shown, in the spans they belong to.
        accepts: (signal) => isPrinted(signal) && ['span', 'response', 'profile', 'log', 'error'].includes(signal.kind),
      },
      recent,
      // To a collector, when there is one: `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 npm run demo`.
      ...(process.env.OTEL_EXPORTER_OTLP_ENDPOINT ? [otlpSink()] : []),
    ],
    delivery: { flushEvery: 250 },
  });
  // Troubles of the SDK itself are not signals: they have a stream of their own. Operators work on it too.
  obs.health$.pipe(rateLimit({ perSecond: 1, burst: 5 })).subscribe(({ type, name, sink, error, message, reason, count }) => {
    const text = JSON.stringify({ name, sink, error: error?.message, message, reason, count });
    // A message may come from a page, and no page may write to the terminal what that would obey.
    console.log(`  health: ${type} ${text.replace(/[\u007f-\u009f]/g, '')}`);
  });
  return { obs, recent };
}
