import type { Batch, Channel, Queue } from '../../src/core/delivery/channel.ts';
import { channelsOf } from '../../src/core/delivery/channel.ts';
import type { Attributes, Signal } from '../../src/core/signal.ts';
import type { Sink, WriteResult } from '../../src/core/sink.ts';
import type { OtlpEndpoint, OtlpSettings } from '../../src/core/sinks/otlp/otlp-options.ts';
import { createOtlpSink } from '../../src/core/sinks/otlp/otlp-sink.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/transport.ts';
import { decodeLogs, decodeMetrics, decodeTraces } from './decode-otlp.ts';
import type { DecodedLog, DecodedMetric, DecodedSpan } from './decode-otlp.ts';

export type Protocol = OtlpEndpoint['protocol'];
export const protocols: readonly Protocol[] = ['http/protobuf', 'http/json'];

export const context = { abortSignal: new AbortController().signal, leaving: false };

export interface RecordedOtlpOptions {
  readonly protocol?: Protocol;
  readonly temporality?: OtlpSettings['temporality'];
  readonly resource?: Attributes;
  readonly maxBodyBytes?: number;
  readonly settings?: Partial<OtlpSettings>;
  /** What the receiver says to a request. Default: 200. */
  readonly answer?: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
}

/** An OTLP sink whose requests are kept instead of sent. */
export interface RecordedOtlp {
  readonly sink: Sink;
  readonly clock: TestClock;
  readonly requests: readonly HttpRequest[];
  readonly warnings: readonly string[];
  /** How many transports were asked for, and how many of them are closed. */
  readonly transports: { created: number; closed: number };
  channel(name: 'traces' | 'logs' | 'metrics'): Channel;
  configure(resource: Attributes): void;
  /** Writes to a channel, and decodes what it sent. */
  spans(...signals: readonly Signal[]): Promise<DecodedSpan[]>;
  logs(...signals: readonly Signal[]): Promise<DecodedLog[]>;
  /** Decodes what a batch of metrics sends. */
  metrics(batch: Batch): Promise<DecodedMetric[]>;
  queue(): Queue;
}

export const ok: HttpResponse = { status: 200, headers: {}, body: new Uint8Array(), handedOff: false };

export function recordedOtlp(options: RecordedOtlpOptions = {}): RecordedOtlp {
  const { protocol = 'http/protobuf', temporality = 'cumulative', resource = {}, maxBodyBytes = 4_000_000, answer = () => ok } = options;
  const requests: HttpRequest[] = [];
  const warnings: string[] = [];
  const transports = { created: 0, closed: 0 };
  const clock = createTestClock();
  const endpoint = (kind: string): OtlpEndpoint => ({
    url: `http://collector.test/v1/${kind}`,
    headers: { 'x-api-key': 'secret-of-the-test' },
    protocol,
    compression: 'none',
    timeout: undefined,
    tls: undefined,
  });
  const sink = createOtlpSink({
    clock,
    language: 'nodejs',
    settings: {
      traces: endpoint('traces'),
      logs: endpoint('logs'),
      metrics: endpoint('metrics'),
      temporality,
      metricInterval: 10_000,
      ...options.settings,
    },
    createTransport: () => {
      transports.created += 1;
      return {
        maxBodyBytes,
        async send(request) {
          requests.push(request);
          return answer(request);
        },
        close: () => void (transports.closed += 1),
      };
    },
  });
  const configure = (attributes: Attributes): void =>
    sink.configure?.({ development: false, resource: attributes, warn: (message) => warnings.push(message) });
  configure(resource);

  function channel(name: string): Channel {
    const found = channelsOf(sink)?.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no channel ${name}`);
    return found;
  }

  async function sent<T>(write: () => Promise<WriteResult | void> | WriteResult | void, decode: (body: Uint8Array, type: string) => T[]): Promise<T[]> {
    const before = requests.length;
    await write();
    return requests.slice(before).flatMap(({ body, headers }) => decode(body, headers['content-type'] ?? ''));
  }

  return {
    sink,
    clock,
    requests,
    warnings,
    transports,
    channel,
    configure,
    spans: (...signals) => sent(() => channel('traces').write(signals, context), decodeTraces),
    logs: (...signals) => sent(() => channel('logs').write(signals, context), decodeLogs),
    metrics: (batch) => sent(() => batch.send(context), decodeMetrics),
    queue: () => channel('metrics').createQueue!(),
  };
}
