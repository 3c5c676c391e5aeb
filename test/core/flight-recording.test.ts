import { NEVER } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ObservabilityOptions } from '../../src/core/config/options.ts';
import { createManager } from '../../src/core/manager.ts';
import type { ManagerHandle } from '../../src/core/manager.ts';
import type { ObservabilityManager } from '../../src/core/observability.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { Source, SourceContext } from '../../src/core/source.ts';
import { memorySink } from '../../src/core/sinks/memory.ts';
import { createSpanSink } from '../../src/core/sinks/http/span-sink.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import { createEnvironment } from '../../src/node/environment.ts';
import '../helpers/fixed-seed.ts';

interface Bench {
  readonly obs: ObservabilityManager;
  readonly clock: TestClock;
  /** What the stream told. */
  readonly seen: readonly Signal[];
  readonly configure: ManagerHandle['configure'];
  /** What the sink got so far. */
  sent(): Promise<readonly Signal[]>;
}

/** A manager that samples nothing, and what its sink got; the ledger is looked at with every signal. */
function setUp(options: Omit<ObservabilityOptions, 'clock'> = {}): Bench {
  const clock = createTestClock();
  const sink = memorySink();
  const base = { serviceName: 'test', sources: false, sinks: [sink], sampling: { rate: 0 } } as const;
  const handle = createManager(createEnvironment(), { ...base, ...options, clock });
  const obs = handle.manager;
  onTestFinished(async () => void (await obs.shutdown()));
  const seen: Signal[] = [];
  obs.signals$.subscribe((signal) => {
    seen.push(signal);
    expectBalance(obs);
  });
  return { obs, clock, seen, configure: handle.configure, sent: async () => (await obs.flush(), expectBalance(obs), sink.signals) };
}

function expectBalance(obs: ObservabilityManager): void {
  const { emitted, added, routed, held, filtered } = obs.ledger();
  const left = Object.values(filtered);
  expect(routed + held + left.reduce((sum, count) => sum + count, 0)).toBe(emitted + added);
  expect(Math.min(held, ...left)).toBeGreaterThanOrEqual(0);
}

const fail = (obs: ObservabilityManager, message = 'broken'): string => obs.errorTracker.captureException(new Error(message));
const namesOf = (signals: readonly Signal[] | undefined): readonly string[] | undefined => signals?.map((signal) => (signal.kind === 'log' ? signal.message : signal.name));

