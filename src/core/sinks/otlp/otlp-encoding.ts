import { createExportLogsServiceRequest } from '@opentelemetry/otlp-transformer/build/esm/logs/internal.js';
import { serializeLogsExportRequest } from '@opentelemetry/otlp-transformer/build/esm/logs/protobuf/logs-serializer.js';
import { createExportMetricsServiceRequest } from '@opentelemetry/otlp-transformer/build/esm/metrics/internal.js';
import { serializeMetricsExportRequest } from '@opentelemetry/otlp-transformer/build/esm/metrics/protobuf/metrics-serializer.js';
import { createExportTraceServiceRequest } from '@opentelemetry/otlp-transformer/build/esm/trace/internal.js';
import type { OtlpLog } from './otlp-log.ts';
import type { OtlpMetrics } from './otlp-metrics.ts';
import type { OtlpEndpoint } from './otlp-options.ts';
import type { OtlpSpan } from './otlp-span.ts';
import type { HrTime } from './otlp-time.ts';

// The package's public serialisers bring along readers of answers, which is a kilobyte nobody needs. Its version is pinned.

type Protocol = OtlpEndpoint['protocol'];

/** Records as the body of a request. */
export interface EncodedRecords {
  /** Absent when none could be read. */
  readonly body: Uint8Array | undefined;
  /** How many could not be read, because a user's operator broke them. Nothing of them is in the body. */
  readonly unreadable: number;
}

/** Reads every signal as a record, and encodes what could be read. */
export function encodeEach<S, R>(signals: readonly S[], read: (signal: S) => R, encode: (records: readonly R[]) => Uint8Array): EncodedRecords {
  const records: R[] = [];
  for (const signal of signals) {
    try {
      records.push(read(signal));
    } catch {
      // Counted below.
    }
  }
  return { body: records.length > 0 ? encode(records) : undefined, unreadable: signals.length - records.length };
}

/** For protobuf there is `createSpanEncoder`. */
export function encodeSpansAsJson(spans: readonly OtlpSpan[]): Uint8Array {
  return json(createExportTraceServiceRequest(spans as never, jsonEncoder));
}

export function encodeLogs(logs: readonly OtlpLog[], protocol: Protocol): Uint8Array {
  return isJson(protocol)
    ? json(createExportLogsServiceRequest(logs as never, jsonEncoder))
    : serializeLogsExportRequest(logs as never);
}

export function encodeMetrics(metrics: OtlpMetrics, protocol: Protocol): Uint8Array {
  return isJson(protocol)
    ? json(createExportMetricsServiceRequest([metrics as never], jsonEncoder))
    : serializeMetricsExportRequest(metrics as never);
}

export function isJson(protocol: Protocol): boolean {
  return protocol === 'http/json';
}

const asIs = <T>(value: T): T => value;

/** How identifiers and times look in OTLP's JSON. Bytes are text by then. */
const jsonEncoder = {
  encodeHrTime: ([seconds, nanoseconds]: HrTime): string => String(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)),
  encodeSpanContext: asIs<string>,
  encodeOptionalSpanContext: asIs<string | undefined>,
  encodeUint8Array: asIs as never,
};

function json(request: unknown): Uint8Array {
  const text = JSON.stringify(request)
    // No receiver reads these as 64 bits. A quote inside of a text is escaped, so this only matches the field itself.
    .replace(/"intValue":(?=-?\d{17}|-?[\d.]+e)/g, '"doubleValue":');
  // Half a surrogate pair: UTF-8 does not have it, and strict receivers refuse it as an escape too.
  const withoutHalves = (): string => text.replace(/\\(?:ud[89a-f]..|.)/g, (escape) => (escape.length > 2 ? '\ufffd' : escape));
  return new TextEncoder().encode(text.includes('\\ud') ? withoutHalves() : text);
}
