import { delayWhen, EMPTY, from, Observable, of, startWith, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/core/configuration-error.ts';
import type { ObservabilityOptions } from '../../src/core/config/options.ts';
import type { Health } from '../../src/core/diagnostics.ts';
import type { Environment } from '../../src/core/environment.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import { createManager } from '../../src/core/manager.ts';
import type { ManagerHandle } from '../../src/core/manager.ts';
import type { ObservabilityManager } from '../../src/core/observability.ts';
import type { Signal, SignalInput } from '../../src/core/signal.ts';
import type { Sink, WriteContext } from '../../src/core/sink.ts';
import type { Source } from '../../src/core/source.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import { createEnvironment } from '../../src/node/environment.ts';

interface Bench {
  readonly obs: ObservabilityManager;
  readonly handle: ManagerHandle;
  readonly clock: TestClock;
  readonly leaving$: Subject<void>;
  readonly health: Health[];
  /** What the sink got. */
  readonly got: Signal[];
  readonly names: () => string[];
  readonly contexts: WriteContext[];
  readonly closed: () => number;
  readonly alive: () => number;
}

function setUp(options: ObservabilityOptions = {}, host: Partial<Environment> = {}, write?: Sink['write']): Bench {
  const clock = createTestClock();
  const leaving$ = new Subject<void>();
  const got: Signal[] = [];
  const contexts: WriteContext[] = [];
  let closed = 0;
  let alive = 0;
  const sink: Sink = {
    name: 'test',
    write(batch, context) {
      got.push(...batch);
      contexts.push(context);
      return write?.(batch, context);
    },
    close: () => void closed++,
  };
  const keepAlive = (): (() => void) => {
    alive++;
    return () => alive--;
  };
  const environment: Environment = { ...createEnvironment(), variables: {}, sources: [], leaving$, keepAlive, clock, ...host };
  const handle = createManager(environment, { sinks: [sink], ...options });
  const health: Health[] = [];
  handle.manager.health$.subscribe((trouble) => health.push(trouble));
  const names = (): string[] => got.map(({ name }) => name);
  return { obs: handle.manager, handle, clock, leaving$, health, got, names, contexts, closed: () => closed, alive: () => alive };
}

function expectBalance({ emitted, added, routed, held, filtered, sinks }: Ledger): void {
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);
  expect(routed + sum(filtered) + held).toBe(emitted + added);
  for (const { accepted, delivered, handedOff, spooled, pending, dropped } of Object.values(sinks)) {
    expect(delivered + handedOff + spooled + pending + sum(dropped)).toBe(accepted);
  }
}

const sourceOf = (name: string, signals: Observable<SignalInput>): Source => ({ name, observe: () => signals });
const log = (message: string): SignalInput => ({ kind: 'log', name: message, message, eventId: '0'.repeat(32), level: 'info', severityNumber: 9 });
const metric = (name: string): SignalInput => ({ kind: 'metric', name, value: 1, unit: '1', instrument: 'gauge' });
const never = (): Promise<void> => new Promise(() => undefined);
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
const boom = (): never => {
  throw new Error('boom');
};

describe('flush', () => {
  it('tells what became of everything since the previous one', async () => {
    let rejected = 1;
    const { obs } = setUp({}, {}, () => ({ rejected }));
    obs.recordMetric('a', 1);
    obs.recordMetric('b', 1);
    await expect(obs.flush()).resolves.toEqual({ ok: false, timedOut: false, delivered: 1, handedOff: 0, dropped: 1, pending: 0 });
    rejected = 0;
    obs.recordMetric('c', 1);
    await expect(obs.flush()).resolves.toEqual({ ok: true, timedOut: false, delivered: 1, handedOff: 0, dropped: 0, pending: 0 });
    await expect(obs.flush()).resolves.toEqual({ ok: true, timedOut: false, delivered: 0, handedOff: 0, dropped: 0, pending: 0 });
  });

  it('is over after its deadline, and the process is kept alive only until then', async () => {
    const bench = setUp({}, {}, never);
    bench.obs.recordMetric('a', 1);
    const flushed = bench.obs.flush({ timeout: 300 });
    await settled();
    expect(bench.alive()).toBe(1);
    bench.clock.advance(300);
    await expect(flushed).resolves.toEqual({ ok: false, timedOut: true, delivered: 0, handedOff: 0, dropped: 0, pending: 1 });
    expect(bench.alive()).toBe(0);
  });

  it('covers the signal that made a subscriber ask for it', async () => {
    const { obs, names } = setUp();
    let flushed: unknown;
    obs.errors$.subscribe(() => void obs.flush().then((result) => (flushed = result)));
    obs.errorTracker.captureException(new Error('fatal'));
    await settled();
    expect(names()).toEqual(['Error']);
    expect(flushed).toMatchObject({ ok: true, delivered: 1 });
  });

  it.each([undefined, { timeout: Number.NaN }, { timeout: -1 }, { timeout: '1' as never }, null as never])('has a default for a deadline that is none: %j', async (options) => {
    const { obs } = setUp();
    obs.recordMetric('a', 1);
    await expect(obs.flush(options)).resolves.toMatchObject({ ok: true, delivered: 1 });
  });
});

