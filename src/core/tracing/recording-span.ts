import { SpanStatusCode } from '@opentelemetry/api';
import type { HrTime, Span as OpenTelemetrySpan } from '@opentelemetry/api';
import type { Clock } from '../clock.ts';
import { readProperty } from '../read-property.ts';
import { serializeError } from '../errors/serialize-error.ts';
import type { RequestContext } from '../requests/request.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';
import type { Attributes, AttributeValue, SerializedError, SpanStatus, TraceContext } from '../signal.ts';
import { dispose } from './span.ts';
import { droppedAttributes, toTraceContext } from './span-signal.ts';
import type { Span, StartSpan } from './span.ts';

/** Which library starts spans. */
export interface Scope {
  readonly name: string;
  readonly version: string | undefined;
}

/** What a span needs of the tracing it belongs to. */
export interface SpanHome {
  readonly clock: Clock;
  run<T>(span: RecordingSpan, callback: () => T): T;
  startSpanUnder(span: RecordingSpan): StartSpan;
  /** Remembers where an error was thrown. */
  threw(error: unknown, span: RecordingSpan): void;
  /** The span is part of this request. */
  serves(span: RecordingSpan, request: RequestContext): void;
}

export interface RecordingSpanSetup {
  readonly home: SpanHome;
  readonly openTelemetrySpan: OpenTelemetrySpan;
  readonly name: string;
  readonly scope: Scope;
  readonly request: RequestContext | undefined;
  readonly startTime: number;
  /** Whether the application gave the start: then durations cannot come from the monotonic clock. */
  readonly startGiven: boolean;
}

const statusCodes = { unset: SpanStatusCode.UNSET, ok: SpanStatusCode.OK, error: SpanStatusCode.ERROR } as const;

/** A span that OpenTelemetry's tracer records. */
export class RecordingSpan implements Span {
  declare readonly [Symbol.dispose]: () => void;
  readonly trace: TraceContext;
  readonly openTelemetrySpan: OpenTelemetrySpan;
  /** Its children are of the same. */
  readonly scope: Scope;
  readonly #home: SpanHome;
  readonly #startTime: number;
  readonly #startedAt: number | undefined;
  #name: string;
  #request: RequestContext | undefined;
  #ended = false;
  /** The last exception, which may be `undefined` itself. */
  #recorded: { readonly error: unknown } | undefined;

  constructor({ home, openTelemetrySpan, name, scope, request, startTime, startGiven }: RecordingSpanSetup) {
    this.trace = Object.freeze(toTraceContext(openTelemetrySpan.spanContext()));
    this.openTelemetrySpan = openTelemetrySpan;
    this.scope = scope;
    this.#home = home;
    this.#name = name;
    this.#request = request;
    this.#startTime = startTime;
    this.#startedAt = startGiven ? undefined : home.clock.elapsed();
  }

  get name(): string {
    return this.#name;
  }

  get recording(): boolean {
    return !this.#ended;
  }

  /** What it is part of: so is everything that happens in it, wherever the code runs. */
  get request(): RequestContext | undefined {
    return this.#request;
  }

  /** A request has a context only once its span has begun. */
  serve(request: RequestContext): void {
    this.#request = request;
    this.#home.serves(this, request);
  }

  setAttribute(key: string, value: AttributeValue | undefined): this {
    return this.setAttributes({ [snapshotText(key, 256)]: value });
  }

  setAttributes(attributes: Attributes): this {
    if (!this.#ended) setSnapshot(this.openTelemetrySpan, attributes);
    return this;
  }

  addEvent(name: string, attributes?: Attributes): this {
    if (this.#ended) return this;
    this.openTelemetrySpan.addEvent(snapshotText(name), mutable(snapshotAttributes(attributes)), hrTime(this.#now()));
    return this;
  }

  recordException(error: unknown): this {
    if (!this.#ended) this.#record(error, serializeError(error));
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#ended) return this;
    const given = Object(status);
    const name = readProperty(given, 'code');
    if (typeof name !== 'string' || !Object.hasOwn(statusCodes, name)) return this;
    const code = statusCodes[name as SpanStatus['code']];
    const message = readProperty(given, 'message');
    this.openTelemetrySpan.setStatus(message === undefined ? { code } : { code, message: snapshotText(message) });
    return this;
  }

  updateName(name: string): this {
    if (this.#ended) return this;
    this.#name = snapshotText(name, 256);
    this.openTelemetrySpan.updateName(this.#name);
    return this;
  }

  /** What a callback that throws does to its span. */
  fail(error: unknown): void {
    if (this.#ended) return;
    const serialized = serializeError(error);
    // The callback may have recorded it before it threw it on.
    if (this.#recorded?.error !== error) this.#record(error, serialized);
    this.setAttribute('error.type', serialized.type);
    this.setStatus({ code: 'error', message: serialized.message });
  }

  #record(error: unknown, { type, message, stack }: SerializedError): void {
    this.#recorded = { error };
    this.#home.threw(error, this);
    // https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
    this.addEvent('exception', { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack });
  }

  get startSpan(): StartSpan {
    return this.#home.startSpanUnder(this);
  }

  run<T>(callback: () => T): T {
    return this.#home.run(this, callback);
  }

  end(endTime?: number): void {
    if (this.#ended) return;
    // The processor reads the span inside: it must already be at its end.
    const end = typeof endTime === 'number' && Number.isFinite(endTime) ? endTime : this.#now();
    this.#ended = true;
    this.openTelemetrySpan.end(hrTime(Math.max(end, this.#startTime)));
  }

  static {
    Reflect.defineProperty(this.prototype, dispose, { value: this.prototype.end });
  }

  #now(): number {
    const { clock } = this.#home;
    return this.#startedAt === undefined ? clock.now() : this.#startTime + (clock.elapsed() - this.#startedAt);
  }
}

/**
 * Epoch milliseconds as OpenTelemetry's pair of seconds and nanoseconds. A plain number will not do: below the process's start
 * OpenTelemetry reads it as a time of the monotonic clock.
 */
export function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000);
  const nanoseconds = Math.round((milliseconds - seconds * 1_000) * 1e6);
  return nanoseconds === 1e9 ? [seconds + 1, 0] : [seconds, nanoseconds];
}

/** Sets a copy of the attributes. */
export function setSnapshot(span: OpenTelemetrySpan, attributes: unknown): void {
  const copy = snapshotAttributes(attributes);
  // First: OpenTelemetry leaves out what comes last, and this says that something was left out.
  if (copy[droppedAttributes] !== undefined) span.setAttribute(droppedAttributes, Number(copy[droppedAttributes]));
  span.setAttributes(mutable(copy));
}

/** OpenTelemetry's type for attributes has mutable arrays; ours are copies already. */
function mutable(attributes: Attributes): Record<string, string | number | boolean | string[]> {
  return attributes as Record<string, string | number | boolean | string[]>;
}
