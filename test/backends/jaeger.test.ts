// The traces we send, as Jaeger's own API gives them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createObservability, jaegerSink, otlpSink } from '#sdk';
import type { Sink } from '#sdk';
import { withoutLists } from './as-text.ts';
import { sendCheckout } from './checkout.ts';
import { eventually } from './eventually.ts';
import { startJaeger } from './jaeger.ts';
import type { JaegerBackend, JaegerTrace } from './jaeger.ts';
import { expectManySpans, sendManySpans } from './many-spans.ts';
import { onlySpans } from './only-spans.ts';
import { seenInJaeger } from './seen-in-jaeger.ts';
import { byName } from './seen-span.ts';

let jaeger: JaegerBackend;
beforeAll(async () => {
  jaeger = await startJaeger();
});
afterAll(() => jaeger?.stop());

const routes: readonly (readonly [string, () => Sink])[] = [
  ['the Jaeger sink, OTLP over HTTP', () => jaegerSink({ endpoint: jaeger.otlpHttp })],
  ['the Jaeger sink, Thrift over HTTP', () => jaegerSink({ endpoint: jaeger.thrift })],
  ['the OTLP sink, over gRPC', () => onlySpans(otlpSink({ endpoint: jaeger.otlpGrpc, protocol: 'grpc' }))],
  ['the OTLP sink, over gRPC, compressed', () => onlySpans(otlpSink({ endpoint: jaeger.otlpGrpc, protocol: 'grpc', compression: 'gzip' }))],
];

function traceOf(traceId: string, spans: number): Promise<JaegerTrace> {
  return eventually(`${spans} spans of ${traceId}`, async () => {
    const trace = await jaeger.trace(traceId);
    return trace !== undefined && trace.spans.length >= spans ? trace : undefined;
  });
}

describe.each(routes)('by %s', (_, createSink) => {
  it('a checkout of four services arrives complete', async () => {
    const { traceId, expected } = await sendCheckout(createSink);
    const trace = await traceOf(traceId, expected.length);
    expect(byName(seenInJaeger(trace))).toEqual(byName(expected.map(withoutLists)));
    expect(trace.spans).toHaveLength(expected.length);
    // It takes no time at all for a negative one.
    const doubtful = trace.spans.filter(({ warnings }) => warnings !== null).map(({ operationName }) => operationName);
    expect([...doubtful, ...(trace.warnings ?? [])]).toEqual(['look up discount']);
    expect(await jaeger.services()).toEqual(expect.arrayContaining(['page', 'shop', 'stock', 'mailer']));
  });

  it('a trace of a thousand spans arrives complete', async () => {
    const sent = await sendManySpans(createSink);
    expectManySpans(seenInJaeger(await traceOf(sent.traceId, sent.signals.length)), sent);
  });
});

it.each(['http/protobuf', 'grpc'] as const)('OTLP sink over %s: spans are taken, the refused logs are counted', async (protocol) => {
  const endpoint = protocol === 'grpc' ? jaeger.otlpGrpc : jaeger.otlpHttp;
  const obs = createObservability({ serviceName: 'talkative', sources: false, sinks: [otlpSink({ endpoint, protocol })] });
  const traceId = obs.tracer.startSpan('talk', ({ trace }) => {
    obs.logger.info('a word');
    return trace.traceId;
  });
  expect(await obs.shutdown()).toMatchObject({ ok: false, delivered: 1, dropped: 1, pending: 0 });
  expect((await traceOf(traceId, 1)).spans).toMatchObject([{ operationName: 'talk' }]);
});
