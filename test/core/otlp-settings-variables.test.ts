import { describe, expect, it } from 'vitest';
import type { OtlpSettings, OtlpSinkOptions } from '../../src/core/sinks/otlp/otlp-options.ts';
import { otlpSettings } from '../../src/core/sinks/otlp/otlp-settings.ts';
import { hasOtlpVariables, otlpVariables } from '../../src/core/sinks/otlp/otlp-variables.ts';

interface Read {
  readonly settings: OtlpSettings;
  readonly warnings: readonly string[];
}

function read(variables: Record<string, string>, options: OtlpSinkOptions = {}): Read {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  // As a manager does, before it makes the sink.
  hasOtlpVariables(variables, warn);
  const settings = otlpSettings(options, otlpVariables(variables, warn));
  return { settings, warnings };
}

const OTLP = 'OTEL_EXPORTER_OTLP_';
const anEndpoint = 'expected an http or https URL like http://localhost:4318, credentials percent-encoded, ignored';

describe('variables', () => {
  it('say everything, for all kinds of data', () => {
    const { settings, warnings } = read({
      [`${OTLP}ENDPOINT`]: 'https://user:pa55@collector.example/otlp/',
      [`${OTLP}HEADERS`]: 'X-Key=abc, tenant = a%2Cb%20c ,empty=,',
      [`${OTLP}TIMEOUT`]: '500',
      [`${OTLP}COMPRESSION`]: 'gzip',
      [`${OTLP}PROTOCOL`]: 'http/json',
      [`${OTLP}CERTIFICATE`]: '/etc/ca.pem',
      [`${OTLP}CLIENT_CERTIFICATE`]: '/etc/cert.pem',
      [`${OTLP}CLIENT_KEY`]: '/etc/key.pem',
      [`${OTLP}METRICS_TEMPORALITY_PREFERENCE`]: 'Delta',
      OTEL_METRIC_EXPORT_INTERVAL: '30000',
    });
    for (const kind of ['traces', 'logs', 'metrics'] as const) {
      expect(settings[kind]).toEqual({
        url: `https://collector.example/otlp/v1/${kind}`,
        headers: { authorization: 'Basic dXNlcjpwYTU1', 'x-key': 'abc', tenant: 'a,b c', empty: '' },
        protocol: 'http/json',
        compression: 'gzip',
        timeout: 500,
        tls: { ca: '/etc/ca.pem', cert: '/etc/cert.pem', key: '/etc/key.pem' },
      });
    }
    expect(settings).toMatchObject({ temporality: 'delta', metricInterval: 30_000 });
    expect(warnings).toEqual([]);
  });

  it('of one kind beat those of all, and leave the other kinds alone', () => {
    const { settings, warnings } = read({
      [`${OTLP}ENDPOINT`]: 'https://user:pa55@collector.example',
      [`${OTLP}TRACES_ENDPOINT`]: 'http://tempo:4318',
      [`${OTLP}LOGS_ENDPOINT`]: 'http://loki:3100/otlp/v1/logs/',
      [`${OTLP}HEADERS`]: 'a=all,b=all',
      [`${OTLP}TRACES_HEADERS`]: 'B=traces',
      [`${OTLP}TRACES_TIMEOUT`]: '500',
      [`${OTLP}LOGS_COMPRESSION`]: 'gzip',
      [`${OTLP}METRICS_PROTOCOL`]: 'http/json',
      [`${OTLP}METRICS_CERTIFICATE`]: '/etc/ca.pem',
    });
    expect(settings.traces).toMatchObject({ url: 'http://tempo:4318/', headers: { a: 'all', b: 'traces' }, timeout: 500, compression: 'none' });
    expect(settings.logs).toMatchObject({ url: 'http://loki:3100/otlp/v1/logs/', headers: { a: 'all', b: 'all' }, compression: 'gzip', timeout: undefined });
    expect(settings.metrics).toMatchObject({
      url: 'https://collector.example/v1/metrics',
      headers: { authorization: 'Basic dXNlcjpwYTU1', a: 'all', b: 'all' },
      protocol: 'http/json',
      tls: { ca: '/etc/ca.pem' },
    });
    expect(settings.traces.headers).not.toHaveProperty('authorization');
    expect(settings.traces.tls).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('are beaten by code, which is for all kinds', () => {
    const variables = {
      [`${OTLP}ENDPOINT`]: 'https://user:pa55@collector.example',
      [`${OTLP}TRACES_ENDPOINT`]: 'http://tempo:4318',
      [`${OTLP}HEADERS`]: 'authorization=variable,x-key=variable,x-other=variable',
      [`${OTLP}PROTOCOL`]: 'http/json',
      [`${OTLP}TRACES_COMPRESSION`]: 'gzip',
      [`${OTLP}TIMEOUT`]: '500',
      [`${OTLP}METRICS_TEMPORALITY_PREFERENCE`]: 'delta',
      OTEL_METRIC_EXPORT_INTERVAL: '30000',
    };
    const { settings } = read(variables, {
      endpoint: 'http://code:c0de@code:4318',
      headers: { 'X-Key': 'code' },
      protocol: 'http/protobuf',
      compression: 'none',
      timeout: 100,
      temporality: 'cumulative',
      metricInterval: 1_000,
      tls: { ca: 'code.pem' },
    });
    expect(settings.traces).toEqual({
      url: 'http://code:4318/v1/traces',
      headers: { authorization: `Basic ${btoa('code:c0de')}`, 'x-key': 'code', 'x-other': 'variable' },
      protocol: 'http/protobuf',
      compression: 'none',
      timeout: 100,
      tls: { ca: 'code.pem', cert: undefined, key: undefined },
    });
    expect(settings).toMatchObject({ temporality: 'cumulative', metricInterval: 1_000 });
    expect(read(variables).settings.logs.headers).toMatchObject({ authorization: 'variable' });
  });

  it('with credentials for one receiver do not go to another', () => {
    const { settings } = read({ [`${OTLP}ENDPOINT`]: 'https://user:pa55@collector.example' }, { endpoint: 'http://code:4318' });
    expect(settings.logs.headers).toEqual({});
  });

  it('that are empty are not there', () => {
    const names = ['ENDPOINT', 'TRACES_ENDPOINT', 'HEADERS', 'TIMEOUT', 'COMPRESSION', 'PROTOCOL', 'CERTIFICATE', 'METRICS_TEMPORALITY_PREFERENCE'];
    const { settings, warnings } = read(Object.fromEntries(names.map((name) => [OTLP + name, ' '])));
    expect(settings).toEqual(otlpSettings({}));
    expect(warnings).toEqual([]);
  });

  it('know what lowmemory is', () => {
    expect(read({ [`${OTLP}METRICS_TEMPORALITY_PREFERENCE`]: 'LowMemory' }).settings.temporality).toBe('delta');
  });

  it.each([
    ['ENDPOINT', 'collector:4318', `${OTLP}ENDPOINT: ${anEndpoint} (did you mean http://collector:4318?)`],
    ['ENDPOINT', 'ftp://user:s3cr3t@collector:4318', `${OTLP}ENDPOINT: ${anEndpoint}`],
    ['LOGS_ENDPOINT', '/s3cr3t', `${OTLP}LOGS_ENDPOINT: ${anEndpoint}`],
    ['PROTOCOL', 'http', `${OTLP}PROTOCOL: expected 'http/protobuf', 'http/json' or 'grpc', ignored`],
    ['TRACES_PROTOCOL', 's3cr3t', `${OTLP}TRACES_PROTOCOL: expected 'http/protobuf', 'http/json' or 'grpc', ignored`],
    ['COMPRESSION', 's3cr3t', `${OTLP}COMPRESSION: expected 'gzip' or 'none', ignored`],
    ['TIMEOUT', '10s', `${OTLP}TIMEOUT: expected milliseconds, from 1 to 2147483647, ignored`],
    ['TRACES_TIMEOUT', '-1', `${OTLP}TRACES_TIMEOUT: expected milliseconds, from 1 to 2147483647, ignored`],
    ['METRICS_TEMPORALITY_PREFERENCE', 'sometimes', `${OTLP}METRICS_TEMPORALITY_PREFERENCE: expected 'cumulative' or 'delta', ignored`],
    ['HEADERS', 's3cr3t', `${OTLP}HEADERS, pair 1: expected name=value, percent-encoded, ignored`],
  ])('that are wrong are said once, and left out: %s=%s', (name, value, message) => {
    const { settings, warnings } = read({ [OTLP + name]: value });
    expect(warnings).toEqual([message]);
    expect(settings).toEqual(otlpSettings({}));
  });

  it('of one kind that are wrong leave those of all', () => {
    const { settings, warnings } = read({
      [`${OTLP}ENDPOINT`]: 'http://collector:4318',
      [`${OTLP}TRACES_ENDPOINT`]: 'tempo:4318',
      [`${OTLP}TIMEOUT`]: '500',
      [`${OTLP}TRACES_TIMEOUT`]: 'soon',
    });
    expect(settings.traces).toMatchObject({ url: 'http://collector:4318/v1/traces', timeout: 500 });
    expect(warnings).toHaveLength(2);
  });

  it('with wrong headers keep the others', () => {
    const { settings, warnings } = read({ [`${OTLP}HEADERS`]: 'a=1,=s3cr3t,b,c=%0As3cr3t,d=%zz,e f=s3cr3t,content-type=x,g=h=i,%6a=2' });
    expect(settings.logs.headers).toEqual({ a: '1', g: 'h=i', j: '2' });
    expect(warnings).toEqual(
      [2, 3, 4, 5, 6, 7].map((place) => `${OTLP}HEADERS, pair ${place}: expected name=value, percent-encoded, ignored`),
    );
  });
});

describe('whether variables name a receiver', () => {
  it.each([
    [{}, false],
    [{ [`${OTLP}HEADERS`]: 'a=b' }, false],
    [{ [`${OTLP}ENDPOINT`]: '' }, false],
    [{ [`${OTLP}ENDPOINT`]: 'http://collector:4318' }, true],
    [{ [`${OTLP}METRICS_ENDPOINT`]: 'http://collector:4318/v1/metrics' }, true],
    [{ [`${OTLP}ENDPOINT`]: 'collector:4318', [`${OTLP}LOGS_ENDPOINT`]: 'http://collector:4318' }, true],
  ])('%j: %s', (variables, expected) => {
    expect(hasOtlpVariables(variables)).toBe(expected);
  });

  it('is not said by wrong ones, each of which is told once', () => {
    const warnings: string[] = [];
    const variables = { [`${OTLP}ENDPOINT`]: 'collector:4318', [`${OTLP}TRACES_ENDPOINT`]: 'tempo:4318', [`${OTLP}HEADERS`]: 'wrong' };
    expect(hasOtlpVariables(variables, (message) => void warnings.push(message))).toBe(false);
    expect(warnings.map((message) => message.slice(0, message.indexOf(':')))).toEqual([`${OTLP}TRACES_ENDPOINT`, `${OTLP}ENDPOINT`]);
  });
});