describe('shutdown', () => {
  it('delivers what is pending, closes the sinks, ends the streams, and can be asked twice', async () => {
    const bench = setUp();
    let ended = 0;
    bench.obs.signals$.subscribe({ complete: () => ended++ });
    bench.obs.metrics$.subscribe({ complete: () => ended++ });
    bench.obs.health$.subscribe({ complete: () => ended++ });
    bench.obs.recordMetric('a', 1);
    const [first, second] = await Promise.all([bench.obs.shutdown(), bench.obs.shutdown()]);
    expect(first).toEqual({ ok: true, timedOut: false, delivered: 1, handedOff: 0, dropped: 0, pending: 0 });
    expect(second).toBe(first);
    await expect(bench.obs.flush()).resolves.toBe(first);
    expect(bench.closed()).toBe(1);
    expect(ended).toBe(3);
    expect(bench.handle.isShutDown).toBe(true);
  });

  it('counts what is emitted afterwards as shutdown, from the moment it is asked', async () => {
    const { obs, names } = setUp();
    obs.recordMetric('before', 1);
    const ended = obs.shutdown();
    obs.recordMetric('after', 1);
    await ended;
    obs.logger.error('after');
    obs.errorTracker.captureException(new Error('after'));
    await settled();
    expect(names()).toEqual(['before']);
    expect(obs.ledger().filtered.shutdown).toBe(3);
    expectBalance(obs.ledger());
  });

  it('has written to synchronous sinks when it returns', () => {
    const { obs, names } = setUp();
    obs.recordMetric('a', 1);
    void obs.shutdown();
    expect(names()).toEqual(['a']);
  });

  it('drops what a sink does not take in time: nothing is pending afterwards', async () => {
    const bench = setUp({}, {}, never);
    bench.obs.recordMetric('a', 1);
    const ended = bench.obs.shutdown({ timeout: 300 });
    await settled();
    bench.clock.advance(300);
    await settled();
    bench.clock.advance(1);
    await expect(ended).resolves.toMatchObject({ ok: false, timedOut: true, dropped: 1, pending: 0 });
    expect(bench.obs.ledger().sinks['test']).toMatchObject({ pending: 0, dropped: { shutdown: 1 } });
    expect(bench.alive()).toBe(0);
  });

  it('takes no longer than it may, though a sink answers late and never finishes closing', async () => {
    const late = new Subject<void>();
    const sink: Sink = { name: 'slow', write: () => new Promise((resolve) => late.subscribe(() => resolve())), close: never };
    const bench = setUp({ sinks: [sink] });
    bench.obs.recordMetric('a', 1);
    let result: unknown;
    void bench.obs.shutdown({ timeout: 300 }).then((given) => (result = given));
    await settled();
    bench.clock.advance(200);
    late.next();
    await settled();
    bench.clock.advance(100);
    await settled();
    expect(result).toMatchObject({ ok: false, timedOut: true, delivered: 1, pending: 0 });
  });

  it('lets operators give out what they hold: nothing is held afterwards', async () => {
    const release = new Subject<void>();
    const { obs, names } = setUp({ pipeline: [delayWhen(() => release)] });
    obs.recordMetric('a', 1);
    release.next();
    obs.recordMetric('b', 1);
    expect(obs.ledger().held).toBe(1);
    await obs.shutdown();
    expect(names()).toEqual(['a']);
    expect(obs.ledger()).toMatchObject({ held: 0, filtered: { shutdown: 1 } });
    expectBalance(obs.ledger());
  });

  it.each(['subscriber', 'sink', 'source'] as const)('can be asked by a %s', async (who) => {
    let again = (): void => undefined;
    const asks: Observable<SignalInput> = new Observable(() => () => again());
    const bench = setUp({ sources: who === 'source' ? [sourceOf('asks', asks)] : false }, {}, () => (who === 'sink' ? again() : undefined));
    again = () => void bench.obs.shutdown();
    if (who === 'subscriber') bench.obs.signals$.subscribe(() => again());
    bench.obs.recordMetric('a', 1);
    bench.obs.recordMetric('b', 1);
    const result = await bench.obs.shutdown();
    expect(bench.names()[0]).toBe('a');
    expect(result.pending).toBe(0);
    expect(bench.closed()).toBe(1);
    expectBalance(bench.obs.ledger());
  });

  it('resolves though everything foreign throws while it ends', async () => {
    const undoing: Observable<SignalInput> = new Observable(() => boom);
    const bench = setUp({ sources: [sourceOf('undoing', undoing)], sinks: [{ name: 'bad', write: boom, close: boom }], delivery: { maxRetries: 0 } });
    bench.obs.signals$.subscribe({ next: boom, complete: boom });
    bench.obs.recordMetric('a', 1);
    await expect(bench.obs.shutdown()).resolves.toMatchObject({ ok: false, dropped: 1, pending: 0 });
    expect(bench.health).toContainEqual(expect.objectContaining({ type: 'source-failed', name: 'undoing' }));
    expect(bench.health).toContainEqual(expect.objectContaining({ type: 'sink-failed', sink: 'bad' }));
  });

  it('is what `await using` does', async () => {
    const { obs, names, handle } = setUp();
    obs.recordMetric('a', 1);
    await obs[Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as never)]();
    expect(names()).toEqual(['a']);
    expect(handle.isShutDown).toBe(true);
  });
});

