import type { RequestContext } from '../requests/request.ts';
import type { Attributes, AttributeValue, SpanKind, SpanStatus, TraceContext } from '../signal.ts';

/** What can be the parent of a span. `null` begins a new trace. */
export type SpanParent = Pick<Span, 'trace'> | TraceContext | RequestContext | null;

/** How a span begins. */
export interface SpanOptions {
  /** Set from the start. Default: none. */
  readonly attributes?: Attributes | undefined;
  /** Default 'internal'. */
  readonly kind?: SpanKind | undefined;
  /** Default: the active span. `null` begins a new trace. A `RequestContext` is a parent too. */
  readonly parent?: SpanParent | undefined;
  /** Other spans it has to do with, of any trace. Default: none. */
  readonly links?: readonly TraceContext[] | undefined;
  /** Epoch milliseconds. Default: now. */
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

/** A unit of work in a trace, as OpenTelemetry defines it. No method throws. */
export interface Span extends Disposable {
  readonly name: string;
  readonly trace: TraceContext;
  /** False when disabled or ended: then every method does nothing. */
  readonly recording: boolean;
  setAttribute(key: string, value: AttributeValue | undefined): this;
  setAttributes(attributes: Attributes): this;
  /** Adds what happened at `timestamp` (epoch milliseconds) or now. */
  addEvent(name: string, attributes?: Attributes, timestamp?: number): this;
  /** Adds OpenTelemetry's event `exception`; does not change the status. */
  recordException(error: unknown): this;
  setStatus(status: SpanStatus): this;
  updateName(name: string): this;
  /** Starts a child, wherever the code runs: what to use after an `await` in a browser. */
  readonly startSpan: StartSpan;
  /** Runs `callback` with this span active; does not end it. */
  run<T>(callback: () => T): T;
  /** Ends the span, at `endTime` (epoch milliseconds) or now. Only the first call counts. */
  end(endTime?: number): void;
}

/** `Symbol.dispose`, or what compilers use where a browser has none yet. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
/** `Symbol.asyncDispose`, or what compilers use where a browser has none yet. */
export const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
