import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/core/configuration-error.ts';
import { otlpSettings } from '../../src/core/sinks/otlp/otlp-settings.ts';
import type { OtlpSinkOptions } from '../../src/core/sinks/otlp/otlp-options.ts';

const urlOf = (endpoint: string): string => otlpSettings({ endpoint }).traces.url;
const headersOf = (options: OtlpSinkOptions): unknown => otlpSettings(options).logs.headers;

function errorOf(options: unknown): ConfigurationError {
  try {
    otlpSettings(options as OtlpSinkOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('expected a ConfigurationError');
}

const messageOf = (options: unknown): string => errorOf(options).message;

const anEndpoint = 'otlpSink.endpoint: expected an http or https URL like http://localhost:4318, credentials percent-encoded, received string';

describe('without options', () => {
  it('everything goes to the local receiver, as protobuf', () => {
    const endpoint = (kind: string): object => ({
      url: `http://localhost:4318/v1/${kind}`,
      headers: {},
      protocol: 'http/protobuf',
      compression: 'none',
      timeout: undefined,
      tls: undefined,
    });
    const expected = {
      traces: endpoint('traces'),
      logs: endpoint('logs'),
      metrics: endpoint('metrics'),
      temporality: 'cumulative',
      metricInterval: 10_000,
    };
    expect(otlpSettings({})).toEqual(expected);
    const names = ['endpoint', 'headers', 'protocol', 'compression', 'timeout', 'temporality', 'metricInterval', 'tls'];
    expect(otlpSettings(Object.fromEntries(names.map((name) => [name, undefined])))).toEqual(expected);
  });
});

describe('options', () => {
  it('hold for all kinds of data', () => {
    const tls = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' };
    const settings = otlpSettings({
      endpoint: 'https://collector.example',
      headers: { 'X-Api-Key': 'abc' },
      protocol: 'http/json',
      compression: 'gzip',
      timeout: 500,
      temporality: 'delta',
      metricInterval: 60_000,
      tls,
    });
    for (const kind of ['traces', 'logs', 'metrics'] as const) {
      expect(settings[kind]).toEqual({
        url: `https://collector.example/v1/${kind}`,
        headers: { 'x-api-key': 'abc' },
        protocol: 'http/json',
        compression: 'gzip',
        timeout: 500,
        tls,
      });
    }
    expect(settings).toMatchObject({ temporality: 'delta', metricInterval: 60_000 });
  });
});

describe('an endpoint', () => {
  it.each([
    ['http://collector:4318', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/', 'http://collector:4318/v1/traces'],
    ['http://collector:4318///', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/otlp', 'http://collector:4318/otlp/v1/traces'],
    ['http://collector:4318/otlp/', 'http://collector:4318/otlp/v1/traces'],
    ['http://collector:4318/v1/traces', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/v1/traces/', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/otlp//v1/metrics', 'http://collector:4318/otlp/v1/traces'],
    ['http://collector:4318/v1/logs?tenant=a', 'http://collector:4318/v1/traces?tenant=a'],
    ['https://collector.example?key=a%20b&c=%40d#part', 'https://collector.example/v1/traces?key=a%20b&c=%40d'],
    ['http://collector:4318/v1', 'http://collector:4318/v1/v1/traces'],
    ['http://[::1]:4318', 'http://[::1]:4318/v1/traces'],
    [' HTTPS://Collector.example ', 'https://collector.example/v1/traces'],
    ['https://user:pa55@collector.example/otlp', 'https://collector.example/otlp/v1/traces'],
  ])('is a base: %s', (endpoint, url) => {
    expect(urlOf(endpoint)).toBe(url);
  });

  it.each([
    ['user:pa55', 'Basic dXNlcjpwYTU1'],
    ['user', 'Basic dXNlcjo='],
    [':key', 'Basic OmtleQ=='],
    ['us%40er:p%3Aa%2Fb', Buffer.from('us@er:p:a/b').toString('base64')],
    ['josé:schlüssel☃', Buffer.from('josé:schlüssel☃').toString('base64')],
    ['a:100%', Buffer.from('a:100%').toString('base64')],
  ])('gives its credentials to a header: %s', (credentials, expected) => {
    const { headers, url } = otlpSettings({ endpoint: `https://${credentials}@collector.example` }).metrics;
    expect(headers).toEqual({ authorization: expected.startsWith('Basic') ? expected : `Basic ${expected}` });
    expect(url).toBe('https://collector.example/v1/metrics');
  });

  it('has its credentials beaten by a header', () => {
    expect(headersOf({ endpoint: 'https://user:pa55@collector.example', headers: { Authorization: 'Bearer abc' } })).toEqual({
      authorization: 'Bearer abc',
    });
  });

  it.each([
    ['collector:4318', `${anEndpoint} (did you mean http://collector:4318?)`],
    ['localhost:4318/v1/traces', `${anEndpoint} (did you mean http://localhost:4318?)`],
    ['//10.0.0.1:4318', `${anEndpoint} (did you mean http://10.0.0.1:4318?)`],
    ['grpc://collector:4317', `${anEndpoint} (did you mean http://collector:4317?)`],
    ['collector.example', anEndpoint],
    ['ftp://collector.example', anEndpoint],
    ['http:collector:4318x', anEndpoint],
    ['http:collector', anEndpoint],
    ['/v1/traces', anEndpoint],
    ['http://', anEndpoint],
    ['http://collector:99999', anEndpoint],
    // A password up to its `@`, for who forgot to encode it.
    ['http://user:1234?cret@collector:4318', anEndpoint],
    ['', anEndpoint],
    ['user:12345@collector', anEndpoint],
    ['user:pa55@collector:4318', anEndpoint],
    ['ftp://user:pa55@collector:4318', anEndpoint],
    ['http://user:pa/55@collector:4318', anEndpoint],
    ['http://user:12/55@collector:4318', anEndpoint],
    ['http://user#pa55@collector:4318', anEndpoint],
    ['http://user:pa55@', anEndpoint],
    ['http://user:pa55@collector:port', anEndpoint],
  ])('is refused, and says no more than is safe: %s', (endpoint, message) => {
    expect(messageOf({ endpoint })).toBe(message);
  });

  it('of another type is refused', () => {
    expect(messageOf({ endpoint: new URL('http://localhost:4318') })).toMatch(/^otlpSink\.endpoint: .* received object$/);
  });
});

describe('headers', () => {
  it.each([
    ['a value with a line break', { 'x-key': 's3cr3t\n' }, 'otlpSink.headers.x-key: expected a string of Latin-1 characters without line breaks, received string'],
    ['a value with another header', { 'x-key': 's3cr3t\r\nhost: evil' }, 'otlpSink.headers.x-key: expected a string of Latin-1 characters without line breaks, received string'],
    ['a value with a control character', { 'x-key': 's3cr3t\u0000' }, 'otlpSink.headers.x-key: expected a string of Latin-1 characters without line breaks, received string'],
    ['a value beyond Latin-1', { 'x-key': 's3cr3t ☃' }, 'otlpSink.headers.x-key: expected a string of Latin-1 characters without line breaks, received string'],
    ['a value that is no text', { 'x-key': 5 }, 'otlpSink.headers.x-key: expected a string of Latin-1 characters without line breaks, received number'],
    ['a value that is missing', { 'x-key': undefined }, 'otlpSink.headers.x-key: expected a string of Latin-1 characters without line breaks, received undefined'],
    ['a name with a space', { 'x key: s3cr3t': 'a' }, 'otlpSink.headers: expected names of letters, digits and -, received string'],
    ['an empty name', { '': 'a' }, 'otlpSink.headers: expected names of letters, digits and -, received string'],
    ['what the sink sets', { 'Content-Type': 'a' }, 'otlpSink.headers.Content-Type: expected nothing: the sink sets this header, received string'],
    ['a text', 'x-key=s3cr3t', 'otlpSink.headers: expected an object of strings, received string'],
    ['an array', [['x-key', 's3cr3t']], 'otlpSink.headers: expected an object of strings, received object'],
    ['an object of the host', new Headers({ 'x-key': 's3cr3t' }), 'otlpSink.headers: expected an object of strings, received object'],
    ['null', null, 'otlpSink.headers: expected an object of strings, received object'],
  ])('are refused without their value: %s', (_, headers, message) => {
    expect(messageOf({ headers })).toBe(message);
    expect(messageOf({ headers })).not.toContain('s3cr3t');
  });

  it('may hold whatever HTTP can carry', () => {
    const headers = { 'x-key': 'Bearer a/b+c==; d="e"', "x!#$%&'*+.^_`|~": '\té ÿ', 'x-empty': '' };
    expect(headersOf({ headers })).toEqual(headers);
  });

  it('of one name are one, whatever its case', () => {
    expect(headersOf({ headers: { 'X-Key': 'a', 'x-key': 'b' } })).toEqual({ 'x-key': 'b' });
  });
});

describe('other options', () => {
  it.each([
    ['grpc', { protocol: 'grpc' }, `otlpSink.protocol: expected 'http/protobuf' or 'http/json', at port 4318 (gRPC is for Node), received string "grpc"`],
    ['another compression', { compression: 'br' }, `otlpSink.compression: expected 'gzip' or 'none', received string "br"`],
    ['another temporality', { temporality: 'lowmemory' }, `otlpSink.temporality: expected 'cumulative' or 'delta', received string "lowmemory"`],
    ['no time', { timeout: 0 }, 'otlpSink.timeout: expected milliseconds, from 1 to 2147483647, received number 0'],
    ['a time of another type', { timeout: 5n }, 'otlpSink.timeout: expected milliseconds, from 1 to 2147483647, received bigint 5'],
    ['a time in words', { metricInterval: '10s' }, 'otlpSink.metricInterval: expected milliseconds, from 1 to 2147483647, received string'],
    ['an endless time', { metricInterval: Infinity }, 'otlpSink.metricInterval: expected milliseconds, from 1 to 2147483647, received number'],
    ['a time too short', { timeout: 0.5 }, 'otlpSink.timeout: expected milliseconds, from 1 to 2147483647, received number 0.5'],
    ['certificates as text', { tls: 'ca.pem' }, 'otlpSink.tls: expected an object { ca, cert, key }, received string'],
    ['a key by mistake', { protocol: 'Bearer s3cr3t' }, "otlpSink.protocol: expected 'http/protobuf' or 'http/json', at port 4318 (gRPC is for Node), received string"],
    [
      'an option nobody knows',
      { url: 'http://localhost' },
      'otlpSink.url: expected one of the options endpoint, headers, protocol, compression, timeout, temporality, metricInterval, tls, received an unknown option',
    ],
    ['an option of every object', { constructor: 1 }, /^otlpSink\.constructor: expected one of the options/],
    ['no object', 'http://localhost', /^otlpSink: expected an object of options, received string/],
    ['null', null, /^otlpSink: expected an object of options, received object$/],
  ])('are refused: %s', (_, options, message) => {
    if (typeof message === 'string') expect(messageOf(options)).toBe(message);
    else expect(messageOf(options)).toMatch(message);
  });

  it('are refused all at once', () => {
    const options = { endpoint: 'collector:4318', headers: { a: '\n', b: '\n' }, protocol: 'grpc', timeout: -1, nonsense: 1 };
    expect(errorOf(options).issues.map(({ path }) => path)).toEqual([
      'otlpSink.endpoint',
      'otlpSink.headers.a',
      'otlpSink.headers.b',
      'otlpSink.protocol',
      'otlpSink.timeout',
      'otlpSink.nonsense',
    ]);
    expect(messageOf(options)).toMatch(/^6 wrong options:\n- otlpSink\.endpoint: /);
  });
});

