import type { ConfigurationIssue } from '../../configuration-error.ts';
import { readAddress, suggestedEndpoint } from '../otlp/endpoint.ts';
import { headerIssues } from '../otlp/otlp-headers.ts';

/** What a value has to be, for options and variables alike. */
export interface Rule {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

export const milliseconds: Rule = {
  expected: 'milliseconds, from 1 to 2147483647',
  fits: (value) => typeof value === 'number' && value >= 1 && value <= 2_147_483_647,
};

export function endpointRule(expected: string): Rule {
  return { expected, fits: (value) => typeof value === 'string' && readAddress(value) !== undefined };
}

/** Headers are judged one by one. */
export const headersRule: Rule = { expected: '', fits: () => true };

/** A name or a number; a credential is longer, or mixed. */
const plain: RegExp = /^([a-z/]{1,13}|-?[\d.]{1,13})$/;

/** Every wrong option of a sink. `path` is where they were given. Shows nothing of an endpoint or a header: it may hold a secret. */
export function optionIssues(options: unknown, path: string, rules: Readonly<Record<string, Rule>>): readonly ConfigurationIssue[] {
  if (typeof options !== 'object' || options === null) return [{ path, expected: 'an object of options', received: typeof options }];
  const names = Object.keys(rules);
  return [...new Set([...names, ...Object.keys(options)])].flatMap((name) => {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    const at = `${path}.${name}`;
    if (!names.includes(name)) return [{ path: at, expected: `one of the options ${names.join(', ')}`, received: 'an unknown option' }];
    if (value === undefined) return [];
    if (name === 'headers') return headerIssues(value, at);
    const { expected, fits } = rules[name]!;
    if (fits(value)) return [];
    if (name === 'endpoint') return [{ path: at, expected, received: typeof value, suggestion: suggestedEndpoint(value) }];
    const shown = typeof value !== 'object' && plain.test(String(value)) ? ` ${typeof value === 'string' ? `"${value}"` : String(value)}` : '';
    return [{ path: at, expected, received: typeof value + shown }];
  });
}
