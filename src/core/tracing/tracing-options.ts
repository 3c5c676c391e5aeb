/** Where traces go by name. */
export type Exporter = 'console' | 'otlp' | 'jaeger' | 'zipkin' | 'none';

/** Those that send over the network. */
export type NetworkExporter = Exclude<Exporter, 'console' | 'none'>;

/** A format of trace headers. `b3` is the single header, `b3multi` the several of `X-B3-*`, `jaeger` is `uber-trace-id`. */
export type Propagator = 'tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'jaeger';

/** Options of tracing. */
export interface TracingOptions {
  /** False: spans do nothing, and carry only the trace they were given. Default true. */
  readonly enabled?: boolean | undefined;
  /**
   * Where spans go: with `otlp` the OTLP sink is among the default sinks, and takes logs and metrics too; with `console` the console
   * prints spans, and requests, errors and messages in any case. Default: `OTEL_TRACES_EXPORTER`, else `console` in development, which
   * prints spans as trees, and `otlp` beside it where a variable like `OTEL_EXPORTER_OTLP_ENDPOINT` says where a receiver is.
   * `jaeger` and `zipkin` get spans only.
   */
  readonly exporter?: Exporter | readonly Exporter[] | undefined;
  /**
   * Where the receiver is, as for `otlpSink`, `jaegerSink` or `zipkinSink`: of several that send over the network each has its own
   * default, or is given in `sinks`. Default: the variables, else that of the sink. The console sends nowhere: without another exporter
   * it is accepted, not used, and said once on `health$`.
   */
  readonly endpoint?: string | undefined;
  /** Headers of the requests to it, beside those of the variables. Like `endpoint` of one exporter only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Formats of trace headers: all are written; of those that came in the first in this order that holds a trace is believed. Default:
   * `OTEL_PROPAGATORS`, else `['tracecontext', 'baggage']`.
   */
  readonly propagators?: readonly Propagator[] | undefined;
  /**
   * Which outgoing requests get trace headers from the automatic sources, besides those to the page's own origin: an origin
   * (`https://api.example.com`), the beginning of a URL (`https://api.example.com/v2`), a host (`api.example.com`, `*.example.com`), or
   * a pattern for the whole URL. What is left out is said on `health$` once for each origin. Default: none in a page; every host in Node.
   */
  readonly propagateTo?: readonly (string | RegExp)[] | undefined;
  /**
   * Whether OpenTelemetry's global API is served too, so that spans of libraries instrumented with it travel this stream. What
   * another SDK has registered is left alone. Default false.
   */
  readonly register?: boolean | undefined;
}
