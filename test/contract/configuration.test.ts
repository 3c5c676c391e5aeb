import { describe, expect, it } from '#test';
import { ConfigurationError, consoleSink, createObservability, ErrorTracker, getTracingManager, PerformanceProfiler, RequestLogger } from '#sdk';
import type { ConfigurationIssue, ObservabilityOptions } from '#sdk';

describe('wrong options', () => {
  function errorOf(call: () => unknown): ConfigurationError {
    try {
      call();
    } catch (error) {
      if (error instanceof ConfigurationError) return error;
      throw error;
    }
    throw new Error('expected a ConfigurationError');
  }
  const issuesOf = (options: unknown): readonly ConfigurationIssue[] => errorOf(() => createObservability(options as ObservabilityOptions)).issues;
  const messageOf = (options: unknown): string => errorOf(() => createObservability(options as ObservabilityOptions)).message;

  it('are all named at once, with type, expectation and suggestion', () => {
    const error = errorOf(() =>
      createObservability({
        serviceNmae: 'shop',
        enabled: 'yes',
        sampling: { rate: 2 },
        delivery: { flushEvry: 10, maxBatchSize: 0.5 },
        requestLogging: { logLevel: 'loud' },
        zzz: 1,
      } as unknown as ObservabilityOptions),
    );
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('ConfigurationError');
    expect(error.location).toBe(undefined);
    expect(error.issues.map(({ path }) => path).sort()).toEqual(
      ['delivery.flushEvry', 'delivery.maxBatchSize', 'enabled', 'requestLogging.logLevel', 'sampling.rate', 'serviceNmae', 'zzz'].sort(),
    );
    expect(error.issues.find(({ path }) => path === 'serviceNmae')).toMatchObject({
      received: 'an unknown option',
      suggestion: 'serviceName',
    });
    expect(error.issues.find(({ path }) => path === 'enabled')).toMatchObject({ expected: 'true or false', received: 'string "yes"' });
    expect(error.issues.find(({ path }) => path === 'sampling.rate')).toMatchObject({ expected: 'a number from 0 to 1', received: 'number 2' });
    expect(error.issues.find(({ path }) => path === 'zzz')?.suggestion).toBe(undefined);
    expect(error.message).toContain('7 wrong options:');
    expect(error.message).toContain('- delivery.flushEvry: ');
    expect(error.message).toContain('(did you mean flushEvery?)');
  });

  it('are found in the spelling of the Python original', () => {
    const suggestions = issuesOf({ service_name: 'x', request_logging: true, error_tracking: true, sentry_dsn: 'x' });
    expect(suggestions.map(({ suggestion }) => suggestion)).toEqual(['serviceName', 'requestLogging', 'errorTracking', 'sentryDsn']);
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['null', null, /^options: expected an object, received null$/],
    ['a text', 'production', /^options: expected an object, received string "production"$/],
    ['an array', [], /^options: expected an object, received array of 0$/],
    ['an unknown exporter', { tracing: { exporter: 'otpl' } }, /^tracing\.exporter: expected one of 'console', 'otlp', 'jaeger', 'zipkin', 'none', received string "otpl" \(did you mean otlp\?\)$/],
    ['an unknown exporter in a list', { tracing: { exporter: ['otlp', 'datadog'] } }, /^tracing\.exporter\.1: .*'console', 'otlp', 'jaeger', 'zipkin', 'none'/],
    ['one endpoint of two exporters', { tracing: { exporter: ['console', 'otlp', 'zipkin'], endpoint: 'http://collector:4318' } }, /^tracing\.endpoint: expected nothing: there are several exporters; give their sinks in `sinks`/],
    ['an unknown propagator', { tracing: { propagators: ['tracecontext', 'xray'] } }, /^tracing\.propagators\.1: expected one of 'tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', received string "xray"$/],
    ['a target that is no pattern', { tracing: { propagateTo: ['api.example.com', 5] } }, /^tracing\.propagateTo\.1: expected an origin, a URL, a host .*, received number 5$/],
    ['a target that means everything', { tracing: { propagateTo: ['*'] } }, /^tracing\.propagateTo\.0: expected an origin/],
    ['a path as a target', { tracing: { propagateTo: ['/api'] } }, /^tracing\.propagateTo\.0: expected an origin/],
    ['words as a target', { tracing: { propagateTo: ['my api'] } }, /^tracing\.propagateTo\.0: expected an origin/],
    ['an endpoint without scheme', { tracing: { endpoint: 'collector:4318' } }, /^tracing\.endpoint: expected an http or https URL like http:\/\/localhost:4318, credentials percent-encoded, received string \(did you mean http:\/\/collector:4318\?\)$/],
    ['an endpoint with another scheme', { tracing: { exporter: 'otlp', endpoint: 'ftp://user:pa55@collector' } }, /^tracing\.endpoint: expected an http or https URL [^@]*, received string$/],
    ['a header with a line break', { tracing: { headers: { 'x-key': 's3cr3t\n' } } }, /^tracing\.headers\.x-key: expected a string of Latin-1 characters without line breaks, received string$/],
    ['a header the sink sets', { tracing: { headers: { 'Content-Type': 'text/plain' } } }, /^tracing\.headers\.Content-Type: expected nothing: the sink sets this header, received string$/],
    ['a header whose name is none', { tracing: { headers: { 'x-key: s3cr3t': '' } } }, /^tracing\.headers: expected an object of strings, with names of letters, digits and -, received object$/],
    ['headers that are none', { tracing: { headers: 'x-key=s3cr3t' } }, /^tracing\.headers: expected an object of strings.*, received string$/],
    ['a Sentry DSN with another scheme', { sentryDsn: 'ftp://k3y@sentry.example/1' }, /^sentryDsn: expected a DSN like 'https:\/\/key@o1\.ingest\.sentry\.io\/42', [^@]*, received string$/],
    ['a Sentry DSN without a project', { errorTracking: { sentryDsn: 'https://k3y@sentry.example/' } }, /^errorTracking\.sentryDsn: expected a DSN .*, received string$/],
    ['a Sentry DSN that is a number', { sentryDsn: 42 }, /^sentryDsn: expected a DSN .*, received number$/],
    ['a tunnel that is no address', { errorTracking: { tunnel: 'tunnel' } }, /^errorTracking\.tunnel: expected an http or https URL, or a path like '\/tunnel' of the page's own origin, received string$/],
    ['a window of repeats below 0', { errorTracking: { repeatWindow: -1 } }, /^errorTracking\.repeatWindow: expected milliseconds, from 0/],
    ['a rate of nothing', { errorTracking: { rateLimit: { perMinute: 0, burst: 0 } } }, /errorTracking\.rateLimit\.perMinute: expected a number above 0[^]*errorTracking\.rateLimit\.burst: expected an integer from 1/],
    ['a flight recorder of no size', { flightRecorder: { seconds: 0, bytes: 0, then: 'print' } }, /flightRecorder\.seconds: expected a number above 0[^]*flightRecorder\.bytes: expected an integer from 1[^]*flightRecorder\.then: expected one of 'attach', 'send'/],
    ['tail sampling by option', { sampling: { keep: { errors: true } } }, /^sampling\.keep: expected nothing: add the operator keepTraces\(\)/],
    ['half a retry', { delivery: { maxRetries: 0.5 } }, /^delivery\.maxRetries: expected an integer from 0, received number 0\.5$/],
    ['no write at all', { delivery: { concurrency: 0 } }, /^delivery\.concurrency: expected an integer from 1, received number 0$/],
    ['an unknown choice of what to give up', { delivery: { whenFull: 'block' } }, /^delivery\.whenFull: expected one of 'dropNewest', 'dropOldest', 'priority', received string "block"$/],
    ['a spool', { delivery: { spool: true } }, /^delivery\.spool: expected false: the spool is not available yet/],
    ['a configuration file', { configFile: 'observability.yaml' }, /^configFile: expected false: /],
    ['an empty service name', { serviceName: '' }, /^serviceName: expected a string that is not empty/],
    ['a sink without write', { sinks: [{ name: 'mine' }] }, /^sinks\.0: expected a sink/],
    ['a pipeline of no functions', { pipeline: ['redact'] }, /^pipeline\.0: expected an operator/],
    ['a clock that is none', { clock: { now: () => 0 } }, /^clock: expected a clock/],
    ['a window of 0', { profiling: { window: 0 } }, /^profiling\.window: expected milliseconds/],
    ['attributes that are none', { attributes: ['a'] }, /^attributes: expected an object of attributes/],
  ];
  for (const [what, options, message] of wrong) it(`are refused: ${what}`, () => expect(messageOf(options)).toMatch(message));

  it('are refused when they cannot be read', () => {
    const options = {
      get serviceName(): string {
        throw new Error('hostile');
      },
    };
    expect(messageOf(options)).toMatch(/^options: expected a readable object/);
  });

  it('are no longer wrong when they are undefined', async () => {
    const names = ['enabled', 'serviceName', 'environment', 'tracing', 'sentryDsn', 'sampling', 'pipeline', 'sinks', 'sources', 'delivery', 'clock'];
    await createObservability(Object.fromEntries(names.map((name) => [name, undefined]))).shutdown();
  });

  it('never show a secret', () => {
    const secret = 'https://abcdef0123456789:hunter2@collector.example/v1';
    const token = 'sk_live_abcdefgh12345678';
    const message = messageOf({
      sentryDsn: secret,
      serviceName: [secret],
      environment: { secret },
      tracing: { exporter: secret, endpoint: [secret], headers: { authorization: 7, 'x-key': [secret] } },
      errorTracking: { sentryDsn: secret },
      requestLogging: { logLevel: token },
      redaction: { keys: secret },
    });
    for (const part of ['abcdef', 'hunter2', 'collector', 'sk_live']) expect(message).not.toContain(part);
    expect(message).toContain('tracing.exporter');
    expect(message).toContain('requestLogging.logLevel');
  });

  it('of a part used alone are refused under its own names', () => {
    expect(errorOf(() => new RequestLogger({ logLevl: 'info' } as never)).issues).toMatchObject([{ path: 'logLevl', suggestion: 'logLevel' }]);
    expect(errorOf(() => new PerformanceProfiler({ maxSeries: 0 })).issues).toMatchObject([{ path: 'maxSeries' }]);
    expect(errorOf(() => new ErrorTracker({ sentryDsn: 'sentry.io/1' })).issues).toMatchObject([{ path: 'sentryDsn', received: 'string' }]);
    expect(errorOf(() => getTracingManager({ exporter: 'datadog' as 'otlp', serviceName: '' })).issues.map(({ path }) => path).sort()).toEqual([
      'exporter',
      'serviceName',
    ]);
    expect(errorOf(() => new RequestLogger(null as never)).issues).toMatchObject([{ path: 'options' }]);
    expect(errorOf(() => consoleSink({ format: 'xml' as 'json' })).message).toMatch(/'pretty' or 'json'/);
  });

  it('of a stream of statistics are refused', async () => {
    const obs = createObservability({ sinks: [] });
    expect(errorOf(() => obs.profiler.watchStatistics({ every: 0 })).message).toMatch(/^watchStatistics\.every: /);
    expect(errorOf(() => obs.profiler.watchStatistics({ window: Number.NaN })).message).toMatch(/^watchStatistics\.window: /);
    await obs.shutdown();
  });
});
