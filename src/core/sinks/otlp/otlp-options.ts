import type { TlsOptions } from '../../transport.ts';
import type { HttpSinkOptions } from '../http/http-sink-options.ts';

/** How OTLP is sent. https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specify-protocol */
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/**
 * Options of `otlpSink`. What is left out comes from the `OTEL_EXPORTER_OTLP_*` variables, those of one kind of data
 * (`OTEL_EXPORTER_OTLP_TRACES_*`) first, then from the default. Where a host has no variables, only from the default.
 */
export interface OtlpSinkOptions extends HttpSinkOptions {
  /**
   * Base of the receiver, for all kinds of data: `/v1/traces`, `/v1/logs` and `/v1/metrics` are added; one of these at its end is taken
   * off first. Its query is kept. Over gRPC, which has neither, path and query are not used. Credentials in it, percent-encoded, become
   * an `Authorization` header unless `headers` has one. Default `http://localhost:4318`, over gRPC `http://localhost:4317`.
   */
  readonly endpoint?: string | undefined;
  /**
   * Sent with every request, e.g. an API key, beside those of the variables: here a header of the same name wins. Latin-1, without line
   * breaks.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Default `grpc` for an endpoint at port 4317, else `http/protobuf`. Only Node can send over gRPC: elsewhere it is a
   * `ConfigurationError`, as is that port without another protocol.
   */
  readonly protocol?: OtlpProtocol | undefined;
  /**
   * Default `none`. A browser that can compress does so too, but not while a page is left; the receiver must then allow the header
   * `content-encoding` (CORS).
   */
  readonly compression?: 'gzip' | 'none' | undefined;
  /** How long one try of a request may take, in milliseconds. Default: that of `delivery`. */
  readonly timeout?: number | undefined;
  /**
   * Whether metrics tell of each interval, or of all the time since the start. Default
   * `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, whose `lowmemory` is `delta` here, else `cumulative`.
   */
  readonly temporality?: 'delta' | 'cumulative' | undefined;
  /** Longest wait before metrics are sent, in milliseconds. Default `OTEL_METRIC_EXPORT_INTERVAL`, else 10 000. */
  readonly metricInterval?: number | undefined;
  /** Custom authority and client certificate. Node only. */
  readonly tls?: TlsOptions | undefined;
}

/** The kinds of data, named as in the path of their endpoints. */
export type OtlpKind = 'traces' | 'logs' | 'metrics';

/** How one kind of data is sent. */
export interface OtlpEndpoint {
  /** Whole URL, without credentials; over gRPC that of the method. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: OtlpProtocol;
  readonly compression: 'gzip' | 'none';
  /** Milliseconds; `undefined`: that of the delivery. */
  readonly timeout: number | undefined;
  readonly tls: TlsOptions | undefined;
}

/** The options with variables and defaults filled in. */
export interface OtlpSettings {
  readonly traces: OtlpEndpoint;
  readonly logs: OtlpEndpoint;
  readonly metrics: OtlpEndpoint;
  readonly temporality: 'delta' | 'cumulative';
  /** Milliseconds. */
  readonly metricInterval: number;
}
