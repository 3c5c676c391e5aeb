import { configurationError } from '../../configuration-error.ts';
import type { ConfigurationIssue } from '../../configuration-error.ts';
import { optionIssues } from '../../known-options.ts';
import type { OptionChecks } from '../../known-options.ts';
import { optional } from '../../operators/option-checks.ts';
import { expectedDsn, expectedTunnel, isDsn, isTunnel, readDsn } from './dsn.ts';
import type { Dsn } from './dsn.ts';
import type { SentryHost, SentrySinkOptions } from './sentry-sink-factory.ts';

/** What the options of a sink come to. */
export interface SentrySettings {
  readonly dsn: Dsn;
  readonly tunnel: string | undefined;
  readonly environment: string | undefined;
  readonly release: string | undefined;
}

const text = optional({ expected: 'a text that is not empty', passes: (value) => typeof value === 'string' && value !== '' });

/** @throws ConfigurationError naming every wrong option at once; shows nothing of a DSN or a tunnel: they hold keys */
export function sentrySettings(options: SentrySinkOptions, host: SentryHost): SentrySettings {
  const checks: OptionChecks = {
    dsn: optional({ expected: expectedDsn, passes: isDsn }),
    environment: text,
    release: text,
    tunnel: optional(tunnelCheck(host)),
  };
  const given = Object(options) as SentrySinkOptions;
  const fromVariable = given.dsn === undefined ? host.readVariable?.() || undefined : undefined;
  const dsn = readDsn(given.dsn ?? fromVariable);
  const issues = optionIssues('sentrySink', options, checks, ['dsn', 'tunnel']);
  if (given.dsn === undefined && dsn === undefined) issues.unshift(withoutDsn(fromVariable, host));
  if (dsn === undefined || issues.length > 0) throw configurationError(issues);
  return { dsn, tunnel: absolute(given.tunnel, host), environment: given.environment, release: given.release };
}

function withoutDsn(fromVariable: string | undefined, { readVariable }: SentryHost): ConfigurationIssue {
  if (fromVariable !== undefined) return { path: 'SENTRY_DSN', expected: expectedDsn, received: 'string' };
  const expected = readVariable === undefined ? expectedDsn : `${expectedDsn}, or the variable SENTRY_DSN`;
  return { path: 'sentrySink.dsn', expected, received: 'undefined' };
}

/** A path means the page's own origin, and only pages have one. */
function tunnelCheck({ platform }: SentryHost): OptionChecks[string] {
  if (platform === 'javascript') return { expected: expectedTunnel, passes: isTunnel };
  return { expected: 'an http or https URL', passes: (value) => isTunnel(value) && !String(value).startsWith('/') };
}

function absolute(tunnel: string | undefined, { ownOrigin }: SentryHost): string | undefined {
  return tunnel?.startsWith('/') && ownOrigin !== undefined ? ownOrigin + tunnel : tunnel;
}
