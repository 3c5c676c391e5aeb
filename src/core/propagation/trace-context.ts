import type { Format, FormatSetup } from './format.ts';
import type { ReadableHeaders } from './headers.ts';
import { remoteTrace } from './remote-trace.ts';
import { validTraceState } from './trace-state.ts';

/** Version, trace id, parent id and flags: all that a later version is sure to begin with. */
const beginning = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-|$)/;

/** W3C Trace Context: `traceparent` and `tracestate`. https://www.w3.org/TR/trace-context-2/ */
export const traceContext: Format = {
  fields: ['traceparent', 'tracestate'],
  readTrace(headers, setup) {
    const text = headers.single('traceparent');
    if (text === undefined) return undefined;
    if (text === null || !beginning.test(text) || (text.startsWith('00') && text.length !== 55)) {
      setup.ignored('a malformed traceparent');
      return undefined;
    }
    const sampled = (Number.parseInt(text.slice(53, 55), 16) & 1) === 1;
    return remoteTrace(text.slice(3, 35), text.slice(36, 52), sampled, readTraceState(headers, setup));
  },
  write({ trace }, headers) {
    if (trace === undefined) return;
    headers['traceparent'] = `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}`;
    if (trace.traceState !== undefined) headers['tracestate'] = trace.traceState;
  },
};

function readTraceState(headers: ReadableHeaders, { ignored }: FormatSetup): string | undefined {
  const parts = headers.named('tracestate');
  if (parts.length === 0) return undefined;
  // A list may be spread over several headers, and its members may be empty.
  const list = parts.every((part) => typeof part === 'string') ? parts.join() : undefined;
  const traceState = validTraceState(list);
  if (traceState === undefined && (list === undefined || /[^ \t,]/.test(list))) ignored('a malformed tracestate');
  return traceState;
}
