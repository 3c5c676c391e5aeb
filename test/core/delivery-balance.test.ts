import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withChannels } from '../../src/core/delivery/channel.ts';
import type { Batch, Channel, Queue } from '../../src/core/delivery/channel.ts';
import { deliverySettings } from '../../src/core/delivery/delivery-options.ts';
import type { WhenFull } from '../../src/core/delivery/delivery-options.ts';
import { createDiagnostics } from '../../src/core/diagnostics.ts';
import { LedgerBook } from '../../src/core/ledger.ts';
import type { Signal } from '../../src/core/signal.ts';
import { DeliveryError } from '../../src/core/sink.ts';
import type { Sink, WriteContext, WriteResult } from '../../src/core/sink.ts';
import { createSinkSet } from '../../src/core/sink-set.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import '../helpers/fixed-seed.ts';
import { errorSignal, logSignal, metricSignal, spanSignal } from '../helpers/signals.ts';

/** What the receiver does with a request. */
type Answer = 'ok' | 'partial' | 'handed off' | 'busy' | 'too large' | 'refused' | 'failed';
/** When: at once, as a promise that is settled already, or when the schedule says so, which may be never. */
type Moment = 'sync' | 'soon' | 'later';

interface Request {
  readonly channel: string;
  readonly ids: readonly number[];
  readonly context: WriteContext;
  readonly settle: (answer: Answer) => void;
}

const answer = fc.constantFrom<Answer>('ok', 'ok', 'partial', 'handed off', 'busy', 'too large', 'refused', 'failed', 'failed');
const reaction = fc.record({ moment: fc.constantFrom<Moment>('sync', 'soon', 'later', 'later'), answer });
const nested = fc.constantFrom('nothing', 'nothing', 'nothing', 'emit', 'flush', 'leave');

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('emit' as const), count: fc.integer({ min: 1, max: 8 }), channel: fc.integer({ min: 0, max: 3 }), kind: fc.integer({ min: 0, max: 3 }), bytes: fc.constantFrom(100, 100, 700, 5_000) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('advance' as const), by: fc.constantFrom(1, 10, 100, 1_000, 10_000, 60_000) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(5), answer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('configure' as const), maxBatchSize: fc.constantFrom(1, 3, 10), maxRetries: fc.constantFrom(0, 5) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const plan = fc.record({
  channels: fc.array(fc.record({ concurrent: fc.boolean(), gathers: fc.boolean(), timeout: fc.constantFrom(undefined, 30), flushEvery: fc.constantFrom(undefined, 5) }), { maxLength: 3 }),
  whenFull: fc.constantFrom<WhenFull>('dropNewest', 'dropOldest', 'priority'),
  maxBatchSize: fc.constantFrom(1, 3, 10),
  maxQueueSize: fc.constantFrom<number>(4, 12, 100),
  maxQueueBytes: fc.constantFrom<number>(2_000, 1_000_000),
  flushEvery: fc.constantFrom(0, 10),
  concurrency: fc.constantFrom(1, 2, 4),
  maxRetries: fc.constantFrom<number>(0, 1, 5),
  reactions: fc.array(reaction, { minLength: 1, maxLength: 6 }),
  nested: fc.array(nested, { minLength: 1, maxLength: 5 }),
  random: fc.constantFrom(0, 0.3, 1),
  steps: fc.array(step, { maxLength: 40 }),
});
type Plan = typeof plan extends fc.Arbitrary<infer One> ? One : never;

const kinds: readonly ((name: string) => Signal)[] = [
  (name) => metricSignal({ name }),
  (name) => spanSignal({ name }),
  (name) => logSignal({ name, severityNumber: 13 }),
  (name) => errorSignal({ name }),
];
// A signal's name is its number and its channel's: `7@1`.
const idOf = ({ name }: Signal): number => Number.parseInt(name, 10);
const channelOf = ({ name }: Signal): string => name.split('@')[1] ?? '';

/** Makes one of all that waits, as metrics do. */
function gatheringQueue(send: (ids: readonly number[], context: WriteContext) => ReturnType<Sink['write']>): Queue {
  let ids: number[] = [];
  let first: number | undefined;
  const batchOf = (gathered: readonly number[], earliest: number): Batch => ({
    size: gathered.length,
    bytes: 100,
    first: earliest,
    send: (context) => send(gathered, context),
    split: () => undefined,
  });
  return {
    get length() {
      return ids.length;
    },
    get bytes() {
      return ids.length > 0 ? 100 : 0;
    },
    get oldest() {
      return first;
    },
    push(signal, _, order) {
      first ??= order;
      ids.push(idOf(signal));
      return 0;
    },
    take() {
      const batch = batchOf(ids, first ?? 0);
      [ids, first] = [[], undefined];
      return batch;
    },
    clear() {
      [ids, first] = [[], undefined];
    },
  };
}