describe('when the host goes away', () => {
  it('what is queued is written at once', () => {
    const { obs, leaving$, names, contexts } = setUp();
    obs.recordMetric('a', 1);
    leaving$.next();
    expect(names()).toEqual(['a']);
    expect(contexts[0]?.leaving).toBe(true);
  });

  it('nothing listens any more after the end', async () => {
    const { obs, leaving$ } = setUp();
    expect(leaving$.observed).toBe(true);
    await obs.shutdown();
    expect(leaving$.observed).toBe(false);
  });
});

describe('a source', () => {
  it('is observed until the end', async () => {
    const source = new Subject<SignalInput>();
    const { obs, names } = setUp({ sources: [sourceOf('own', source)] });
    source.next(log('a'));
    await obs.shutdown();
    expect(names()).toEqual(['a']);
    expect(source.observed).toBe(false);
  });

  it('has what it left out filled in', async () => {
    const { obs, got, clock } = setUp({ serviceName: 'shop', sources: [sourceOf('own', of({ kind: 'metric', name: 'a', value: 3, unit: 'By', instrument: 'counter' }))] });
    await obs.flush();
    expect(got).toEqual([expect.objectContaining({ name: 'a', value: 3, timestamp: clock.now(), attributes: expect.objectContaining({ 'service.name': 'shop' }) })]);
  });

  it.each<readonly [string, () => Observable<SignalInput>]>([
    ['errors', () => throwError(() => new Error('boom'))],
    ['throws when it is observed', boom],
    ['throws when it is subscribed', () => new Observable(boom)],
    ['is not a stream', () => undefined as never],
  ])('that %s is reported, and the others go on', async (_, observe) => {
    const { obs, names, health } = setUp({ sources: [{ name: 'bad', observe }, sourceOf('good', of(log('a')))] });
    await obs.flush();
    expect(names()).toEqual(['a']);
    expect(health).toEqual([expect.objectContaining({ type: 'source-failed', name: 'bad' })]);
  });

  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['a number', 1],
    ['no kind', { name: 'x' }],
    ['an unknown kind', { kind: 'event', name: 'x' }],
    ['a kind that only an object has', { kind: 'constructor', name: 'x' }],
    ['no name', { kind: 'log' }],
    ['a metric without a number', { kind: 'metric', name: 'x' }],
    ['a metric that is not a number', { kind: 'metric', name: 'x', value: Number.NaN }],
    ['what throws when it is read', new Proxy({}, { get: boom, ownKeys: boom })],
  ])('that hands in %s is counted and said, and the stream goes on', async (_, garbage) => {
    const { obs, names, health } = setUp({ sources: [sourceOf('bad', from([garbage as SignalInput, log('a')]))] });
    await obs.flush();
    expect(names()).toEqual(['a']);
    expect(obs.ledger()).toMatchObject({ emitted: 2, routed: 1, held: 0, filtered: { pipeline: 1 } });
    expect(health).toHaveLength(1);
  });

  it.each<readonly [string, object, object]>([
    ['span', { duration: 'x', events: 5, links: {}, status: 'bad', spanKind: 'x', trace: { traceId: 'nope' }, scope: 1 }, { duration: 0, events: [], links: [], status: { code: 'unset' }, spanKind: 'internal', scope: undefined }],
    ['request', { requestId: 7, method: 1, path: {}, headers: 'x' }, { method: '', path: '', headers: undefined, requestId: expect.any(String) }],
    ['response', { status: 500, duration: -1, error: 'x', statusCode: 'x' }, { status: 'success', duration: 0, error: undefined, statusCode: undefined }],
    ['profile', { duration: Number.NaN, failed: 'yes' }, { duration: 0, failed: false }],
    ['error', { error: 'x', breadcrumbs: 'x', handled: 'x', level: 'x', eventId: 1 }, { error: { type: 'Error', message: '' }, breadcrumbs: [], handled: true, level: 'error' }],
    ['log', { message: 5, level: 'x', timestamp: 'x', attributes: 'x' }, { message: '5', level: 'info', severityNumber: 9, timestamp: expect.any(Number) }],
    ['metric', { value: 1, unit: 5, instrument: 'x' }, { value: 1, unit: '1', instrument: 'gauge' }],
  ])('gets the defaults for what is wrong in its %s', async (kind, wrong, expected) => {
    const { obs, got } = setUp({ sources: [sourceOf('bad', of({ kind, name: 'x', ...wrong } as unknown as SignalInput))] });
    await obs.flush();
    expect(got).toEqual([expect.objectContaining(expected)]);
  });

  it('may change its objects after it handed them in: the signals stay as they were', async () => {
    const attributes: Record<string, string> = { colour: 'red' };
    const context = { order: { id: 1 } };
    const input = { ...log('a'), attributes, context };
    const { obs, got } = setUp({ sources: [sourceOf('own', of(input as SignalInput))] });
    attributes['colour'] = 'green';
    context.order.id = 2;
    (input as { name: string }).name = 'changed';
    await obs.flush();
    expect(got).toEqual([expect.objectContaining({ name: 'a', attributes: expect.objectContaining({ colour: 'red' }), context: { order: { id: 1 } } })]);
  });

  it('gets the clock', () => {
    const clocks: unknown[] = [];
    const clock = createTestClock();
    setUp({ clock, sources: [{ name: 'own', observe: (context) => (clocks.push(context.clock), EMPTY) }] });
    expect(clocks).toEqual([clock]);
  });

  it('may be added to the defaults, or all be left out', () => {
    const [first, second] = [new Subject<SignalInput>(), new Subject<SignalInput>()];
    const host = { sources: [sourceOf('default', first)] };
    setUp({ sources: (defaults) => [...defaults, sourceOf('own', second)] }, host);
    expect([first.observed, second.observed]).toEqual([true, true]);
    const [third] = [new Subject<SignalInput>()];
    setUp({ sources: false }, { sources: [sourceOf('default', third)] });
    expect(third.observed).toBe(false);
  });
});

