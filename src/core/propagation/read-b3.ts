import type { TraceContext } from '../signal.ts';
import type { FormatSetup } from './format.ts';
import type { ReadableHeaders } from './headers.ts';
import { remoteTrace } from './remote-trace.ts';

/** Trace id, span id, whether to sample, and the parent, which says nothing that is needed. */
const pattern = /^(?!0+-)([\da-f]{16}|[\da-f]{32})-(?!0{16})([\da-f]{16})(?:-([01d]))?(?:-[\da-f]{16})?$/;

/**
 * The trace in headers of Zipkin's, of either form: the single one is preferred, whichever is written, as OpenTelemetry asks.
 * https://github.com/openzipkin/b3-propagation, https://opentelemetry.io/docs/specs/otel/context/api-propagators/#b3-requirements
 */
export function readB3(headers: ReadableHeaders, setup: FormatSetup): TraceContext | undefined {
  return readSingle(headers, setup) ?? readMulti(headers, setup);
}

function readSingle(headers: ReadableHeaders, setup: FormatSetup): TraceContext | undefined {
  const text = headers.single('b3');
  // A decision alone is about a trace that is still to begin.
  if (text === undefined || text === '0' || text === '1' || text === 'd') return undefined;
  return traceIn(text, 'a malformed b3', setup);
}

function readMulti(headers: ReadableHeaders, setup: FormatSetup): TraceContext | undefined {
  const traceId = headers.single('x-b3-traceid');
  const spanId = headers.single('x-b3-spanid');
  // So is one without identifiers.
  if (traceId === undefined && spanId === undefined) return undefined;
  const ids = `${traceId}-${spanId}`;
  // Neither may hold what is a header of its own.
  const text = ids.split('-').length === 2 ? ids + decisionOf(headers, setup) : null;
  return traceIn(text, 'a malformed x-b3-traceid or x-b3-spanid', setup);
}

/** As it is written into the single header. */
function decisionOf(headers: ReadableHeaders, { ignored }: FormatSetup): '-1' | '-0' | '' {
  // Debug implies that it is sampled, which then need not be said.
  if (headers.single('x-b3-flags') === '1') return '-1';
  const text = headers.single('x-b3-sampled');
  if (text === undefined) return '';
  if (/^(1|true)$/i.test(String(text))) return '-1';
  if (/^(0|false)$/i.test(String(text))) return '-0';
  ignored('a malformed x-b3-sampled');
  return '';
}

function traceIn(text: string | null, complaint: string, { ignored, isSampled }: FormatSetup): TraceContext | undefined {
  const [, traceId, spanId, decision] = pattern.exec(String(text)) ?? [];
  if (traceId === undefined || spanId === undefined) {
    ignored(complaint);
    return undefined;
  }
  return remoteTrace(traceId, spanId, decision === undefined ? isSampled(traceId.padStart(32, '0')) : decision !== '0');
}
