import type { SeverityName } from './signal.ts';

/** What is accepted: also upper case, Sentry's and Python's names. Signals carry `SeverityName`. */
export type Severity = SeverityName | Uppercase<SeverityName> | 'warning' | 'WARNING' | 'critical' | 'CRITICAL';

/**
 * OpenTelemetry's severity numbers: the first of each range of four.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
export const severityNumbers: Readonly<Record<SeverityName, number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
};

/** The severities from the least to the gravest. */
const severityNames: readonly SeverityName[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

const synonyms: Readonly<Record<string, SeverityName>> = { warning: 'warn', critical: 'fatal' };

/** The severity a name means, whatever its case; `undefined` for no severity at all. */
export function severityNamed(name: unknown): SeverityName | undefined {
  if (typeof name !== 'string') return undefined;
  const lower = name.toLowerCase();
  return severityNames.find((candidate) => candidate === lower) ?? (Object.hasOwn(synonyms, lower) ? synonyms[lower] : undefined);
}
