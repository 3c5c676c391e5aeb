import { SpanKind as OpenTelemetrySpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Attributes, SignalInput, SpanKind, SpanStatus, TraceContext } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';

/** What attributes beyond the cap are counted in. */
export const droppedAttributes = 'arkhe.attributes_dropped';
/** Most attributes OpenTelemetry keeps of a span: with the marks below as many as a signal has. */
export const maxAttributes = 125;
const maxName = 256;

/** A finished span of OpenTelemetry's, whoever started it, as a signal. */
export function toSpanSignal(span: ReadableSpan, requestId: string | undefined): SignalInput {
  const parent = span.parentSpanContext;
  return {
    kind: 'span',
    name: span.name,
    timestamp: milliseconds(span.startTime),
    duration: milliseconds(span.duration),
    attributes: attributesOf(span),
    trace: toTraceContext(span.spanContext()),
    requestId,
    parentSpanId: parent?.spanId,
    parentIsRemote: parent?.isRemote === true ? true : undefined,
    spanKind: toSpanKind(span.kind),
    status: toStatus(span.status),
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name: snapshotText(name, maxName),
      timestamp: milliseconds(time),
      attributes: snapshotAttributes(attributes),
    })),
    links: span.links.map(({ context }) => toTraceContext(context)),
    scope: { name: span.instrumentationScope.name, version: span.instrumentationScope.version },
  };
}

/** With marks of what OpenTelemetry left out: in front, where they are not left out themselves. */
function attributesOf(span: ReadableSpan): Attributes {
  const attributes = span.attributes as Attributes;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  if (droppedAttributesCount + droppedEventsCount + droppedLinksCount === 0) return attributes;
  const dropped = droppedAttributesCount + Number(attributes[droppedAttributes] ?? 0);
  const marks = {
    ...(dropped > 0 && { [droppedAttributes]: dropped }),
    ...(droppedEventsCount > 0 && { 'arkhe.events_dropped': droppedEventsCount }),
    ...(droppedLinksCount > 0 && { 'arkhe.links_dropped': droppedLinksCount }),
  };
  return { ...marks, ...attributes, ...marks };
}

export function toTraceContext(context: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number }): TraceContext {
  return { traceId: context.traceId, spanId: context.spanId, sampled: (context.traceFlags & 1) === 1 };
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}

const kinds: readonly (readonly [SpanKind, OpenTelemetrySpanKind])[] = [
  ['internal', OpenTelemetrySpanKind.INTERNAL],
  ['server', OpenTelemetrySpanKind.SERVER],
  ['client', OpenTelemetrySpanKind.CLIENT],
  ['producer', OpenTelemetrySpanKind.PRODUCER],
  ['consumer', OpenTelemetrySpanKind.CONSUMER],
];

function toSpanKind(kind: OpenTelemetrySpanKind): SpanKind {
  return kinds.find(([, theirs]) => theirs === kind)?.[0] ?? 'internal';
}

export function toOpenTelemetryKind(kind: unknown): OpenTelemetrySpanKind {
  return kinds.find(([ours]) => ours === kind)?.[1] ?? OpenTelemetrySpanKind.INTERNAL;
}

function toStatus({ code, message }: { readonly code: SpanStatusCode; readonly message?: string }): SpanStatus {
  if (code === SpanStatusCode.ERROR) return { code: 'error', message: message === undefined ? undefined : snapshotText(message) };
  return { code: code === SpanStatusCode.OK ? 'ok' : 'unset', message: undefined };
}
