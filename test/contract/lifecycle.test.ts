import { afterEach, describe, expect, it, vi } from '#test';
import {
  createObservability,
  ErrorTracker,
  getObservabilityManager,
  getTracer,
  getTracingManager,
  PerformanceProfiler,
  RequestLogger,
  traceFunction,
} from '#sdk';
import type { ObservabilityManager, Signal } from '#sdk';
import { createTestClock, memorySink } from '#testing';
import { recorded, recordingOf } from '../helpers/recorded.ts';

/** Calls everything there is, and gives back what the callbacks return. */
async function useEverything(obs: ObservabilityManager): Promise<readonly unknown[]> {
  const context = obs.traceRequest('GET', '/', { params: { page: 1 } });
  obs.traceResponse(context, { status: 200, responseData: 'body' });
  const logged = obs.requestLogger.logRequest('GET', '/');
  obs.requestLogger.logResponse(logged, {});
  obs.errorTracker.captureException(new Error('x'));
  obs.errorTracker.captureMessage('x');
  obs.errorTracker.addBreadcrumb('x');
  obs.logger.error('x');
  obs.recordMetric('x', 1);
  obs.tracer.inject();
  obs.tracer.extract({ traceparent: 'x' });
  const span = obs.tracer.startSpan('x');
  span.setAttribute('a', 1).addEvent('e').recordException(new Error('x')).setStatus({ code: 'ok' }).updateName('y').setAttributes({ b: 2 });
  span.end();
  obs.profiler.getAllStatistics();
  obs.profiler.watchStatistics().subscribe().unsubscribe();
  return [
    obs.traceRequest('GET', '/', () => 1),
    await obs.tracer.startSpan('x', async () => 2),
    span.run(() => 3),
    span.startSpan('z', (inner) => inner.run(() => 4)),
    obs.profiler.profile('x', () => 5),
    obs.profiler.profileFunction(() => 6)(),
    obs.tracer.traceFunction({ name: 'x' })((value: number) => value)(7),
    /^[\da-f]{32}$/.test(obs.errorTracker.captureMessage('x')),
    typeof context.requestId === 'string',
  ];
}

const everything = [1, 2, 3, 4, 5, 6, 7, true, true];

describe('shutdown', () => {
  it.each(['flush', 'shutdown'] as const)('%s with a timeout of 0 does not wait, and with no time at all waits as by default', async (end) => {
    const waits = (timeout: unknown) => {
      const clock = createTestClock();
      const obs = createObservability({ clock, sinks: [{ name: 'silent', write: () => new Promise<void>(() => undefined) }] });
      const troubles: string[] = [];
      obs.health$.subscribe((trouble) => troubles.push(trouble.type === 'input-ignored' ? trouble.message : trouble.type));
      obs.logger.info('x');
      let result: unknown;
      void obs[end]({ timeout: timeout as number }).then((given) => (result = given));
      const settles = async (): Promise<unknown> => {
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        return result;
      };
      return { clock, troubles, settles };
    };
    const none = waits(0);
    none.clock.advance(1);
    await none.settles();
    none.clock.advance(1);
    expect(await none.settles()).toMatchObject({ ok: false, timedOut: true });
    const wrong = waits(-5);
    wrong.clock.advance(4_999);
    expect(await wrong.settles()).toBe(undefined);
    wrong.clock.advance(2);
    expect(await wrong.settles()).toMatchObject({ timedOut: true });
    expect(wrong.troubles).toContain('timeout: expected milliseconds from 0, 5000 is used');
  });

  it('delivers what is pending, completes the streams, and answers twice with the same', async () => {
    const { obs, sink } = recorded();
    const ended: string[] = [];
    obs.signals$.subscribe({ complete: () => ended.push('signals$') });
    obs.health$.subscribe({ complete: () => ended.push('health$') });
    obs.logger.info('last words');
    const result = obs.shutdown();
    expect(obs.shutdown()).toBe(result);
    expect(await result).toMatchObject({ ok: true, timedOut: false, delivered: 1, pending: 0 });
    expect(sink.ofKind('log').map(({ message }) => message)).toEqual(['last words']);
    expect(ended).toEqual(['signals$', 'health$']);
  });

  it('leaves an API that works and says nothing', async () => {
    const { obs, sink, signals } = recorded();
    await obs.shutdown();
    expect(await useEverything(obs)).toEqual(everything);
    expect(signals).toEqual([]);
    expect(sink.signals).toEqual([]);
    const { emitted, added, routed, filtered } = obs.ledger();
    expect(filtered.shutdown).toBe(emitted + added - routed);
    expect(await obs.flush()).toMatchObject({ pending: 0 });
  });

  it('happens at the end of `await using`', async () => {
    const sink = memorySink();
    {
      await using obs = createObservability({ sinks: [sink], clock: createTestClock() });
      obs.logger.info('inside');
    }
    expect(sink.signals.length).toBe(1);
  });
});