describe('a recording that is attached', () => {
  const options = { sampling: { rate: 1 }, flightRecorder: true } as const;

  it('has what came before the error, of all kinds, redacted and in order', async () => {
    const { obs, sent } = setUp(options);
    obs.logger.info('first', { password: 'hunter2' });
    obs.profiler.profile('call', () => undefined);
    obs.recordMetric('metric', 1);
    obs.tracer.startSpan('span', () => undefined);
    fail(obs);
    const error = (await sent()).at(-1);
    expect(error?.kind === 'error' && namesOf(error.recording)).toEqual(['first', 'call', 'metric', 'span']);
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('has what no sink gets', () => {
    const { obs, seen } = setUp({ flightRecorder: true, sampling: { rate: 0 } });
    obs.tracer.startSpan('unsampled', () => undefined);
    fail(obs);
    expect(seen.at(-1)).toMatchObject({ kind: 'error', recording: [{ name: 'unsampled' }] });
  });

  it('is given out once, and holds no other', async () => {
    const { obs, sent } = setUp({ ...options, errorTracking: { repeatWindow: 0 } });
    obs.logger.info('first');
    fail(obs, 'one');
    obs.logger.info('second');
    fail(obs, 'two');
    const errors = (await sent()).filter((signal) => signal.kind === 'error');
    expect(errors.map(({ recording }) => namesOf(recording))).toEqual([['first'], ['second']]);
  });

  it('waits for an error that is asked for, and for one that leaves', async () => {
    const when = (signal: Signal): boolean => signal.kind !== 'error' || signal.error.message === 'wanted';
    const { obs, seen, sent } = setUp({ ...options, flightRecorder: { when } });
    obs.logger.info('before');
    fail(obs, 'unwanted');
    obs.tracer.startSpan('work', { parent: { traceId: '1'.repeat(32), spanId: '1'.repeat(16), sampled: false } }, () => fail(obs, 'wanted'));
    fail(obs, 'wanted');
    const errors = (await sent()).filter((signal) => signal.kind === 'error');
    expect(errors.map(({ recording }) => namesOf(recording))).toEqual([undefined, ['before', 'Error', 'Error', 'work']]);
    expect(seen.filter((signal) => signal.kind === 'error' && signal.recording !== undefined)).toHaveLength(1);
  });

  it('goes back as far as told, and takes no more bytes', async () => {
    const { obs, clock, sent } = setUp({ ...options, flightRecorder: { seconds: 10, bytes: 8_000 } });
    obs.logger.info('too old');
    clock.advance(10_001);
    for (let index = 0; index < 4; index += 1) obs.logger.info(`${index}${'x'.repeat(1_000)}`);
    fail(obs);
    clock.advance(10_001);
    fail(obs, 'other');
    const errors = (await sent()).filter((signal) => signal.kind === 'error');
    expect(errors.map(({ recording }) => namesOf(recording)?.map((name) => name[0]))).toEqual([['1', '2', '3'], []]);
  });

  it('counts with what it holds where queues are bounded in bytes', async () => {
    const { obs } = setUp({ ...options, delivery: { maxQueueBytes: 20_000 } });
    for (let index = 0; index < 10; index += 1) {
      obs.logger.info('x'.repeat(1_000));
      await obs.flush();
    }
    fail(obs);
    await obs.flush();
    expect(obs.ledger().sinks['memory']?.dropped['too-large']).toBe(1);
  });

  it('disturbs nobody when the question throws', async () => {
    const { obs, sent } = setUp({ ...options, flightRecorder: { when: () => { throw new Error('no answer'); } } });
    fail(obs);
    expect(await sent()).toMatchObject([{ kind: 'error', recording: undefined }]);
  });
});

describe('a recording that is sent', () => {
  const options = { flightRecorder: { then: 'send' } } as const;

  it('gives the sinks what was not sampled, in order, before the signal that asked; each once', async () => {
    const { obs, sent } = setUp(options);
    obs.tracer.startSpan('one', () => undefined);
    obs.tracer.startSpan('two', () => {
      obs.logger.info('in two');
    });
    expect(obs.ledger()).toMatchObject({ emitted: 3, routed: 0, filtered: { sampled: 3 } });
    fail(obs);
    expect(namesOf(await sent())).toEqual(['one', 'in two', 'two', 'Error']);
    expect(obs.ledger()).toMatchObject({ emitted: 4, routed: 4, filtered: { sampled: 0 } });
    obs.errorTracker.captureException(new TypeError('again'));
    expect(namesOf(await sent())).toEqual(['one', 'in two', 'two', 'Error', 'TypeError']);
  });

  it('is of traces that count as sampled from then on: their rest is sent, too', async () => {
    const { obs, seen, sent } = setUp(options);
    obs.tracer.startSpan('whole', () => {
      obs.tracer.startSpan('before', () => undefined);
      fail(obs);
      obs.tracer.startSpan('after', () => undefined);
    });
    obs.tracer.startSpan('other trace', () => undefined);
    expect(namesOf(await sent())).toEqual(['before', 'Error', 'after', 'whole']);
    expect((await sent()).map(({ trace }) => trace?.sampled)).toEqual([true, true, true, true]);
    expect(seen.map(({ trace }) => trace?.sampled)).toEqual([false, false, false, false, false]);
  });

  it('leaves alone what the sinks have already', async () => {
    const { obs, sent } = setUp({ ...options, sampling: { rate: 1 } });
    obs.logger.info('sent');
    fail(obs);
    expect(namesOf(await sent())).toEqual(['sent', 'Error']);
    expect(obs.ledger()).toMatchObject({ routed: 2, filtered: { sampled: 0 } });
  });

  it('is sent when any signal asks, and forgets what is too old or too much', async () => {
    const { obs, clock, sent } = setUp({ flightRecorder: { then: 'send', seconds: 5, bytes: 7_800, when: ({ name }) => name === 'now' } });
    const spans = (...names: readonly string[]): void => names.forEach((name) => obs.tracer.startSpan(name, { attributes: { text: 'x'.repeat(800) } }, () => undefined));
    spans('old');
    clock.advance(5_001);
    spans('a', 'b');
    obs.recordMetric('now', 1);
    spans('c', 'd', 'e', 'f');
    obs.recordMetric('now', 1);
    expect(namesOf(await sent())).toEqual(['a', 'b', 'now', 'd', 'e', 'f', 'now']);
    expect(obs.ledger().filtered.sampled).toBe(2);
  });

  it('takes the whole way of what no sink wants', async () => {
    const sink = { ...memorySink(), accepts: ({ kind }: Signal) => kind === 'error' };
    const { obs } = setUp({ ...options, sinks: [sink] });
    obs.tracer.startSpan('unwanted', () => undefined);
    fail(obs);
    await obs.flush();
    expectBalance(obs);
    expect(obs.ledger()).toMatchObject({ routed: 1, filtered: { sampled: 0, 'no-sink': 1 } });
  });

  it('reaches sinks that take sampled spans only', async () => {
    const written: string[] = [];
    const format = {
      contentType: 'application/json',
      spanBytes: 1,
      createEncoder: () => (spans: readonly { readonly name: string }[]) => {
        written.push(...spans.map(({ name }) => name));
        return { body: undefined, unreadable: 0 };
      },
    };
    const createTransport = () => ({ maxBodyBytes: 1_000, send: () => Promise.reject(new Error('nothing is sent')), close: () => undefined });
    const sink = createSpanSink({
      name: 'spans',
      address: { url: 'http://127.0.0.1:9/', headers: {} } as never,
      receiver: 'nobody',
      format: format as never,
      createTransport: createTransport as never,
      clock: createTestClock(),
      language: 'nodejs',
      warnings: [],
    });
    const { obs } = setUp({ ...options, sinks: [sink] });
    obs.tracer.startSpan('unsampled', () => undefined);
    fail(obs);
    await obs.flush();
    expect(written).toEqual(['unsampled']);
  });

  it('balances when the question, a subscriber or a sink makes signals of its own', async () => {
    let obs: ObservabilityManager | undefined;
    let left = 5;
    const more = (): void => {
      if (left-- > 0) obs?.errorTracker.captureException(new Error(`another ${left}`));
    };
    const sink = memorySink();
    const nosy = { ...memorySink(), name: 'nosy', accepts: () => (more(), true) };
    const bench = setUp({ flightRecorder: { then: 'send', when: ({ kind }) => (more(), kind === 'error') }, sinks: [sink, nosy] });
    obs = bench.obs;
    obs.signals$.subscribe(more);
    obs.tracer.startSpan('one', () => undefined);
    await obs.flush();
    expectBalance(obs);
    expect(namesOf(sink.signals)).toEqual(['one', ...Array.from({ length: 5 }, () => 'Error')]);
  });
});

describe('a flight recorder', () => {
  it('wants signals of all kinds, also where no sink does', () => {
    const wanted: string[] = [];
    const source: Source = {
      name: 'asks',
      observe: (context) => {
        const { wants } = context as SourceContext;
        wanted.push(...(['profile', 'metric', 'log'] as const).filter(wants));
        return NEVER;
      },
    };
    const sinks = [{ name: 'none', accepts: Object.defineProperty(() => false, Symbol.for('@arkhe/observability/accepted-kinds'), { value: () => [] }), write: () => undefined }];
    setUpQuietly({ sinks, sources: [source] });
    expect(wanted.splice(0)).toEqual(['log']);
    setUpQuietly({ sinks, sources: [source], flightRecorder: true });
    expect(wanted.splice(0)).toEqual(['profile', 'metric', 'log']);
    setUpQuietly({ sinks, sources: [source], errorTracking: { maxBreadcrumbs: 0 } });
    expect(wanted.splice(0)).toEqual([]);
  });

  it('that is told to send sends nothing again that was recorded to be attached', async () => {
    const { obs, configure, sent } = setUp({ flightRecorder: true, sampling: { rate: 1 } });
    obs.logger.info('sent already');
    configure({ flightRecorder: { then: 'send' } }, 'test');
    fail(obs);
    expect(namesOf(await sent())).toEqual(['sent already', 'Error']);
    expectBalance(obs);
  });

  it('can be switched off', async () => {
    const { obs, configure, sent } = setUp({ flightRecorder: true, sampling: { rate: 1 } });
    configure({ flightRecorder: false }, 'test');
    fail(obs);
    expect(await sent()).toMatchObject([{ kind: 'error', recording: undefined }]);
  });
});

function setUpQuietly(options: Omit<ObservabilityOptions, 'clock'>): void {
  const { manager } = createManager(createEnvironment(), { serviceName: 'test', ...options, clock: createTestClock() });
  onTestFinished(async () => void (await manager.shutdown()));
}
