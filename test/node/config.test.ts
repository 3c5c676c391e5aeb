import { afterEach, describe, expect, it, vi } from 'vitest';
import { createObservability, getObservabilityManager, getTracingManager, RequestLogger, traceFunction } from '#sdk';
import type { ObservabilityManager, ObservabilityOptions, Signal } from '#sdk';
import { createTestClock, memorySink } from '#testing';
import { withoutVariables } from '../helpers/environment.ts';
import { startFaultServer } from '../helpers/fault-server.ts';
import { recordingOf } from '../helpers/recorded.ts';

withoutVariables();

let managers: ObservabilityManager[] = [];
afterEach(async () => {
  await Promise.all([...managers, getObservabilityManager({ sinks: [] })].map((obs) => obs.shutdown()));
  managers = [];
});

function create(variables: Record<string, string>, options: ObservabilityOptions = {}) {
  Object.assign(process.env, variables);
  const sink = memorySink();
  const obs = createObservability({ sinks: [sink], clock: createTestClock(), ...options });
  managers.push(obs);
  return { obs, sink, ...recordingOf(obs) };
}

function attributesWith(variables: Record<string, string>, options?: ObservabilityOptions): Signal['attributes'] {
  const { obs, only } = create(variables, options);
  obs.logger.info('now');
  return only('log').attributes;
}

