import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askJson } from './ask-json.ts';
import { startProcess, withFreePorts } from './backend-process.ts';
import { backendFile } from './cache.mjs';

/** A trace as Jaeger's API gives it: https://www.jaegertracing.io/docs/2.13/architecture/apis/#internal-http-json. */
export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly JaegerTag[] }>>;
  readonly warnings: readonly string[] | null;
}

export interface JaegerTag {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary';
  readonly value: string | boolean | number;
}

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM'; readonly traceID: string; readonly spanID: string }[];
  /** Epoch microseconds. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

/** Jaeger, with its traces in memory. */
export interface JaegerBackend {
  /** Base of OTLP over HTTP. */
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  /** Where its own Thrift is posted. */
  readonly thrift: string;
  /** `undefined` while it has none of its spans. */
  trace(traceId: string): Promise<JaegerTrace | undefined>;
  services(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** @throws Error when it is not built, or does not start */
export async function startJaeger(): Promise<JaegerBackend> {
  const file = backendFile('jaeger');
  return withFreePorts(5, async ([http, grpc, thrift, query, queryGrpc]) => {
    const args = (folder: string): readonly string[] => {
      const config = join(folder, 'config.yaml');
      writeFileSync(config, `
extensions:
  jaeger_storage: { backends: { memory: { memory: { max_traces: 1000 } } } }
  jaeger_query: { storage: { traces: memory }, http: { endpoint: '127.0.0.1:${query}' }, grpc: { endpoint: '127.0.0.1:${queryGrpc}' } }
receivers:
  otlp: { protocols: { http: { endpoint: '127.0.0.1:${http}' }, grpc: { endpoint: '127.0.0.1:${grpc}' } } }
  jaeger: { protocols: { thrift_http: { endpoint: '127.0.0.1:${thrift}' } } }
exporters:
  jaeger_storage_exporter: { trace_storage: memory }
service:
  extensions: [jaeger_storage, jaeger_query]
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp, jaeger], exporters: [jaeger_storage_exporter] }
`);
      return [`--config=${config}`];
    };
    const { stop } = await startProcess({ title: 'Jaeger', file, args, ready: /Everything is ready/ });
    const api = `http://127.0.0.1:${query}/api`;
    return {
      otlpHttp: `http://127.0.0.1:${http}`,
      otlpGrpc: `http://127.0.0.1:${grpc}`,
      thrift: `http://127.0.0.1:${thrift}/api/traces`,
      trace: async (traceId) => (await askJson<{ readonly data: readonly JaegerTrace[] }>(`${api}/traces/${traceId}`))?.data[0],
      services: async () => (await askJson<{ readonly data: readonly string[] | null }>(`${api}/services`))?.data ?? [],
      stop,
    };
  });
}
