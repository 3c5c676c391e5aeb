import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess, withFreePorts } from './backend-process.ts';
import { backendFile } from './cache.mjs';

/** What the file exporter writes of traces: OTLP in JSON, https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. */
export interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes?: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name?: string; readonly version?: string };
      readonly spans: readonly OtlpSpan[];
    }[];
  }[];
}

export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

export interface OtlpValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  /** Decimal. */
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] };
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes?: readonly OtlpAttribute[] }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

/** The OpenTelemetry Collector: one program that takes every format we send, and writes what it understood to a file. */
export interface CollectorBackend {
  /** Base of OTLP over HTTP. */
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  /** Where Jaeger's Thrift is posted. */
  readonly jaeger: string;
  /** Where Zipkin's JSON is posted. */
  readonly zipkin: string;
  /** All it has written up to now. */
  traces(): readonly OtlpTraces[];
  stop(): Promise<void>;
}

/** @throws Error when it is not built, or does not start */
export async function startCollector(): Promise<CollectorBackend> {
  const file = backendFile('collector');
  return withFreePorts(4, async ([http, grpc, thrift, zipkin]) => {
    let written = '';
    const args = (folder: string): readonly string[] => {
      const config = join(folder, 'config.yaml');
      written = join(folder, 'signals.jsonl');
      writeFileSync(config, `
receivers:
  otlp: { protocols: { http: { endpoint: '127.0.0.1:${http}' }, grpc: { endpoint: '127.0.0.1:${grpc}' } } }
  jaeger: { protocols: { thrift_http: { endpoint: '127.0.0.1:${thrift}' } } }
  zipkin: { endpoint: '127.0.0.1:${zipkin}' }
exporters:
  file: { path: '${written}', flush_interval: 50ms }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp, jaeger, zipkin], exporters: [file] }
    logs: { receivers: [otlp], exporters: [file] }
    metrics: { receivers: [otlp], exporters: [file] }
`);
      return [`--config=file:${config}`];
    };
    const { stop } = await startProcess({ title: 'The OpenTelemetry Collector', file, args, ready: /Everything is ready/ });
    return {
      otlpHttp: `http://127.0.0.1:${http}`,
      otlpGrpc: `http://127.0.0.1:${grpc}`,
      jaeger: `http://127.0.0.1:${thrift}/api/traces`,
      zipkin: `http://127.0.0.1:${zipkin}/api/v2/spans`,
      traces: () => tracesIn(readFileSync(written, 'utf8')),
      stop,
    };
  });
}

/** A line is a batch of one kind of data; the last may not be whole yet. */
function tracesIn(lines: string): readonly OtlpTraces[] {
  const batches = lines.split('\n').slice(0, -1).map((line): OtlpTraces | object => JSON.parse(line));
  return batches.filter((batch) => 'resourceSpans' in batch);
}
