import { ConfigurationError } from '../core/configuration-error.ts';
import { otlpVariables } from '../core/sinks/otlp/otlp-variables.ts';
import type { OtlpVariables } from '../core/sinks/otlp/otlp-variables.ts';
import { readTls } from './tls-files.ts';

const variableOf: Readonly<Record<string, string>> = {
  'tls.ca': 'OTEL_EXPORTER_OTLP_CERTIFICATE',
  'tls.cert': 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
  'tls.key': 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
};

/** Those of this process. Files that cannot be used are left out too, and told: in code they stop the start, but a variable must not. */
export function readOtlpVariables(warn: (message: string) => void): OtlpVariables {
  const variables = otlpVariables(process.env, warn);
  return {
    ...variables,
    of(kind) {
      const said = variables.of(kind);
      try {
        readTls(said.tls);
        return said;
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        for (const { path, expected, received } of error.issues) {
          warn(`${variableOf[path] ?? path}, or that of ${kind}: expected ${expected}, received ${received}; certificates are ignored`);
        }
        return { ...said, tls: {} };
      }
    },
  };
}
