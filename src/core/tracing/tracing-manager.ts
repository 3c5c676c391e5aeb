import type { FunctionInstrument } from '../function-instrument.ts';
import type { RequestContext } from '../requests/request.ts';
import type { Attributes, SpanKind, TraceContext } from '../signal.ts';
import type { Span, StartSpan } from './span.ts';
import type { HeadersInput } from './trace-headers.ts';

export interface TraceFunctionOptions {
  /** Default: the function's name, `Class.method` for a method. */
  readonly name?: string | undefined;
  readonly attributes?: Attributes | undefined;
  /** Default 'internal'. */
  readonly kind?: SpanKind | undefined;
}

/** Starts spans. No method throws anything but what the callbacks throw. */
export interface Tracer {
  readonly startSpan: StartSpan;
  readonly traceFunction: FunctionInstrument<TraceFunctionOptions>;
}

export interface TracingManager extends Tracer {
  /** The span active here, if any. */
  activeSpan(): Span | undefined;
  /** Headers that carry a span (default: the active one) to another process. Empty when there is none. */
  inject(from?: Pick<Span, 'trace'> | TraceContext | RequestContext): Record<string, string>;
  /** The remote parent in these headers. `undefined` when missing or malformed. */
  extract(headers: HeadersInput): TraceContext | undefined;
}
