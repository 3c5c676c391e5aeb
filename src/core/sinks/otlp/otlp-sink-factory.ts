import type { Clock } from '../../clock.ts';
import type { Sink } from '../../sink.ts';
import type { CreateTransport } from '../../transport.ts';
import type { OtlpGrpc } from './otlp-grpc.ts';
import type { OtlpSinkOptions } from './otlp-options.ts';
import { createOtlpSink } from './otlp-sink.ts';
import { otlpSettings } from './otlp-settings.ts';
import type { OtlpVariables } from './otlp-variables.ts';

/**
 * Sends spans, logs and metrics to any OpenTelemetry receiver: OTLP over HTTP, in Node over gRPC too. A sink belongs to one manager,
 * whose resource it sends; a copy of it shares the totals of its metrics.
 * @throws ConfigurationError naming every wrong option at once
 */
export type OtlpSinkFactory = (options?: OtlpSinkOptions) => Sink;

/** What a host brings for it. */
export interface OtlpHost {
  readonly clock: Clock;
  /** Of hosts that have variables; a page shall not load what reads them. */
  readonly readVariables?: ((warn: (message: string) => void) => OtlpVariables) | undefined;
  /** For HTTP. */
  readonly createTransport: CreateTransport;
  /** Of hosts that can send over gRPC too. */
  readonly grpc?: OtlpGrpc | undefined;
  /** `telemetry.sdk.language`. */
  readonly language: 'nodejs' | 'webjs';
}

export function otlpSinkFactory(host: OtlpHost): OtlpSinkFactory {
  return (options = {}) => {
    const warnings: string[] = [];
    const warn = (message: string): void => void warnings.push(message);
    const settings = otlpSettings(options, host.readVariables?.(warn), { grpc: host.grpc, warn });
    return createOtlpSink({ ...host, settings, warnings });
  };
}
