import { closest } from './config/closest.ts';
import { configurationError, describeValue } from './configuration-error.ts';
import type { ConfigurationIssue } from './configuration-error.ts';
import type { OptionCheck } from './operators/option-checks.ts';

/** A check for each option that there is. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>;

/** What is wrong with options, unknown ones included. `secret`: those of which a message may tell the type alone. Default none. */
export function optionIssues(name: string, options: unknown, checks: OptionChecks, secret: readonly string[] = []): ConfigurationIssue[] {
  if (typeof options !== 'object' || options === null) return [{ path: name, expected: 'an object of options', received: describeValue(options) }];
  const names = Object.keys(checks);
  return Object.entries(options).flatMap(([key, value]: [string, unknown]): ConfigurationIssue[] => {
    const path = `${name}.${key}`;
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) return [{ path, expected: `one of the options ${names.join(', ')}`, received: 'an unknown option', suggestion: closest(key, names) }];
    if (check.passes(value)) return [];
    return [{ path, expected: check.expected, received: secret.includes(key) ? typeof value : describeValue(value) }];
  });
}

/** @throws ConfigurationError naming every wrong option at once */
export function checkKnownOptions(name: string, options: unknown, checks: OptionChecks, secret: readonly string[] = []): void {
  const issues = optionIssues(name, options, checks, secret);
  if (issues.length > 0) throw configurationError(issues);
}
