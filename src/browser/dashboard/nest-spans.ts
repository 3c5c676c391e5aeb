import type { SpanSignal } from '../../core/signal.ts';

/** A span in its place in the trace. */
export interface NestedSpan {
  readonly span: SpanSignal;
  /** 0 for a span that stands under no other. */
  readonly depth: number;
  /** It names a parent that is not here: one of another process, one left out, or one that stands below it. */
  readonly orphan: boolean;
}

/** The spans under their parents, each exactly once, siblings as they began. Parents may be missing, and may go in circles. */
export function nestSpans(spans: readonly SpanSignal[]): readonly NestedSpan[] {
  const byStart = [...spans].sort((a, b) => a.timestamp - b.timestamp);
  const ids = new Set(byStart.map(({ trace }) => trace.spanId));
  const children = groupByParent(byStart);
  const seen = new Set<SpanSignal>();
  const nested: NestedSpan[] = [];

  function place(root: SpanSignal): void {
    const waiting: NestedSpan[] = [{ span: root, depth: 0, orphan: root.parentSpanId !== undefined }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next.span)) continue;
      seen.add(next.span);
      nested.push(next);
      const below = children.get(next.span.trace.spanId) ?? [];
      // The last in is the first out.
      for (let at = below.length - 1; at >= 0; at--) waiting.push({ span: below[at] as SpanSignal, depth: next.depth + 1, orphan: false });
    }
  }

  for (const span of byStart) if (span.parentSpanId === undefined || !ids.has(span.parentSpanId)) place(span);
  // What is left goes in circles: the first of each is taken for its top.
  for (const span of byStart) if (!seen.has(span)) place(span);
  return nested;
}

function groupByParent(spans: readonly SpanSignal[]): Map<string, SpanSignal[]> {
  const children = new Map<string, SpanSignal[]>();
  for (const span of spans) {
    if (span.parentSpanId === undefined) continue;
    const siblings = children.get(span.parentSpanId);
    if (siblings === undefined) children.set(span.parentSpanId, [span]);
    else siblings.push(span);
  }
  return children;
}
