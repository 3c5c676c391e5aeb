// Everything that needs no host. The entries of the hosts add what does, under the same names everywhere.

// Signals
export type {
  Attributes,
  AttributeValue,
  BaseSignal,
  Breadcrumb,
  ErrorSignal,
  LogSignal,
  MetricSignal,
  ProfileSignal,
  RequestSide,
  RequestSignal,
  RequestStatus,
  ResponseSignal,
  SerializedError,
  SeverityName,
  Signal,
  SignalInput,
  SignalKind,
  SignalOf,
  SpanEvent,
  SpanKind,
  SpanSignal,
  SpanStatus,
  TraceContext,
} from './signal.ts';
export type { Severity } from './severity.ts';

// Options
export { ConfigurationError } from './configuration-error.ts';
export type { ConfigurationIssue } from './configuration-error.ts';
export type { ObservabilityOptions } from './config/options.ts';
export type { DeliveryOptions, WhenFull } from './delivery/delivery-options.ts';
export type { ConsoleSinkOptions, PartConstructor, TracingManagerOptions } from './host.ts';

// Tracing
export type { AnyFunction, FunctionDecorator, FunctionInstrument, NameOption } from './function-instrument.ts';
export type { Span, SpanOptions, SpanParent, StartSpan } from './tracing/span.ts';
export type { HeadersInput } from './propagation/headers.ts';
export { streamSpanProcessor } from './tracing/stream-span-processor.ts';
export type { StreamSpanProcessor } from './tracing/stream-span-processor.ts';
export type { TraceFunctionOptions, Tracer, TracingManager } from './tracing/tracing-manager.ts';
export type { Exporter, Propagator, TracingOptions } from './tracing/tracing-options.ts';

// Requests
export type {
  BodyLoggingOptions,
  LoggedRequest,
  RequestContext,
  RequestDetails,
  RequestInput,
  RequestLogger,
  RequestLoggerOptions,
  ResponseInput,
} from './requests/request.ts';

// Profiling and statistics
export type { PerformanceProfiler, ProfileFunctionOptions, ProfilerOptions, StopTiming, WatchOptions } from './profiling/performance-profiler.ts';
export { ExponentialHistogram } from './statistics/exponential-histogram.ts';
export type { Exemplar, Exemplars, PercentileName, StatisticName, Statistics, StatisticsMap } from './statistics/statistics.ts';

// Live streams
export { toAsyncIterable } from './async-iterable.ts';
export type { AsyncIterableOptions, BoundedIterable, BoundedIterator } from './async-iterable.ts';
export type { LiveStream } from './live-stream.ts';
export type { ConnectLive, LiveConnection, LiveOptions, LiveState } from './live/live-connection.ts';
export type {
  ErrorsFrame,
  HealthFrame,
  HelloFrame,
  LedgerFrame,
  LiveFrame,
  LivePart,
  LiveTrace,
  MetricsFrame,
  SignalsFrame,
  SkippedFrame,
  StatisticsFrame,
  TracesFrame,
} from './live/live-frame.ts';
export type { SharedStatistics, ShareStatistics, ShareStatisticsOptions } from './live/shared-statistics.ts';
export type { StatisticsView } from './live/statistics-view.ts';

// Errors
export type { BreadcrumbOptions, CaptureOptions, ErrorRateLimit, ErrorTracker, ErrorTrackerOptions } from './errors/error-tracker.ts';

// Operators
export type { Clock, Timed } from './clock.ts';
export { batch } from './operators/batch.ts';
export type { BatchOptions } from './operators/batch.ts';
export { enrich } from './operators/enrich.ts';
export { exceeds } from './operators/exceeds.ts';
export type { Crossing, ExceedsOptions } from './operators/exceeds.ts';
export type { FlightRecordingOptions } from './flight-recording.ts';
export { flightRecorder } from './operators/flight-recorder.ts';
export type { FlightRecorderOptions } from './operators/flight-recorder.ts';
export { keepTraces } from './operators/keep-traces.ts';
export type { KeepTracesOptions } from './operators/keep-traces.ts';
export { ofKind } from './operators/of-kind.ts';
export { rateLimit } from './operators/rate-limit.ts';
export type { RateLimitOptions } from './operators/rate-limit.ts';
export { redact } from './operators/redact.ts';
export type { RedactOptions } from './redaction/redact-options.ts';
export { rollingStatistics } from './operators/rolling-statistics.ts';
export type { RollingStatisticsOptions } from './operators/rolling-statistics.ts';
export { sampleTraces } from './operators/sample-traces.ts';
export type { SampleOptions } from './operators/sample-traces.ts';

// Sources and sinks
export type { Source } from './source.ts';
export { DeliveryError } from './sink.ts';
export type { Sink, SinkSettings, WriteContext, WriteResult } from './sink.ts';
export type { HttpSinkOptions } from './sinks/http/http-sink-options.ts';
export type { OtlpSinkOptions } from './sinks/otlp/otlp-options.ts';
export type { OtlpSinkFactory } from './sinks/otlp/otlp-sink-factory.ts';
export type { JaegerSinkFactory } from './sinks/jaeger/jaeger-sink-factory.ts';
export type { SentrySinkFactory, SentrySinkOptions } from './sinks/sentry/sentry-sink-factory.ts';
export type { ZipkinSinkFactory } from './sinks/zipkin/zipkin-sink-factory.ts';
export type { TlsOptions } from './transport.ts';
export { memorySink } from './sinks/memory.ts';
export type { MemorySink, MemorySinkOptions } from './sinks/memory.ts';

// Accounts
export type { DropReason, FilterReason, Ledger, SinkLedger } from './ledger.ts';
export type { Health } from './diagnostics.ts';

// The manager
export type { Logger } from './logger.ts';
export type { FlushOptions, FlushResult, MetricOptions, ObservabilityManager } from './observability.ts';
