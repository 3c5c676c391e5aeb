import { withinLimits } from './baggage-limits.ts';
import { isBaggageKey, isCarriable } from './baggage.ts';
import type { BaggageEntry } from './baggage.ts';
import type { Format } from './format.ts';
import { percentDecoded, percentEncoded } from './percent-encoding.ts';
import { remoteTrace } from './remote-trace.ts';

/** Trace id, span id, parent id and flags. Zeros at the beginning of each may be left out. */
const pattern = /^(?!0+:)([\da-f]{1,32}):(?!0+:)([\da-f]{1,16}):[\da-f]{1,16}:([\da-f]{1,2})$/;

const prefix = 'uberctx-';

/**
 * Jaeger's own headers: `uber-trace-id`, and `uberctx-*` for each entry of baggage.
 * https://www.jaegertracing.io/docs/1.18/client-libraries/#propagation-format
 */
export const jaeger: Format = {
  fields: ['uber-trace-id'],
  readTrace(headers, { ignored }) {
    const text = headers.single('uber-trace-id');
    if (text === undefined) return undefined;
    // Some clients encode it like a part of a URL.
    const [, traceId = '', spanId, flags = ''] = pattern.exec((text ?? '').toLowerCase().replaceAll('%3a', ':')) ?? [];
    if (spanId === undefined) {
      ignored('a malformed uber-trace-id');
      return undefined;
    }
    const sampled = (Number.parseInt(flags, 16) & 1) === 1;
    return remoteTrace(traceId, spanId, sampled);
  },
  readBaggage(headers, { ignored }) {
    const entries = headers.beginningWith(prefix).map(([name, text]) => entryOf(name.slice(prefix.length), text));
    return withinLimits(entries, ({ key, value }) => lengthOf(key, percentEncoded(value)), ignored);
  },
  write({ trace, baggage = [] }, headers, { ignored }) {
    if (trace !== undefined) headers['uber-trace-id'] = `${trace.traceId}:${trace.spanId}:0:${trace.sampled ? '1' : '0'}`;
    const entries = baggage.map((entry) => (isCarriable(entry) ? ([entry.key, percentEncoded(entry.value)] as const) : undefined));
    for (const [key, text] of withinLimits(entries, ([key, text]) => lengthOf(key, text), ignored)) headers[prefix + key] = text;
  },
};

function entryOf(key: string, text: unknown): BaggageEntry | undefined {
  if (!isBaggageKey(key) || typeof text !== 'string' || !/^[ -~]*$/.test(text)) return undefined;
  // A plus sign is a space: Jaeger's clients encode it like the query of a URL.
  return Object.freeze({ key, value: percentDecoded(text.replaceAll('+', ' ')), metadata: undefined });
}

/** As W3C baggage counts it. */
function lengthOf(key: string, text: string): number {
  return key.length + 1 + text.length;
}
