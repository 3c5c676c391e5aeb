import type { Clock } from '../../clock.ts';
import type { Sink } from '../../sink.ts';
import type { CreateTransport } from '../../transport.ts';
import type { OtlpSinkOptions } from './otlp-options.ts';
import { createOtlpSink } from './otlp-sink.ts';
import { otlpSettings } from './otlp-settings.ts';
import type { OtlpVariables } from './otlp-variables.ts';

/**
 * Sends spans, logs and metrics to any OpenTelemetry receiver, over OTLP/HTTP. A sink belongs to one manager, whose resource it sends;
 * a copy of it shares the totals of its metrics.
 * @throws ConfigurationError naming every wrong option at once
 */
export type OtlpSinkFactory = (options?: OtlpSinkOptions) => Sink;

/** What a host brings for it. */
export interface OtlpHost {
  readonly clock: Clock;
  /** Of hosts that have variables; a page shall not load what reads them. */
  readonly readVariables?: ((warn: (message: string) => void) => OtlpVariables) | undefined;
  readonly createTransport: CreateTransport;
  /** `telemetry.sdk.language`. */
  readonly language: 'nodejs' | 'webjs';
}

export function otlpSinkFactory(host: OtlpHost): OtlpSinkFactory {
  return (options = {}) => {
    const warnings: string[] = [];
    const settings = otlpSettings(options, host.readVariables?.((message) => void warnings.push(message)));
    return createOtlpSink({ ...host, settings, warnings });
  };
}
