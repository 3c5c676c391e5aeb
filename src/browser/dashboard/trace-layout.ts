import type { SpanSignal } from '../../core/signal.ts';
import type { NestedSpan } from './nest-spans.ts';
import { nestSpans } from './nest-spans.ts';

/** A span as a bar. */
export interface SpanBar extends NestedSpan {
  /** Milliseconds from the beginning of the trace. */
  readonly offset: number;
  /** Milliseconds, never negative. */
  readonly duration: number;
}

/** A trace as bars over its time. */
export interface TraceLayout {
  /** Milliseconds from the first beginning to the last end, as far as the spans tell. At least a microsecond. */
  readonly duration: number;
  readonly bars: readonly SpanBar[];
}

/** Places the spans of a trace in time. What is no number counts as none: a wrong clock elsewhere shall not hide the trace. */
export function layOutTrace(spans: readonly SpanSignal[]): TraceLayout {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { timestamp, duration } of spans) {
    if (!Number.isFinite(timestamp)) continue;
    start = Math.min(start, timestamp);
    end = Math.max(end, timestamp + lengthOf(duration));
  }
  const bars = nestSpans(spans).map(({ span, depth, orphan }) => ({
    span,
    depth,
    orphan,
    offset: Number.isFinite(span.timestamp) ? span.timestamp - start : 0,
    duration: lengthOf(span.duration),
  }));
  return { duration: Math.max(end - start, 0.001), bars };
}

function lengthOf(duration: number): number {
  return Number.isFinite(duration) && duration > 0 ? duration : 0;
}
