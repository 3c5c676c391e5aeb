import type { Carried } from '../propagation/format.ts';
import type { HeadersInput } from '../propagation/headers.ts';
import type { ActiveRequest } from '../requests/active-request.ts';
import type { Attributes, SpanKind, TraceContext } from '../signal.ts';
import type { Span } from './span.ts';

/** How a span of a source begins. */
export interface SourceSpanOptions {
  readonly kind: SpanKind;
  /** Set from the start; fresh, and handed over. */
  readonly attributes: Attributes;
  /** With `from` the span continues what came in, whatever is active here; without, it is a child of the active span. */
  readonly from?: Carried | undefined;
  /** For a source that knows the parent by other means than the context. Wins over both. */
  readonly parent?: Pick<Span, 'trace'> | TraceContext | undefined;
  /** Epoch milliseconds. Default: now. */
  readonly startTime?: number | undefined;
}

/** A request, and its span where it has one. */
export interface TracedRequest extends ActiveRequest {
  readonly span: Span | undefined;
}

/** What sources see the traffic of the application with: the tracing of the manager that observes them. No method throws. */
export interface SourceTracing {
  /** False where nothing is to be seen: tracing is switched off, or `isSuppressed`. */
  observes(): boolean;
  /** Whether nothing at all is to be seen here: the manager is switched off, a sink is at work, or the host's OpenTelemetry says so. */
  isSuppressed(): boolean;
  /** Begins a span, which is not active. */
  startSpan(name: string, options: SourceSpanOptions): Span;
  /** Reads the headers of a request that came in. */
  extract(headers: HeadersInput): Carried;
  /**
   * Headers that carry this span to the receiver of a request, by lower-case name, for one that `allows` says may have them. What the
   * request has under these names already is to be replaced.
   */
  headersFor(span: Span): Readonly<Record<string, string>>;
  /**
   * Lower-case names of the headers that `headersFor` may give, but for those that are named after an entry of baggage: with a new one
   * of them, the others that a request has are stale.
   */
  readonly fields: readonly string[];
  /** Whether a request to this address may carry headers of ours; that it may not is said once for each origin. */
  allows(url: string): boolean;
  /** From here on, in this call and in all that it awaits or calls back, this request and its span are active; `undefined`: nothing is. */
  enter(request: TracedRequest | undefined): void;
  /** Runs `callback` with this request and its span active. */
  runIn<T>(request: TracedRequest, callback: () => T): T;
  /** Runs `callback` with this span active, for OpenTelemetry too, if the host has its own context manager. */
  run<T>(span: Span, callback: () => T): T;
  /** Whether the host has a context manager of OpenTelemetry's that `enter` cannot reach, but `run` can. */
  readonly needsRun: boolean;
  /** Says on `health$`, once a minute, and counts what could not be used. */
  ignored(source: string, message: string): void;
}
