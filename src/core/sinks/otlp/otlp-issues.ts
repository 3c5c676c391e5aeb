import type { ConfigurationIssue } from '../../configuration-error.ts';
import { endpointRule, headersRule, milliseconds, optionIssues } from '../http/option-issues.ts';
import type { Rule } from '../http/option-issues.ts';
import { expectedEndpoint, isGrpcPort, readAddress } from './endpoint.ts';
import type { OtlpSinkOptions } from './otlp-options.ts';

const oneOf = (one: string, other: string, more = ''): Rule => ({
  expected: `'${one}' or '${other}'${more}`,
  fits: (value) => value === one || value === other,
});
/** Of hosts that speak HTTP alone. */
const httpProtocol: Rule = /* @__PURE__ */ oneOf('http/protobuf', 'http/json', ', at port 4318 (gRPC is for Node)');
/** Of all others. */
export const protocol: Rule = {
  expected: `'http/protobuf', 'http/json' or 'grpc'`,
  fits: (value) => value === 'grpc' || httpProtocol.fits(value),
};
export const compression: Rule = /* @__PURE__ */ oneOf('gzip', 'none');
export const temporality: Rule = /* @__PURE__ */ oneOf('cumulative', 'delta');

/** What is in the files is for the host that reads them. */
const tls: Rule = { expected: 'an object { ca, cert, key }', fits: (value) => typeof value === 'object' && value !== null };
const rules: Readonly<Record<string, Rule>> = {
  endpoint: /* @__PURE__ */ endpointRule(expectedEndpoint),
  headers: headersRule,
  protocol,
  compression,
  timeout: milliseconds,
  temporality,
  metricInterval: milliseconds,
  tls,
};

/** Every wrong option of an OTLP sink. `path` is where they were given; `grpc`: whether this host can send over gRPC. */
export function otlpIssues(options: unknown, path: string, grpc: boolean): readonly ConfigurationIssue[] {
  if (grpc) return optionIssues(options, path, rules);
  return [...optionIssues(options, path, { ...rules, protocol: httpProtocol }), ...portIssues(options, path)];
}

/** An endpoint for gRPC, on a host without: unless another protocol is chosen, nobody there would understand what is sent. */
function portIssues(options: unknown, path: string): readonly ConfigurationIssue[] {
  const { endpoint, protocol } = Object(options) as OtlpSinkOptions;
  const address = typeof endpoint === 'string' ? readAddress(endpoint) : undefined;
  if (address === undefined || !isGrpcPort(address.url) || httpProtocol.fits(protocol)) return [];
  const expected = 'the port of OTLP over HTTP, 4318 (gRPC is for Node)';
  const suggestion = new URL(address.url).origin.replace(/\d+$/, '4318');
  return [{ path: `${path}.endpoint`, expected, received: 'port 4317, which is for gRPC', suggestion }];
}
