import type { Span as ApiSpan } from '@opentelemetry/api';
import type { Clock } from '../clock.ts';
import type { Baggage } from '../propagation/baggage.ts';
import { readProperty } from '../read-property.ts';
import { serializeError } from '../errors/serialize-error.ts';
import type { ActiveRequest } from '../requests/active-request.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';
import type { Attributes, AttributeValue, SerializedError, SpanEvent, SpanSignal, SpanStatus, TraceContext } from '../signal.ts';
import { OpenTelemetrySpan } from './open-telemetry-span.ts';
import { dispose } from './span.ts';
import type { Span, StartSpan } from './span.ts';
import { countDropped, mergeAttributes } from './span-attributes.ts';

/** Which library starts spans. */
export interface Scope {
  readonly name: string;
  readonly version: string | undefined;
}

/** What a span needs of the tracing it belongs to. */
export interface SpanHome {
  readonly clock: Clock;
  /** Puts a finished span on the stream. Never throws. */
  emit(signal: SpanSignal): void;
  run<T>(span: RecordingSpan, callback: () => T): T;
  /** Says on `health$` what of a span could not be used. */
  readonly ignored: (what: string) => void;
  startSpanUnder(span: RecordingSpan): StartSpan;
  /** Remembers where an error was thrown. */
  threw(error: unknown, span: RecordingSpan): void;
  /** Of spans of the same manager. Any other parent lives elsewhere: in another process, or in another SDK of this one. */
  readonly own: WeakSet<TraceContext>;
  /** What travels with a trace, by what the application has of it: no signal shows it. */
  readonly baggage: WeakMap<TraceContext, Baggage>;
}

/** What becomes of a span: the signal it will be, which nobody else has before its end. */
export type SpanDraft = { -readonly [K in Exclude<keyof SpanSignal, 'events' | 'links'>]: SpanSignal[K] } & {
  events: SpanEvent[];
  links: TraceContext[];
};

/** What most spans have: one for all of them costs neither time nor memory. */
export const noStatus: SpanStatus = Object.freeze({ code: 'unset', message: undefined });
export const nothingListed: never[] = Object.freeze<never[]>([]) as never[];

export interface SpanSetup {
  readonly home: SpanHome;
  readonly draft: SpanDraft;
  readonly scope: Scope;
  readonly request: ActiveRequest | undefined;
  /** What travels with its trace. */
  readonly baggage: Baggage | undefined;
  /** On the monotonic clock. `undefined` when the application gave the start: then durations cannot come from there. */
  readonly startedAt: number | undefined;
}

/** Most events, and most links, a span keeps: the latest. */
const maxListed = 128;

/** A span that will be on the stream. */
export class RecordingSpan implements Span {
  declare readonly [Symbol.dispose]: () => void;
  /** Its children are of the same. */
  readonly scope: Scope;
  /** What travels with its trace, to its children and to other processes. */
  readonly baggage: Baggage | undefined;
  readonly #home: SpanHome;
  readonly #draft: SpanDraft;
  readonly #startedAt: number | undefined;
  #request: ActiveRequest | undefined;
  #ended = false;
  /** The last exception, which may be `undefined` itself. */
  #recorded: { readonly error: unknown } | undefined = undefined;
  #openTelemetry: ApiSpan | undefined = undefined;

  constructor({ home, draft, scope, request, baggage, startedAt }: SpanSetup) {
    this.scope = scope;
    this.baggage = baggage;
    this.#home = home;
    this.#draft = draft;
    this.#startedAt = startedAt;
    this.#request = request;
  }

  get name(): string {
    return this.#draft.name;
  }

  get trace(): TraceContext {
    const { trace } = this.#draft;
    // Not at the start: few spans are asked, and it costs as much as the identifiers.
    if (Object.isFrozen(trace)) return trace;
    this.#home.own.add(Object.freeze(trace));
    if (this.baggage !== undefined) this.#home.baggage.set(trace, this.baggage);
    return trace;
  }

  /** The same for what the SDK makes itself, which nobody can hand in as a parent: it costs nothing. */
  get where(): TraceContext {
    return this.#draft.trace;
  }

  get recording(): boolean {
    return !this.#ended;
  }

  /** `undefined` for the first span of a trace. */
  get parentSpanId(): string | undefined {
    return this.#draft.parentSpanId;
  }

  /** What it is part of: so is everything that happens in it, wherever the code runs. */
  get request(): ActiveRequest | undefined {
    return this.#request;
  }

  /** A request has a context only once its span has begun. */
  serve(request: ActiveRequest): void {
    this.#request = request;
  }