describe('disabled', () => {
  it('is an API that works and does nothing at all', async () => {
    const sink = memorySink();
    const write = vi.spyOn(sink, 'write');
    const source = { name: 'mine', observe: vi.fn() };
    const obs = createObservability({ enabled: false, sinks: [sink], sources: [source] });
    const signals: Signal[] = [];
    obs.signals$.subscribe((signal) => signals.push(signal));
    expect(await useEverything(obs)).toEqual(everything);
    expect(signals).toEqual([]);
    expect(obs.profiler.getAllStatistics().size).toBe(0);
    expect(obs.ledger().emitted).toBe(0);
    await obs.shutdown();
    expect(write).not.toHaveBeenCalled();
    expect(source.observe).not.toHaveBeenCalled();
  });

  it('holds for each part alone', async () => {
    const kindsWithout = async (options: object) => {
      const { obs, signals } = recorded(options);
      expect(await useEverything(obs)).toEqual(everything);
      return [...new Set(signals.map(({ kind }) => kind))].sort();
    };
    const all = ['error', 'log', 'metric', 'profile', 'request', 'response', 'span'];
    expect(await kindsWithout({})).toEqual(all);
    expect(await kindsWithout({ tracing: false })).toEqual(all.filter((kind) => kind !== 'span'));
    expect(await kindsWithout({ requestLogging: false })).toEqual(all.filter((kind) => kind !== 'request' && kind !== 'response'));
    expect(await kindsWithout({ profiling: { enabled: false } })).toEqual(all.filter((kind) => kind !== 'profile'));
    expect(await kindsWithout({ errorTracking: false })).toEqual(all.filter((kind) => kind !== 'error'));
  });
});

