import { setField } from '../../set-field.ts';
import type { SpanEvent, SpanSignal, TraceContext } from '../../signal.ts';
import { microseconds } from '../microseconds.ts';
import { describeBeside } from '../otlp/otlp-resource.ts';
import type { OtlpResource } from '../otlp/otlp-resource.ts';
import { isSpanContext, isSpanId } from '../span-identifiers.ts';
import { spanTags, tagText } from '../span-tags.ts';
import { localEndpoint, remoteEndpoint } from './zipkin-endpoint.ts';
import type { ZipkinEndpoint } from './zipkin-endpoint.ts';

/** A span as Zipkin takes it: https://zipkin.io/zipkin-api/#/default/post_spans. What is `undefined` is left out. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string | undefined;
  readonly kind: string | undefined;
  /** Epoch microseconds. */
  readonly timestamp: number | undefined;
  /** Microseconds, at least 1. */
  readonly duration: number;
  readonly localEndpoint: ZipkinEndpoint;
  readonly remoteEndpoint: ZipkinEndpoint | undefined;
  readonly annotations: readonly ZipkinAnnotation[] | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

interface ZipkinAnnotation {
  /** Epoch microseconds. */
  readonly timestamp: number;
  readonly value: string;
}

/** What the spans of a process have in common. */
export interface ZipkinProcess {
  readonly resource: OtlpResource;
  readonly endpoint: ZipkinEndpoint;
  /** Of the resource, but for the name of the service, which has its place. */
  readonly tags: readonly (readonly [key: string, text: string])[];
}

const kinds: Readonly<Record<string, string | undefined>> = {
  server: 'SERVER',
  client: 'CLIENT',
  producer: 'PRODUCER',
  consumer: 'CONSUMER',
};
const describeFully = /* @__PURE__ */ describeBeside({});

export function createZipkinProcess(resource: OtlpResource): ZipkinProcess {
  const { 'service.name': name, ...others } = resource.attributes;
  const tags = Object.entries(others).map(([key, value]) => [key, tagText(value)] as const);
  // What OpenTelemetry calls a service that has no name.
  return { resource, endpoint: { serviceName: name === undefined ? 'unknown_service' : tagText(name) }, tags };
}

/**
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
 * @throws TypeError for a signal without the identifiers of a span: Zipkin would refuse the whole batch
 */
export function toZipkinSpan(signal: SpanSignal, process: ZipkinProcess): ZipkinSpan {
  const { trace, parentSpanId, timestamp, attributes, spanKind, events } = signal;
  if (!isSpanContext(trace)) throw new TypeError('no identifiers');
  const calls = spanKind === 'client' || spanKind === 'producer';
  return {
    traceId: trace.traceId,
    id: trace.spanId,
    parentId: isSpanId(parentSpanId) ? parentSpanId : undefined,
    name: signal.name === '' ? undefined : String(signal.name),
    kind: kinds[spanKind],
    timestamp: microseconds(timestamp) || undefined,
    duration: microseconds(signal.duration) || 1,
    localEndpoint: localEndpoint(process.endpoint, attributes),
    remoteEndpoint: calls ? remoteEndpoint(attributes) : undefined,
    annotations: events.length === 0 ? undefined : annotationsOf(events, microseconds(timestamp)),
    tags: tagsOf(signal, process),
  };
}

function tagsOf(signal: SpanSignal, { resource, tags: common }: ZipkinProcess): Record<string, string> {
  const { status, links } = signal;
  const kept = links.length === 0 ? links : links.filter(isSpanContext);
  const own = spanTags(signal, resource, links.length - kept.length);
  const tags: Record<string, string> = {};
  for (const key in own) setField(tags, key, tagText(own[key]));
  // One by one: to begin with a copy of these takes twice as long for all of them.
  for (const [key, text] of common) if (!Object.hasOwn(own, key)) setField(tags, key, text);
  // For Zipkin any span with this tag has failed, whatever its value.
  if (status.code === 'error') tags['error'] = tagText(status.message ?? '');
  else if (tags['error'] === 'false') delete tags['error'];
  kept.forEach((link, index) => (tags[`otlp.link.${index}`] = linkText(link)));
  return tags;
}

/** Nothing says how links are sent to Zipkin. This is how the OpenTelemetry Collector writes them, and reads them again. */
function linkText({ traceId, spanId, traceState = '' }: TraceContext): string {
  return `${traceId}|${spanId}|${traceState.includes('|') ? '' : traceState}|{}|0`;
}

/** No two alike: they are a set. What has no time happened when the span began: receivers refuse a batch for a 0 here. */
function annotationsOf(events: readonly SpanEvent[], start: number): readonly ZipkinAnnotation[] {
  const annotations = new Map<string, ZipkinAnnotation>();
  for (const event of events) {
    const timestamp = microseconds(event.timestamp) || start || 1;
    const value = annotationText(event);
    annotations.set(`${timestamp} ${value}`, { timestamp, value });
  }
  return [...annotations.values()];
}

/** The name; with attributes `"name":{"key":"value"}`. */
function annotationText({ name, attributes }: SpanEvent): string {
  const record = { attributes: {} as Record<string, unknown>, droppedAttributesCount: 0 };
  describeFully(record, attributes);
  if (record.droppedAttributesCount > 0) record.attributes['otel.dropped_attributes_count'] = record.droppedAttributesCount;
  const text = String(name);
  const json = JSON.stringify(record.attributes);
  if (json === '{}' && !text.includes('|')) return text;
  // The Collector takes these for fields of its own, and refuses a batch where it cannot read them.
  return `${JSON.stringify(text)}:${json}`.replaceAll('|', '\\u007c');
}
