import type { TraceContext } from '../signal.ts';

/** A trace that came in. Identifiers may be shorter than ours: they are the same numbers. */
export function remoteTrace(traceId: string, spanId: string, sampled: boolean, traceState?: string): TraceContext {
  return Object.freeze({ traceId: traceId.padStart(32, '0'), spanId: spanId.padStart(16, '0'), sampled, traceState });
}
