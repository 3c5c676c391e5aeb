import { isSpanContextValid, TraceFlags } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { TraceContext } from '../signal.ts';
import { validTraceState } from './trace-state.ts';

/** `Headers`, Node's `IncomingHttpHeaders`, a `Map`, or a plain object. */
export type HeadersInput =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The headers that carry a trace to another process. https://www.w3.org/TR/trace-context/ */
export function traceHeaders({ traceId, spanId, sampled, traceState }: TraceContext): Record<string, string> {
  const traceparent = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
  return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState };
}

/** The remote parent in these headers: `undefined` when there is none, or it is malformed, which `ignored` is told. Never throws. */
export function readTraceHeaders(headers: HeadersInput, ignored: (what: string) => void): TraceContext | undefined {
  const text = headerNamed(headers, 'traceparent');
  if (text === undefined) return undefined;
  const parsed = text === null || text.length > LONGEST ? null : parseTraceParent(text);
  if (parsed === null || !isSpanContextValid(parsed)) {
    ignored('a malformed traceparent');
    return undefined;
  }
  // A list may be spread over several headers.
  const list = valuesOf(headers, 'tracestate').join(',');
  const traceState = validTraceState(list);
  if (traceState === undefined && list.trim() !== '') ignored('a malformed tracestate');
  const sampled = (parsed.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
  return Object.freeze({ traceId: parsed.traceId, spanId: parsed.spanId, sampled, traceState });
}

/** Of a later version, which may have more parts. */
const LONGEST = 512;

/**
 * A header's value, whatever the case of its name; `undefined` when it is not there. Two different values are `null`: neither can
 * be trusted. Never throws.
 */
export function headerNamed(headers: HeadersInput | undefined, name: string): string | null | undefined {
  const values = valuesOf(headers, name);
  if (values.length === 0) return undefined;
  const [value] = values;
  return values.length === 1 && typeof value === 'string' ? value : null;
}

/** The different values of the headers of this name, whatever its case. */
function valuesOf(headers: HeadersInput | undefined, name: string): readonly unknown[] {
  try {
    return [...new Set(entriesOf(headers).filter(([key]) => String(key).toLowerCase() === name).flatMap(([, value]) => value))];
  } catch {
    // Headers of the application whose reading throws.
    return [];
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
