import type { Clock } from '../../clock.ts';
import type { SpanSignal } from '../../signal.ts';
import type { Sink } from '../../sink.ts';
import type { CreateTransport } from '../../transport.ts';
import { encodeEach } from '../http/encoded-records.ts';
import type { HttpSinkOptions } from '../http/http-sink-options.ts';
import { httpSinkSettings } from '../http/http-sink-settings.ts';
import type { HttpSinkDefaults } from '../http/http-sink-settings.ts';
import type { HttpSinkVariables } from '../http/http-sink-variables.ts';
import { jsonBytes } from '../http/json-bytes.ts';
import { createSpanSink } from '../http/span-sink.ts';
import type { SpanFormat } from '../http/span-sink.ts';
import { createZipkinProcess, toZipkinSpan } from './zipkin-span.ts';
import type { ZipkinSpan } from './zipkin-span.ts';

/**
 * Sends spans to Zipkin, or to what takes its format, as JSON of version 2. `endpoint` is the whole URL; one without a path gets
 * `/api/v2/spans`. Credentials in it, percent-encoded, become an `Authorization` header unless `headers` has one. Default
 * `OTEL_EXPORTER_ZIPKIN_ENDPOINT`, else `http://localhost:9411/api/v2/spans`. A page can only send to a Zipkin that allows its origin
 * (`ZIPKIN_QUERY_ALLOWED_ORIGINS`). https://zipkin.io/zipkin-api/
 * @throws ConfigurationError naming every wrong option at once
 */
export type ZipkinSinkFactory = (options?: HttpSinkOptions) => Sink;

/** What a host brings for it. */
export interface ZipkinHost {
  readonly clock: Clock;
  /** Of hosts that have variables; a page shall not load what reads them. */
  readonly readVariables?: ((warn: (message: string) => void) => HttpSinkVariables) | undefined;
  readonly createTransport: CreateTransport;
  /** `telemetry.sdk.language`. */
  readonly language: 'nodejs' | 'webjs';
}

const path = '/api/v2/spans';
const defaults: HttpSinkDefaults = { path: 'zipkinSink', endpoint: `http://localhost:9411${path}` };

const format: SpanFormat = {
  contentType: 'application/json',
  spanBytes: 800,
  createEncoder(resource) {
    const process = createZipkinProcess(resource);
    const read = (span: SpanSignal): ZipkinSpan => toZipkinSpan(span, process);
    return (spans) => encodeEach(spans, read, (records) => jsonBytes(JSON.stringify(records)));
  },
};

export function zipkinSinkFactory({ readVariables, ...host }: ZipkinHost): ZipkinSinkFactory {
  return (options = {}) => {
    const warnings: string[] = [];
    const variables = readVariables?.((message) => void warnings.push(message)) ?? {};
    const { address, timeout } = httpSinkSettings(options, variables, defaults);
    return createSpanSink({ ...host, name: 'zipkin', address: withPath(address), receiver: 'a Zipkin server', format, timeout, warnings });
  };
}

/** Who says only where Zipkin is means the path it has everywhere. */
function withPath<A extends { readonly url: string }>(address: A): A {
  const url = new URL(address.url);
  if (url.pathname === '/') url.pathname = path;
  return { ...address, url: url.href };
}
