import type { OperatorFunction } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { DeliveryOptions } from '../delivery/delivery-options.ts';
import type { ErrorTrackerOptions } from '../errors/error-tracker.ts';
import type { FlightRecordingOptions } from '../flight-recording.ts';
import type { KeepTracesOptions } from '../operators/keep-traces.ts';
import type { SampleOptions } from '../operators/sample-traces.ts';
import type { ProfilerOptions } from '../profiling/performance-profiler.ts';
import type { RedactOptions } from '../redaction/redact-options.ts';
import type { RequestLoggerOptions } from '../requests/request.ts';
import type { Attributes, Signal } from '../signal.ts';
import type { Sink } from '../sink.ts';
import type { Source } from '../source.ts';
import type { TracingOptions } from '../tracing/tracing-options.ts';

/**
 * The options of a manager. Code beats environment variables, which beat the defaults; only the kill switches
 * `OBSERVABILITY_ENABLED=false` and `OTEL_SDK_DISABLED=true` beat code.
 */
export interface ObservabilityOptions {
  /** False makes every call a no-op that costs next to nothing. Default true. */
  readonly enabled?: boolean | undefined;
  /**
   * `service.name` on every signal. Default: `OTEL_SERVICE_NAME`, else `unknown_service`. Like `environment` and `release` it may
   * also be given in `attributes`, under OpenTelemetry's name.
   */
  readonly serviceName?: string | undefined;
  /** `deployment.environment.name` on every signal. Default: `ENVIRONMENT`, else `production` where `NODE_ENV` is, else `development`. */
  readonly environment?: string | undefined;
  /** `service.version` on every signal. Default: none. */
  readonly release?: string | undefined;
  /** Resource attributes: on every signal, fixed. Merged with those of `OTEL_RESOURCE_ATTRIBUTES`; keys given here win. */
  readonly attributes?: Attributes | undefined;
  /** Default true, with the exporters of `OTEL_TRACES_EXPORTER`. */
  readonly tracing?: boolean | TracingOptions | undefined;
  /** Default true, or `REQUEST_LOGGING_ENABLED`. */
  readonly requestLogging?: boolean | RequestLoggerOptions | undefined;
  /** Default true, or `PROFILING_ENABLED`. */
  readonly profiling?: boolean | ProfilerOptions | undefined;
  /** Default true, or `ERROR_TRACKING_ENABLED`. */
  readonly errorTracking?: boolean | ErrorTrackerOptions | undefined;
  /**
   * Where errors and captured messages are sent beside the other sinks: see `sentrySink`. Needs the package `@sentry/core`. Default:
   * `SENTRY_DSN`, else nowhere.
   */
  readonly sentryDsn?: string | undefined;
  /** Keeps the latest signals, from before sampling, for the moment something goes wrong. Default false. */
  readonly flightRecorder?: boolean | FlightRecordingOptions | undefined;
  /**
   * Which traces are exported. `signals$` and statistics see all of them. Default: the share that `OTEL_TRACES_SAMPLER` and
   * `OTEL_TRACES_SAMPLER_ARG` say, else all. `keep` comes with its issue; until then use `keepTraces` in `pipeline`.
   */
  readonly sampling?: (SampleOptions & { readonly keep?: KeepTracesOptions | undefined }) | undefined;
  /**
   * What counts as secret, beyond what always does. Holds for everything after `pipeline`. Default: nothing more. `false`: nothing is
   * searched at all, and every secret in a signal leaves with it.
   */
  readonly redaction?: RedactOptions | false | undefined;
  /** Your own operators, in this order. They see raw signals; what they add is redacted too. Default: none. */
  readonly pipeline?: readonly OperatorFunction<Signal, Signal>[] | undefined;
  /**
   * A list replaces the defaults; a function gets them, to add to. Default: the console, and a sink for each exporter chosen (`otlp`,
   * `jaeger`, `zipkin`); where none is, an OTLP sink if a variable like `OTEL_EXPORTER_OTLP_ENDPOINT` says where a receiver is.
   */
  readonly sinks?: readonly Sink[] | ((defaults: readonly Sink[]) => readonly Sink[]) | undefined;
  /**
   * What is observed by itself. A list replaces the defaults; a function gets them, to add to. `false`: none. Default in Node:
   * `incomingRequests()`, `outgoingRequests()`, `fetches()`, `runtimeMetrics()` and `uncaughtErrors()`; in a page: `fetches()`,
   * `xmlHttpRequests()`, `documentLoads()`, `navigations()`, `interactions()`, `uncaughtErrors()`, `resourceFailures()` and
   * `pageReports()`; none elsewhere.
   */
  readonly sources?: readonly Source[] | ((defaults: readonly Source[]) => readonly Source[]) | false | undefined;
  /** How signals wait for each sink, leave in batches and are tried again. Default: see there. */
  readonly delivery?: DeliveryOptions | undefined;
  /** Configuration files come with their issue; until then only `false`. */
  readonly configFile?: string | false | undefined;
  /** For tests: time. Default: the host's. */
  readonly clock?: Clock | undefined;
  /** For tests: chance, 0 to 1; identifiers are made from it. Default: the host's cryptographic source. */
  readonly random?: (() => number) | undefined;
}
