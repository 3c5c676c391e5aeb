import { describe, expect, it } from 'vitest';
import type { Health } from '../../src/core/diagnostics.ts';
import { DeliveryError } from '../../src/core/sink.ts';
import { deferred, never, setUp, settled, typesOf } from '../helpers/delivery-bench.ts';
import type { Answer, Bench } from '../helpers/delivery-bench.ts';

// The jitter of the bench is all of what it may be: retries come after 1 s, 2 s, 4 s, 8 s, 16 s.

/** Answers in turn; the last of them for ever. */
function inTurn(...answers: readonly (() => Answer)[]): () => Answer {
  let next = 0;
  return () => answers[Math.min(next++, answers.length - 1)]?.();
}
const fail = (): Answer => Promise.reject(new Error('503'));
const ok = (): Answer => Promise.resolve();
const busy = (retryAfter: number) => (): Answer => Promise.reject(new DeliveryError('429', { retryAfter }));
const tooLarge = (): Answer => Promise.reject(new DeliveryError('413', { tooLarge: true }));
const refuse = (): Answer => Promise.reject(new DeliveryError('400', { retryable: false }));

/** In steps: answers that are promises come in between. */
async function pass(bench: Bench, milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 500) {
    bench.clock.advance(Math.min(left, 500));
    await settled();
  }
}

/** Offers these at once as one batch, which is written now. */
async function write(bench: Bench, ...names: readonly string[]): Promise<void> {
  bench.offer(...names);
  await pass(bench, 1_000);
}

const failures = (health: readonly Health[]): unknown[] => health.flatMap((trouble) => (trouble.type === 'sink-failed' ? [[trouble.error.message, trouble.retryIn]] : []));

describe('a batch that was not written', () => {
  it('is written again unchanged, each time after twice as long, and is pending until then', async () => {
    const bench = setUp(inTurn(fail, fail, fail, ok));
    await write(bench, 'a', 'b');
    bench.offer('later');
    for (const [wait, writes] of [[1_000, 2], [2_000, 3], [4_000, 4]] as const) {
      expect(bench.counts()).toEqual({ accepted: 3, pending: 3 });
      await pass(bench, wait - 1);
      expect(bench.batches.length).toBe(writes - 1);
      await pass(bench, 1);
      expect(bench.batches.length).toBeGreaterThanOrEqual(writes);
    }
    expect(bench.batches).toEqual([['a', 'b'], ['a', 'b'], ['a', 'b'], ['a', 'b'], ['later']]);
    expect(bench.counts()).toEqual({ accepted: 3, delivered: 3 });
  });

  it('is dropped after the last retry', async () => {
    const bench = setUp(fail, { maxRetries: 2 });
    await write(bench, 'a');
    await pass(bench, 3_000);
    expect(bench.batches.length).toBe(3);
    expect(bench.counts()).toEqual({ accepted: 1, 'retries-exhausted': 1 });
    await pass(bench, 600_000);
    expect(bench.batches.length).toBe(3);
  });

  it('is not tried again when that is of no use', async () => {
    const bench = setUp(refuse);
    await write(bench, 'a');
    expect(bench.counts()).toEqual({ accepted: 1, rejected: 1 });
    await pass(bench, 600_000);
    expect(bench.batches.length).toBe(1);
  });

  it('waits as long as the receiver asks, and so does everything else for it', async () => {
    const bench = setUp(inTurn(busy(60_000), ok));
    await write(bench, 'a');
    bench.offer('b');
    await pass(bench, 60_999);
    expect(bench.batches).toEqual([['a']]);
    await pass(bench, 1);
    expect(bench.batches).toEqual([['a'], ['a'], ['b']]);
  });

  it('keeps its place: nothing overtakes it, and no more than the queue is in memory', async () => {
    const bench = setUp(fail, { maxBatchSize: 1, maxQueueSize: 5 });
    await write(bench, 'a');
    for (let round = 0; round < 10; round++) {
      bench.offer('b', 'c');
      await pass(bench, 100);
    }
    expect(new Set(bench.batches.flat())).toEqual(new Set(['a']));
    expect(bench.counts()).toEqual({ accepted: 21, pending: 6, 'queue-full': 15 });
  });

  it('because the sink did not answer, is aborted and written again', async () => {
    const bench = setUp(inTurn(never, ok), { timeout: 500 });
    await write(bench, 'a');
    await pass(bench, 500);
    expect(bench.contexts[0]?.abortSignal.aborted).toBe(true);
    expect(bench.counts()).toEqual({ accepted: 1, pending: 1 });
    await pass(bench, 1_000);
    expect(bench.batches).toEqual([['a'], ['a']]);
    expect(bench.counts()).toEqual({ accepted: 1, delivered: 1 });
  });

  it.each(['resolve', 'reject'] as const)('is not counted again by an answer that comes too late: %s', async (how) => {
    const late = deferred();
    const bench = setUp(inTurn(() => late.promise, never), { timeout: 500 });
    await write(bench, 'a');
    await pass(bench, 1_500);
    expect(bench.batches.length).toBe(2);
    late[how](undefined);
    await settled();
    expect(bench.counts()).toEqual({ accepted: 1, pending: 1 });
  });

  it('is dropped at once at the end', async () => {
    const bench = setUp(fail);
    await write(bench, 'a', 'b');
    void bench.delivery.close();
    expect(bench.counts()).toEqual({ accepted: 2, shutdown: 2 });
    await pass(bench, 60_000);
    expect(bench.batches.length).toBe(1);
  });
});