describe('sinks', () => {
  it('may be added to the defaults', async () => {
    const printed: string[] = [];
    const own: Sink = { name: 'own', write: () => undefined };
    const { obs } = setUp({ sinks: (defaults) => [...defaults, own] }, { print: (text) => printed.push(text) });
    obs.logger.error('hello');
    await obs.flush();
    expect(Object.keys(obs.ledger().sinks)).toEqual(['console', 'own']);
    expect(printed.join()).toContain('hello');
  });

  it('that none wants a signal is counted', async () => {
    const { obs } = setUp({ sinks: [{ name: 'picky', accepts: ({ kind }) => kind === 'log', write: () => undefined }] });
    obs.recordMetric('a', 1);
    obs.logger.error('b');
    await obs.flush();
    expect(obs.ledger()).toMatchObject({ emitted: 2, routed: 1, filtered: { 'no-sink': 1 } });
  });

  it('get what an operator gives out at its start', async () => {
    const { obs, names } = setUp({ pipeline: [startWith({ ...metric('first'), timestamp: 1, attributes: {} } as Signal)] });
    await obs.flush();
    expect(names()).toEqual(['first']);
    expect(obs.ledger()).toMatchObject({ added: 1, routed: 1 });
  });
});

describe('the kill switch', () => {
  it.each<readonly [string, Record<string, string>]>([
    ['OBSERVABILITY_ENABLED', { OBSERVABILITY_ENABLED: 'false' }],
    ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }],
  ])('%s beats code: nothing is observed, emitted or written', async (_, variables) => {
    const source = new Subject<SignalInput>();
    const bench = setUp({ enabled: true, sources: [sourceOf('own', source)] }, { variables });
    bench.obs.recordMetric('a', 1);
    bench.obs.logger.error('b');
    expect(bench.obs.errorTracker.captureException(new Error('c'))).toMatch(/^[0-9a-f]{32}$/);
    expect(bench.obs.tracer.startSpan('d', () => 5)).toBe(5);
    expect(source.observed).toBe(false);
    expect(bench.leaving$.observed).toBe(false);
    await expect(bench.obs.shutdown()).resolves.toMatchObject({ ok: true, delivered: 0 });
    expect(bench.got).toEqual([]);
  });
});

