import { describe, expect, it } from 'vitest';
import { channelsOf, withChannels } from '../../src/core/delivery/channel.ts';
import type { Batch, Channel, Queue } from '../../src/core/delivery/channel.ts';
import { deliverySettings } from '../../src/core/delivery/delivery-options.ts';
import type { DeliveryOptions } from '../../src/core/delivery/delivery-options.ts';
import { createDiagnostics } from '../../src/core/diagnostics.ts';
import type { Health } from '../../src/core/diagnostics.ts';
import { LedgerBook } from '../../src/core/ledger.ts';
import { route } from '../../src/core/router.ts';
import type { Signal } from '../../src/core/signal.ts';
import { DeliveryError } from '../../src/core/sink.ts';
import type { Sink } from '../../src/core/sink.ts';
import { createSinkSet } from '../../src/core/sink-set.ts';
import type { SinkSet } from '../../src/core/sink-set.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import { expectBalance, never, settled } from '../helpers/delivery-bench.ts';
import type { Answer } from '../helpers/delivery-bench.ts';
import { recordedOtlp } from '../helpers/recorded-otlp.ts';
import { logSignal, metricSignal, spanSignal } from '../helpers/signals.ts';

interface Bench {
  readonly sinks: SinkSet;
  readonly clock: TestClock;
  readonly book: LedgerBook;
  readonly health: Health[];
  emit(...signals: readonly Signal[]): void;
  /** The counts that are not 0. */
  counts(): Record<string, number>;
}

function setUp(channels: readonly Channel[], options: DeliveryOptions = {}, more: Partial<Sink> = {}): Bench {
  const clock = createTestClock();
  const book = new LedgerBook();
  const diagnostics = createDiagnostics(clock);
  const health: Health[] = [];
  diagnostics.health$.subscribe((trouble) => health.push(trouble));
  const sinks = createSinkSet({ book, clock, diagnostics, run: (work) => work(), random: () => 1 });
  const sink = withChannels({ name: 'otlp', write: () => { throw new Error('not by the sink itself'); }, ...more }, channels);
  sinks.replace([sink], { ...deliverySettings(options), development: false, resource: {} });
  return {
    sinks,
    clock,
    book,
    health,
    emit(...signals) {
      for (const signal of signals) {
        book.emit();
        route(signal, sinks.deliveries, book, false);
      }
    },
    counts() {
      const ledger = book.read().sinks['otlp'];
      if (ledger === undefined) throw new Error('no account');
      expectBalance(ledger);
      const { dropped, ...counts } = ledger;
      return Object.fromEntries(Object.entries({ ...counts, ...dropped }).filter(([, count]) => count !== 0));
    },
  };
}

interface Endpoint extends Channel {
  /** The names in each batch written. */
  readonly batches: string[][];
}

function endpoint(name: string, kinds: string, answer: (batch: readonly string[]) => Answer = () => Promise.resolve(), more: Partial<Channel> = {}): Endpoint {
  const batches: string[][] = [];
  return {
    name,
    batches,
    accepts: ({ kind }) => kinds.split(' ').includes(kind),
    write(batch) {
      const names = batch.map((signal) => signal.name);
      batches.push(names);
      return answer(names);
    },
    ...more,
  };
}

const fail = (): Answer => Promise.reject(new Error('503'));
const [span, log, metric] = [spanSignal({ name: 'span' }), logSignal({ name: 'log' }), metricSignal({ name: 'metric' })];