describe('environment variables', () => {
  it('name the service', () => {
    expect(attributesWith({})).toEqual({ 'service.name': 'unknown_service', 'deployment.environment.name': 'development' });
    const variables = {
      OTEL_SERVICE_NAME: 'shop',
      ENVIRONMENT: 'staging',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,region=eu%20west, zone = "b" ,service.version=1.2.3',
    };
    expect(attributesWith(variables)).toEqual({
      'service.name': 'shop',
      'deployment.environment.name': 'staging',
      'service.version': '1.2.3',
      region: 'eu west',
      zone: 'b',
    });
  });

  it('may say everything as resource attributes', () => {
    const variables = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,deployment.environment.name=production' };
    expect(attributesWith(variables)).toEqual({ 'service.name': 'shop', 'deployment.environment.name': 'production' });
  });

  it('are beaten by code, wherever the code says it', () => {
    const variables = { OTEL_SERVICE_NAME: 'variable', ENVIRONMENT: 'variable', OTEL_RESOURCE_ATTRIBUTES: 'region=variable,zone=variable' };
    expect(attributesWith(variables, { serviceName: 'code', environment: 'code', attributes: { region: 'code' } })).toEqual({
      'service.name': 'code',
      'deployment.environment.name': 'code',
      region: 'code',
      zone: 'variable',
    });
    expect(attributesWith(variables, { attributes: { 'service.name': 'code' }, errorTracking: { environment: 'code' } })).toMatchObject({
      'service.name': 'code',
      'deployment.environment.name': 'code',
    });
    expect(attributesWith(variables, { serviceName: undefined, environment: undefined })).toMatchObject({
      'service.name': 'variable',
      'deployment.environment.name': 'variable',
    });
  });

  it('take NODE_ENV=production for the environment when there is no other word', () => {
    expect(attributesWith({ NODE_ENV: 'production' })['deployment.environment.name']).toBe('production');
    expect(attributesWith({ NODE_ENV: 'production', ENVIRONMENT: 'staging' })['deployment.environment.name']).toBe('staging');
  });

  it('switch parts off, unless code switches them on', () => {
    const variables = { REQUEST_LOGGING_ENABLED: 'false', PROFILING_ENABLED: '0', ERROR_TRACKING_ENABLED: 'NO' };
    function kinds(options?: ObservabilityOptions): string[] {
      const { obs, signals } = create(variables, options);
      obs.requestLogger.logRequest('GET', '/');
      obs.profiler.profile('x', () => undefined);
      obs.errorTracker.captureException(new Error('x'));
      obs.logger.info('x');
      return signals.map(({ kind }) => kind);
    }
    expect(kinds()).toEqual(['log']);
    expect(kinds({ requestLogging: { logLevel: 'info' } })).toEqual(['log']);
    expect(kinds({ requestLogging: true, profiling: { enabled: true }, errorTracking: true })).toEqual(['request', 'profile', 'error', 'log']);
  });

  it.each([
    ['always_off', undefined, 0],
    ['always_on', undefined, 1],
    ['parentbased_always_off', undefined, 0],
    ['traceidratio', '0', 0],
    ['parentbased_traceidratio', '1', 1],
    ['traceidratio', undefined, 1],
  ])('choose the share of traces: %s %s', (sampler, argument, share) => {
    const { obs, only } = create({ OTEL_TRACES_SAMPLER: sampler, ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }) });
    obs.tracer.startSpan('x').end();
    expect(only('span').trace.sampled).toBe(share === 1);
  });

  it.each([
    ['OBSERVABILITY_ENABLED', 'false'],
    ['OTEL_SDK_DISABLED', 'true'],
  ])('beat even code as a kill switch: %s=%s', async (name, value) => {
    const { obs, sink, signals } = create({ [name]: value }, { enabled: true, tracing: true, profiling: true });
    expect(obs.traceRequest('GET', '/', () => obs.tracer.startSpan('x', (span) => span.recording))).toBe(false);
    expect(obs.profiler.profile('x', () => 'run')).toBe('run');
    obs.errorTracker.captureException(new Error('x'));
    obs.logger.error('x');
    await obs.flush();
    expect([signals, sink.signals, obs.ledger().emitted]).toEqual([[], [], 0]);
    expect(traceFunction(() => 'traced')()).toBe('traced');
  });

  it.each([
    [{ OBSERVABILITY_ENABLED: 'true', OTEL_SDK_DISABLED: 'false' }],
    [{ OBSERVABILITY_ENABLED: '', OTEL_SDK_DISABLED: '' }],
  ])('leave everything on: %j', (variables) => {
    expect(attributesWith(variables)['service.name']).toBe('unknown_service');
  });

  it.each([
    ['OBSERVABILITY_ENABLED', 'flase'],
    ['OTEL_SDK_DISABLED', 'maybe'],
    ['REQUEST_LOGGING_ENABLED', '2'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'region=eu,nonsense'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'region=%zz'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_EXPORTER', 'datadog'],
    ['OTEL_TRACES_EXPORTER', 'none,datadog'],
    ['OTEL_PROPAGATORS', 'xray'],
    ['SENTRY_DSN', 'ftp://s3cr3t@sentry.io/1'],
    ['SENTRY_DSN', '${SENTRY_DSN}'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://user:s3cr3t@collector:4318'],
    ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', '/v1/logs'],
  ])('are said once on health$ when they cannot be used, and left out: %s=%s', (name, value) => {
    const { obs, health, signals } = create({ [name]: value });
    obs.traceRequest('GET', '/', () => undefined);
    expect(signals.map(({ kind, attributes }) => [kind, attributes['region']])).toEqual([
      ['request', undefined],
      ['response', undefined],
      ['span', undefined],
    ]);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'environment' }]);
    expect(JSON.stringify(health)).toContain(name);
    expect(JSON.stringify(health)).not.toMatch(/s3cr3t|flase/);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere/ca.pem', /^OTEL_EXPORTER_OTLP_CERTIFICATE, .*ENOENT; certificates are ignored$/],
    ['OTEL_EXPORTER_OTLP_CLIENT_KEY', import.meta.filename, /^OTEL_EXPORTER_OTLP_CLIENT_KEY, .* certificates are ignored$/],
  ])('do not stop a service whose certificates cannot be used: %s=%s', async (name, file, message) => {
    Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', [name]: file });
    const obs = createObservability();
    const health: string[] = [];
    obs.health$.subscribe((trouble) => health.push(trouble.type === 'input-ignored' ? trouble.message : trouble.type));
    await obs.shutdown();
    expect(health[0]).toMatch(message);
  });

  it('name exporters in any case', () => {
    const { health } = create({ OTEL_TRACES_EXPORTER: 'Console,NONE' });
    expect(health).toEqual([]);
  });

  it('name a receiver, which gets what the console does not print', async () => {
    const receiver = await startFaultServer();
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/otlp/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b,nonsense',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'loki:3100',
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
    });
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const obs = createObservability();
    const health: string[] = [];
    obs.health$.subscribe((trouble) => health.push(trouble.type === 'input-ignored' ? trouble.message : trouble.type));
    obs.tracer.startSpan('x').end();
    obs.logger.info('x');
    await obs.shutdown();
    const sent = receiver.received.map(({ method, path, headers }) => [method, path, headers['x-key'], headers['content-encoding']]);
    await receiver.close();
    expect(sent.sort()).toEqual([
      ['POST', '/otlp/v1/logs', 'a b', undefined],
      ['POST', '/otlp/v1/traces', 'a b', 'gzip'],
    ]);
    // Each once, though the manager and the sink both read them.
    expect(health).toEqual([
      expect.stringMatching(/^OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: .* \(did you mean http:\/\/loki:3100\?\)$/),
      'OTEL_EXPORTER_OTLP_HEADERS, pair 2: expected name=value, percent-encoded, ignored',
    ]);
  });

  it('say the argument of a sampler cannot be used', () => {
    const { health } = create({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' });
    expect(health).toMatchObject([{ message: 'OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, ignored' }]);
  });

  it('are read when a manager is created, for the process-wide one too', async () => {
    Object.assign(process.env, { OTEL_SERVICE_NAME: 'first' });
    const name = (obs: ObservabilityManager): unknown => {
      const { only } = recordingOf(obs);
      obs.logger.info('x');
      return only('log').attributes['service.name'];
    };
    const first = getObservabilityManager({ sinks: [] });
    process.env['OTEL_SERVICE_NAME'] = 'second';
    new RequestLogger({ logLevel: 'info' });
    expect(name(first)).toBe('first');
    await first.shutdown();
    expect(name(getObservabilityManager({ sinks: [] }))).toBe('second');
    expect(name(getObservabilityManager({ serviceName: 'code' }))).toBe('code');
  });
});

