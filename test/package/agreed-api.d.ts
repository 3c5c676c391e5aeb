/// <reference lib="esnext.disposable" preserve="true" />
// The public API as agreed, of what exists so far: `types.test.ts` checks that the declarations of the built package are assignable
// to it. Kept by hand, apart from the sources, so that a change of the API is a change here.
import type { MonoTypeOperatorFunction, Observable, OperatorFunction } from 'rxjs';
declare global { interface AbortSignal {} } // merges with the host's; lets the host-free core name it

// Units: every time, duration and window is in milliseconds; timestamps are epoch milliseconds; sizes are bytes.
// Inputs: every optional field also takes `undefined`, so `process.env.X` fits under exactOptionalPropertyTypes.

// ---- Signals --------------------------------------------------------------------------------------------------------
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[];
/** OpenTelemetry attributes. A key whose value is `undefined` is left out. */
export interface Attributes { readonly [key: string]: AttributeValue | undefined }
export interface TraceContext { readonly traceId: string; readonly spanId: string; readonly sampled: boolean }
export type SeverityName = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
/** What is accepted: also upper case, Sentry's and Python's names. Signals carry `SeverityName`. */
export type Severity = SeverityName | Uppercase<SeverityName> | 'warning' | 'WARNING' | 'critical' | 'CRITICAL';

export interface BaseSignal {
  readonly name: string;
  /** When it happened. What has a `duration` began here and ended at `timestamp + duration`. */
  readonly timestamp: number;
  readonly attributes: Attributes;
  readonly trace?: TraceContext | undefined;
  readonly requestId?: string | undefined;
  readonly sessionId?: string | undefined;
}
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export interface SpanStatus { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string | undefined }
export interface SpanEvent { readonly name: string; readonly timestamp: number; readonly attributes: Attributes }
/** A finished span. */
export interface SpanSignal extends BaseSignal {
  readonly kind: 'span';
  readonly trace: TraceContext;
  readonly parentSpanId?: string | undefined;
  readonly spanKind: SpanKind;
  readonly duration: number;
  readonly status: SpanStatus;
  readonly events: readonly SpanEvent[];
  readonly links: readonly TraceContext[];
  readonly scope?: { readonly name: string; readonly version?: string | undefined } | undefined;
}
/** A request began. `name` is `METHOD path`, or `METHOD route` once the route is known. */
export interface RequestSignal extends BaseSignal {
  readonly kind: 'request'; readonly requestId: string; readonly method: string; readonly path: string;
  readonly params?: unknown; readonly headers?: Readonly<Record<string, string>> | undefined;
}
/** A request ended. `status` is the outcome; `statusCode` is there when a number was given. */
export interface ResponseSignal extends BaseSignal {
  readonly kind: 'response'; readonly requestId: string; readonly method: string; readonly path: string;
  readonly status: 'success' | 'error' | 'abandoned'; readonly statusCode?: number | undefined;
  readonly duration: number; readonly data?: unknown; readonly error?: SerializedError | undefined;
}
/** One timed call. */
export interface ProfileSignal extends BaseSignal { readonly kind: 'profile'; readonly duration: number; readonly failed: boolean }
export interface SerializedError {
  readonly type: string; readonly message: string; readonly stack?: string | undefined;
  readonly cause?: SerializedError | undefined; readonly errors?: readonly SerializedError[] | undefined;
}
export interface Breadcrumb { readonly category: string; readonly message: string; readonly timestamp: number; readonly level: SeverityName; readonly attributes: Attributes }
/** A captured exception. `name` is its type. */
export interface ErrorSignal extends BaseSignal {
  readonly kind: 'error'; readonly eventId: string; readonly error: SerializedError; readonly handled: boolean;
  readonly level: SeverityName; readonly context?: unknown; readonly breadcrumbs: readonly Breadcrumb[];
}
/** A message. `severityNumber` is OpenTelemetry's, 1 to 24. */
export interface LogSignal extends BaseSignal {
  readonly kind: 'log'; readonly eventId: string; readonly message: string;
  readonly level: SeverityName; readonly severityNumber: number; readonly context?: unknown;
}
/** One measured number. `unit` is UCUM ('ms', 'By', '1'); `instrument` says how it adds up. */
export interface MetricSignal extends BaseSignal {
  readonly kind: 'metric'; readonly value: number; readonly unit: string; readonly instrument: 'counter' | 'gauge' | 'histogram';
}
export type Signal = SpanSignal | RequestSignal | ResponseSignal | ProfileSignal | ErrorSignal | LogSignal | MetricSignal;
export type SignalKind = Signal['kind'];
export type SignalOf<K extends SignalKind> = Extract<Signal, { readonly kind: K }>;
type Defaulted = 'timestamp' | 'attributes' | 'trace' | 'requestId' | 'sessionId';
type Input<S> = S extends Signal ? Omit<S, Defaulted> & { readonly [K in Extract<keyof S, Defaulted>]?: S[K] | undefined } : never;
/** A signal as sources hand it in: time, attributes and correlation are filled when left out. */
export type SignalInput = Input<Signal>;