describe('a batch that is too large', () => {
  it('is halved at once, until the receiver takes it', async () => {
    const bench = setUp((names) => (names.length > 2 ? tooLarge() : ok()));
    await write(bench, 'a', 'b', 'c', 'd', 'e');
    expect(bench.batches).toEqual([['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c'], ['a', 'b'], ['c'], ['d', 'e']]);
    expect(bench.counts()).toEqual({ accepted: 5, delivered: 5 });
    expect(bench.health).toEqual([]);
  });

  it('is dropped when it is one signal, and the others are not', async () => {
    const bench = setUp((names) => (names.includes('huge') ? tooLarge() : ok()));
    await write(bench, 'a', 'huge', 'b', 'c');
    expect(bench.counts()).toEqual({ accepted: 4, delivered: 3, 'too-large': 1 });
    expect(typesOf(bench.health)).toEqual(['sink-failed', 'dropped', 'sink-recovered']);
  });

  it('keeps the order when a half is to wait', async () => {
    let first = true;
    const bench = setUp((names) => {
      if (names.length > 1) return tooLarge();
      const answer = first ? fail() : ok();
      first = false;
      return answer;
    });
    await write(bench, 'a', 'b');
    expect(bench.batches).toEqual([['a', 'b'], ['a']]);
    await pass(bench, 1_000);
    expect(bench.batches).toEqual([['a', 'b'], ['a'], ['a'], ['b']]);
  });

  it('does not forget in its halves how often it was tried', async () => {
    const bench = setUp(inTurn(fail, tooLarge, fail), { maxRetries: 1 });
    await write(bench, 'a', 'b');
    await pass(bench, 1_000);
    expect(bench.counts()).toEqual({ accepted: 2, 'retries-exhausted': 2 });
  });
});

