import type { Health } from './diagnostics.ts';
import type { ErrorTracker } from './errors/error-tracker.ts';
import type { Ledger } from './ledger.ts';
import type { LiveStream } from './live-stream.ts';
import type { Logger } from './logger.ts';
import type { PerformanceProfiler } from './profiling/performance-profiler.ts';
import type { RequestContext, RequestDetails, RequestLogger, ResponseInput } from './requests/request.ts';
import type {
  Attributes,
  ErrorSignal,
  LogSignal,
  MetricSignal,
  ProfileSignal,
  RequestSignal,
  ResponseSignal,
  Signal,
  SpanSignal,
} from './signal.ts';
import type { TracingManager } from './tracing/tracing-manager.ts';

/**
 * What became of everything since the previous flush, or since the start. The counts are those of all sinks together: a signal that
 * went to two sinks counts twice.
 */
export interface FlushResult {
  /** True when nothing accepted before the call is pending, and nothing was dropped since the previous flush. */
  readonly ok: boolean;
  /** True when a sink was not done within `timeout`. */
  readonly timedOut: boolean;
  /** Written without an error, and not refused. */
  readonly delivered: number;
  /** Given to the browser on unload, not acknowledged. */
  readonly handedOff: number;
  /** Lost for any reason: `ledger()` says which. */
  readonly dropped: number;
  /** Waiting now: after a flush that timed out, or accepted meanwhile. 0 after a shutdown. */
  readonly pending: number;
}

/** Options of `flush` and `shutdown`. */
export interface FlushOptions {
  /** Longest wait, in milliseconds, above 0 and at most 2 147 483 647. Anything else is the default, 5 000. */
  readonly timeout?: number | undefined;
}

/** What a metric's number means. */
export interface MetricOptions {
  /** UCUM: 'ms', 'By'. Default '1'. */
  readonly unit?: string | undefined;
  /** How it adds up. Default 'gauge'. */
  readonly instrument?: MetricSignal['instrument'] | undefined;
  /** Default: none. */
  readonly attributes?: Attributes | undefined;
}

/**
 * Everything of one instrumented program. No method throws anything but what the callbacks throw, and `profiler.watchStatistics`,
 * `profiler.profileFunction` and `tracer.traceFunction` a `ConfigurationError` for wrong options.
 */
export interface ObservabilityManager extends AsyncDisposable {
  readonly tracer: TracingManager;
  readonly requestLogger: RequestLogger;
  readonly profiler: PerformanceProfiler;
  readonly errorTracker: ErrorTracker;
  readonly logger: Logger;
  /**
   * Begins a request, and a span for it. With a callback: active inside it, and answered by what it returns or throws. Without:
   * answer with `traceResponse`.
   */
  traceRequest<T>(method: string, path: string, run: (context: RequestContext) => T): T;
  traceRequest<T>(method: string, path: string, details: RequestDetails | undefined, run: (context: RequestContext) => T): T;
  traceRequest(method: string, path: string, details?: RequestDetails): RequestContext;
  /** Answers a request and ends its span. The duration is in milliseconds (the Python original: seconds). */
  traceResponse(context: RequestContext, response?: ResponseInput): void;
  /** Puts one measured number on the stream. NaN, infinities and counters that go down are ignored, and said on `health$`. */
  recordMetric(name: string, value: number, options?: MetricOptions): void;
  /**
   * Every signal, redacted, before sampling; never errors; completes at shutdown. What a subscriber throws is said on `health$`, here
   * and on whatever is made of it with `pipe`. What is made otherwise, with `merge(obs.signals$, …)`, with `from(obs.signals$)` or
   * with a `Subject` as subscriber, is plain RxJS: what a subscriber throws there goes to RxJS's global handler, which by default
   * throws it on a timer. `for await` works with it as well: see `LiveStream`.
   */
  readonly signals$: LiveStream<Signal>;
  /** The finished spans of `signals$`. This and the streams below behave as it does. */
  readonly spans$: LiveStream<SpanSignal>;
  /** The requests of `signals$`, as they begin. */
  readonly requests$: LiveStream<RequestSignal>;
  /** The responses of `signals$`. */
  readonly responses$: LiveStream<ResponseSignal>;
  /** The timed calls of `signals$`. */
  readonly profiles$: LiveStream<ProfileSignal>;
  /** The captured exceptions of `signals$`. The stream itself never errors. */
  readonly errors$: LiveStream<ErrorSignal>;
  /** The messages of `signals$`, of `logger` and of `captureMessage`. */
  readonly logs$: LiveStream<LogSignal>;
  /** The measured numbers of `signals$`. */
  readonly metrics$: LiveStream<MetricSignal>;
  /** The SDK's own troubles: the latest 32 at once, then each as it happens. */
  readonly health$: LiveStream<Health>;
  /** What became of every signal so far. */
  ledger(): Ledger;
  /** Waits until every sink has written what it accepted before. Resolves, never rejects. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Stops the sources, flushes, closes the sinks. Resolves, never rejects; safe to call twice. */
  shutdown(options?: FlushOptions): Promise<FlushResult>;
}
