import type { Observable } from 'rxjs';
import type { Health } from './diagnostics.ts';
import type { ErrorTracker } from './errors/error-tracker.ts';
import type { Ledger } from './ledger.ts';
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

/** What became of everything since the previous flush, or since the start. */
export interface FlushResult {
  /** True when nothing accepted before the call is pending or was dropped. */
  readonly ok: boolean;
  readonly timedOut: boolean;
  readonly delivered: number;
  readonly handedOff: number;
  readonly dropped: number;
  readonly pending: number;
}

export interface FlushOptions {
  /** Milliseconds. Default 5 000. */
  readonly timeout?: number | undefined;
}

export interface MetricOptions {
  /** UCUM: 'ms', 'By'. Default '1'. */
  readonly unit?: string | undefined;
  /** How it adds up. Default 'gauge'. */
  readonly instrument?: MetricSignal['instrument'] | undefined;
  readonly attributes?: Attributes | undefined;
}

/** Everything of one instrumented program. No method throws anything but what the callbacks throw. */
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
  /** Puts one measured number on the stream. NaN and infinities are ignored, and said once on `health$`. */
  recordMetric(name: string, value: number, options?: MetricOptions): void;
  /** Redacted, before sampling; never errors; completes at shutdown. */
  readonly signals$: Observable<Signal>;
  readonly spans$: Observable<SpanSignal>;
  readonly requests$: Observable<RequestSignal>;
  readonly responses$: Observable<ResponseSignal>;
  readonly profiles$: Observable<ProfileSignal>;
  readonly errors$: Observable<ErrorSignal>;
  readonly logs$: Observable<LogSignal>;
  readonly metrics$: Observable<MetricSignal>;
  /** The SDK's own troubles: the latest 32 at once, then each as it happens. */
  readonly health$: Observable<Health>;
  /** What became of every signal so far. */
  ledger(): Ledger;
  /** Resolves, never rejects. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Stops the sources, flushes, closes the sinks. Resolves, never rejects; safe to call twice. */
  shutdown(options?: FlushOptions): Promise<FlushResult>;
}