describe('without options', () => {
  /** What a console prints of one of everything. */
  async function printed(environment: string): Promise<string[]> {
    process.env['ENVIRONMENT'] = environment;
    const lines: string[] = [];
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((text: unknown) => void lines.push(String(text)));
    }
    const obs = createObservability();
    obs.traceRequest('GET', '/fine', (context) => {
      obs.tracer.startSpan('inner span', () => obs.profiler.profile('timed', () => undefined));
      obs.logger.debug('a debug message');
      obs.logger.info('an info message');
      obs.logger.warn('a warning');
      obs.recordMetric('rows', 1);
      obs.traceResponse(context, { status: 200 });
    });
    obs.errorTracker.captureException(new TypeError('an error'));
    await obs.shutdown();
    return lines.flatMap((text) => text.split('\n'));
  }

  it('prints one JSON line for each response, error and warning in production, and nothing else', async () => {
    const lines = (await printed('production')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ kind, level }) => [kind, level])).toEqual([
      ['log', 'warn'],
      ['response', 'info'],
      ['error', 'error'],
    ]);
    expect(lines[1]).toMatchObject({ path: '/fine', statusCode: 200 });
  });

  it('prints trees of spans in development', async () => {
    const text = (await printed('development')).join('\n');
    expect(() => JSON.parse(text.split('\n')[0] ?? '') as unknown).toThrow();
    for (const part of ['/fine', 'inner span', 'a warning', 'an error']) expect(text).toContain(part);
    expect(text).not.toContain('timed');
  });

  it('prints no spans without an exporter, and everything else all the same', async () => {
    process.env['OTEL_TRACES_EXPORTER'] = 'none';
    const text = (await printed('development')).join('\n');
    expect(text).not.toContain('inner span');
    for (const part of ['/fine', 'a warning', 'an error']) expect(text).toContain(part);
  });

  it('prints to the console that getTracingManager asks for', async () => {
    process.env['ENVIRONMENT'] = 'production';
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((text: unknown) => void lines.push(String(text)));
    const tracer = getTracingManager({ exporter: 'console' });
    tracer.startSpan('wanted', () => undefined);
    await getObservabilityManager().flush();
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(['wanted']);
  });
});
