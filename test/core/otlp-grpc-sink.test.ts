// What of an OTLP sink depends on where it sends, and what.
import { describe, expect, it } from 'vitest';
import { channelsOf } from '../../src/core/delivery/channel.ts';
import { otlpGrpc } from '../../src/core/sinks/otlp/otlp-grpc.ts';
import { otlpSettings } from '../../src/core/sinks/otlp/otlp-settings.ts';
import { createOtlpSink } from '../../src/core/sinks/otlp/otlp-sink.ts';
import type { OtlpSinkParts } from '../../src/core/sinks/otlp/otlp-sink.ts';
import type { OtlpSettings } from '../../src/core/sinks/otlp/otlp-options.ts';
import type { Sink } from '../../src/core/sink.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { CreateTransport, HttpRequest, HttpResponse } from '../../src/core/transport.ts';
import { context } from '../helpers/recorded-otlp.ts';
import { logSignal, metricSignal, spanSignal, traceOf } from '../helpers/signals.ts';

interface Recorded {
  readonly sink: Sink;
  /** What was sent, over which protocol. */
  readonly sent: readonly (readonly ['http' | 'grpc', HttpRequest])[];
  /** The transports made. */
  readonly made: readonly string[];
}

function record(settings: (grpc: ReturnType<typeof otlpGrpc>) => OtlpSettings, more: Partial<OtlpSinkParts> = {}): Recorded {
  const sent: (readonly ['http' | 'grpc', HttpRequest])[] = [];
  const made: string[] = [];
  const transportOf = (way: 'http' | 'grpc', headers: HttpResponse['headers']): CreateTransport => () => {
    made.push(way);
    return {
      maxBodyBytes: 1_000_000,
      async send(request) {
        sent.push([way, request]);
        return { status: 200, headers, body: new Uint8Array(), handedOff: false };
      },
      close: () => undefined,
    };
  };
  const grpc = otlpGrpc(transportOf('grpc', { 'content-type': 'application/grpc', 'grpc-status': '14' }));
  const parts = { settings: settings(grpc), grpc, createTransport: transportOf('http', {}), clock: createTestClock(), language: 'nodejs' as const };
  return { sink: createOtlpSink({ ...parts, ...more }), sent, made };
}

const channelNames = (sink: Sink): readonly string[] => (channelsOf(sink) ?? []).map(({ name }) => name);

describe('a sink of some kinds', () => {
  it('has their channels, and accepts nothing else', () => {
    const { sink } = record(() => otlpSettings({}), { name: 'jaeger', kinds: ['traces'] });
    expect([sink.name, channelNames(sink)]).toEqual(['jaeger', ['traces']]);
    const unsampled = spanSignal({ trace: { ...traceOf(1), sampled: false } });
    expect([spanSignal(), unsampled, logSignal(), metricSignal()].map((signal) => sink.accepts?.(signal))).toEqual([true, false, false, false]);
  });

  it('is one of all kinds by default', () => {
    const { sink } = record(() => otlpSettings({}));
    expect([sink.name, channelNames(sink)]).toEqual(['otlp', ['traces', 'logs', 'metrics']]);
  });
});

describe('a sink over gRPC', () => {
  it('sends messages of protobuf, whose type and frame are the transport’s, and says how long it waits', async () => {
    const { sink, sent, made } = record((grpc) => otlpSettings({ endpoint: 'http://collector:4317', headers: { 'X-Key': 'one' }, timeout: 500 }, undefined, { grpc }));
    const [traces] = channelsOf(sink) ?? [];
    await expect(traces?.write([spanSignal()], context)).rejects.toMatchObject({
      name: 'DeliveryError',
      message: 'gRPC http://collector:4317 answered UNAVAILABLE',
      retryable: true,
    });
    expect(made).toEqual(['grpc']);
    expect(sent).toMatchObject([
      ['grpc', { url: 'http://collector:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export', headers: { 'x-key': 'one' }, timeout: 500 }],
    ]);
    expect(sent[0]?.[1].headers).not.toHaveProperty('content-type');
    expect(sent[0]?.[1].body[0]).toBe(0x0a);
  });

  it('for one kind sends the others over HTTP', async () => {
    const { sink, sent, made } = record((grpc) => {
      const over = (endpoint: string): OtlpSettings => otlpSettings({ endpoint }, undefined, { grpc });
      return { ...over('http://collector:4318'), logs: over('http://collector:4317').logs };
    });
    const [traces, logs] = channelsOf(sink) ?? [];
    await traces?.write([spanSignal()], context);
    await expect(logs?.write([logSignal()], context)).rejects.toThrow('UNAVAILABLE');
    expect([made, sent.map(([way]) => way)]).toEqual([['http', 'grpc'], ['http', 'grpc']]);
  });
});