describe('an endpoint that fails five times in a row', () => {
  async function broken(answer: () => Answer = fail): Promise<Bench> {
    const bench = setUp(answer, { maxBatchSize: 1, maxRetries: 20 });
    bench.offer('a');
    await settled();
    await pass(bench, 15_000);
    expect(bench.batches.length).toBe(5);
    return bench;
  }

  it('is left alone for 30 s, then tried once, and waited for again: that costs no batch a try', async () => {
    const bench = await broken();
    await pass(bench, 29_999);
    expect(bench.batches.length).toBe(5);
    await pass(bench, 1);
    expect(bench.batches.length).toBe(6);
    await pass(bench, 59_999);
    expect(bench.batches.length).toBe(6);
    await pass(bench, 1);
    expect(bench.batches.length).toBe(7);
    expect(bench.counts()).toEqual({ accepted: 1, pending: 1 });
  });

  it('gets everything that waited once it works again', async () => {
    let works = false;
    const bench = await broken(() => (works ? ok() : fail()));
    bench.offer('b', 'c');
    works = true;
    await pass(bench, 30_000);
    await pass(bench, 1);
    await pass(bench, 1);
    await pass(bench, 1);
    expect(bench.batches.slice(5)).toEqual([['a'], ['b'], ['c']]);
    expect(bench.counts()).toEqual({ accepted: 3, delivered: 3 });
    expect(typesOf(bench.health)).toEqual(['sink-failed', 'sink-recovered']);
  });

  it('is not tried by a flush', async () => {
    const bench = await broken();
    void bench.delivery.flush();
    await pass(bench, 29_000);
    expect(bench.batches.length).toBe(5);
  });

  it('is written to by what has come meanwhile, though nothing waited', async () => {
    let works = false;
    const bench = setUp(() => (works ? ok() : fail()), { maxBatchSize: 1, maxRetries: 0 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      bench.offer(name);
      await pass(bench, 1);
    }
    expect(bench.counts()).toEqual({ accepted: 5, 'retries-exhausted': 5 });
    works = true;
    await pass(bench, 20_000);
    bench.offer('f');
    await pass(bench, 9_999);
    expect(bench.batches.length).toBe(5);
    await pass(bench, 2);
    expect(bench.counts()).toEqual({ accepted: 6, delivered: 1, 'retries-exhausted': 5 });
  });
});

describe('flush', () => {
  it('waits for what waits for its next try, and tries it now', async () => {
    const bench = setUp(inTurn(fail, ok));
    await write(bench, 'a');
    let done = false;
    void bench.delivery.flush().then(() => (done = true));
    expect(bench.batches.length).toBe(2);
    await settled();
    expect(done).toBe(true);
    expect(bench.counts()).toEqual({ accepted: 1, delivered: 1 });
  });

  it('waits on when that fails too, by the schedule', async () => {
    const bench = setUp(inTurn(fail, fail, ok));
    await write(bench, 'a');
    let done = false;
    void bench.delivery.flush().then(() => (done = true));
    await settled();
    await pass(bench, 1_999);
    expect([bench.batches.length, done]).toEqual([2, false]);
    await pass(bench, 1);
    expect([bench.batches.length, done]).toEqual([3, true]);
  });

  it('does not press a receiver that asked for time', async () => {
    const bench = setUp(inTurn(busy(5_000), ok));
    await write(bench, 'a');
    bench.offer('b');
    let done = false;
    void bench.delivery.flush().then(() => (done = true));
    await pass(bench, 5_999);
    expect([bench.batches.length, done]).toEqual([1, false]);
    await pass(bench, 1);
    expect([bench.batches, done]).toEqual([[['a'], ['a'], ['b']], true]);
  });

  it('is over when what it waits for is given up', async () => {
    const bench = setUp(fail, { maxRetries: 1 });
    await write(bench, 'a');
    await bench.delivery.flush();
    expect(bench.counts()).toEqual({ accepted: 1, 'retries-exhausted': 1 });
  });

  it('does not keep the host busy, when a write of the sink asks for it and emits', async () => {
    const bench: Bench = setUp(() => {
      bench.offer('again');
      void bench.delivery.flush();
      return ok();
    }, { maxBatchSize: 1, flushEvery: 0 });
    bench.offer('a');
    await settled();
    await settled();
    const before = bench.batches.length;
    await settled();
    await settled();
    expect(bench.batches.length).toBe(before);
    await pass(bench, 1);
    expect(bench.batches.length).toBeGreaterThan(before);
    void bench.delivery.close();
  });
});

describe('leaving', () => {
  it('tries what waits for its next try once more, now, also when the receiver asked for time', async () => {
    const bench = setUp(inTurn(busy(60_000), () => ({ handedOff: true })));
    await write(bench, 'a');
    bench.offer('b');
    bench.delivery.leave();
    expect(bench.batches).toEqual([['a'], ['a'], ['b']]);
    expect(bench.contexts.map(({ leaving }) => leaving)).toEqual([false, true, true]);
    expect(bench.counts()).toEqual({ accepted: 2, handedOff: 2 });
  });

  it('does not send twice what is under way', async () => {
    const bench = setUp(never);
    await write(bench, 'a');
    bench.delivery.leave();
    bench.delivery.leave();
    expect(bench.batches).toEqual([['a']]);
  });

  it('halves in the same breath what the sink finds too large', () => {
    const bench = setUp((names) => {
      if (names.length > 2) throw new DeliveryError('over the limit', { tooLarge: true });
      return { handedOff: true };
    });
    bench.offer('a', 'b', 'c', 'd', 'e');
    bench.delivery.leave();
    expect(bench.batches).toEqual([['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c'], ['a', 'b'], ['c'], ['d', 'e']]);
    expect(bench.counts()).toEqual({ accepted: 5, handedOff: 5 });
  });

  it('tries each batch once, and again later when the page stays', async () => {
    let stays = false;
    const bench = setUp(() => {
      if (!stays) throw new Error('offline');
    }, { maxBatchSize: 1 });
    bench.offer('a', 'b');
    bench.delivery.leave();
    expect(bench.batches).toEqual([['a'], ['b']]);
    stays = true;
    await pass(bench, 1_000);
    expect(bench.batches).toEqual([['a'], ['b'], ['a'], ['b']]);
    expect(bench.counts()).toEqual({ accepted: 2, delivered: 2 });
  });

  it('does not use up the retries, however often the page is hidden', async () => {
    let online = false;
    const bench = setUp(() => (online ? ok() : fail()), { maxRetries: 1 });
    bench.offer('a');
    for (let time = 0; time < 10; time++) {
      bench.delivery.leave();
      await settled();
    }
    expect(bench.counts()).toEqual({ accepted: 1, pending: 1 });
    online = true;
    bench.delivery.leave();
    await settled();
    expect(bench.counts()).toEqual({ accepted: 1, delivered: 1 });
    const once = setUp(fail, { maxRetries: 0 });
    once.offer('a');
    once.delivery.leave();
    await settled();
    expect(once.counts()).toEqual({ accepted: 1, 'retries-exhausted': 1 });
  });

  it('is not followed at once by another try, which would keep a process that ends alive', async () => {
    const gate = deferred();
    const bench = setUp(inTurn(() => gate.promise, ok), {}, {}, () => 0);
    bench.offer('a');
    await pass(bench, 1_000);
    bench.delivery.leave();
    gate.reject(new Error('aborted'));
    await settled();
    await pass(bench, 999);
    expect(bench.batches.length).toBe(1);
    await pass(bench, 1);
    expect(bench.batches.length).toBe(2);
  });

  it('happens also while a sink writes: a process may end anywhere', async () => {
    const bench: Bench = setUp((names) => {
      if (names.includes('a')) bench.delivery.leave();
      return ok();
    }, { maxBatchSize: 1 });
    bench.offer('a', 'b');
    await settled();
    expect(bench.batches).toEqual([['a'], ['b']]);
    expect(bench.contexts.map(({ leaving }) => leaving)).toEqual([false, true]);
  });

  it('says nothing of recovery when nobody has answered', async () => {
    const bench = setUp(inTurn(fail, () => ({ handedOff: true })));
    await write(bench, 'a');
    bench.delivery.leave();
    expect(typesOf(bench.health)).toEqual(['sink-failed']);
  });
});

describe('health$', () => {
  it('says a failure once with the time of the next try, and its end', async () => {
    const bench = setUp(inTurn(fail, fail, ok));
    await write(bench, 'a');
    await pass(bench, 3_000);
    expect(failures(bench.health)).toEqual([['503', 1_000]]);
    expect(typesOf(bench.health)).toEqual(['sink-failed', 'sink-recovered']);
  });

  it('says when a receiver that failed refuses for good', async () => {
    const bench = setUp(inTurn(fail, refuse, refuse, fail, refuse));
    await write(bench, 'a');
    await pass(bench, 1_000);
    await write(bench, 'b');
    await write(bench, 'c');
    expect(failures(bench.health)).toEqual([['503', 1_000], ['400', undefined]]);
  });

  it('says the time that the receiver asked for, or that the endpoint is left alone', async () => {
    const asked = setUp(busy(7_000));
    await write(asked, 'a');
    expect(failures(asked.health)).toEqual([['429', 8_000]]);
    const broken = setUp(inTurn(refuse, fail), { maxRetries: 9 });
    await write(broken, 'a');
    expect(failures(broken.health)).toEqual([['400', undefined]]);
  });

  it('says a loss once a minute, however much is lost, and the rest at the recovery', async () => {
    let works = false;
    const bench = setUp(() => (works ? ok() : fail()), { maxRetries: 99, maxBatchSize: 1, maxQueueSize: 1 });
    const losses = (): number[] => bench.health.flatMap((trouble) => (trouble.type === 'dropped' ? [trouble.count] : []));
    await write(bench, 'a');
    bench.offer('b', 'c', 'd');
    expect(losses()).toEqual([]);
    await settled();
    expect(losses()).toEqual([2]);
    for (let second = 0; second < 59; second++) {
      bench.offer('e');
      await pass(bench, 1_000);
    }
    expect(losses()).toEqual([2]);
    await pass(bench, 1_000);
    expect(losses()).toEqual([2, 59]);
    bench.offer('f');
    works = true;
    await pass(bench, 45_000);
    expect(losses()).toEqual([2, 59, 1]);
    expect(typesOf(bench.health)).toEqual(['sink-failed', 'dropped', 'dropped', 'dropped', 'sink-recovered']);
  });

  it('says what is unsaid at the end, and no loss after it', async () => {
    const bench = setUp(fail, { maxQueueSize: 1 });
    bench.offer('a', 'b');
    await settled();
    bench.offer('c');
    void bench.delivery.close();
    expect(bench.health).toMatchObject([
      { type: 'dropped', reason: 'queue-full', count: 1 },
      { type: 'dropped', reason: 'queue-full', count: 1 },
      { type: 'dropped', reason: 'shutdown', count: 1 },
    ]);
    bench.offer('d');
    await pass(bench, 120_000);
    expect(bench.health.length).toBe(3);
  });
});
