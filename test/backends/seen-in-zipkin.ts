import type { SpanKind } from '#sdk';
import { readAnnotation } from './read-annotation.ts';
import { readTags } from './read-tags.ts';
import type { SeenSpan } from './seen-span.ts';
import type { ZipkinSpan } from './zipkin.ts';

const linkKey = 'otlp.link.';

/** The spans of a trace, as Zipkin's API gave them. Whom it calls is not in them: see `remoteEndpoint`. */
export function seenInZipkin(spans: readonly ZipkinSpan[]): readonly SeenSpan[] {
  return spans.map(({ name = '', kind = 'INTERNAL', duration = 0, annotations = [], tags: { error, ...tags } = {}, ...span }) => {
    const { attributes, status, ...read } = readTags(tags);
    if ((error === undefined) !== (status.code !== 'error')) throw new Error(`${name}: the tag error is ${error}`);
    const entries = Object.entries(attributes);
    return {
      ...read,
      traceId: span.traceId,
      spanId: span.id,
      parentSpanId: span.parentId,
      name,
      kind: kind.toLowerCase() as SpanKind,
      service: span.localEndpoint?.serviceName ?? '',
      start: span.timestamp,
      duration,
      attributes: Object.fromEntries(entries.filter(([key]) => !key.startsWith(linkKey))),
      status: { code: status.code, message: error },
      events: annotations.map(({ timestamp: at, value }) => ({ ...readAnnotation(value), at })),
      links: entries.filter(([key]) => key.startsWith(linkKey)).map(([, link]) => readLink(String(link))),
      resource: {},
    };
  });
}

function readLink(text: string): SeenSpan['links'][number] {
  const [traceId = '', spanId = ''] = text.split('|');
  return { traceId, spanId };
}