// ---- Tracing --------------------------------------------------------------------------------------------------------
export interface SpanOptions {
  readonly attributes?: Attributes | undefined;
  /** Default 'internal'. */
  readonly kind?: SpanKind | undefined;
  /** Default: the active span. `null` begins a new trace. A `RequestContext` is a parent too. */
  readonly parent?: Pick<Span, 'trace'> | TraceContext | RequestContext | null | undefined;
  readonly links?: readonly TraceContext[] | undefined;
  readonly startTime?: number | undefined;
}
/**
 * With a callback the span is active inside it, records what is thrown, and ends when the callback returns, its promise
 * settles, or its generator finishes. Of a promise you get one chained to it, so an unhandled rejection stays one; any other
 * thenable (a query builder, a subclass) keeps its methods and is observed only when you call `then`.
 * Without a callback the span is yours to `end()` (or `using`), and is **not** active: use `span.run` or `span.startSpan`.
 */
export interface StartSpan {
  <T>(name: string, run: (span: Span) => T): T;
  <T>(name: string, options: SpanOptions | undefined, run: (span: Span) => T): T;
  (name: string, options?: SpanOptions): Span;
}
export interface Span extends Disposable {
  readonly name: string;
  readonly trace: TraceContext;
  /** False when disabled or ended: then every method does nothing. */
  readonly recording: boolean;
  setAttribute(key: string, value: AttributeValue | undefined): this;
  setAttributes(attributes: Attributes): this;
  addEvent(name: string, attributes?: Attributes): this;
  recordException(error: unknown): this;
  setStatus(status: SpanStatus): this;
  updateName(name: string): this;
  /** Starts a child, wherever the code runs: what to use after an `await` in a browser. */
  readonly startSpan: StartSpan;
  /** Runs `callback` with this span active; does not end it. */
  run<T>(callback: () => T): T;
  end(endTime?: number): void;
}
/** The widest function type: the one place for `any`. */
export type AnyFunction = (this: any, ...args: any[]) => any;
/** One value, three uses; the function's own type (this, overloads, generics, async, generator) comes back unchanged. */
export interface FunctionDecorator {
  /** TC39 method decorator. */
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F;
  /** `experimentalDecorators` method decorator. */
  <F extends AnyFunction>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<F>): TypedPropertyDescriptor<F>;
  /** Wrapper. */
  <F extends AnyFunction>(fn: F): F;
}
/** Also usable bare: `@traceFunction`, `traceFunction(fn)`. */
export type FunctionInstrument<Options> = FunctionDecorator & ((options?: Options) => FunctionDecorator);
export interface TraceFunctionOptions {
  /** Default: the function's name, `Class.method` for a method. */
  readonly name?: string | undefined;
  readonly attributes?: Attributes | undefined;
  readonly kind?: SpanKind | undefined;
}
export interface Tracer { readonly startSpan: StartSpan; readonly traceFunction: FunctionInstrument<TraceFunctionOptions> }
export interface TracingManager extends Tracer {
  /** The span active here, if any. */
  activeSpan(): Span | undefined;
  /** Headers that carry a span (default: the active one) to another process. Empty when there is none. */
  inject(from?: Pick<Span, 'trace'> | TraceContext | RequestContext): Record<string, string>;
  /** The remote parent in these headers. `undefined` when missing or malformed. */
  extract(headers: HeadersInput): TraceContext | undefined;
}
export type Exporter = 'console' | 'otlp' | 'jaeger' | 'zipkin' | 'none';
export type Propagator = 'tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'jaeger';
export interface TracingOptions {
  readonly enabled?: boolean | undefined;
  readonly exporter?: Exporter | readonly Exporter[] | undefined;
  readonly endpoint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly propagators?: readonly Propagator[] | undefined;
  /** Outgoing requests that get trace headers. Default: the page's own origin; every host in Node. */
  readonly propagateTo?: readonly (string | RegExp)[] | undefined;
}
/** With options: configures the process-wide manager. Without: the process-wide tracer, created with defaults when missing. */
export declare function getTracingManager(options?: TracingOptions & { readonly serviceName?: string | undefined }): TracingManager;
/** For libraries: never creates nor configures anything; does nothing until the application has. */
export declare function getTracer(name: string, version?: string): Tracer;
/** Traces with the process-wide manager, looked up at each call. */
export declare const traceFunction: FunctionInstrument<TraceFunctionOptions>;

