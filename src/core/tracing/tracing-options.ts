/** Where traces go by name. */
export type Exporter = 'console' | 'otlp' | 'jaeger' | 'zipkin' | 'none';

/** A format of trace headers. */
export type Propagator = 'tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'jaeger';

/** Options of tracing. */
export interface TracingOptions {
  /** False: spans do nothing, and carry only the trace they were given. Default true. */
  readonly enabled?: boolean | undefined;
  /**
   * Where spans go: with `otlp` the OTLP sink is among the default sinks, and takes logs and metrics too; with `console` the console
   * prints spans, and requests, errors and messages in any case. Default: `OTEL_TRACES_EXPORTER`, else `console` in development, which
   * prints spans as trees, and `otlp` beside it where a variable like `OTEL_EXPORTER_OTLP_ENDPOINT` says where a receiver is.
   * `jaeger` and `zipkin` come with their issue.
   */
  readonly exporter?: Exporter | readonly Exporter[] | undefined;
  /**
   * Base of the OTLP receiver, as for `otlpSink`. Default: the variables, else `http://localhost:4318`. The console sends nowhere:
   * without `otlp` it is accepted, not used, and said once on `health$`.
   */
  readonly endpoint?: string | undefined;
  /** Headers of the requests to it, beside those of the variables. Without `otlp` as `endpoint`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Formats `inject` writes and `extract` reads. Until their issue lands, only `tracecontext`, the default. */
  readonly propagators?: readonly Propagator[] | undefined;
  /** Outgoing requests that get trace headers. Automatic sources come with their issue; until then it cannot be given. */
  readonly propagateTo?: readonly (string | RegExp)[] | undefined;
  /**
   * Whether OpenTelemetry's global API is served too, so that spans of libraries instrumented with it travel this stream. What
   * another SDK has registered is left alone. Default false.
   */
  readonly register?: boolean | undefined;
}