async function play(given: Plan, recovers: boolean): Promise<void> {
  const clock = createTestClock();
  const book = new LedgerBook();
  const diagnostics = createDiagnostics(clock);
  const requests = new Set<Request>();
  /** What the delivery was told of each signal before it let go of the request. */
  const ends = new Map<number, Answer>();
  const wrong: string[] = [];
  let settings = deliverySettings(given);
  let [emitted, writes, recovered, refused] = [0, 0, false, 0];

  // Nothing may be thrown inside a sink: it would be taken for a failure of it.
  function expectThat(holds: boolean, what: string): void {
    if (!holds && wrong.length < 5) wrong.push(what);
  }
  function check(when: string): void {
    const { accepted, delivered, handedOff, spooled, pending, dropped } = book.sink('test').read();
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    expectThat(accepted === delivered + handedOff + spooled + pending + lost, `${when}: ${accepted} is not ${delivered} + ${handedOff} + ${pending} + ${lost}`);
    expectThat(Math.min(pending, ...Object.values(dropped)) >= 0, `${when}: a negative count`);
  }

  function open({ channel, context }: Request): boolean {
    return channel !== undefined && !context.abortSignal.aborted;
  }

  function resultOf(how: Answer, ids: readonly number[]): WriteResult | void {
    if (how === 'busy') throw new DeliveryError('429', { retryAfter: 3_000 });
    if (how === 'too large') throw new DeliveryError('413', { tooLarge: true });
    if (how === 'refused') throw new DeliveryError('400', { retryable: false });
    if (how === 'failed') throw new Error('503');
    return how === 'ok' ? undefined : { handedOff: how === 'handed off', rejected: how === 'partial' ? Math.min(1, ids.length) : 0 };
  }

  /** The delivery hears of the answer, if it still waits for it. */
  function note(request: Request, how: Answer): void {
    requests.delete(request);
    if (!open(request) || how === 'busy' || how === 'too large' || how === 'failed') return;
    if (how === 'refused') refused += request.ids.length;
    if (how === 'partial') refused += Math.min(1, request.ids.length);
    for (const id of request.ids) {
      expectThat(!ends.has(id), `${id} had two ends: ${ends.get(id)}, ${how}`);
      ends.set(id, how);
    }
  }

  function receive(channel: string, ids: readonly number[], context: WriteContext): ReturnType<Sink['write']> {
    check('in a write');
    const { moment, answer: how } = given.reactions[writes % given.reactions.length] as Plan['reactions'][number];
    const inside = given.nested[writes++ % given.nested.length];
    const under = [...requests].filter((request) => request.channel === channel && open(request));
    const slots = given.channels[Number(channel)]?.concurrent === true ? settings.concurrency : 1;
    expectThat(context.leaving || under.length < slots, `${under.length + 1} writes at once`);
    for (const id of ids) {
      expectThat(!under.some((request) => request.ids.includes(id)), `${id} is sent twice at once`);
      expectThat(!ends.has(id), `${id} is sent after its end: ${ends.get(id)}`);
    }
    let yes: ((result: WriteResult | void) => unknown) | undefined | null;
    let no: ((error: unknown) => unknown) | undefined | null;
    const settle = (later: Answer): void => {
      note(request, later);
      let result: WriteResult | void;
      try {
        result = resultOf(later, ids);
      } catch (error) {
        no?.(error);
        return;
      }
      yes?.(result);
    };
    const request: Request = { channel, ids, context, settle };
    requests.add(request);
    if (inside === 'emit' && emitted < 300) emit(1, Number(channel), 1, 100);
    if (inside === 'flush') void sinks.flush();
    if (inside === 'leave') sinks.leave();
    check('in a write, after what it did');
    const now = recovered ? 'ok' : how;
    if (moment === 'sync' || recovered) {
      note(request, now);
      return resultOf(now, ids);
    }
    // Not a promise, whose answer the delivery would hear of later than it is noted: in between it may time out.
    const then: PromiseLike<WriteResult | void>['then'] = (onfulfilled, onrejected) => {
      [yes, no] = [onfulfilled, onrejected];
      if (moment === 'soon') void Promise.resolve().then(() => settle(now));
      return undefined as never;
    };
    return { then } as Promise<WriteResult | void>;
  }

  function channelAt(index: number): Channel {
    const { concurrent, gathers, timeout, flushEvery } = given.channels[index] as Plan['channels'][number];
    const name = String(index);
    return {
      name,
      accepts: (signal) => channelOf(signal) === name,
      concurrent,
      timeout,
      flushEvery,
      write: (batch, context) => receive(name, batch.map(idOf), context),
      ...(gathers && { createQueue: () => gatheringQueue((ids, context) => receive(name, ids, context)) }),
    };
  }
  const plain: Sink = { name: 'test', write: (batch, context) => receive('', batch.map(idOf), context), close: () => check('closing') };
  const sink = given.channels.length === 0 ? plain : withChannels(plain, given.channels.map((_, index) => channelAt(index)));

  const sinks = createSinkSet({ book, clock, diagnostics, run: (work) => work(), random: () => given.random });
  diagnostics.health$.subscribe(() => check('on health$'));
  const use = (): void => sinks.replace([sink], { ...settings, development: false, resource: {} });
  use();

  function emit(count: number, channel: number, kind: number, bytes: number): void {
    for (let index = 0; index < count; index++) {
      const name = given.channels.length === 0 ? '' : String(channel % given.channels.length);
      const signal = (kinds[kind] as (name: string) => Signal)(`${emitted++}@${name}`);
      for (const delivery of sinks.deliveries) if (delivery.accepts(signal)) delivery.offer(signal, bytes);
      check('after an emission');
    }
  }
  const turn = async (): Promise<void> => {
    for (let index = 0; index < 12; index++) {
      await Promise.resolve();
      check('after a microtask');
    }
  };
  const act: { readonly [Name in Step['do']]: (step: Extract<Step, { do: Name }>) => void } = {
    emit: ({ count, channel, kind, bytes }) => emit(count, channel, kind, bytes),
    advance: ({ by }) => clock.advance(by),
    answer: ({ which, answer: how }) => [...requests][which % Math.max(1, requests.size)]?.settle(how),
    flush: () => void sinks.flush(),
    leave: () => sinks.leave(),
    configure({ maxBatchSize, maxRetries }) {
      settings = { ...settings, maxBatchSize, ...(!recovers && { maxRetries }) };
      use();
    },
  };
  for (const one of given.steps) {
    (act[one.do] as (step: Step) => void)(one);
    check(`after ${one.do}`);
    await turn();
    const slots = given.channels.length === 0 ? 1 : given.channels.length * settings.concurrency;
    // Each channel: its queue, its writes, and as much again when the page was hidden.
    const most = Math.max(1, given.channels.length) * (2 * settings.maxQueueSize + 10) + slots * 10;
    if (!given.channels.some(({ gathers }) => gathers)) expectThat(book.sink('test').pending <= most, `${book.sink('test').pending} pending`);
  }

  if (recovers) {
    // Also what nobody answered before.
    recovered = true;
    for (let round = 0; round < 200 && book.sink('test').pending > 0; round++) {
      clock.advance(10_000);
      await turn();
    }
    const { accepted, delivered, handedOff, dropped } = book.sink('test').read();
    expect({ wrong, lost: Object.entries(dropped).filter(([, count]) => count > 0) }).toEqual({ wrong: [], lost: [] });
    expect(delivered + handedOff).toBe(accepted);
    expect(ends.size).toBe(accepted);
    return;
  }
  const closed = sinks.close();
  check('after the end');
  await closed;
  for (const request of requests) request.settle('ok');
  await turn();
  const { accepted, delivered, handedOff, pending, dropped } = book.sink('test').read();
  expect({ wrong, pending, accepted, refused: dropped.rejected }).toEqual({ wrong: [], pending: 0, accepted: emitted, refused });
  expect(delivered + handedOff + dropped.rejected).toBe(ends.size);
}

describe('a delivery', () => {
  it('balances at every instant, and gives each signal one end, whatever the receiver, time and the host do', { timeout: 60_000 }, async () => {
    await fc.assert(fc.asyncProperty(plan, (given) => play(given, false)), { numRuns: 1_000 });
  });

  it('loses nothing and succeeds with nothing twice, when the receiver always recovers in time', { timeout: 60_000 }, async () => {
    const patient = plan.map((given): Plan => ({
      ...given,
      maxQueueSize: 100_000,
      maxQueueBytes: 100_000_000,
      maxRetries: 100_000,
      // What the receiver refuses, or cannot take at all, is lost by right.
      reactions: given.reactions.map((one) => ({ ...one, answer: kept(one.answer) })),
      steps: given.steps.map((one) => (one.do === 'answer' ? { ...one, answer: kept(one.answer) } : one)),
    }));
    await fc.assert(fc.asyncProperty(patient, (given) => play(given, true)), { numRuns: 400 });
  });
});

function kept(how: Answer): Answer {
  return how === 'refused' || how === 'partial' || how === 'too large' ? 'failed' : how;
}
