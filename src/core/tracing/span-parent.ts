import type { Baggage } from '../propagation/baggage.ts';
import type { ActiveRequest } from '../requests/active-request.ts';
import type { TraceContext } from '../signal.ts';
import { noTrace } from './silent-span.ts';
import { validTraceState } from '../propagation/trace-state.ts';

/** What a span begins under. */
export interface Parent {
  readonly trace: TraceContext;
  /** Whether it lives elsewhere: in another process, or in another SDK of this one. */
  readonly remote: boolean;
  /** What happens under it is part of this request. */
  readonly request: ActiveRequest | undefined;
  /** What travels with its trace. */
  readonly baggage: Baggage | undefined;
}

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

/** Where links lead to, in the order given; what leads to no trace is left out. Never throws. */
export function linkedTraces(links: unknown, traceOf: (link: unknown) => TraceContext | null | undefined): readonly TraceContext[] {
  try {
    return Array.isArray(links) ? links.map(traceOf).filter((trace) => trace !== undefined && trace !== null) : [];
  } catch {
    // A Proxy of the application.
    return [];
  }
}

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
function valid(where: TraceContext): TraceContext | undefined {
  const { traceId, spanId, sampled } = where;
  // What only turns into such a text is none: `test` would take it.
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
  if (!/^(?!0{32})[\da-f]{32}$/.test(traceId) || !/^(?!0{16})[\da-f]{16}$/.test(spanId)) return undefined;
  const traceState = where.traceState === undefined ? undefined : validTraceState(where.traceState);
  if (where.traceState === traceState && isAsMade(where)) return where;
  return Object.freeze({ traceId, spanId, sampled: sampled === true, traceState });
}

const fields: readonly string[] = ['traceId', 'spanId', 'sampled', 'traceState'];

/** Whether it is as spans and `extract` make them: nothing else is in it, and no getter or later change can alter it. */
function isAsMade(where: TraceContext): boolean {
  if (!Object.isFrozen(where) || Object.getPrototypeOf(where) !== Object.prototype) return false;
  return Object.entries(Object.getOwnPropertyDescriptors(where)).every(([key, { get }]) => fields.includes(key) && get === undefined);
}
