import { configurationError } from '../../configuration-error.ts';
import { readAddress } from '../otlp/endpoint.ts';
import type { Address } from '../otlp/endpoint.ts';
import { lowerCased } from '../otlp/otlp-headers.ts';
import type { HttpSinkOptions } from './http-sink-options.ts';
import type { HttpSinkVariables } from './http-sink-variables.ts';
import { endpointRule, headersRule, optionIssues } from './option-issues.ts';

export interface HttpSinkDefaults {
  /** Of the sink, for what is wrong: `zipkinSink`. */
  readonly path: string;
  readonly endpoint: string;
}

/** What the options of a sink come to. */
export interface HttpSinkSettings {
  readonly address: Address;
  /** Milliseconds; `undefined`: that of the delivery. */
  readonly timeout: number | undefined;
}

/**
 * The options with variables and defaults filled in: code beats variables.
 * @throws ConfigurationError naming every wrong option at once
 */
export function httpSinkSettings(
  options: HttpSinkOptions,
  variables: HttpSinkVariables,
  { path, endpoint }: HttpSinkDefaults,
): HttpSinkSettings {
  const rules = { endpoint: endpointRule(`an http or https URL like ${endpoint}, credentials percent-encoded`), headers: headersRule };
  const issues = optionIssues(options, path, rules);
  if (issues.length > 0) throw configurationError(issues);
  const inCode = options.endpoint === undefined ? undefined : readAddress(options.endpoint);
  const { url, headers } = inCode ?? variables.address ?? { url: endpoint, headers: {} };
  return { address: { url, headers: { ...headers, ...lowerCased(options.headers) } }, timeout: variables.timeout };
}
