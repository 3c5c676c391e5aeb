// OpenTelemetry's instrumentation and its batch processor with their defaults, before an exporter that takes everything at once.
import { createRequire } from 'node:module';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { serveHello } from './hello.mjs';

let spans = 0;
const exporter = {
  export(batch, done) {
    spans += batch.length;
    done({ code: 0 });
  },
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
provider.register();
registerInstrumentations({ tracerProvider: provider, instrumentations: [new HttpInstrumentation()] });

// It hooks `require`, and not before it is registered.
serveHello(createRequire(import.meta.url)('node:http'), async () => {
  await provider.forceFlush();
  return spans;
});
