import type { FunctionInstrument } from '../function-instrument.ts';
import type { RequestContext } from '../requests/request.ts';
import type { Attributes, SpanKind, TraceContext } from '../signal.ts';
import type { Span, StartSpan } from './span.ts';
import type { HeadersInput } from '../propagation/headers.ts';

/** Options of `traceFunction`. */
export interface TraceFunctionOptions {
  /** Default: the function's name, `Class.method` for a method. */
  readonly name?: string | undefined;
  /** On the span of every call. Default: none. */
  readonly attributes?: Attributes | undefined;
  /** Default 'internal'. */
  readonly kind?: SpanKind | undefined;
}

/**
 * Starts spans. No method throws anything but what the callbacks throw, and `traceFunction` a `ConfigurationError` for wrong
 * options.
 */
export interface Tracer {
  /** Starts a span, by default as a child of the active one. */
  readonly startSpan: StartSpan;
  /**
   * Wraps a function, or decorates a method: every call gets a span, sync or async, until its end.
   * @throws ConfigurationError naming every wrong option at once, or for what is neither a function nor a method; calls never do
   */
  readonly traceFunction: FunctionInstrument<TraceFunctionOptions>;
}

/** The tracer of a manager: starts spans, and carries traces from process to process. */
export interface TracingManager extends Tracer {
  /** The span active here, if any. */
  activeSpan(): Span | undefined;
  /** Headers that carry a span (default: the active one) to another process. Empty when there is none. */
  inject(from?: Pick<Span, 'trace'> | TraceContext | RequestContext): Record<string, string>;
  /** The remote parent in these headers. `undefined` when missing or malformed. */
  extract(headers: HeadersInput): TraceContext | undefined;
}