  /** The same span for whoever knows OpenTelemetry's API only. */
  get openTelemetry(): ApiSpan {
    return (this.#openTelemetry ??= new OpenTelemetrySpan(this, this.#home.clock));
  }

  belongsTo(home: SpanHome): boolean {
    return this.#home === home;
  }

  /** What it has under this key now. */
  attribute(key: string): AttributeValue | undefined {
    return this.#draft.attributes[key];
  }

  setAttribute(key: string, value: AttributeValue | undefined): this {
    return this.setAttributes({ [snapshotText(key, 256)]: value });
  }

  setAttributes(attributes: Attributes): this {
    return this.#ended ? this : this.setCopied(snapshotAttributes(attributes, undefined, this.#home.ignored));
  }

  /** Sets attributes that are a copy already: what was cut is not cut again. */
  setCopied(attributes: Attributes): this {
    if (!this.#ended) this.#draft.attributes = mergeAttributes(this.#draft.attributes, attributes);
    return this;
  }

  addEvent(name: string, attributes?: Attributes, timestamp?: number): this {
    if (this.#ended) return this;
    const event: SpanEvent = {
      name: snapshotText(name, 256),
      timestamp: timestamp ?? this.#draft.timestamp + this.#elapsed(),
      attributes: snapshotAttributes(attributes, undefined, this.#home.ignored),
    };
    this.#draft.events = this.#withLatest(this.#draft.events, event, 'arkhe.events_dropped');
    return this;
  }

  addLink(trace: TraceContext): void {
    if (!this.#ended) this.#draft.links = this.#withLatest(this.#draft.links, trace, 'arkhe.links_dropped');
  }

  recordException(error: unknown, timestamp?: number): this {
    if (!this.#ended) this.#record(error, serializeError(error), timestamp);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#ended) return this;
    const given = Object(status);
    const code = readProperty(given, 'code');
    // As OpenTelemetry has it: `unset` says nothing, and `ok` is the last word.
    if ((code !== 'ok' && code !== 'error') || this.#draft.status.code === 'ok') return this;
    const message = code === 'error' ? readProperty(given, 'message') : undefined;
    this.#draft.status = { code, message: message === undefined ? undefined : snapshotText(message) };
    return this;
  }

  updateName(name: string): this {
    if (this.#ended) return this;
    if (name === '') this.#home.ignored('an empty name');
    this.#draft.name = snapshotText(name, 256);
    return this;
  }

  /** What a callback that throws does to its span. */
  fail(error: unknown): void {
    if (this.#ended) return;
    const serialized = serializeError(error);
    // The callback may have recorded it before it threw it on.
    if (this.#recorded === undefined || this.#recorded.error !== error) this.#record(error, serialized);
    this.setAttribute('error.type', serialized.type);
    this.setStatus({ code: 'error', message: serialized.message });
  }

  get startSpan(): StartSpan {
    return this.#home.startSpanUnder(this);
  }

  run<T>(callback: () => T): T {
    return this.#home.run(this, callback);
  }

  end(endTime?: number): void {
    if (this.#ended) return this.#home.ignored('a span ended twice: its first end holds');
    const draft = this.#draft;
    const given = typeof endTime === 'number' && Number.isFinite(endTime);
    draft.duration = Math.max(0, given ? endTime - draft.timestamp : this.#elapsed());
    draft.requestId = this.#request?.requestId;
    this.#ended = true;
    this.#home.emit(draft);
  }

  static {
    Reflect.defineProperty(this.prototype, dispose, {
      value(this: RecordingSpan) {
        // `using` ends what the application may have ended before.
        if (this.recording) this.end();
      },
    });
  }

  /** Milliseconds since the start. */
  #elapsed(): number {
    const { clock } = this.#home;
    return this.#startedAt === undefined ? clock.now() - this.#draft.timestamp : clock.elapsed() - this.#startedAt;
  }

  #record(error: unknown, { type, message, stack }: SerializedError, timestamp?: number): void {
    this.#recorded = { error };
    this.#home.threw(error, this);
    // https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
    const attributes = { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack };
    this.addEvent('exception', attributes, timestamp);
  }

  #withLatest<T>(list: T[], item: T, mark: 'arkhe.events_dropped' | 'arkhe.links_dropped'): T[] {
    if (list === nothingListed) return [item];
    list.push(item);
    if (list.length > maxListed) {
      list.shift();
      this.#draft.attributes = countDropped(this.#draft.attributes, mark);
    }
    return list;
  }
}
