/** Where traces go by name. */
export type Exporter = 'console' | 'otlp' | 'jaeger' | 'zipkin' | 'none';

/** A format of trace headers. */
export type Propagator = 'tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'jaeger';

/** Options of tracing. */
export interface TracingOptions {
  /** False: spans do nothing, and carry only the trace they were given. Default true. */
  readonly enabled?: boolean | undefined;
  /**
   * Default: `OTEL_TRACES_EXPORTER`, else `console` in development, which prints spans as trees. Until their issues land, only
   * `console` and `none`.
   */
  readonly exporter?: Exporter | readonly Exporter[] | undefined;
  /** Where the exporter sends to. The console sends nowhere: it is accepted, not used, and said once on `health$`. */
  readonly endpoint?: string | undefined;
  /** Headers of the exporter's requests. The console sends none: they are accepted, not used, and said once on `health$`. */
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
