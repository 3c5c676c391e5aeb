import type { SeverityName } from '../../signal.ts';

/** The severities Sentry knows. */
export type SentryLevel = 'debug' | 'info' | 'warning' | 'error' | 'fatal';

const levels: Readonly<Record<SeverityName, SentryLevel>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warning',
  error: 'error',
  fatal: 'fatal',
};

export function sentryLevel(level: SeverityName): SentryLevel {
  return levels[level];
}
