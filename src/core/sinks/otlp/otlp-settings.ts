import { configurationError } from '../../configuration-error.ts';
import { readAddress } from './endpoint.ts';
import { lowerCased } from './otlp-headers.ts';
import { otlpIssues } from './otlp-issues.ts';
import type { OtlpEndpoint, OtlpKind, OtlpSettings, OtlpSinkOptions } from './otlp-options.ts';
import type { OtlpVariables } from './otlp-variables.ts';

/**
 * The options with variables and defaults filled in: code beats variables, header by header.
 * @throws ConfigurationError naming every wrong option at once
 */
export function otlpSettings(options: OtlpSinkOptions, variables?: OtlpVariables): OtlpSettings {
  const issues = otlpIssues(options, 'otlpSink');
  if (issues.length > 0) throw configurationError(issues);

  function endpoint(kind: OtlpKind): OtlpEndpoint {
    const said = variables?.of(kind);
    const inCode = options.endpoint === undefined ? undefined : readAddress(options.endpoint, kind);
    const inVariables = inCode ? undefined : said?.address;
    const tls = { ...said?.tls, ...options.tls };
    return {
      url: (inCode ?? inVariables)?.url ?? `http://localhost:4318/v1/${kind}`,
      headers: { ...inVariables?.headers, ...said?.headers, ...inCode?.headers, ...lowerCased(options.headers) },
      protocol: (options.protocol as OtlpEndpoint['protocol'] | undefined) ?? said?.protocol ?? 'http/protobuf',
      compression: options.compression ?? said?.compression ?? 'none',
      timeout: options.timeout ?? said?.timeout,
      tls: tls.ca ?? tls.cert ?? tls.key ? tls : undefined,
    };
  }

  return {
    traces: endpoint('traces'),
    logs: endpoint('logs'),
    metrics: endpoint('metrics'),
    temporality: options.temporality ?? variables?.temporality ?? 'cumulative',
    metricInterval: options.metricInterval ?? variables?.metricInterval ?? 10_000,
  };
}
