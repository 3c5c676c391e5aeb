import type { ConfigurationIssue } from '../../configuration-error.ts';
import { expectedEndpoint, readAddress, suggestedEndpoint } from './endpoint.ts';
import { headerIssues } from './otlp-headers.ts';

/** What a value has to be, for options and variables alike. */
export interface Rule {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const oneOf = (one: string, other: string, later = ''): Rule => ({
  expected: `'${one}' or '${other}'${later}`,
  fits: (value) => value === one || value === other,
});
export const milliseconds: Rule = {
  expected: 'milliseconds, from 1 to 2147483647',
  fits: (value) => typeof value === 'number' && value >= 1 && value <= 2_147_483_647,
};
export const protocol: Rule = /* @__PURE__ */ oneOf('http/protobuf', 'http/json', ' (grpc: not available yet)');
export const compression: Rule = /* @__PURE__ */ oneOf('gzip', 'none');
export const temporality: Rule = /* @__PURE__ */ oneOf('cumulative', 'delta');

const endpoint: Rule = { expected: expectedEndpoint, fits: (value) => typeof value === 'string' && readAddress(value) !== undefined };
const headers: Rule = { expected: '', fits: () => true };
/** What is in the files is for the host that reads them. */
const tls: Rule = { expected: 'an object { ca, cert, key }', fits: (value) => typeof value === 'object' && value !== null };
const rules: Readonly<Record<string, Rule>> = {
  endpoint,
  headers,
  protocol,
  compression,
  timeout: milliseconds,
  temporality,
  metricInterval: milliseconds,
  tls,
};

/** A name or a number; a credential is longer, or mixed. */
const plain: RegExp = /^([a-z/]{1,13}|-?[\d.]{1,13})$/;

/** Every wrong option of an OTLP sink. `path` is where they were given. Shows nothing of an endpoint or a header: it may hold a secret. */
export function otlpIssues(options: unknown, path: string): readonly ConfigurationIssue[] {
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
