import fc from 'fast-check';
import { bufferCount, concatMap, debounce, delayWhen, filter, map, merge, Observable, startWith, Subject, take } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/core/environment.ts';
import { LedgerBook, SinkAccount } from '../../src/core/ledger.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import { createManager } from '../../src/core/manager.ts';
import type { MetricSignal, Signal } from '../../src/core/signal.ts';
import { DeliveryError } from '../../src/core/sink.ts';
import type { Sink, WriteResult } from '../../src/core/sink.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import { createEnvironment } from '../../src/node/environment.ts';
import '../helpers/fixed-seed.ts';
import { metricSignal } from '../helpers/signals.ts';

/** What does not balance, or cannot be. */
function wrongIn({ emitted, added, routed, held, filtered, sinks }: Ledger): string | undefined {
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);
  if (emitted + added !== routed + sum(filtered) + held) return `${emitted} + ${added} is not ${routed} + ${sum(filtered)} + ${held}`;
  if (Math.min(emitted, added, routed, held, ...Object.values(filtered)) < 0) return 'a negative count in the stream';
  for (const [name, { accepted, delivered, handedOff, spooled, pending, dropped }] of Object.entries(sinks)) {
    const ends = delivered + handedOff + spooled + pending + sum(dropped);
    if (accepted !== ends) return `${name}: ${accepted} is not ${ends}`;
    if (Math.min(delivered, handedOff, pending, ...Object.values(dropped)) < 0) return `a negative count of ${name}`;
  }
  return undefined;
}

const valueOf = (signal: Signal): number => (signal as MetricSignal).value;
const boom = (): never => {
  throw new Error('boom');
};

type SignalOperator = OperatorFunction<Signal, Signal>;

/** One of each kind of what users write. `release$` makes time pass for those that delay. */
const operators: Readonly<Record<string, (release$: Observable<unknown>) => SignalOperator>> = {
  filter: () => filter((signal) => valueOf(signal) % 3 !== 0),
  delay: (release$) => delayWhen(() => release$),
  'delay some': (release$) => delayWhen((signal) => (valueOf(signal) % 2 === 0 ? release$ : [0])),
  duplicate: () => concatMap((signal) => [signal, signal]),
  'gather and give out': () => (source) => source.pipe(bufferCount(3), concatMap((signals) => signals)),
  debounce: (release$) => debounce(() => release$),
  'throw some': () => map((signal) => (valueOf(signal) % 4 === 0 ? boom() : signal)),
  'throw all': () => map(boom),
  'throw, hand-written': () => (source) => new Observable((subscriber) => source.subscribe((signal) => (valueOf(signal) % 2 === 0 ? boom() : subscriber.next(signal)))),
  'give out and throw': () => (source) => new Observable((subscriber) => source.subscribe((signal) => {
    subscriber.next(signal);
    if (valueOf(signal) % 2 === 0) boom();
  })),
  'fail on its own': (release$) => (source) => merge(source, release$.pipe(map(boom))),
  'throw when applied': () => boom,
  garbage: () => map((signal) => (valueOf(signal) % 2 === 0 ? signal : (undefined as never))),
  complete: () => take(4),
  'begin with one': () => startWith(metricSignal({ value: 1 }) as Signal),
};

/** What a sink does with a batch; `later` is settled by the schedule. */
const answers = {
  ok: () => undefined,
  resolves: () => Promise.resolve(),
  throws: boom,
  rejects: () => Promise.reject(new Error('boom')),
  refuses: () => Promise.reject(new DeliveryError('400', { retryable: false })),
  busy: () => Promise.reject(new DeliveryError('429', { retryAfter: 30 })),
  tooLarge: () => Promise.reject(new DeliveryError('413', { tooLarge: true })),
  partial: () => ({ rejected: 1 }),
  handsOff: () => ({ handedOff: true }),
  garbage: () => ({ rejected: -5 }),
  hangs: () => new Promise<void>(() => undefined),
} satisfies Record<string, () => ReturnType<Sink['write']>>;
type AnswerName = keyof typeof answers | 'later';

