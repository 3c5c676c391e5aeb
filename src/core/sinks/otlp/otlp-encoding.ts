import { createExportLogsServiceRequest } from '@opentelemetry/otlp-transformer/build/esm/logs/internal.js';
import { serializeLogsExportRequest } from '@opentelemetry/otlp-transformer/build/esm/logs/protobuf/logs-serializer.js';
import { createExportMetricsServiceRequest } from '@opentelemetry/otlp-transformer/build/esm/metrics/internal.js';
import { serializeMetricsExportRequest } from '@opentelemetry/otlp-transformer/build/esm/metrics/protobuf/metrics-serializer.js';
import { createExportTraceServiceRequest } from '@opentelemetry/otlp-transformer/build/esm/trace/internal.js';
import { jsonBytes } from '../http/json-bytes.ts';
import type { OtlpLog } from './otlp-log.ts';
import type { OtlpMetrics } from './otlp-metrics.ts';
import type { OtlpEndpoint } from './otlp-options.ts';
import type { OtlpSpan } from './otlp-span.ts';
import type { HrTime } from './otlp-time.ts';

// The package's public serialisers bring along readers of answers, which is a kilobyte nobody needs. Its version is pinned.

type Protocol = OtlpEndpoint['protocol'];

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
  // No receiver reads these as 64 bits. A quote inside of a text is escaped, so this only matches the field itself.
  return jsonBytes(JSON.stringify(request).replace(/"intValue":(?=-?\d{17}|-?[\d.]+e)/g, '"doubleValue":'));
}
