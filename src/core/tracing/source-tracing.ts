import type { Carried } from '../propagation/format.ts';
import type { HeadersInput } from '../propagation/headers.ts';
import type { Attributes, AttributeValue, SpanKind, TraceContext } from '../signal.ts';
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

/** What sources see the traffic of the application with: the tracing of the manager that observes them. No method throws. */
export interface SourceTracing {
  /** False where nothing is to be seen: tracing is switched off, a sink is at work, or the host's OpenTelemetry says so. */
  observes(): boolean;
  /** Begins a span, which is not active. */
  startSpan(name: string, options: SourceSpanOptions): Span;
  /** What a span of this tracing has under this key now, whoever set it. */
  attributeOf(span: Span, key: string): AttributeValue | undefined;
  /** Reads the headers of a request that came in. */
  extract(headers: HeadersInput): Carried;
  /**
   * Headers that carry this span to the receiver of a request, by lower-case name: none when it is not among those that get them,
   * which is said once for each origin. What the request has under these names already is to be replaced.
   */
  headersFor(span: Span, url: string): Readonly<Record<string, string>>;
  /**
   * Lower-case names of the headers that `headersFor` may give, but for those that are named after an entry of baggage: with a new one
   * of them, the others that a request has are stale.
   */
  readonly fields: readonly string[];
  /**
   * From here on, in this call and in everything it awaits or calls back, this span is active: of what came in before on the same
   * connection nothing is left. `undefined`: nothing is active. Only where the host follows asynchronous calls; elsewhere it does nothing.
   */
  enter(span: Span | undefined): void;
  /** Runs `callback` with this span active, for OpenTelemetry too, if the host has its own context manager. */
  run<T>(span: Span, callback: () => T): T;
  /** Whether the host has a context manager of OpenTelemetry's that `enter` cannot reach, but `run` can. */
  readonly needsRun: boolean;
  /** Says on `health$`, once a minute, and counts what could not be used. */
  ignored(source: string, message: string): void;
}