// ---- Requests -------------------------------------------------------------------------------------------------------
/** `Headers`, Node's `IncomingHttpHeaders`, a `Map`, or a plain object. */
export type HeadersInput = Iterable<readonly [string, string]> | { readonly [name: string]: string | readonly string[] | undefined };
export interface RequestDetails {
  /** Any object, interfaces included. */
  readonly params?: object | undefined;
  readonly headers?: HeadersInput | undefined;
  /** Matched pattern, e.g. `/users/:id`: becomes `http.route`. */
  readonly route?: string | undefined;
  readonly attributes?: Attributes | undefined;
  /** Default: a valid `x-request-id` in `headers`, else a new id. */
  readonly requestId?: string | undefined;
  readonly parent?: SpanOptions['parent'];
}
export interface RequestInput extends RequestDetails { readonly method: string; readonly path: string }
/** Correlates a request with its response and with everything in between. Plain data. */
export interface RequestContext {
  readonly requestId: string; readonly method: string; readonly path: string;
  readonly startTime: number; readonly trace?: TraceContext | undefined;
}
export interface ResponseInput {
  /** A word, or an HTTP status (from 500 on an error). Default: 'error' when `error` is given, else 'success'. */
  readonly status?: 'success' | 'error' | number | undefined;
  /** Milliseconds (the Python original: seconds). Measured from the request when left out. */
  readonly duration?: number | undefined;
  readonly route?: string | undefined;
  readonly responseData?: unknown;
  readonly error?: unknown;
  readonly attributes?: Attributes | undefined;
}
export interface RequestLoggerOptions {
  readonly enabled?: boolean | undefined;
  /** Lowest level written. Default 'info'. */
  readonly logLevel?: Severity | undefined;
}
export declare class RequestLogger {
  constructor(options?: RequestLoggerOptions);
  logRequest(request: RequestInput): RequestContext;
  logRequest(method: string, path: string, details?: RequestDetails): RequestContext;
  logResponse(context: RequestContext, response: ResponseInput): void;
  /** The request being served here, if any. */
  current(): RequestContext | undefined;
}

