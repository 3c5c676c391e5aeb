import { configurationError } from '../../configuration-error.ts';
import type { Sink } from '../../sink.ts';
import type { HttpSinkOptions } from '../http/http-sink-options.ts';
import { httpSinkSettings } from '../http/http-sink-settings.ts';
import type { HttpSinkDefaults } from '../http/http-sink-settings.ts';
import type { HttpSinkVariables } from '../http/http-sink-variables.ts';
import { createSpanSink } from '../http/span-sink.ts';
import type { SpanFormat } from '../http/span-sink.ts';
import { createOtlpSink } from '../otlp/otlp-sink.ts';
import type { OtlpHost } from '../otlp/otlp-sink-factory.ts';
import { otlpSettings } from '../otlp/otlp-settings.ts';

/**
 * Sends spans to Jaeger: over OTLP, for which `endpoint` is a base as for `otlpSink`; in Node over gRPC when its port is 4317, and as a
 * batch of Thrift when its path is `/api/traces`, as in `http://localhost:14268/api/traces`. Credentials in it, percent-encoded, become
 * an `Authorization` header unless `headers` has one. Default `OTEL_EXPORTER_JAEGER_ENDPOINT`, else `http://localhost:4318`; the
 * variables of OTLP are not asked, as they may hold the keys of another receiver. https://www.jaegertracing.io/docs/latest/apis/
 * @throws ConfigurationError naming every wrong option at once, and outside of Node for an endpoint of gRPC or Thrift
 */
export type JaegerSinkFactory = (options?: HttpSinkOptions) => Sink;

/** What a host brings for it: what OTLP needs, and its own. */
export interface JaegerHost extends Omit<OtlpHost, 'readVariables'> {
  /** Of hosts that have variables; a page shall not load what reads them. */
  readonly readVariables?: ((warn: (message: string) => void) => HttpSinkVariables) | undefined;
  /** Of hosts from which Jaeger takes Thrift. */
  readonly thrift?: SpanFormat | undefined;
}

const defaults: HttpSinkDefaults = { path: 'jaegerSink', endpoint: 'http://localhost:4318' };

export function jaegerSinkFactory({ readVariables, thrift, ...host }: JaegerHost): JaegerSinkFactory {
  return (options = {}) => {
    const warnings: string[] = [];
    const warn = (message: string): void => void warnings.push(message);
    const { address, timeout } = httpSinkSettings(options, readVariables?.(warn) ?? {}, defaults);
    const { url, headers } = address;
    if (!/\/api\/traces\/?$/.test(new URL(url).pathname)) {
      const settings = otlpSettings({ endpoint: url, headers, timeout }, undefined, { path: defaults.path, grpc: host.grpc, warn });
      return createOtlpSink({ ...host, settings, name: 'jaeger', kinds: ['traces'], warnings });
    }
    if (thrift === undefined) throw thriftError(url);
    return createSpanSink({ ...host, name: 'jaeger', address, receiver: "Jaeger's collector", format: thrift, timeout, warnings });
  };
}

function thriftError(url: string): Error {
  const why = "Thrift over HTTP is for Node: Jaeger's collector answers no page that asks by CORS";
  const expected = `an endpoint for OTLP, at port 4318 (${why})`;
  const suggestion = `${new URL(url).origin.replace(/:\d+$/, '')}:4318`;
  return configurationError([{ path: 'jaegerSink.endpoint', expected, received: 'the path /api/traces, which is for Thrift', suggestion }]);
}
