import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/core/configuration-error.ts';
import { otlpGrpc } from '../../src/core/sinks/otlp/otlp-grpc.ts';
import type { OtlpKind, OtlpSinkOptions } from '../../src/core/sinks/otlp/otlp-options.ts';
import { otlpSettings } from '../../src/core/sinks/otlp/otlp-settings.ts';
import { hasOtlpVariables, otlpVariables } from '../../src/core/sinks/otlp/otlp-variables.ts';

const grpc = otlpGrpc(() => {
  throw new Error('no transport is made for settings');
});
const services = { traces: 'trace.v1.TraceService', logs: 'logs.v1.LogsService', metrics: 'metrics.v1.MetricsService' } as const;
const methodOf = (kind: OtlpKind): string => `/opentelemetry.proto.collector.${services[kind]}/Export`;
const kinds: readonly OtlpKind[] = ['traces', 'logs', 'metrics'];
const OTLP = 'OTEL_EXPORTER_OTLP_';

interface Chosen {
  /** By kind: the protocol, and where to. */
  readonly ways: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** As a host with gRPC and variables sees it. */
function choose(options: OtlpSinkOptions, variables: Record<string, string> = {}): Chosen {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  hasOtlpVariables(variables, warn);
  const settings = otlpSettings(options, otlpVariables(variables, warn), { grpc, warn });
  return { ways: kinds.map((kind) => `${settings[kind].protocol} ${settings[kind].url}`), headers: settings.traces.headers, warnings };
}

const overGrpc = (origin: string): readonly string[] => kinds.map((kind) => `grpc ${origin}${methodOf(kind)}`);
const overHttp = (base: string, protocol = 'http/protobuf'): readonly string[] => kinds.map((kind) => `${protocol} ${base}/v1/${kind}`);

describe('in Node, gRPC is chosen', () => {
  it.each<[string, OtlpSinkOptions, readonly string[]]>([
    ['by the port', { endpoint: 'http://localhost:4317' }, overGrpc('http://localhost:4317')],
    ['by the port, encrypted', { endpoint: 'https://collector.example:4317' }, overGrpc('https://collector.example:4317')],
    ['by the port of a base for HTTP', { endpoint: 'http://localhost:4317/v1/traces' }, overGrpc('http://localhost:4317')],
    ['by the port of an address', { endpoint: 'http://[::1]:4317/' }, overGrpc('http://[::1]:4317')],
    ['by the option', { protocol: 'grpc' }, overGrpc('http://localhost:4317')],
    ['by the option, at any port', { protocol: 'grpc', endpoint: 'https://api.example' }, overGrpc('https://api.example')],
    ['not at the port for HTTP', { endpoint: 'http://localhost:4318' }, overHttp('http://localhost:4318')],
    ['not at a port that only begins so', { endpoint: 'http://localhost:43170' }, overHttp('http://localhost:43170')],
    ['not by default', {}, overHttp('http://localhost:4318')],
    ['not against the option', { protocol: 'http/json', endpoint: 'http://localhost:4317' }, overHttp('http://localhost:4317', 'http/json')],
  ])('%s', (_, options, expected) => {
    expect(choose(options)).toMatchObject({ ways: expected, warnings: [] });
  });

  it.each<[string, Record<string, string>, OtlpSinkOptions, readonly string[]]>([
    ['by the variable', { [`${OTLP}PROTOCOL`]: 'grpc' }, {}, overGrpc('http://localhost:4317')],
    ['by the variable, at any port', { [`${OTLP}PROTOCOL`]: 'grpc', [`${OTLP}ENDPOINT`]: 'http://collector:9000' }, {}, overGrpc('http://collector:9000')],
    ['by the port', { [`${OTLP}ENDPOINT`]: 'http://collector:4317' }, {}, overGrpc('http://collector:4317')],
    ['not against the variable', { [`${OTLP}PROTOCOL`]: 'http/json', [`${OTLP}ENDPOINT`]: 'http://collector:4317' }, {}, overHttp('http://collector:4317', 'http/json')],
    ['not against the variable, for an endpoint in code', { [`${OTLP}PROTOCOL`]: 'http/protobuf' }, { endpoint: 'http://collector:4317' }, overHttp('http://collector:4317')],
    ['not against the option', { [`${OTLP}PROTOCOL`]: 'grpc' }, { protocol: 'http/json' }, overHttp('http://localhost:4318', 'http/json')],
    [
      'for one kind alone, by its variable',
      { [`${OTLP}LOGS_PROTOCOL`]: 'grpc', [`${OTLP}METRICS_PROTOCOL`]: 'http/json' },
      {},
      ['http/protobuf http://localhost:4318/v1/traces', `grpc http://localhost:4317${methodOf('logs')}`, 'http/json http://localhost:4318/v1/metrics'],
    ],
    [
      'for one kind alone, by its port',
      { [`${OTLP}ENDPOINT`]: 'http://collector:4318', [`${OTLP}TRACES_ENDPOINT`]: 'http://tempo:4317' },
      {},
      [`grpc http://tempo:4317${methodOf('traces')}`, 'http/protobuf http://collector:4318/v1/logs', 'http/protobuf http://collector:4318/v1/metrics'],
    ],
    [
      'for all but one kind',
      { [`${OTLP}ENDPOINT`]: 'http://collector:4317', [`${OTLP}TRACES_PROTOCOL`]: 'http/protobuf', [`${OTLP}TRACES_ENDPOINT`]: 'http://tempo:4318/v1/traces' },
      {},
      ['http/protobuf http://tempo:4318/v1/traces', `grpc http://collector:4317${methodOf('logs')}`, `grpc http://collector:4317${methodOf('metrics')}`],
    ],
  ])('by variables: %s', (_, variables, options, expected) => {
    expect(choose(options, variables)).toMatchObject({ ways: expected, warnings: [] });
  });
});

describe('an endpoint for gRPC', () => {
  it('has no path and no query: what would be lost of it is said, but not shown', () => {
    const message = 'http://collector:4317: gRPC has neither path nor query, that of the endpoint is not used';
    for (const lost of ['/otlp', '/v1', '?key=s3cr3t', '/v1/traces?key=s3cr3t']) {
      const { ways, warnings } = choose({ endpoint: `http://collector:4317${lost}` });
      expect(ways).toEqual(overGrpc('http://collector:4317'));
      expect(new Set(warnings)).toEqual(new Set([message]));
    }
  });

  it('gives its credentials to the metadata', () => {
    expect(choose({ endpoint: 'https://user:pa55@collector:4317' })).toMatchObject({
      ways: overGrpc('https://collector:4317'),
      headers: { authorization: 'Basic dXNlcjpwYTU1' },
      warnings: [],
    });
  });

  it.each([
    ['collector:4317', {}, 'https://collector:4317'],
    ['collector:4317', { INSECURE: 'true' }, 'http://collector:4317'],
    ['collector:4317', { INSECURE: 'True' }, 'http://collector:4317'],
    ['collector:4317', { INSECURE: 'yes' }, 'https://collector:4317'],
    ['collector:9000', { PROTOCOL: 'grpc', INSECURE: 'true' }, 'http://collector:9000'],
    ['collector', { PROTOCOL: 'grpc' }, 'https://collector'],
    ['http://collector:4317', { INSECURE: 'false' }, 'http://collector:4317'],
    ['https://collector:4317', { INSECURE: 'true' }, 'https://collector:4317'],
  ] as const)('in a variable may lack its scheme: %s %j', (endpoint, more, expected) => {
    const variables = Object.fromEntries(Object.entries({ ENDPOINT: endpoint, ...more }).map(([name, value]) => [OTLP + name, value]));
    expect(choose({}, variables)).toMatchObject({ ways: overGrpc(expected), warnings: [] });
    expect(hasOtlpVariables(variables)).toBe(true);
  });

  it('of one kind has a word of its own for whether it is encrypted', () => {
    const { ways } = choose({}, { [`${OTLP}ENDPOINT`]: 'collector:4317', [`${OTLP}TRACES_INSECURE`]: 'true' });
    expect(ways.map((way) => way.slice(0, 12))).toEqual(['grpc http://', 'grpc https:/', 'grpc https:/']);
  });

  it.each([
    ['collector:4318', {}],
    ['collector:4317', { PROTOCOL: 'http/protobuf' }],
    ['user:pa55@collector:4317', { PROTOCOL: 'grpc' }],
  ] as const)('may lack it for no other protocol, and never with credentials: %s %j', (endpoint, more) => {
    const variables = Object.fromEntries(Object.entries({ ENDPOINT: endpoint, ...more }).map(([name, value]) => [OTLP + name, value]));
    const { warnings } = choose({}, variables);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^OTEL_EXPORTER_OTLP_ENDPOINT: expected an http or https URL/);
    expect(warnings[0]).not.toContain('pa55');
  });
});

