import type { SpanEvent, SpanSignal, TraceContext } from '../../signal.ts';
import { anyValue } from './any-value.ts';
import { describeBeside } from './otlp-resource.ts';
import type { Described, OtlpResource } from './otlp-resource.ts';
import type { OtlpScope } from './otlp-scope.ts';
import { hrTime } from './otlp-time.ts';
import type { HrTime } from './otlp-time.ts';

/** OTLP's number of a kind is one more. */
export const spanKinds: readonly string[] = ['internal', 'server', 'client', 'producer', 'consumer'];
/** A status's number is its place. */
export const statusCodes: readonly string[] = ['unset', 'ok', 'error'];
export const SESSION_ID = 'session.id';
export const REQUEST_ID = 'arkhe.request_id';
const none: readonly never[] = [];
const describeFully = /* @__PURE__ */ describeBeside({});

/** Where a record belongs, as the serialisers read it. */
export interface OtlpContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly traceState: { serialize(): string } | undefined;
}

/** A span as OpenTelemetry's serialisers read one. It is its own context, which saves an object a span. */
export interface OtlpSpan extends Described, OtlpContext {
  readonly spanContext: () => OtlpContext;
  readonly parentSpanContext: { readonly spanId: string; readonly isRemote: boolean } | undefined;
  readonly name: string;
  readonly kind: number;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly events: readonly unknown[];
  readonly droppedEventsCount: number;
  readonly links: readonly unknown[];
  readonly droppedLinksCount: number;
  readonly status: { readonly code: number; readonly message: string | undefined };
  readonly resource: OtlpResource;
  readonly instrumentationScope: OtlpScope;
}

function itself(this: OtlpContext): OtlpContext {
  return this;
}

/** @throws TypeError for a signal without the identifiers of a span: a receiver would refuse the whole batch */
export function toOtlpSpan(signal: SpanSignal, resource: OtlpResource, scope: OtlpScope): OtlpSpan {
  const { trace, parentSpanId, timestamp, status, events, links } = signal;
  if (!isTrace(trace)) throw new TypeError('no identifiers');
  const kept = links.length === 0 ? none : links.filter(isTrace);
  // One literal, which engines build many times faster than a class with as many fields.
  const span: OtlpSpan = {
    spanContext: itself,
    traceId: trace.traceId,
    spanId: trace.spanId,
    traceFlags: flagsOf(trace),
    traceState: stateOf(trace),
    parentSpanContext: isId(parentSpanId, 16) ? { spanId: parentSpanId, isRemote: signal.parentIsRemote === true } : undefined,
    name: String(signal.name),
    kind: spanKinds.indexOf(signal.spanKind),
    startTime: hrTime(timestamp),
    endTime: hrTime(timestamp, signal.duration),
    attributes: {},
    droppedAttributesCount: 0,
    events: events.length === 0 ? none : events.map(eventOf),
    droppedEventsCount: 0,
    links: kept.length === 0 ? none : kept.map((link) => ({ context: contextOf(link) })),
    droppedLinksCount: links.length - kept.length,
    status: { code: Math.max(0, statusCodes.indexOf(status.code)), message: textOf(status.message) },
    resource,
    instrumentationScope: scope,
  };
  describeSpan(span, signal, resource);
  return span;
}

/** Adds a span's session, its request and its own attributes to a record. */
export function describeSpan(record: Described, { sessionId, requestId, attributes }: SpanSignal, resource: OtlpResource): void {
  if (sessionId !== undefined) record.attributes[SESSION_ID] = anyValue(sessionId);
  if (requestId !== undefined) record.attributes[REQUEST_ID] = anyValue(requestId);
  resource.describe(record, attributes);
}

/** Where a signal belongs; nowhere when its identifiers cannot be sent. */
export function contextOf(trace: TraceContext | undefined): OtlpContext | undefined {
  if (!isTrace(trace)) return undefined;
  return { traceId: trace.traceId, spanId: trace.spanId, traceFlags: flagsOf(trace), traceState: stateOf(trace) };
}

function eventOf({ name, timestamp, attributes }: SpanEvent): unknown {
  const event = { name: String(name), time: hrTime(timestamp), attributes: {}, droppedAttributesCount: 0 };
  describeFully(event, attributes);
  return event;
}

function flagsOf({ sampled }: TraceContext): number {
  return sampled ? 1 : 0;
}

function stateOf({ traceState }: TraceContext & { readonly traceState?: unknown }): OtlpContext['traceState'] {
  return typeof traceState === 'string' ? { serialize: () => traceState } : undefined;
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Whether a span can be named with it. */
export function isTrace(trace: TraceContext | undefined): trace is TraceContext {
  return isId(trace?.traceId, 32) && isId(trace?.spanId, 16);
}

/** That its digits are hexadecimal was seen to when the signal was made. */
export function isId(id: unknown, length: number): id is string {
  return typeof id === 'string' && id.length === length;
}