describe('a sink with channels', () => {
  it('sends a signal through the first channel that accepts it, and counts it once', async () => {
    const [traces, logs] = [endpoint('traces', 'span'), endpoint('logs', 'span log')];
    const bench = setUp([traces, logs]);
    bench.emit(span, log, metric);
    await bench.sinks.flush();
    expect([traces.batches, logs.batches]).toEqual([[['span']], [['log']]]);
    expect(bench.counts()).toEqual({ accepted: 2, delivered: 2 });
    expect(bench.book.read()).toMatchObject({ emitted: 3, routed: 2, filtered: { 'no-sink': 1 } });
  });

  it('is asked first whether it wants the signal at all', async () => {
    const traces = endpoint('traces', 'span');
    const bench = setUp([traces], {}, { accepts: ({ name }) => name !== 'span' });
    bench.emit(span, { ...span, name: 'other' });
    await bench.sinks.flush();
    expect(traces.batches).toEqual([['other']]);
  });

  it('keeps the channels apart: one that fails holds up no other, and is named', async () => {
    const [traces, logs] = [endpoint('traces', 'span', fail), endpoint('logs', 'log')];
    const bench = setUp([traces, logs], { maxBatchSize: 1 });
    bench.emit(span, span, log);
    await settled();
    bench.emit(log);
    bench.clock.advance(1);
    await settled();
    expect([traces.batches.length, logs.batches.length]).toEqual([1, 2]);
    expect(bench.counts()).toEqual({ accepted: 4, delivered: 2, pending: 2 });
    expect(bench.health).toMatchObject([{ type: 'sink-failed', sink: 'otlp', error: { message: 'traces: 503' }, retryIn: 1_000 }]);
  });

  it('has recovered when no channel fails any more', async () => {
    let [tracesWork, logsWork] = [false, false];
    const traces = endpoint('traces', 'span', () => (tracesWork ? Promise.resolve() : fail()));
    const logs = endpoint('logs', 'log', () => (logsWork ? Promise.resolve() : fail()));
    const bench = setUp([traces, logs]);
    bench.emit(span, log);
    bench.clock.advance(1_000);
    await settled();
    const said = (): string[] => bench.health.map((trouble) => (trouble.type === 'sink-failed' ? trouble.error.message : trouble.type));
    expect(said()).toEqual(['traces: 503', 'logs: 503']);
    tracesWork = true;
    bench.clock.advance(1_000);
    await settled();
    expect(said().length).toBe(2);
    logsWork = true;
    bench.clock.advance(2_000);
    await settled();
    expect(said()).toEqual(['traces: 503', 'logs: 503', 'sink-recovered']);
  });

  it('is flushed, left and closed as one; it is closed once', async () => {
    let closed = 0;
    const [traces, logs] = [endpoint('traces', 'span', never), endpoint('logs', 'log')];
    const bench = setUp([traces, logs], {}, { close: () => void closed++ });
    bench.emit(log);
    bench.sinks.leave();
    expect(logs.batches).toEqual([['log']]);
    bench.emit(span, log);
    let flushed = false;
    void bench.sinks.flush().then(() => (flushed = true));
    await settled();
    expect([flushed, logs.batches.length]).toEqual([false, 2]);
    await bench.sinks.close();
    await settled();
    expect([flushed, closed]).toEqual([true, 1]);
    expect(bench.counts()).toEqual({ accepted: 3, delivered: 2, shutdown: 1 });
    expect(bench.health).toMatchObject([{ type: 'dropped', reason: 'shutdown', count: 1 }]);
  });
});

describe('a channel', () => {
  it('writes one batch after the other, unless it says that the order does not matter', async () => {
    const [ordered, free] = [endpoint('ordered', 'log', never), endpoint('free', 'span', never, { concurrent: true })];
    const bench = setUp([ordered, free], { maxBatchSize: 1, concurrency: 3 });
    bench.emit(span, span, span, span, log, log);
    await settled();
    expect([ordered.batches.length, free.batches.length]).toEqual([1, 3]);
  });

  it('goes on with other batches while one waits for its next try, up to its concurrency', async () => {
    let failures = 2;
    const traces = endpoint('traces', 'span', () => (failures-- > 0 ? fail() : Promise.resolve()), { concurrent: true });
    const bench = setUp([traces], { maxBatchSize: 1, concurrency: 3 });
    bench.emit(...['a', 'b', 'c', 'd', 'e'].map((name) => spanSignal({ name })));
    await settled();
    expect(traces.batches.flat()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bench.counts()).toEqual({ accepted: 5, delivered: 3, pending: 2 });
    failures = 1_000;
    bench.emit(...['f', 'g', 'h'].map((name) => spanSignal({ name })));
    bench.clock.advance(1);
    await settled();
    expect(traces.batches.flat().slice(5)).toEqual(['f']);
  });

  it('may have a timeout and a longest wait of its own', async () => {
    const traces = endpoint('traces', 'span', never, { timeout: 50, flushEvery: 20 });
    const bench = setUp([traces], { maxRetries: 0 });
    bench.emit(span);
    bench.clock.advance(20);
    expect(traces.batches.length).toBe(1);
    bench.clock.advance(50);
    expect(bench.counts()).toEqual({ accepted: 1, 'retries-exhausted': 1 });
  });

  it('holds everything back when the receiver asked one batch to wait', async () => {
    const traces = endpoint('traces', 'span', () => Promise.reject(new DeliveryError('429', { retryAfter: 5_000 })), { concurrent: true });
    const bench = setUp([traces], { maxBatchSize: 1 });
    bench.emit(span);
    await settled();
    bench.emit(span, span);
    bench.clock.advance(4_999);
    await settled();
    expect(traces.batches.length).toBe(1);
  });

  it('sends one probe to an endpoint that failed, not as many as may be under way', async () => {
    const traces = endpoint('traces', 'span', fail, { concurrent: true });
    const bench = setUp([traces], { maxBatchSize: 1, maxRetries: 50 });
    bench.emit(...Array.from({ length: 10 }, () => span));
    for (let second = 0; second < 10; second++) {
      await settled();
      bench.clock.advance(1_000);
    }
    const before = traces.batches.length;
    for (let second = 0; second < 30; second++) {
      bench.clock.advance(1_000);
      await settled();
    }
    expect(traces.batches.length).toBe(before + 1);
  });
});

