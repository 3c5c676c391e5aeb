// This package, with its defaults, exporting spans over OTLP.
import { createObservability, otlpSink } from '../../dist/node/index.js';
import { exportSpans } from '../export-spans.mjs';

const sink = otlpSink({ endpoint: process.env.ENDPOINT });
const obs = createObservability({ serviceName: 'bench', environment: 'production', sinks: [sink] });

await exportSpans({
  span: (name, attributes) => obs.tracer.startSpan(name, { attributes }).end(),
  flush: () => obs.flush({ timeout: 60_000 }),
  /** What the ledger says was dropped. */
  accounted: () => Object.values(obs.ledger().sinks.otlp.dropped).reduce((sum, count) => sum + count, 0),
});
