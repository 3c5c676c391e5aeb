import type { SpanKind } from '#sdk';
import type { JaegerTag, JaegerTrace } from './jaeger.ts';
import { readTags } from './read-tags.ts';
import type { SeenAttributes, SeenSpan, SeenValue } from './seen-span.ts';

/** The spans of a trace, as Jaeger's API gave them. */
export function seenInJaeger({ spans, processes }: JaegerTrace): readonly SeenSpan[] {
  return spans.map((span) => {
    const { serviceName = '', tags: resource = [] } = processes[span.processID] ?? {};
    // A span inside a service may say nothing of its kind.
    const { 'span.kind': kind = 'internal', error, ...tags } = attributesOf(span.tags);
    const read = readTags(tags);
    // By this tag alone its pages show a span as failed.
    if ((error === true) !== (read.status.code === 'error')) throw new Error(`${span.operationName}: the tag error is ${String(error)}`);
    return {
      ...read,
      traceId: span.traceID,
      spanId: span.spanID,
      parentSpanId: span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
      name: span.operationName,
      kind: kind as SpanKind,
      service: serviceName,
      start: span.startTime,
      duration: span.duration,
      events: span.logs.map(({ timestamp, fields }) => {
        const { event = '', ...attributes } = attributesOf(fields);
        return { name: String(event), at: timestamp, attributes };
      }),
      links: span.references
        .filter(({ refType }) => refType === 'FOLLOWS_FROM')
        .map(({ traceID, spanID }) => ({ traceId: traceID, spanId: spanID })),
      resource: attributesOf(resource),
    };
  });
}

function attributesOf(tags: readonly JaegerTag[]): SeenAttributes {
  return Object.fromEntries(tags.map((tag): [string, SeenValue] => [tag.key, valueOf(tag)]));
}

function valueOf({ type, value }: JaegerTag): SeenValue {
  return type === 'float64' && Number.isInteger(value) ? { double: Number(value) } : value;
}
