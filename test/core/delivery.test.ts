import { describe, expect, it } from 'vitest';
import { deliverySettings } from '../../src/core/delivery/delivery-options.ts';
import type { DeliveryOptions } from '../../src/core/delivery/delivery-options.ts';
import { createDiagnostics } from '../../src/core/diagnostics.ts';
import type { Health } from '../../src/core/diagnostics.ts';
import { LedgerBook } from '../../src/core/ledger.ts';
import { DeliveryError } from '../../src/core/sink.ts';
import type { Sink } from '../../src/core/sink.ts';
import { createSinkSet } from '../../src/core/sink-set.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import { deferred, expectBalance, never, setUp, settled, typesOf } from '../helpers/delivery-bench.ts';
import type { Answer, Bench } from '../helpers/delivery-bench.ts';
import { metricSignal } from '../helpers/signals.ts';

describe('a batch', () => {
  it('is written when it is full, without waiting', async () => {
    const bench = setUp(undefined, { maxBatchSize: 3 });
    bench.offer('a', 'b', 'c');
    expect(bench.batches).toEqual([]);
    await settled();
    expect(bench.batches).toEqual([['a', 'b', 'c']]);
  });

  it('is never larger than it may be', async () => {
    const bench = setUp(undefined, { maxBatchSize: 2 });
    bench.offer('a', 'b', 'c', 'd', 'e');
    await settled();
    expect(bench.batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('is written after the longest wait, counted from its first signal', async () => {
    const bench = setUp(undefined, { flushEvery: 1_000 });
    bench.offer('a');
    bench.clock.advance(600);
    bench.offer('b');
    bench.clock.advance(399);
    await settled();
    expect(bench.batches).toEqual([]);
    bench.clock.advance(1);
    expect(bench.batches).toEqual([['a', 'b']]);
  });

  it('is never empty', async () => {
    const bench = setUp();
    bench.clock.advance(10_000);
    await bench.delivery.flush();
    bench.delivery.leave();
    expect(bench.batches).toEqual([]);
  });

  it('is written at the end of the turn with `flushEvery: 0`', async () => {
    const bench = setUp(undefined, { flushEvery: 0 });
    bench.offer('a');
    bench.offer('b');
    expect(bench.batches).toEqual([]);
    await settled();
    expect(bench.batches).toEqual([['a', 'b']]);
  });

  it('is written when so much memory waits that the queue would overflow before it is full', async () => {
    const bench = setUp(undefined, { maxQueueBytes: 1_000 });
    bench.offer('a', 'b', 'c', 'd');
    await settled();
    expect(bench.batches).toEqual([]);
    bench.offer('e');
    await settled();
    expect(bench.batches).toEqual([['a', 'b', 'c', 'd', 'e']]);
    expect(bench.counts()).toEqual({ accepted: 5, delivered: 5 });
  });

  it('is bounded in bytes; a signal larger than that goes alone', async () => {
    const bench = setUp();
    const megabyte = 1_024 * 1_024;
    for (const [name, size] of [['a', 1], ['b', 1], ['c', 0.5], ['d', 5], ['e', 1]] as const) bench.delivery.offer(metricSignal({ name }), size * megabyte);
    await settled();
    expect(bench.batches).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
  });

  it('waits for the answer to the one before', async () => {
    const first = deferred();
    const bench = setUp((names) => (names.includes('a') ? first.promise : undefined), { maxBatchSize: 1 });
    bench.offer('a', 'b');
    await settled();
    expect(bench.batches).toEqual([['a']]);
    first.resolve();
    await settled();
    bench.clock.advance(1);
    expect(bench.batches).toEqual([['a'], ['b']]);
  });
});

describe('a full queue', () => {
  it('drops the newest beyond the count, and says so in one word', async () => {
    const bench = setUp(undefined, { maxQueueSize: 3, maxBatchSize: 10 });
    bench.offer('a', 'b', 'c', 'd', 'e');
    expect(bench.counts()).toEqual({ accepted: 5, pending: 3, 'queue-full': 2 });
    expect(bench.health).toEqual([]);
    await bench.delivery.flush();
    expect(bench.batches).toEqual([['a', 'b', 'c']]);
    expect(bench.health).toEqual([expect.objectContaining({ type: 'dropped', sink: 'test', reason: 'queue-full', count: 2 })]);
  });

  it('drops the newest beyond the bytes', async () => {
    const bench = setUp(undefined, { maxQueueBytes: 250 });
    bench.offer('a', 'b', 'c');
    await bench.delivery.flush();
    expect(bench.batches).toEqual([['a', 'b']]);
    expect(bench.counts()).toEqual({ accepted: 3, delivered: 2, 'queue-full': 1 });
  });

  it('makes no room for a large signal, and still takes a small one after it', () => {
    const bench = setUp(undefined, { maxQueueBytes: 350 });
    bench.offer('a', 'b', 'c');
    bench.delivery.offer(metricSignal({ name: 'large' }), 240);
    expect(bench.counts()).toEqual({ accepted: 4, pending: 3, 'queue-full': 1 });
    bench.delivery.offer(metricSignal({ name: 'small' }), 50);
    expect(bench.counts()).toEqual({ accepted: 5, pending: 4, 'queue-full': 1 });
  });

  it('never takes a signal larger than itself: that one is dropped, and it is said', async () => {
    const bench = setUp(undefined, { maxQueueBytes: 350 });
    bench.offer('a');
    bench.delivery.offer(metricSignal({ name: 'huge' }), 351);
    bench.clock.advance(1_000);
    await settled();
    expect(bench.counts()).toEqual({ accepted: 2, delivered: 1, 'too-large': 1 });
    expect(bench.health).toEqual([expect.objectContaining({ type: 'dropped', reason: 'too-large', count: 1 })]);
  });

  it('keeps its order and bounds over many thousand signals', async () => {
    const bench = setUp(undefined, { maxQueueSize: 1_500, maxBatchSize: 400 });
    const names = Array.from({ length: 10_000 }, (_, index) => String(index));
    bench.offer(...names);
    await settled();
    expect(bench.batches.flat()).toEqual(names.slice(0, 1_500));
  });
});

describe('a sink that does not answer', () => {
  it('is aborted at the timeout; its batch is dropped, and the next is written', async () => {
    const bench = setUp((names) => (names.includes('a') ? never() : undefined), { maxBatchSize: 1, timeout: 500, maxRetries: 0 });
    bench.offer('a', 'b');
    await settled();
    bench.clock.advance(499);
    expect(bench.contexts[0]?.abortSignal.aborted).toBe(false);
    bench.clock.advance(1);
    expect(bench.contexts[0]?.abortSignal.aborted).toBe(true);
    bench.clock.advance(1);
    await settled();
    expect(bench.batches).toEqual([['a'], ['b']]);
    expect(bench.counts()).toEqual({ accepted: 2, delivered: 1, 'retries-exhausted': 1 });
    expect(bench.health).toContainEqual(expect.objectContaining({ type: 'dropped', reason: 'retries-exhausted', count: 1 }));
  });

  it.each(['resolve', 'reject'] as const)('in time is not believed later: %s', async (how) => {
    const late = deferred();
    const bench = setUp(() => late.promise, { maxBatchSize: 1, timeout: 500, maxRetries: 0 });
    bench.offer('a');
    await settled();
    bench.clock.advance(500);
    const before = bench.counts();
    late[how]({ handedOff: true });
    await settled();
    expect(bench.counts()).toEqual(before);
    expect(before).toEqual({ accepted: 1, 'retries-exhausted': 1 });
  });

  it('keeps no timer once it answered', async () => {
    const bench = setUp(() => Promise.resolve(), { maxBatchSize: 1, timeout: 500 });
    bench.offer('a');
    await settled();
    bench.clock.advance(5_000);
    expect(bench.contexts[0]?.abortSignal.aborted).toBe(false);
    expect(bench.counts()).toEqual({ accepted: 1, delivered: 1 });
  });

  it('loses only bounded memory while the page is hidden again and again', () => {
    const bench = setUp(never, { maxQueueSize: 10, maxBatchSize: 10 });
    for (let turn = 0; turn < 10; turn++) {
      bench.offer(...Array.from({ length: 10 }, () => 'a'));
      bench.delivery.leave();
    }
    const { pending, 'queue-full': full } = bench.counts();
    expect(pending).toBe(20);
    expect(full).toBe(80);
  });
});

describe('a sink that fails', () => {
  it.each<readonly [string, () => Answer]>([
    ['throws', () => { throw new Error('boom'); }],
    ['rejects', () => Promise.reject(new Error('boom'))],
    ['answers with a broken promise', () => ({ then: () => { throw new Error('boom'); } }) as unknown as Promise<void>],
  ])('has its batch dropped when it %s, and goes on', async (_, answer) => {
    let first = true;
    const bench = setUp(() => {
      if (!first) return undefined;
      first = false;
      return answer();
    }, { maxRetries: 0 });
    bench.offer('a');
    await bench.delivery.flush();
    bench.offer('b');
    await bench.delivery.flush();
    expect(bench.batches).toEqual([['a'], ['b']]);
    expect(bench.counts()).toEqual({ accepted: 2, delivered: 1, 'retries-exhausted': 1 });
    expect(bench.health).toContainEqual(expect.objectContaining({ type: 'sink-failed', sink: 'test', error: expect.objectContaining({ message: 'boom' }) }));
  });

  it('and knows that trying again is of no use has its batch counted as rejected', async () => {
    const bench = setUp(() => Promise.reject(new DeliveryError('400', { retryable: false })));
    bench.offer('a', 'b');
    await bench.delivery.flush();
    expect(bench.counts()).toEqual({ accepted: 2, rejected: 2 });
  });

  it('is said once until it recovers, and that it recovered', async () => {
    let works = false;
    const bench = setUp(() => {
      if (!works) throw new Error('boom');
    }, { maxRetries: 0 });
    const turn = async (): Promise<void> => {
      bench.offer('a');
      await bench.delivery.flush();
    };
    await turn();
    await turn();
    works = true;
    await turn();
    await turn();
    works = false;
    await turn();
    expect(typesOf(bench.health).filter((type) => type !== 'dropped')).toEqual(['sink-failed', 'sink-recovered', 'sink-failed']);
  });

  it('while it chooses gets the signal all the same, and is said once', async () => {
    const bench = setUp(undefined, {}, { accepts: () => { throw new Error('boom'); } });
    expect(bench.delivery.accepts(metricSignal())).toBe(true);
    expect(bench.delivery.accepts(metricSignal())).toBe(true);
    bench.offer('a');
    await bench.delivery.flush();
    expect(bench.delivery.accepts(metricSignal())).toBe(true);
    expect(typesOf(bench.health)).toEqual(['sink-failed']);
  });
});

describe('what a sink answers', () => {
  it('may be that it rejected a part', async () => {
    const bench = setUp(() => Promise.resolve({ rejected: 2 }));
    bench.offer('a', 'b', 'c');
    await bench.delivery.flush();
    expect(bench.counts()).toEqual({ accepted: 3, delivered: 1, rejected: 2 });
    expect(bench.health).toEqual([expect.objectContaining({ type: 'dropped', reason: 'rejected', count: 2 })]);
  });

  it('may be that it handed the batch off, without a part', async () => {
    const bench = setUp(() => ({ handedOff: true, rejected: 1 }));
    bench.offer('a', 'b', 'c');
    await bench.delivery.flush();
    expect(bench.counts()).toEqual({ accepted: 3, handedOff: 2, rejected: 1 });
  });

  it.each<readonly [string, unknown, number]>([
    ['more than there were', { rejected: 10 }, 1],
    ['a negative count', { rejected: -1 }, 0],
    ['half a signal', { rejected: 0.5 }, 0],
    ['NaN', { rejected: Number.NaN }, 0],
    ['a text', { rejected: '1' }, 0],
    ['null', null, 0],
    ['a number', 5, 0],
    ['what throws when it is read', { get rejected(): number { throw new Error('no'); } }, 0],
  ])('never unbalances the account: %s', async (_, answer, rejected) => {
    for (const result of [answer, Promise.resolve(answer)]) {
      const bench = setUp(() => result as Answer);
      bench.offer('a');
      await bench.delivery.flush();
      expect(bench.counts()).toEqual({ accepted: 1, ...(rejected > 0 ? { rejected } : { delivered: 1 }) });
    }
  });
});

describe('flush', () => {
  it('waits for what is in flight, and writes what is queued', async () => {
    const first = deferred();
    const second = deferred();
    const bench = setUp((names) => (names.includes('a') ? first.promise : second.promise), { maxBatchSize: 1 });
    let done = false;
    bench.offer('a', 'b');
    void bench.delivery.flush().then(() => (done = true));
    first.resolve();
    await settled();
    expect(bench.batches).toEqual([['a'], ['b']]);
    expect(done).toBe(false);
    second.resolve();
    await settled();
    expect(done).toBe(true);
  });

  it('waits only for what was accepted before', async () => {
    const bench = setUp((names) => (names.includes('later') ? never() : Promise.resolve()), { maxBatchSize: 1 });
    bench.offer('a');
    const flushed = bench.delivery.flush();
    bench.offer('later');
    await flushed;
    expect(bench.counts()).toEqual({ accepted: 2, delivered: 1, pending: 1 });
  });

  it('is over when what it waits for is dropped to make room', async () => {
    const gate = deferred();
    const bench = setUp(() => gate.promise, { maxBatchSize: 1, maxQueueSize: 1 });
    bench.offer('a');
    await settled();
    bench.offer('b');
    let done = false;
    void bench.delivery.flush().then(() => (done = true));
    bench.offer('c');
    gate.resolve();
    await settled();
    expect(done).toBe(true);
  });

  it('is over at once when nothing waits', async () => {
    const bench = setUp();
    await bench.delivery.flush();
    expect(bench.batches).toEqual([]);
  });

  it('has written to a synchronous sink when it returns', () => {
    const bench = setUp();
    bench.offer('a');
    void bench.delivery.flush();
    expect(bench.batches).toEqual([['a']]);
  });

  it('can be asked by the sink itself', async () => {
    const bench: Bench = setUp(() => void bench.delivery.flush().then(() => flushed++));
    let flushed = 0;
    bench.offer('a');
    await bench.delivery.flush();
    await settled();
    expect(flushed).toBe(1);
  });
});

describe('a sink that emits in its write', () => {
  it.each<readonly [string, () => Answer]>([
    ['synchronous', () => undefined],
    ['asynchronous', () => Promise.resolve()],
    ['failing', () => Promise.reject(new Error('boom'))],
  ])('does not keep the host busy for ever: %s', async (_, answer) => {
    const bench: Bench = setUp(
      () => {
        bench.offer('again');
        return answer();
      },
      { maxBatchSize: 1, flushEvery: 0, maxRetries: 0 },
    );
    bench.offer('a');
    await settled();
    const before = bench.batches.length;
    await settled();
    await settled();
    expect(bench.batches.length).toBe(before);
    bench.clock.advance(1);
    await settled();
    expect(bench.batches.length).toBeGreaterThan(before);
    await bench.delivery.flush();
    bench.delivery.leave();
  });
});

describe('leaving', () => {
  it('writes everything at once, and says so to the sink, while another write is under way', async () => {
    const first = deferred();
    const bench = setUp((names) => (names.includes('a') ? first.promise : { handedOff: true }), { maxBatchSize: 2 });
    bench.offer('a', 'b');
    await settled();
    bench.offer('c', 'd', 'e');
    bench.delivery.leave();
    expect(bench.batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(bench.contexts.map(({ leaving }) => leaving)).toEqual([false, true, true]);
    expect(bench.counts()).toEqual({ accepted: 5, handedOff: 3, pending: 2 });
    first.resolve();
    await settled();
    expect(bench.counts()).toEqual({ accepted: 5, handedOff: 3, delivered: 2 });
  });

  it('goes on as before when the page stays after all', async () => {
    const bench = setUp();
    bench.offer('a');
    bench.delivery.leave();
    bench.offer('b');
    bench.clock.advance(1_000);
    await settled();
    expect(bench.batches).toEqual([['a'], ['b']]);
  });

  it('ends the flushes that waited for what it wrote', async () => {
    const gate = deferred();
    const bench = setUp((names) => (names.includes('a') ? gate.promise : undefined), { maxBatchSize: 1 });
    bench.offer('a', 'b');
    let done = false;
    void bench.delivery.flush().then(() => (done = true));
    bench.delivery.leave();
    await settled();
    expect(done).toBe(false);
    gate.resolve();
    await settled();
    expect(done).toBe(true);
  });
});

describe('the end', () => {
  it('drops what is queued and in flight, aborts, says it, and closes the sink once', async () => {
    let closed = 0;
    const bench = setUp(never, { maxBatchSize: 1 }, { close: () => void closed++ });
    bench.offer('a', 'b', 'c');
    await settled();
    const [first, second] = [bench.delivery.close(), bench.delivery.close()];
    expect(bench.counts()).toEqual({ accepted: 3, shutdown: 3 });
    await Promise.all([first, second]);
    expect(closed).toBe(1);
    expect(bench.contexts[0]?.abortSignal.aborted).toBe(true);
    expect(bench.health).toEqual([expect.objectContaining({ type: 'dropped', reason: 'shutdown', count: 3 })]);
  });

  it('ends the flushes', async () => {
    const bench = setUp(never);
    bench.offer('a');
    const flushed = bench.delivery.flush();
    void bench.delivery.close();
    await flushed;
  });

  it('counts what is offered later as shutdown, and writes nothing any more', async () => {
    const bench = setUp();
    await bench.delivery.close();
    bench.offer('a');
    await bench.delivery.flush();
    bench.delivery.leave();
    bench.clock.advance(10_000);
    expect(bench.batches).toEqual([]);
    expect(bench.counts()).toEqual({ accepted: 1, shutdown: 1 });
  });

  it('does not believe answers that come later', async () => {
    const late = deferred();
    const bench = setUp(() => late.promise);
    bench.offer('a');
    void bench.delivery.flush();
    void bench.delivery.close();
    late.resolve();
    await settled();
    expect(bench.counts()).toEqual({ accepted: 1, shutdown: 1 });
  });

  it.each<readonly [string, () => Promise<void> | void]>([
    ['throws', () => { throw new Error('boom'); }],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ])('is reported when closing %s', async (_, close) => {
    const bench = setUp(undefined, {}, { close });
    await bench.delivery.close();
    expect(typesOf(bench.health)).toEqual(['sink-failed']);
  });
});

describe('later settings', () => {
  it('hold from then on', async () => {
    const bench = setUp(undefined, { flushEvery: 60_000 });
    bench.offer('a');
    bench.delivery.configure(deliverySettings({ flushEvery: 100, maxBatchSize: 1 }));
    await settled();
    expect(bench.batches).toEqual([['a']]);
  });

  it('do not make what waits, wait longer than they say', () => {
    const bench = setUp(undefined, { flushEvery: 60_000 });
    bench.offer('a');
    bench.delivery.configure(deliverySettings({ flushEvery: 100 }));
    bench.clock.advance(100);
    expect(bench.batches).toEqual([['a']]);
  });
});

describe('the set of sinks', () => {
  function set(): { readonly book: LedgerBook; readonly clock: TestClock; readonly sinks: ReturnType<typeof createSinkSet>; readonly health: Health[] } {
    const book = new LedgerBook();
    const clock = createTestClock();
    const diagnostics = createDiagnostics(clock);
    const health: Health[] = [];
    diagnostics.health$.subscribe((trouble) => health.push(trouble));
    return { book, clock, sinks: createSinkSet({ book, clock, diagnostics, run: (work) => work() }), health };
  }
  const settingsOf = (options?: DeliveryOptions) => ({ ...deliverySettings(options), development: true, resource: {} });
  function sinkNamed(name: string, answer: () => Answer = () => undefined): Sink & { readonly got: string[]; closed: number } {
    const got: string[] = [];
    return {
      name,
      got,
      closed: 0,
      write: (batch) => {
        got.push(...batch.map((signal) => signal.name));
        return answer();
      },
      close() {
        this.closed++;
      },
    };
  }
  const offer = (sinks: ReturnType<typeof createSinkSet>, name: string): void => {
    for (const delivery of sinks.deliveries) delivery.offer(metricSignal({ name }), 100);
  };

  it('gives two sinks of one name an account each, and names them apart on `health$`', async () => {
    const { book, sinks, health } = set();
    sinks.replace([sinkNamed('x'), sinkNamed('x', () => Promise.reject(new Error('boom')))], settingsOf({ maxRetries: 0 }));
    offer(sinks, 'a');
    await sinks.flush();
    expect(book.read().sinks).toMatchObject({ x: { delivered: 1 }, 'x#2': { delivered: 0, dropped: { 'retries-exhausted': 1 } } });
    expect(health).toContainEqual(expect.objectContaining({ type: 'sink-failed', sink: 'x#2' }));
  });

  it('writes each signal once to a sink that is listed twice', async () => {
    const { sinks } = set();
    const sink = sinkNamed('x');
    sinks.replace([sink, sink], settingsOf());
    offer(sinks, 'a');
    await sinks.flush();
    expect(sink.got).toEqual(['a']);
  });

  it('keeps the queue of a sink that stays, also when others come and go, and gives it the later settings', async () => {
    const { book, clock, sinks } = set();
    const [stays, goes, comes] = [sinkNamed('x'), sinkNamed('x'), sinkNamed('x')];
    sinks.replace([goes, stays], settingsOf({ flushEvery: 60_000 }));
    offer(sinks, 'a');
    sinks.replace([comes, stays], settingsOf({ flushEvery: 10 }));
    offer(sinks, 'b');
    clock.advance(10);
    await settled();
    expect([goes.got, stays.got, comes.got]).toEqual([['a'], ['a', 'b'], ['b']]);
    expect([goes.closed, stays.closed, comes.closed]).toEqual([1, 0, 0]);
    for (const account of Object.values(book.read().sinks)) expectBalance(account);
  });

  it('continues the account when a sink replaces one of the same name, and drops nothing of the new one', async () => {
    const { book, clock, sinks } = set();
    const before = sinkNamed('x', never);
    const after = sinkNamed('x');
    sinks.replace([before], settingsOf({ timeout: 500, maxRetries: 0 }));
    offer(sinks, 'a');
    sinks.replace([after], settingsOf({ timeout: 500, flushEvery: 60_000, maxRetries: 0 }));
    offer(sinks, 'b');
    clock.advance(500);
    await settled();
    expect(before.closed).toBe(1);
    expect(book.read().sinks['x']).toMatchObject({ accepted: 2, pending: 1, dropped: { 'retries-exhausted': 1, shutdown: 0 } });
    await sinks.flush();
    expect(after.got).toEqual(['b']);
    expect(book.read().sinks['x']).toMatchObject({ accepted: 2, delivered: 1, pending: 0 });
  });

  it('closes also those that are still flushing for the last time, once', async () => {
    const { book, sinks } = set();
    const before = sinkNamed('x', never);
    sinks.replace([before], settingsOf());
    offer(sinks, 'a');
    sinks.replace([], settingsOf());
    await sinks.close();
    await settled();
    expect(before.closed).toBe(1);
    expect(book.read().sinks['x']).toMatchObject({ pending: 0, dropped: { shutdown: 1 } });
  });
});