describe('time and chance', () => {
  it('come from the options', async () => {
    const clock = createTestClock(1_000);
    const { obs, got } = setUp({ clock, random: () => 0.5 });
    clock.advance(234);
    const id = obs.errorTracker.captureException(new Error('x'));
    clock.advance(1_000);
    await settled();
    expect(got).toEqual([expect.objectContaining({ timestamp: 1_234, eventId: id })]);
    const again = setUp({ random: () => 0.5 });
    expect(again.obs.errorTracker.captureException(new Error('x'))).toBe(id);
  });
});

describe('a later configuration', () => {
  it('that is wrong throws and changes nothing', async () => {
    const bench = setUp({ serviceName: 'before' });
    expect(() => bench.handle.configure({ serviceName: 'after', sinks: () => [5 as never] }, 'test')).toThrow(ConfigurationError);
    expect(() => bench.handle.configure({ serviceName: 'after', sources: () => [5 as never] }, 'test')).toThrow(ConfigurationError);
    bench.obs.recordMetric('a', 1);
    await bench.obs.flush();
    expect(bench.got[0]?.attributes['service.name']).toBe('before');
    expect(bench.closed()).toBe(0);
  });

  it('leaves the sources alone unless it names them', () => {
    let observed = 0;
    const source: Source = { name: 'own', observe: () => new Observable(() => void observed++) };
    const bench = setUp({ sources: [source] });
    bench.handle.configure({ profiling: { maxSeries: 5 } }, 'test');
    bench.handle.configure({ enabled: true }, 'test');
    expect(observed).toBe(1);
    bench.handle.configure({ enabled: false }, 'test');
    bench.handle.configure({ enabled: true }, 'test');
    expect(observed).toBe(2);
  });

  it('changes the delivery of the sinks in use', async () => {
    const bench = setUp();
    bench.obs.recordMetric('a', 1);
    bench.handle.configure({ delivery: { maxBatchSize: 1 } }, 'test');
    await settled();
    expect(bench.names()).toEqual(['a']);
    expect(bench.closed()).toBe(0);
  });

  it('may switch off and on again: the sinks stay, and what was queued is delivered', async () => {
    const bench = setUp();
    bench.obs.recordMetric('a', 1);
    bench.handle.configure({ enabled: false }, 'test');
    bench.obs.recordMetric('nobody sees this', 1);
    bench.handle.configure({ enabled: true }, 'test');
    bench.obs.recordMetric('b', 1);
    await bench.obs.flush();
    expect(bench.names()).toEqual(['a', 'b']);
    expect(bench.closed()).toBe(0);
    await bench.obs.shutdown();
    expect(bench.closed()).toBe(1);
  });

  it('after the end changes nothing', async () => {
    const bench = setUp();
    await bench.obs.shutdown();
    const later: Sink = { name: 'later', write: () => undefined };
    bench.handle.configure({ sinks: [later] }, 'test');
    expect(Object.keys(bench.obs.ledger().sinks)).toEqual(['test']);
  });
});

