import { isSpanContextValid, TraceFlags } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { TraceContext } from '../signal.ts';

/** `Headers`, Node's `IncomingHttpHeaders`, a `Map`, or a plain object. */
export type HeadersInput =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The header that carries a trace to another process. https://www.w3.org/TR/trace-context/ */
export function traceHeaders({ traceId, spanId, sampled }: TraceContext): Record<string, string> {
  return { traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}` };
}

/** The remote parent in these headers: `undefined` when there is none, `null` when it is malformed. Never throws. */
export function readTraceHeaders(headers: HeadersInput): TraceContext | null | undefined {
  const text = headerNamed(headers, 'traceparent');
  if (text === undefined) return undefined;
  const parsed = text === null || text.length > LONGEST ? null : parseTraceParent(text);
  if (parsed === null || !isSpanContextValid(parsed)) return null;
  return Object.freeze({
    traceId: parsed.traceId,
    spanId: parsed.spanId,
    sampled: (parsed.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED,
  });
}

/** Of a later version, which may have more parts. */
const LONGEST = 512;

/**
 * A header's value, whatever the case of its name; `undefined` when it is not there. Two different values are `null`: neither can
 * be trusted. Never throws.
 */
export function headerNamed(headers: HeadersInput | undefined, name: string): string | null | undefined {
  try {
    const values = new Set(entriesOf(headers).filter(([key]) => String(key).toLowerCase() === name).flatMap(([, value]) => value));
    const [value] = values;
    if (values.size === 0) return undefined;
    return values.size === 1 && typeof value === 'string' ? value : null;
  } catch {
    // Headers of the application whose reading throws.
    return undefined;
  }
}

/** The names and values of headers of any shape. May throw what reading them throws. */
export function entriesOf(headers: HeadersInput | undefined): readonly (readonly [string, string | readonly string[]])[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (isIterable(headers)) return [...headers];
  return Object.entries(headers).filter((entry): entry is [string, string | readonly string[]] => entry[1] !== undefined);
}

function isIterable(headers: HeadersInput): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