describe('where there is no gRPC', () => {
  function messageOf(options: OtlpSinkOptions, path?: string): string {
    try {
      otlpSettings(options, undefined, { path });
    } catch (error) {
      if (error instanceof ConfigurationError) return error.message;
      throw error;
    }
    return 'none';
  }

  it.each<[OtlpSinkOptions, string]>([
    [{ protocol: 'grpc' }, `otlpSink.protocol: expected 'http/protobuf' or 'http/json', at port 4318 (gRPC is for Node), received string "grpc"`],
    [
      { endpoint: 'http://localhost:4317' },
      'otlpSink.endpoint: expected the port of OTLP over HTTP, 4318 (gRPC is for Node), received port 4317, which is for gRPC (did you mean http://localhost:4318?)',
    ],
    [
      { endpoint: 'https://user:pa55@collector.example:4317/v1/traces?key=s3cr3t' },
      'otlpSink.endpoint: expected the port of OTLP over HTTP, 4318 (gRPC is for Node), received port 4317, which is for gRPC (did you mean https://collector.example:4318?)',
    ],
    [{ endpoint: 'http://localhost:4317', protocol: 'http/json' }, 'none'],
    [{ endpoint: 'http://localhost:43170' }, 'none'],
  ])('it is refused at the start: %j', (options, message) => {
    expect(messageOf(options)).toBe(message);
  });

  it('both are said at once, where they were given', () => {
    const message = messageOf({ protocol: 'grpc', endpoint: 'http://localhost:4317' }, 'jaegerSink');
    expect(message).toMatch(/^2 wrong options:\n- jaegerSink\.protocol: .*\n- jaegerSink\.endpoint: /);
  });
});
