import type { SpanEvent, SpanSignal, TraceContext } from '../../signal.ts';
import { microseconds } from '../microseconds.ts';
import { describeBeside } from '../otlp/otlp-resource.ts';
import type { OtlpResource } from '../otlp/otlp-resource.ts';
import { isSpanContext, isSpanId } from '../span-identifiers.ts';
import { spanTags } from '../span-tags.ts';

/** Values of tags: a number, a truth, a text, or what becomes text. */
export type JaegerTags = Readonly<Record<string, unknown>>;

/** A span in Jaeger's own model. Times are microseconds. */
export interface JaegerSpan {
  readonly trace: TraceContext;
  readonly parentSpanId: string | undefined;
  readonly operationName: string;
  /** Spans that it follows. */
  readonly references: readonly TraceContext[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: JaegerTags;
  readonly logs: readonly JaegerLog[];
}

export interface JaegerLog {
  readonly timestamp: number;
  readonly fields: JaegerTags;
}

const remoteKinds: readonly string[] = ['server', 'client', 'producer', 'consumer'];
const describeFully = /* @__PURE__ */ describeBeside({});

/**
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/
 * @throws TypeError for a signal without the identifiers of a span
 */
export function toJaegerSpan(signal: SpanSignal, resource: OtlpResource): JaegerSpan {
  const { trace, parentSpanId, links } = signal;
  if (!isSpanContext(trace)) throw new TypeError('no identifiers');
  const references = links.filter(isSpanContext);
  return {
    trace,
    parentSpanId: isSpanId(parentSpanId) ? parentSpanId : undefined,
    operationName: String(signal.name),
    references,
    startTime: microseconds(signal.timestamp),
    duration: microseconds(signal.duration),
    tags: tagsOf(signal, resource, links.length - references.length),
    logs: signal.events.map(logOf),
  };
}

function tagsOf(signal: SpanSignal, resource: OtlpResource, lostLinks: number): JaegerTags {
  const { spanKind, status } = signal;
  const tags = spanTags(signal, resource, lostLinks);
  if (remoteKinds.includes(spanKind)) tags['span.kind'] = spanKind;
  if (status.code === 'error') tags['error'] = true;
  if (status.message) tags['otel.status_description'] = String(status.message);
  return tags;
}

function logOf({ name, timestamp, attributes }: SpanEvent): JaegerLog {
  // An attribute `event` takes precedence over the name.
  const record = { attributes: { event: String(name) } as Record<string, unknown>, droppedAttributesCount: 0 };
  describeFully(record, attributes);
  if (record.droppedAttributesCount > 0) record.attributes['otel.event.dropped_attributes_count'] = record.droppedAttributesCount;
  return { timestamp: microseconds(timestamp), fields: record.attributes };
}