// ---- Profiling and statistics ---------------------------------------------------------------------------------------
/** Numbers of one series; `total` to `p999` in the unit of the measured value (milliseconds for durations). */
export interface Statistics {
  readonly name: string; readonly count: number; readonly errors: number; readonly total: number;
  readonly mean: number; readonly min: number; readonly max: number; readonly stddev: number;
  readonly p50: number; readonly p75: number; readonly p90: number; readonly p95: number; readonly p99: number; readonly p999: number;
  /** Milliseconds these numbers cover. */
  readonly window: number;
}
/** Series by name; one without data is absent. `JSON.stringify` gives an object, not `{}`. */
export interface StatisticsMap extends ReadonlyMap<string, Statistics> { toJSON(): Record<string, Statistics> }
export interface ProfilerOptions {
  readonly enabled?: boolean | undefined;
  /** Distinct names kept; later ones are counted together under `(other)`. Default 1000. */
  readonly maxSeries?: number | undefined;
  readonly window?: number | undefined;
}
export declare class PerformanceProfiler {
  constructor(options?: ProfilerOptions);
  readonly profileFunction: FunctionInstrument<{ readonly name?: string | undefined; readonly attributes?: Attributes | undefined }>;
  /** Times one call. */
  profile<T>(name: string, run: () => T): T;
  /** Since the start. `undefined` when nothing was measured under that name. */
  getStatistics(name: string): Statistics | undefined;
  getAllStatistics(): StatisticsMap;
  /** Rolling statistics, one map a tick; late subscribers get the latest at once. */
  watchStatistics(options?: { readonly name?: string | undefined; readonly window?: number | undefined; readonly every?: number | undefined }): Observable<StatisticsMap>;
}

// ---- Errors ---------------------------------------------------------------------------------------------------------
export interface CaptureOptions {
  readonly context?: object | undefined;
  /** Default 'error' for exceptions, 'info' for messages. */
  readonly level?: Severity | undefined;
  readonly attributes?: Attributes | undefined;
  readonly fingerprint?: readonly string[] | undefined;
  /** Default true: you caught it. */
  readonly handled?: boolean | undefined;
}
export interface ErrorTrackerOptions {
  readonly enabled?: boolean | undefined; readonly sentryDsn?: string | undefined;
  readonly environment?: string | undefined; readonly release?: string | undefined;
  /** Exceptions not wanted: text in the message, or a pattern. */
  readonly ignore?: readonly (string | RegExp)[] | undefined;
  readonly maxBreadcrumbs?: number | undefined;
}
export declare class ErrorTracker {
  constructor(options?: ErrorTrackerOptions);
  /** Both return the event id: 32 hexadecimal digits, also when the event is then dropped. */
  captureException(error: unknown, options?: CaptureOptions): string;
  captureMessage(message: string, options?: CaptureOptions): string;
  addBreadcrumb(message: string, options?: { readonly category?: string | undefined; readonly level?: Severity | undefined; readonly attributes?: Attributes | undefined }): void;
}