/** One batch of all numbers that came, as their sum. */
function addingUp(sent: number[], refuse: (sum: number) => boolean = () => false): () => Queue {
  return () => {
    let [sum, length] = [0, 0];
    let oldest: number | undefined;
    return {
      get length() {
        return length;
      },
      bytes: 10_000_000,
      get oldest() {
        return oldest;
      },
      push(signal, _, order) {
        if (signal.kind !== 'metric') return 1;
        oldest ??= order;
        length++;
        sum += signal.value;
        return 0;
      },
      take() {
        const total = sum;
        const batch: Batch = {
          size: length,
          bytes: 10,
          first: oldest ?? 0,
          async send() {
            sent.push(total);
            if (refuse(total)) throw new Error('503');
          },
          split: () => undefined,
        };
        [sum, length, oldest] = [0, 0, undefined];
        return batch;
      },
      clear() {
        [sum, length, oldest] = [0, 0, undefined];
      },
    };
  };
}

describe('a channel with a queue of its own', () => {
  it('is written by time alone, however much has come, and counts what its batches stand for', async () => {
    const sent: number[] = [];
    const bench = setUp([endpoint('metrics', 'metric span', never, { createQueue: addingUp(sent), flushEvery: 10_000 })]);
    for (let value = 1; value <= 1_000; value++) bench.emit(metricSignal({ value }));
    bench.emit(span);
    await settled();
    bench.clock.advance(9_999);
    expect(sent).toEqual([]);
    bench.clock.advance(1);
    await settled();
    expect(sent).toEqual([500_500]);
    expect(bench.counts()).toEqual({ accepted: 1_001, delivered: 1_000, 'queue-full': 1 });
  });

  it('has its batches sent again unchanged, while more comes', async () => {
    const sent: number[] = [];
    let works = false;
    const bench = setUp([endpoint('metrics', 'metric', never, { createQueue: addingUp(sent, () => !works) })]);
    bench.emit(metricSignal({ value: 5 }));
    bench.clock.advance(1_000);
    await settled();
    bench.emit(metricSignal({ value: 7 }));
    works = true;
    await bench.sinks.flush();
    expect(sent).toEqual([5, 5, 7]);
    expect(bench.counts()).toEqual({ accepted: 2, delivered: 2 });
  });
});

describe('a signal that its queue cannot read, because an operator broke it', () => {
  it('is refused and counted, and leaves the others alone', async () => {
    const otlp = recordedOtlp({ protocol: 'http/json' });
    const { sinks, clock, emit, counts } = setUp(channelsOf(otlp.sink) ?? []);
    emit(metricSignal(), metricSignal({ unit: undefined as never }), metricSignal());
    expect(counts()).toEqual({ accepted: 3, pending: 2, rejected: 1 });
    const flushed = sinks.flush();
    clock.advance(1);
    await flushed;
    expect(counts()).toEqual({ accepted: 3, delivered: 2, rejected: 1 });
  });
});

describe('a sink that is not used any more', () => {
  it('has half a minute for what it has', async () => {
    const traces = endpoint('traces', 'span', fail);
    const bench = setUp([traces], { maxRetries: 1_000 });
    bench.emit(span);
    bench.sinks.replace([], { ...deliverySettings(), development: false, resource: {} });
    for (let second = 0; second < 29; second++) {
      await settled();
      bench.clock.advance(1_000);
    }
    expect(bench.counts()).toEqual({ accepted: 1, pending: 1 });
    bench.clock.advance(1_000);
    await settled();
    expect(bench.counts()).toEqual({ accepted: 1, shutdown: 1 });
  });
});
