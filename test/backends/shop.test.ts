// One checkout of the demo, from the click in the page to the job, as Jaeger's own API gives it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutOnce, endDemos } from '../helpers/demo.ts';
import { eventually } from './eventually.ts';
import { startJaeger } from './jaeger.ts';
import type { JaegerBackend, JaegerSpan, JaegerTrace } from './jaeger.ts';

let jaeger: JaegerBackend;
beforeAll(async () => {
  jaeger = await startJaeger();
});
afterAll(async () => {
  await endDemos();
  await jaeger?.stop();
});

const spanCount = 12;

function parentOf({ references }: JaegerSpan, { spans }: JaegerTrace): JaegerSpan | undefined {
  const [parent] = references.filter(({ refType }) => refType === 'CHILD_OF');
  return spans.find(({ spanID }) => spanID === parent?.spanID);
}

/** The names from a span up to the root, each with its service. */
function pathOf(span: JaegerSpan, trace: JaegerTrace): readonly string[] {
  const parent = parentOf(span, trace);
  const name = `${trace.processes[span.processID]?.serviceName}: ${span.operationName}`;
  return parent === undefined ? [name] : [...pathOf(parent, trace), name];
}

describe('a checkout of the shop is one trace in Jaeger', () => {
  it.each([
    ['OTLP over HTTP', () => ({ OTEL_TRACES_EXPORTER: 'jaeger', OTEL_EXPORTER_JAEGER_ENDPOINT: jaeger.otlpHttp })],
    ['OTLP over gRPC', () => ({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpGrpc, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })],
    ['Thrift over HTTP', () => ({ OTEL_TRACES_EXPORTER: 'jaeger', OTEL_EXPORTER_JAEGER_ENDPOINT: jaeger.thrift })],
  ])('%s', async (route, environment) => {
    const { traceId, isFromPage, code } = await checkoutOnce(environment());
    expect([isFromPage, code]).toEqual([true, 0]);
    const trace = await eventually(`${spanCount} spans of ${traceId}`, async () => {
      const found = await jaeger.trace(traceId);
      return found !== undefined && found.spans.length >= spanCount ? found : undefined;
    });
    const paths = trace.spans.map((span) => pathOf(span, trace));
    const services = new Set(paths.map((path) => path.at(-1)?.split(':')[0]));
    console.log(`${route}: ${trace.spans.length} spans, ${services.size} services, depth ${Math.max(...paths.map((path) => path.length))}`);
    expect(trace.spans).toHaveLength(spanCount);
    expect([...services].sort()).toEqual(['payments', 'shop-backend', 'shop-page']);
    expect(new Set(paths.map(([root]) => root))).toEqual(new Set(['shop-page: click buy']));
    const purchase = ['shop-page: click buy', 'shop-page: POST', 'shop-backend: POST /api/checkout'];
    expect(paths).toContainEqual([...purchase, 'shop-backend: charge card', 'shop-backend: POST', 'payments: POST /charges', 'payments: authorise']);
    expect(paths).toContainEqual([...purchase, 'shop-backend: publish order', 'shop-backend: send receipt']);
    for (const { duration, startTime } of trace.spans) expect(duration >= 0 && startTime > Date.now() * 1_000 - 60e6).toBe(true);
  }, 60_000);
});