const answerName = fc.constantFrom<AnswerName>('later', ...(Object.keys(answers) as (keyof typeof answers)[]));
const operatorNames = fc.array(fc.constantFrom(...Object.keys(operators)), { maxLength: 3 });
const sinkPlan = fc.record({ name: fc.constantFrom('a', 'b'), answers: fc.array(answerName, { minLength: 1, maxLength: 4 }), emits: fc.boolean(), picky: fc.boolean() });
type SinkPlan = typeof sinkPlan extends fc.Arbitrary<infer Plan> ? Plan : never;

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('emit' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance' as const), by: fc.constantFrom(0, 1, 5, 20, 100, 1_000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), how: fc.constantFrom('resolve', 'reject', 'partial') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('operators' as const), names: operatorNames }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sinks' as const), plans: fc.array(sinkPlan, { maxLength: 2 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const plan = fc.record({
  operators: operatorNames,
  sinks: fc.array(sinkPlan, { minLength: 1, maxLength: 3 }),
  feedback: fc.boolean(),
  maxBatchSize: fc.constantFrom(1, 2, 10),
  maxQueueSize: fc.constantFrom(2, 5, 50),
  maxQueueBytes: fc.constantFrom(200, 3_000, 1_000_000),
  flushEvery: fc.constantFrom(0, 10),
  whenFull: fc.constantFrom('dropNewest', 'dropOldest', 'priority'),
  maxRetries: fc.constantFrom(0, 1, 5),
  steps: fc.array(step, { maxLength: 40 }),
});

async function play(given: typeof plan extends fc.Arbitrary<infer Plan> ? Plan : never): Promise<void> {
  const clock = createTestClock();
  const release = new Subject<unknown>();
  const leaving$ = new Subject<void>();
  const unanswered: { readonly resolve: (result?: WriteResult) => void; readonly reject: (error: unknown) => void }[] = [];
  const wrong: string[] = [];
  let next = 0;
  let answersLeft = 0;

  // Inside subscribers and sinks nothing may be thrown: it would be taken for one of theirs.
  const check = (when: string): void => {
    const found = wrongIn(obs.ledger());
    if (found !== undefined) wrong.push(`${when}: ${found}`);
  };
  const emit = (): void => obs.recordMetric('m', next++);

  function sinkOf({ name, answers: names, emits, picky }: SinkPlan): Sink {
    let writes = 0;
    return {
      name,
      ...(picky && { accepts: (signal) => valueOf(signal) % 2 === 0 }),
      write() {
        check(`in ${name}`);
        if (emits && writes < 3) emit();
        check(`in ${name}, after an emission`);
        const how = names[writes++ % names.length] as AnswerName;
        if (how !== 'later') return answers[how]();
        return new Promise<WriteResult | void>((resolve, reject) => unanswered.push({ resolve, reject }));
      },
      close: () => check(`closing ${name}`),
    };
  }
  const operatorsOf = (names: readonly string[]): readonly SignalOperator[] => names.map((name) => (operators[name] ?? boom)(release));

  const environment: Environment = { ...createEnvironment(), variables: {}, sources: [], leaving$, keepAlive: () => () => undefined };
  const { maxBatchSize, maxQueueSize, maxQueueBytes, flushEvery, whenFull, maxRetries } = given;
  const handle = createManager(environment, {
    clock,
    sources: false,
    pipeline: operatorsOf(given.operators),
    sinks: given.sinks.map(sinkOf),
    delivery: { maxBatchSize, maxQueueSize, maxQueueBytes, flushEvery, whenFull, maxRetries, timeout: 50 },
    random: () => 0.01,
  });
  const obs = handle.manager;
  obs.signals$.subscribe(() => {
    check('in a subscriber');
    if (!given.feedback || answersLeft-- <= 0) return;
    emit();
    check('in a subscriber, after an emission');
  });
  obs.signals$.subscribe(boom);
  obs.health$.subscribe(() => check('on health$'));
  check('at the start');

  const turn = async (): Promise<void> => {
    for (let index = 0; index < 10; index++) {
      await Promise.resolve();
      check('after a microtask');
    }
  };
  const act: { readonly [Name in Step['do']]: (step: Extract<Step, { do: Name }>) => void | Promise<void> } = {
    emit({ count }) {
      for (let index = 0; index < count; index++) emit();
    },
    advance: ({ by }) => clock.advance(by),
    turn,
    release: () => release.next(undefined),
    settle({ how }) {
      const write = unanswered.shift();
      if (how === 'reject') write?.reject(new Error('boom'));
      else write?.resolve(how === 'partial' ? { rejected: 1 } : undefined);
    },
    flush: () => void obs.flush({ timeout: 20 }),
    leave: () => leaving$.next(),
    operators: ({ names }) => handle.configure({ pipeline: operatorsOf(names) }, 'test'),
    sinks: ({ plans }) => handle.configure({ sinks: plans.map(sinkOf) }, 'test'),
  };
  for (const one of given.steps) {
    answersLeft = 3;
    await (act[one.do] as (step: Step) => void | Promise<void>)(one);
    check(`after ${one.do}`);
  }

  let ended = false;
  void obs.shutdown({ timeout: 100 }).then(() => (ended = true));
  check('in the shutdown');
  for (let index = 0; index < 50 && !ended; index++) {
    await turn();
    clock.advance(10);
    check('while it shuts down');
  }
  // Neither late answers nor late signals move anything.
  for (const { resolve } of unanswered) resolve();
  release.next(undefined);
  emit();
  await turn();
  const { held, sinks } = obs.ledger();
  expect({ wrong, ended, held, pending: Object.values(sinks).map(({ pending }) => pending) }).toEqual({
    wrong: [],
    ended: true,
    held: 0,
    pending: Object.values(sinks).map(() => 0),
  });
}

describe('the ledger', () => {
  it('balances at every instant, whatever operators, sinks and time do; at the end nothing is held or pending', { timeout: 60_000 }, async () => {
    await fc.assert(fc.asyncProperty(plan, play), { numRuns: 400 });
  });

  it('tells every signal apart: emitted, filtered, routed, delivered', async () => {
    const clock = createTestClock();
    const sink: Sink = { name: 'half', accepts: (signal) => valueOf(signal) < 8, write: () => ({ rejected: 1 }) };
    const environment: Environment = { ...createEnvironment(), variables: {}, sources: [], leaving$: new Subject(), clock };
    const { manager: obs } = createManager(environment, { sources: false, sinks: [sink], pipeline: [filter((signal) => valueOf(signal) % 2 === 0)] });
    for (let value = 0; value < 10; value++) obs.recordMetric('m', value);
    expect(obs.ledger()).toMatchObject({ emitted: 10, routed: 4, held: 0, filtered: { pipeline: 5, 'no-sink': 1 }, sinks: { half: { accepted: 4, pending: 4 } } });
    await obs.flush();
    expect(obs.ledger().sinks['half']).toMatchObject({ accepted: 4, delivered: 3, pending: 0, dropped: { rejected: 1 } });
  });

  it('is a copy: what was read does not change, and cannot change the account', () => {
    const book = new LedgerBook();
    const before = book.read();
    book.emit();
    book.sink('x').accept();
    (before.filtered as Record<string, number>)['shutdown'] = 5;
    expect(before).toMatchObject({ emitted: 0, held: 0, sinks: {} });
    expect(book.read()).toMatchObject({ emitted: 1, held: 1, filtered: { shutdown: 0 }, sinks: { x: { accepted: 1, pending: 1 } } });
  });
});

describe('each step of an account', () => {
  it('keeps its equation', () => {
    const account = new SinkAccount();
    for (let count = 0; count < 10; count++) account.accept();
    account.deliver(2);
    account.handOff(3);
    account.drop('rejected', 4);
    expect(account.read()).toMatchObject({ accepted: 10, delivered: 2, handedOff: 3, pending: 1, dropped: { rejected: 4 } });
    expect(account.pending).toBe(1);
  });

  it('keeps the equation of the stream', () => {
    const book = new LedgerBook();
    for (let count = 0; count < 4; count++) book.emit();
    book.add();
    book.route();
    book.filter('pipeline', 2);
    expect(wrongIn(book.read())).toBeUndefined();
    book.unfilter('pipeline');
    expect(book.read()).toMatchObject({ emitted: 4, added: 1, routed: 1, held: 3, filtered: { pipeline: 1 } });
    expect(wrongIn(book.read())).toBeUndefined();
  });
});
