import type { SpanSignal } from '../signal.ts';
import type { OtlpResource } from './otlp/otlp-resource.ts';
import { ownScope } from './otlp/otlp-scope.ts';
import { describeSpan } from './otlp/otlp-span.ts';

/** The names of the statuses that are told; `unset` is not. */
const statusNames: Readonly<Record<string, string | undefined>> = { ok: 'OK', error: 'ERROR' };

/**
 * What a span says, but for what is in the resource, for formats that have nothing but tags for it: its session and request, its
 * attributes, and what OTLP has fields for. https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/
 */
export function spanTags(signal: SpanSignal, resource: OtlpResource, lostLinks: number): Record<string, unknown> {
  const record = { attributes: {} as Record<string, unknown>, droppedAttributesCount: 0 };
  describeSpan(record, signal, resource);
  const tags = record.attributes;
  const { name, version } = signal.scope ?? ownScope;
  // The specification wants the names of before, too.
  tags['otel.scope.name'] = tags['otel.library.name'] = String(name);
  if (version !== undefined) tags['otel.scope.version'] = tags['otel.library.version'] = String(version);
  const { traceState } = signal.trace;
  if (typeof traceState === 'string' && traceState !== '') tags['w3c.tracestate'] = traceState;
  const status = statusNames[signal.status.code];
  if (status !== undefined) tags['otel.status_code'] = status;
  if (record.droppedAttributesCount > 0) tags['otel.dropped_attributes_count'] = record.droppedAttributesCount;
  if (lostLinks > 0) tags['otel.dropped_links_count'] = lostLinks;
  return tags;
}

/** The value of a tag where tags are texts: lists and what a user's operator made of objects as JSON. */
export function tagText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