describe('a sink', () => {
  it('learns whether it is in development, and again when that changes', () => {
    const told: unknown[] = [];
    const sink: Sink = { name: 'told', write: () => undefined, configure: ({ development }) => void told.push({ development }) };
    const { handle } = setUp({ environment: 'production', sinks: [sink] });
    handle.configure({ environment: 'development' }, 'test');
    expect(told).toEqual([{ development: false }, { development: true }]);
  });

  it('leaves secrets where they are when redaction is switched off, until there are rules again', () => {
    const { obs, handle } = setUp({ redaction: false, attributes: { token: 'resource' } });
    const got: Signal[] = [];
    obs.signals$.subscribe((signal) => got.push(signal));
    const say = () => obs.logger.info('at https://bob:pw@shop.io/', { password: 'hunter2' });
    say();
    expect(got.at(-1)).toMatchObject({ message: 'at https://bob:pw@shop.io/', attributes: { password: 'hunter2', token: 'resource' } });
    handle.configure({ environment: 'test' }, 'test');
    say();
    expect(got.at(-1)).toMatchObject({ attributes: { password: 'hunter2' } });
    handle.configure({ redaction: { keys: ['zone'] } }, 'test');
    say();
    expect(got.at(-1)).toMatchObject({ attributes: { password: '[REDACTED]', token: '[REDACTED]' } });
  });

  it('learns the resource as its signals have it: redacted, by the rules in force', async () => {
    const told: unknown[] = [];
    const got: Signal[] = [];
    const sink: Sink = { name: 'told', write: (batch) => void got.push(...batch), configure: ({ resource }) => void told.push(resource) };
    const { obs, handle } = setUp({ serviceName: 'shop', attributes: { api_key: 'abc', region: 'eu', zone: 'a' }, sinks: [sink] });
    obs.recordMetric('own ones win', 1, { attributes: { region: 'us', __proto__: null } as never });
    obs.profiler.profile('without own ones', () => undefined);
    handle.configure({ redaction: { keys: ['zone'] } }, 'test');
    obs.recordMetric('later', 1);
    await obs.flush();
    const resource = { 'service.name': 'shop', 'deployment.environment.name': 'development', api_key: '[REDACTED]', region: 'eu', zone: 'a' };
    expect(told).toEqual([resource, { ...resource, zone: '[REDACTED]' }]);
    expect(got.map(({ attributes }) => attributes)).toEqual([{ ...resource, region: 'us' }, resource, told[1]]);
    expect(got[1]?.attributes).toBe(told[0]);
  });

  it('made by a function is made once, whatever else is configured', () => {
    let made = 0;
    const { handle } = setUp({ sinks: () => [{ name: `made ${++made}`, write: () => undefined }] });
    handle.configure({ errorTracking: true, delivery: { flushEvery: 5 } }, 'test');
    expect(made).toBe(1);
    handle.configure({ environment: 'production' }, 'test');
    expect(made).toBe(2);
  });
});

describe('options that cannot be read', () => {
  it('leave flush and shutdown with their default', async () => {
    const { obs, closed } = setUp();
    const hostile = {
      get timeout(): number {
        throw new Error('timeout');
      },
    };
    expect((await obs.flush(hostile)).ok).toBe(true);
    expect((await obs.shutdown(hostile)).ok).toBe(true);
    expect(closed()).toBe(1);
  });

  it('that come too late are said to be ignored', () => {
    const { handle, health } = setUp();
    handle.configure({ clock: createTestClock() }, 'test');
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'test', message: 'clock: taken only by a manager that begins, ignored' }]);
  });
});

describe('what a source hands in', () => {
  it('has the shape of its kind, nested parts included', () => {
    const { got, handle } = setUp({
      sources: [
        {
          name: 'careless',
          observe: () =>
            from([
              {
                kind: 'span', name: 's', parentSpanId: 'not hex', status: { code: 'banana', message: 7 }, timestamp: 5,
                links: [null, { traceId: 'zz' }, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true }],
                events: [1, null, { name: 'kept' }],
              },
              { kind: 'error', name: 'e', error: { message: 7, cause: 'no', errors: [{ type: 'T', message: 'm' }] } },
              { kind: 'response', name: 'r', error: {} },
            ] as unknown as SignalInput[]),
        },
      ],
    });
    void handle.manager.flush();
    const noError = { type: 'Error', message: '', stack: undefined, cause: undefined, errors: undefined };
    expect(got[0]).toMatchObject({
      parentSpanId: undefined,
      status: { code: 'unset', message: undefined },
      links: [{ traceId: 'a'.repeat(32) }],
      events: [{ name: 'kept', timestamp: 5, attributes: {} }],
    });
    expect(got[1]).toMatchObject({ error: { ...noError, cause: noError, errors: [{ ...noError, type: 'T', message: 'm' }] } });
    expect(got[2]).toMatchObject({ error: noError });
  });
});
