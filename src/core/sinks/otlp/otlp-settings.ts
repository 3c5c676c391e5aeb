import { configurationError } from '../../configuration-error.ts';
import { isGrpcPort, readAddress } from './endpoint.ts';
import { lowerCased } from './otlp-headers.ts';
import { otlpIssues } from './otlp-issues.ts';
import type { OtlpGrpc } from './otlp-grpc.ts';
import type { OtlpEndpoint, OtlpKind, OtlpSettings, OtlpSinkOptions } from './otlp-options.ts';
import type { OtlpVariables } from './otlp-variables.ts';

/** What the settings depend on beside options and variables. */
export interface OtlpSettingsSetup {
  /** Where the options were given. Default `otlpSink`. */
  readonly path?: string | undefined;
  /** Of hosts that can send over gRPC. */
  readonly grpc?: OtlpGrpc | undefined;
  /** Told what of an endpoint is not used. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * The options with variables and defaults filled in: code beats variables, header by header.
 * @throws ConfigurationError naming every wrong option at once
 */
export function otlpSettings(
  options: OtlpSinkOptions,
  variables?: OtlpVariables,
  { path = 'otlpSink', grpc, warn }: OtlpSettingsSetup = {},
): OtlpSettings {
  const issues = otlpIssues(options, path, grpc !== undefined);
  if (issues.length > 0) throw configurationError(issues);

  function endpoint(kind: OtlpKind): OtlpEndpoint {
    const said = variables?.of(kind);
    const inCode = options.endpoint === undefined ? undefined : readAddress(options.endpoint, kind);
    const inVariables = inCode ? undefined : said?.address;
    const url = (inCode ?? inVariables)?.url;
    const tls = { ...said?.tls, ...options.tls };
    const protocol = options.protocol ?? said?.protocol ?? (grpc && url && isGrpcPort(url) ? 'grpc' : 'http/protobuf');
    return {
      url: protocol === 'grpc' && grpc ? grpc.methodUrl(url, kind, warn) : (url ?? `http://localhost:4318/v1/${kind}`),
      headers: { ...inVariables?.headers, ...said?.headers, ...inCode?.headers, ...lowerCased(options.headers) },
      protocol,
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
