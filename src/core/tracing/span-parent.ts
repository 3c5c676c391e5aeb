import type { TraceContext } from '../signal.ts';
import { noTrace } from './silent-span.ts';

/**
 * The trace a parent is in: `null` when it is in none, `undefined` when it cannot be a parent. What the application may still
 * change is copied. Never throws.
 */
export function traceOfParent(parent: unknown): TraceContext | null | undefined {
  if (parent === null) return null;
  if (typeof parent !== 'object' && typeof parent !== 'function') return undefined;
  try {
    const { traceId, trace = null } = parent as Partial<TraceContext & { readonly trace: unknown }>;
    const where = (traceId === undefined ? trace : parent) as TraceContext | null;
    return where === null || where.traceId === noTrace.traceId ? null : valid(where);
  } catch {
    // A getter of the application.
    return undefined;
  }
}

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
function valid(where: TraceContext): TraceContext | undefined {
  const { traceId, spanId, sampled } = where;
  if (!/^(?!0{32})[\da-f]{32}$/.test(traceId) || !/^(?!0{16})[\da-f]{16}$/.test(spanId)) return undefined;
  return Object.isFrozen(where) ? where : Object.freeze({ traceId, spanId, sampled: sampled === true });
}
