// The traces we send, as the OpenTelemetry Collector understands them: by every route the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jaegerSink, otlpSink, zipkinSink } from '#sdk';
import type { Sink } from '#sdk';
import { asTexts, withoutLists } from './as-text.ts';
import { sendCheckout } from './checkout.ts';
import { startCollector } from './collector.ts';
import type { CollectorBackend } from './collector.ts';
import { eventually } from './eventually.ts';
import { expectManySpans, sendManySpans } from './many-spans.ts';
import { readAnnotation } from './read-annotation.ts';
import { readTags } from './read-tags.ts';
import { seenInOtlp } from './seen-in-otlp.ts';
import { byName } from './seen-span.ts';
import type { SeenSpan } from './seen-span.ts';

let collector: CollectorBackend;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector?.stop());

function spansOf(traceId: string, count: number): Promise<readonly SeenSpan[]> {
  return eventually(`${count} spans of ${traceId}`, () => {
    const spans = seenInOtlp(collector.traces(), traceId);
    return spans.length >= count ? spans : undefined;
  });
}

const otlpRoutes: readonly (readonly [string, () => Sink])[] = [
  ['OTLP over HTTP, in protobuf', () => otlpSink({ endpoint: collector.otlpHttp, protocol: 'http/protobuf' })],
  ['OTLP over HTTP, in protobuf, compressed', () => otlpSink({ endpoint: collector.otlpHttp, compression: 'gzip' })],
  ['OTLP over HTTP, in JSON', () => otlpSink({ endpoint: collector.otlpHttp, protocol: 'http/json' })],
  ['OTLP over HTTP, in JSON, compressed', () => otlpSink({ endpoint: collector.otlpHttp, protocol: 'http/json', compression: 'gzip' })],
  ['OTLP over gRPC', () => otlpSink({ endpoint: collector.otlpGrpc, protocol: 'grpc' })],
  ['OTLP over gRPC, compressed', () => otlpSink({ endpoint: collector.otlpGrpc, protocol: 'grpc', compression: 'gzip' })],
  ['the Jaeger sink, OTLP over HTTP', () => jaegerSink({ endpoint: collector.otlpHttp })],
];

describe.each(otlpRoutes)('by %s', (_, createSink) => {
  it('a checkout of four services arrives complete', async () => {
    const { traceId, expected } = await sendCheckout(createSink);
    const spans = await spansOf(traceId, expected.length);
    expect(byName(spans)).toEqual(byName(expected));
    expect(spans).toHaveLength(expected.length);
  });

  it('a trace of a thousand spans arrives complete', async () => {
    const sent = await sendManySpans(createSink);
    expectManySpans(await spansOf(sent.traceId, sent.signals.length), sent);
  });
});

describe('by the Jaeger sink, Thrift over HTTP', () => {
  const createSink = (): Sink => jaegerSink({ endpoint: collector.jaeger });

  /** The Collector leaves in tags what Thrift has no field for, but for the status. */
  function meantBy(span: SeenSpan): SeenSpan {
    const { attributes, scope, traceState } = readTags(span.attributes);
    return { ...span, attributes, scope, traceState };
  }

  it('a checkout of four services arrives complete', async () => {
    const { traceId, expected } = await sendCheckout(createSink);
    const spans = await spansOf(traceId, expected.length);
    expect(byName(spans.map(meantBy))).toEqual(byName(expected.map(withoutLists)));
    expect(spans).toHaveLength(expected.length);
  });

  it('a trace of a thousand spans arrives complete', async () => {
    const sent = await sendManySpans(createSink);
    expectManySpans(await spansOf(sent.traceId, sent.signals.length), sent);
  });
});

describe('by the Zipkin sink', () => {
  const createSink = (): Sink => zipkinSink({ endpoint: collector.zipkin });

  /** The Collector leaves the texts of events and of errors as they are, and tells the remote endpoint in attributes. */
  function meantBy(span: SeenSpan): SeenSpan {
    const { attributes, resource } = asTexts(span);
    const { error, 'service.peer.name': _service, 'net.peer.port': _port, ...others } = attributes;
    return {
      ...span,
      attributes: others,
      resource,
      status: { ...span.status, message: error === undefined ? undefined : String(error) },
      events: span.events.map(({ name, at }) => ({ ...readAnnotation(name), at })),
    };
  }

  /** Texts only, no shorter time than a microsecond; and the Collector reads no status `OK`, only `Ok`. */
  function asZipkinCan(span: SeenSpan): SeenSpan {
    const { status, duration } = span;
    return { ...asTexts(span), duration: Math.max(1, duration), status: status.code === 'ok' ? { ...status, code: 'unset' } : status };
  }

  it('a checkout of four services arrives complete', async () => {
    const { traceId, expected } = await sendCheckout(createSink);
    const spans = await spansOf(traceId, expected.length);
    expect(byName(spans.map(meantBy))).toEqual(byName(expected.map(asZipkinCan)));
    expect(spans).toHaveLength(expected.length);
    const { attributes } = byName(spans)['reserve stock'] ?? expect.fail('no span of the call came');
    expect(attributes).toMatchObject({ 'service.peer.name': 'stock', 'net.peer.port': 8080 });
  });

  it('a trace of a thousand spans arrives complete', async () => {
    const sent = await sendManySpans(createSink);
    expectManySpans(await spansOf(sent.traceId, sent.signals.length), sent, String);
  });
});
