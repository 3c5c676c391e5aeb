import type { Variables } from '../../config/environment-variables.ts';
import { readAddress, suggestedEndpoint } from '../otlp/endpoint.ts';
import type { Address } from '../otlp/endpoint.ts';
import { milliseconds } from './option-issues.ts';

/** What variables say of a sink; `undefined` where they say nothing of use. */
export interface HttpSinkVariables {
  readonly address?: Address | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/**
 * Reads `OTEL_EXPORTER_<of>_ENDPOINT` and `_TIMEOUT`. A wrong one is told to `warn`, and left out. Only hosts that have variables load
 * this. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#zipkin-exporter
 */
export function httpSinkVariables(of: 'ZIPKIN' | 'JAEGER', variables: Variables, warn: (message: string) => void): HttpSinkVariables {
  const ignored = (name: string, expected: string, suggestion?: string): undefined =>
    void warn(`${name}: expected ${expected}, ignored${suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`}`);

  function address(name: string): Address | undefined {
    const text = variables[name]?.trim();
    if (!text) return undefined;
    return readAddress(text) ?? ignored(name, 'an http or https URL, credentials percent-encoded', suggestedEndpoint(text));
  }

  function duration(name: string): number | undefined {
    const text = variables[name]?.trim();
    if (!text) return undefined;
    return milliseconds.fits(Number(text)) ? Number(text) : ignored(name, milliseconds.expected);
  }

  return { address: address(`OTEL_EXPORTER_${of}_ENDPOINT`), timeout: duration(`OTEL_EXPORTER_${of}_TIMEOUT`) };
}