describe('the process-wide manager', () => {
  afterEach(() => getObservabilityManager({ sinks: [] }).shutdown());

  function begin() {
    const clock = createTestClock();
    const sink = memorySink();
    const obs = getObservabilityManager({ sinks: [sink], clock });
    return { obs, sink, clock, ...recordingOf(obs) };
  }

  it('is created once, and anew after shutdown', async () => {
    const { obs } = begin();
    expect(getObservabilityManager()).toBe(obs);
    expect(getTracingManager()).toBe(obs.tracer);
    await obs.shutdown();
    const next = getObservabilityManager({ sinks: [] });
    expect(next).not.toBe(obs);
    expect(getObservabilityManager()).toBe(next);
  });

  it('merges later options: the last explicit value wins, the stream stays the same, and it is said once', () => {
    const { obs, signals, health } = begin();
    getObservabilityManager({ serviceName: 'first', environment: 'staging', attributes: { region: 'eu' } });
    obs.logger.info('one');
    new ErrorTracker({ environment: 'production', release: '1.2.3' });
    getTracingManager({ serviceName: 'second' });
    getObservabilityManager({ serviceName: undefined, attributes: { zone: 'b' } });
    obs.logger.info('two');
    expect(signals.map(({ attributes }) => attributes)).toEqual([
      { region: 'eu', 'service.name': 'first', 'deployment.environment.name': 'staging' },
      { region: 'eu', zone: 'b', 'service.name': 'second', 'deployment.environment.name': 'production', 'service.version': '1.2.3' },
    ]);
    expect(health.map((trouble) => (trouble.type === 'input-ignored' ? trouble.name : trouble.type))).toEqual([
      'getObservabilityManager',
      'ErrorTracker',
      'getTracingManager',
      'getObservabilityManager',
    ]);
    new RequestLogger();
    getObservabilityManager();
    getObservabilityManager({ serviceName: undefined });
    expect(health.length).toBe(4);
  });

  it('lets the last explicit value win, wherever it is written', () => {
    const { obs, signals } = begin();
    const environment = () => {
      obs.logger.info('now');
      return signals.at(-1)?.attributes['deployment.environment.name'];
    };
    getObservabilityManager({ environment: 'a' });
    getObservabilityManager({ errorTracking: { environment: 'b' } });
    expect(environment()).toBe('b');
    getObservabilityManager({ attributes: { 'deployment.environment.name': 'c' } });
    expect(environment()).toBe('c');
    new ErrorTracker({ environment: 'd' });
    getObservabilityManager({ serviceName: 'other' });
    expect(environment()).toBe('d');
  });

  it('replaces sinks in place', async () => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const { obs, sink } = begin();
    obs.logger.info('to the first');
    const second = memorySink();
    getObservabilityManager({ sinks: [second] });
    obs.logger.info('to the second');
    await obs.flush();
    const texts = (memory: typeof sink) => memory.ofKind('log').map(({ message }) => message);
    expect([texts(sink), texts(second)]).toEqual([['to the first'], ['to the second']]);
    getObservabilityManager({ sinks: (defaults) => [...defaults, second] });
    obs.logger.debug('to both');
    await obs.flush();
    expect(texts(second)).toEqual(['to the second', 'to both']);
    expect(printed.mock.calls.flat().join()).toContain('to both');
  });

  it('changes nothing when later options are wrong', () => {
    const { obs, signals, health } = begin();
    expect(() => getObservabilityManager({ serviceName: 'x', sampling: { rate: 9 } })).toThrow(/sampling\.rate/);
    obs.logger.info('still');
    expect(signals[0]?.attributes['service.name']).toBe('unknown_service');
    expect(health).toEqual([]);
  });

  it('is what the parts used alone belong to, also after it was replaced', async () => {
    const first = begin();
    const requestLogger = new RequestLogger({ logLevel: 'info' });
    const profiler = new PerformanceProfiler();
    const tracker = new ErrorTracker();
    const timed = profiler.profileFunction({ name: 'timed', attributes: { a: 1 } })(() => undefined);
    const traced = traceFunction(function traced() {});
    const library = getTracer('library', '2.0.0');
    function useParts(): void {
      requestLogger.logResponse(requestLogger.logRequest('GET', '/'), {});
      requestLogger.logResponse(requestLogger.logRequest({ method: 'GET', path: '/' }), {});
      timed();
      profiler.profile('timed', () => undefined);
      tracker.captureException(new Error('x'));
      tracker.captureMessage('x');
      traced();
      library.startSpan('library', (span) => span.startSpan('below', () => undefined));
    }
    useParts();
    const expected = ['request', 'response', 'request', 'response', 'profile', 'profile', 'error', 'log', 'span', 'span', 'span'];
    expect(first.signals.map(({ kind }) => kind)).toEqual(expected);
    for (const name of ['library', 'below']) expect(first.span(name).scope).toEqual({ name: 'library', version: '2.0.0' });
    await first.obs.shutdown();

    const second = begin();
    useParts();
    expect(first.signals.length).toBe(expected.length);
    expect(second.signals.map(({ kind }) => kind)).toEqual(expected);
    // Those of its own requests.
    expect(second.only('error').breadcrumbs.map(({ message }) => message)).toEqual(['GET / success', 'GET / success']);
    expect(profiler.getStatistics('timed')?.count).toBe(2);
    expect(profiler.getAllStatistics().size).toBe(1);
  });

  it('takes new limits for what was measured before', () => {
    const { obs } = begin();
    for (const name of ['a', 'b', 'c', 'a']) obs.profiler.profile(name, () => undefined);
    new PerformanceProfiler({ maxSeries: 1 });
    obs.profiler.profile('d', () => undefined);
    expect([...obs.profiler.getAllStatistics()].map(([name, { count }]) => [name, count])).toEqual([
      ['a', 2],
      ['__other__', 3],
    ]);
  });

  it('switches parts off and on again', () => {
    const { obs, signals } = begin();
    new RequestLogger({ enabled: false });
    obs.requestLogger.logRequest('GET', '/off');
    getObservabilityManager({ requestLogging: true });
    obs.requestLogger.logRequest('GET', '/on');
    expect(signals.map(({ name }) => name)).toEqual(['GET /on']);
  });

  it('is recognised by instanceof, whoever made the part', () => {
    const { obs } = begin();
    expect(obs.requestLogger).toBeInstanceOf(RequestLogger);
    expect(obs.profiler).toBeInstanceOf(PerformanceProfiler);
    expect(obs.errorTracker).toBeInstanceOf(ErrorTracker);
    expect(new ErrorTracker()).toBeInstanceOf(ErrorTracker);
    expect(obs.errorTracker).not.toBeInstanceOf(RequestLogger);
  });
});
