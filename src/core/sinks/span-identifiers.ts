import type { TraceContext } from '../signal.ts';

// Stricter than OTLP needs: receivers of other formats refuse a whole batch for one identifier that is none.
const traceId: RegExp = /^(?!0+$)[\da-f]{32}$/;
const spanId: RegExp = /^(?!0+$)[\da-f]{16}$/;

/** Whether a span can be named with it. */
export function isSpanContext(trace: TraceContext | undefined): trace is TraceContext {
  return trace !== undefined && traceId.test(trace.traceId) && spanId.test(trace.spanId);
}

export function isSpanId(id: string | undefined): id is string {
  return id !== undefined && spanId.test(id);
}
