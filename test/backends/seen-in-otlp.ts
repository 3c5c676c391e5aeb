import type { OtlpAttribute, OtlpTraces, OtlpValue } from './collector.ts';
import type { SeenAttributes, SeenSpan, SeenValue } from './seen-span.ts';

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const statusCodes = ['unset', 'ok', 'error'] as const;

/** The spans of a trace, as the Collector wrote them. */
export function seenInOtlp(batches: readonly OtlpTraces[], traceId: string): readonly SeenSpan[] {
  return batches.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ resource, scopeSpans }) => {
      const { 'service.name': service = '', ...others } = attributesOf(resource.attributes);
      return scopeSpans.flatMap(({ scope, spans }) =>
        spans
          .filter((span) => span.traceId === traceId)
          .map((span): SeenSpan => ({
            traceId,
            spanId: span.spanId,
            parentSpanId: span.parentSpanId || undefined,
            traceState: span.traceState || undefined,
            name: span.name,
            kind: kinds[span.kind ?? 0] ?? 'internal',
            service: String(service),
            start: microseconds(span.startTimeUnixNano),
            duration: microseconds(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
            attributes: attributesOf(span.attributes),
            status: { code: statusCodes[span.status?.code ?? 0] ?? 'unset', message: span.status?.message || undefined },
            events: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
              name,
              at: microseconds(timeUnixNano),
              attributes: attributesOf(attributes),
            })),
            links: (span.links ?? []).map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
            resource: others,
            scope: scope.name === undefined ? undefined : { name: scope.name, version: scope.version ?? '' },
          })),
      );
    }),
  );
}

function microseconds(nanoseconds: string | bigint): number {
  return Number((BigInt(nanoseconds) + 500n) / 1_000n);
}

function attributesOf(attributes: readonly OtlpAttribute[] = []): SeenAttributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: OtlpValue): SeenValue {
  if (intValue !== undefined) return Number(intValue);
  if (doubleValue !== undefined) return Number.isInteger(doubleValue) ? { double: doubleValue } : doubleValue;
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(valueOf);
  return boolValue ?? stringValue ?? '';
}