// ---- Operators ------------------------------------------------------------------------------------------------------
/** All the time the SDK knows. Default everywhere: the host's, which never keeps a process alive. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds: the only source of durations. */
  elapsed(): number;
  /** Ticks; never keeps a process alive. */
  every(milliseconds: number): Observable<unknown>;
}
export interface Timed { readonly clock?: Clock | undefined }
/** Keeps the kinds named, and narrows the type. */
export declare function ofKind<K extends SignalKind>(...kinds: readonly [K, ...K[]]): OperatorFunction<Signal, SignalOf<K>>;
/** Adds attributes; those already there win. A function that throws adds nothing. */
export declare function enrich<S extends Signal>(attributes: Attributes | ((signal: S) => Attributes | undefined)): MonoTypeOperatorFunction<S>;
export interface RedactOptions {
  /** Added to the default keys. */
  readonly keys?: readonly (string | RegExp)[] | undefined;
  readonly allow?: readonly (string | RegExp)[] | undefined;
  readonly replacement?: string | undefined;
}
export declare function redact<S extends Signal>(options?: RedactOptions): MonoTypeOperatorFunction<S>;
export interface SampleOptions {
  /** Share of traces kept, 0 to 1. Default 1. */
  readonly rate?: number | undefined;
  readonly random?: (() => number) | undefined;
}
/** Head sampling, by trace id: every signal of a trace, in every process, gets the same answer. */
export declare function sampleTraces<S extends Signal>(options?: SampleOptions): MonoTypeOperatorFunction<S>;
export interface KeepTracesOptions extends Timed {
  readonly errors?: boolean | undefined; readonly slowerThan?: number | undefined;
  /** How long a trace is held for its decision. Default 10 000. */
  readonly hold?: number | undefined; readonly maxTraces?: number | undefined;
}
/** Tail sampling: whole traces with an error, or slow ones. */
export declare function keepTraces<S extends Signal>(options?: KeepTracesOptions): MonoTypeOperatorFunction<S>;
export interface RateLimitOptions<T> extends Timed { readonly perSecond: number; readonly burst?: number | undefined; readonly by?: ((value: T) => AttributeValue | null | undefined) | undefined }
export declare function rateLimit<T>(options: RateLimitOptions<T>): MonoTypeOperatorFunction<T>;
export interface RollingStatisticsOptions<T> extends Timed {
  /** The series. `undefined` and `null` leave the value out. */
  readonly by: (value: T) => AttributeValue | null | undefined;
  readonly value: (value: T) => number | undefined;
  /** What counts in `errors`. Default: a failed signal. */
  readonly failed?: ((value: T) => boolean) | undefined;
  /** Default 60 000. */
  readonly window?: number | undefined;
  /** Default 1 000. */
  readonly every?: number | undefined;
  readonly maxSeries?: number | undefined;
}
/** One map a tick, of the series with data in the window. */
export declare function rollingStatistics<T>(options: RollingStatisticsOptions<T>): OperatorFunction<T, StatisticsMap>;
export type StatisticName = Exclude<keyof Statistics, 'name' | 'window'>;
export interface ExceedsOptions {
  readonly statistic: StatisticName | ((statistics: Statistics) => number);
  readonly above: number;
  /** Ticks in a row above before it counts. Default 1. */
  readonly times?: number | undefined;
  /** Fewest values in the window for it to count. Default 1. */
  readonly minCount?: number | undefined;
}
export interface Crossing extends Statistics { readonly state: 'exceeded' | 'recovered' }
/** The statistics of each series that crosses the line, once per crossing; on request also when it comes back. */
export declare function exceeds(options: ExceedsOptions & { readonly recovery: true }): OperatorFunction<ReadonlyMap<string, Statistics>, Crossing>;
export declare function exceeds(options: ExceedsOptions): OperatorFunction<ReadonlyMap<string, Statistics>, Statistics>;
/** Keeps the last signals and gives them out when `when` says so. */
export declare function flightRecorder<S extends Signal>(options: { readonly capacity?: number | undefined; readonly when: (signal: S) => boolean }): OperatorFunction<S, readonly S[]>;

// ---- Sources and sinks ----------------------------------------------------------------------------------------------
/** Cold: patches nothing until subscribed, undoes everything when unsubscribed. */
export interface Source { readonly name: string; observe(context: { readonly clock: Clock }): Observable<SignalInput> }
export interface WriteContext {
  /** Aborted at the delivery's timeout. Pass it on: `fetch(url, { signal: abortSignal })`. */
  readonly abortSignal: AbortSignal;
  /** The page or process is going away: keepalive or beacon, no round trips. */
  readonly leaving: boolean;
}
/** What became of the batch, when it is not simply all delivered. */
export interface WriteResult { readonly rejected?: number | undefined; readonly handedOff?: boolean | undefined }
/** Formats and sends. Queueing, retry, timeouts and counting are the delivery's. */
export interface Sink {
  readonly name: string;
  accepts?(signal: Signal): boolean;
  /** Throw a `DeliveryError` to steer the retry; anything else thrown is retried. */
  write(batch: readonly Signal[], context: WriteContext): Promise<WriteResult | void> | WriteResult | void;
  close?(): Promise<void> | void;
}
export declare class DeliveryError extends Error {
  constructor(message: string, options?: ErrorOptions & { readonly retryable?: boolean | undefined; readonly retryAfter?: number | undefined });
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
}
export interface HttpSinkOptions { readonly endpoint?: string | undefined; readonly headers?: Readonly<Record<string, string>> | undefined }
/** 'grpc' is Node's only; elsewhere it is a `ConfigurationError`. */
export interface OtlpSinkOptions extends HttpSinkOptions { readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc' | undefined }
export interface MemorySink extends Sink { readonly signals: readonly Signal[]; ofKind<K extends SignalKind>(kind: K): readonly SignalOf<K>[]; clear(): void }
export declare function consoleSink(options?: { readonly format?: 'pretty' | 'json' | undefined }): Sink;
export declare function otlpSink(options?: OtlpSinkOptions): Sink;
export declare function zipkinSink(options?: HttpSinkOptions): Sink;
export declare function jaegerSink(options?: HttpSinkOptions): Sink;
export declare function sentrySink(options?: { readonly dsn?: string | undefined; readonly environment?: string | undefined; readonly release?: string | undefined }): Sink;
export declare function memorySink(options?: { readonly capacity?: number | undefined }): MemorySink;

// ---- Accounts -------------------------------------------------------------------------------------------------------
export type FilterReason = 'disabled' | 'redaction-failed' | 'pipeline' | 'sampled' | 'rate-limited' | 'no-sink' | 'shutdown';
/** `held`: inside the stream, undecided (a trace waiting for its end, a user's operator that delays). */
export type DropReason = 'queue-full' | 'too-large' | 'rejected' | 'retries-exhausted' | 'spool-full' | 'shutdown';
/** At any instant: accepted = delivered + handedOff + spooled + sum(dropped) + pending. After shutdown pending is 0. */
export interface SinkLedger { readonly accepted: number; readonly delivered: number; readonly handedOff: number; readonly spooled: number; readonly pending: number; readonly dropped: Readonly<Record<DropReason, number>> }
/** At any instant: emitted + added = routed + sum(filtered) + held. After shutdown held is 0. `added`: by the user's own operators. */
export interface Ledger { readonly emitted: number; readonly added: number; readonly routed: number; readonly held: number; readonly filtered: Readonly<Record<FilterReason, number>>; readonly sinks: Readonly<Record<string, SinkLedger>> }
/** A trouble of the SDK itself, as it happens. */
export type Health = { readonly timestamp: number } & (
  | { readonly type: 'dropped'; readonly sink: string; readonly reason: DropReason; readonly count: number }
  | { readonly type: 'sink-failed'; readonly sink: string; readonly error: SerializedError; readonly retryIn?: number | undefined }
  | { readonly type: 'sink-recovered'; readonly sink: string }
  | { readonly type: 'subscriber-failed' | 'operator-failed' | 'source-failed'; readonly name: string; readonly error: SerializedError }
  | { readonly type: 'input-ignored'; readonly name: string; readonly message: string }
);
export interface FlushResult {
  /** True when nothing accepted before the call is pending or was dropped. */
  readonly ok: boolean;
  readonly timedOut: boolean;
  readonly delivered: number; readonly handedOff: number; readonly dropped: number; readonly pending: number;
}

// ---- The manager ----------------------------------------------------------------------------------------------------
export interface Logger extends Readonly<Record<SeverityName, (message: string, attributes?: Attributes) => void>> {}
export interface DeliveryOptions {
  readonly maxBatchSize?: number | undefined; readonly maxQueueBytes?: number | undefined;
  readonly flushEvery?: number | undefined; readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined; readonly spool?: boolean | undefined;
}
export interface ObservabilityOptions {
  readonly enabled?: boolean | undefined; readonly serviceName?: string | undefined;
  readonly environment?: string | undefined; readonly release?: string | undefined;
  /** Resource attributes: on every signal, fixed. */
  readonly attributes?: Attributes | undefined;
  readonly tracing?: boolean | TracingOptions | undefined;
  readonly requestLogging?: boolean | RequestLoggerOptions | undefined;
  readonly profiling?: boolean | ProfilerOptions | undefined;
  readonly errorTracking?: boolean | ErrorTrackerOptions | undefined;
  readonly sentryDsn?: string | undefined;
  readonly sampling?: (SampleOptions & { readonly keep?: KeepTracesOptions | undefined }) | undefined;
  readonly redaction?: RedactOptions | undefined;
  readonly pipeline?: readonly OperatorFunction<Signal, Signal>[] | undefined;
  /** A list replaces the defaults; a function gets them, to add to. */
  readonly sinks?: readonly Sink[] | ((defaults: readonly Sink[]) => readonly Sink[]) | undefined;
  readonly sources?: readonly Source[] | ((defaults: readonly Source[]) => readonly Source[]) | false | undefined;
  readonly delivery?: DeliveryOptions | undefined;
  readonly configFile?: string | false | undefined;
  /** Tests: time and chance. */
  readonly clock?: Clock | undefined; readonly random?: (() => number) | undefined;
}
export interface ObservabilityManager extends AsyncDisposable {
  readonly tracer: TracingManager; readonly requestLogger: RequestLogger;
  readonly profiler: PerformanceProfiler; readonly errorTracker: ErrorTracker; readonly logger: Logger;
  /** With a callback: active inside it, and answered by what it returns or throws. Without: answer with `traceResponse`. */
  traceRequest<T>(method: string, path: string, run: (context: RequestContext) => T): T;
  traceRequest<T>(method: string, path: string, details: RequestDetails | undefined, run: (context: RequestContext) => T): T;
  traceRequest(method: string, path: string, details?: RequestDetails): RequestContext;
  traceResponse(context: RequestContext, response?: ResponseInput): void;
  recordMetric(name: string, value: number, options?: { readonly unit?: string | undefined; readonly instrument?: MetricSignal['instrument'] | undefined; readonly attributes?: Attributes | undefined }): void;
  /** Redacted; never errors; completes at shutdown. */
  readonly signals$: Observable<Signal>;
  readonly spans$: Observable<SpanSignal>; readonly requests$: Observable<RequestSignal>; readonly responses$: Observable<ResponseSignal>;
  readonly profiles$: Observable<ProfileSignal>; readonly errors$: Observable<ErrorSignal>; readonly logs$: Observable<LogSignal>; readonly metrics$: Observable<MetricSignal>;
  readonly health$: Observable<Health>;
  ledger(): Ledger;
  /** Resolves, never rejects. `timeout` in milliseconds. */
  flush(options?: { readonly timeout?: number | undefined }): Promise<FlushResult>;
  shutdown(options?: { readonly timeout?: number | undefined }): Promise<FlushResult>;
}
export declare function createObservability(options?: ObservabilityOptions): ObservabilityManager;
/**
 * The process-wide manager. The first call creates it. Options given later, here or to a part used alone, are merged into it:
 * the last explicit value wins, `signals$` stays the same stream, and it is said once on `health$`. After `shutdown()` the next call creates anew.
 */
export declare function getObservabilityManager(options?: ObservabilityOptions): ObservabilityManager;
export interface ConfigurationIssue { readonly path: string; readonly expected: string; readonly received: string; readonly suggestion?: string | undefined }
export declare class ConfigurationError extends Error {
  readonly issues: readonly ConfigurationIssue[];
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

// ---- The live stream ------------------------------------------------------------------------------------------------
export interface LiveOptions<K extends SignalKind> { readonly kinds?: readonly K[] | undefined; readonly headers?: Readonly<Record<string, string>> | undefined; readonly window?: number | undefined; readonly every?: number | undefined }
/** One connection, shared; opens with the first subscriber, closes with the last, reconnects in between. */
export interface LiveConnection<S extends Signal> {
  readonly signals$: Observable<S>; readonly statistics$: Observable<StatisticsMap>; readonly health$: Observable<Health>;
  readonly state$: Observable<'connecting' | 'open' | 'retrying' | 'closed'>;
}
export declare function connectLive<K extends SignalKind = SignalKind>(url: string, options?: LiveOptions<K>): LiveConnection<SignalOf<K>>;
export {}; // else a .d.ts exports its helpers too
