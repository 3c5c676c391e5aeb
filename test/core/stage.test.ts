import {
  bufferCount,
  concatMap,
  concatWith,
  debounce,
  delayWhen,
  EMPTY,
  filter,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  startWith,
  Subject,
  take,
  throwError,
  withLatestFrom,
} from 'rxjs';
import type { MonoTypeOperatorFunction, OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LedgerBook } from '../../src/core/ledger.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import type { MetricSignal, Signal } from '../../src/core/signal.ts';
import { createStage } from '../../src/core/stage.ts';
import { metricSignal } from '../helpers/signals.ts';

type SignalOperator = OperatorFunction<Signal, Signal>;

const boom = new Error('boom');
function fail(): never {
  throw boom;
}

const valueOf = (signal: Signal): number => (signal as MetricSignal).value;
const failOn = (value: number): MonoTypeOperatorFunction<Signal> => map((signal) => (valueOf(signal) === value ? fail() : signal));

interface Bench {
  readonly out: number[];
  readonly failures: unknown[];
  push(...values: readonly number[]): void;
  complete(): void;
  /** The counts that are not 0. */
  counts(): Record<string, number>;
}

/** A stage whose signals are metrics of these values, and which are routed when they come out. */
function setUp(operator: SignalOperator): Bench {
  const book = new LedgerBook();
  const out: number[] = [];
  const failures: unknown[] = [];
  const next = (signal: Signal): void => {
    out.push(valueOf(signal));
    book.route();
  };
  const stage = createStage({ operator, book, next, later: next, failed: (error) => failures.push(error) });
  return {
    out,
    failures,
    push(...values) {
      for (const value of values) {
        book.emit();
        stage.push(metricSignal({ value }));
        expectBalance(book.read());
      }
    },
    complete: () => stage.complete(),
    counts() {
      const { emitted, added, routed, held, filtered } = book.read();
      return Object.fromEntries(Object.entries({ emitted, added, routed, held, ...filtered }).filter(([, count]) => count !== 0));
    },
  };
}

function expectBalance({ emitted, added, routed, held, filtered }: Ledger): void {
  const left = Object.values(filtered).reduce((sum, count) => sum + count, 0);
  expect(routed + left + held).toBe(emitted + added);
  expect(Math.min(held, ...Object.values(filtered))).toBeGreaterThanOrEqual(0);
}

describe('an operator that throws', () => {
  const handWritten: SignalOperator = (source) =>
    new Observable((subscriber) =>
      source.subscribe((signal) => {
        if (valueOf(signal) === 2) fail();
        subscriber.next(signal);
      }),
    );
  const behindAnother: SignalOperator = (source) => source.pipe((inner) => new Observable((subscriber) => inner.subscribe(subscriber)), handWritten);

  it.each<readonly [string, SignalOperator]>([
    ['in map', failOn(2)],
    ['by an inner stream', mergeMap((signal) => (valueOf(signal) === 2 ? throwError(() => boom) : of(signal)))],
    ['in the `next` of a hand-written operator', handWritten],
    ['in the `next` of a hand-written operator behind another', behindAnother],
    ['while it is taken down', (source) => source.pipe(failOn(2), finalize(fail))],
  ])('lets the signal pass unchanged and in its place: %s', (_, operator) => {
    const bench = setUp(operator);
    bench.push(1, 2, 3);
    expect(bench.out).toEqual([1, 2, 3]);
    expect(bench.failures).toContain(boom);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 3 });
  });

  it('starts afresh, without its state of before', () => {
    const counting: SignalOperator = map((signal, index) => (valueOf(signal) === 2 ? fail() : { ...signal, value: index }) as Signal);
    const bench = setUp(counting);
    bench.push(7, 7, 2, 7, 7);
    expect(bench.out).toEqual([0, 1, 2, 0, 1]);
  });

  it('never loses a signal when it throws for each', () => {
    const bench = setUp(map(fail));
    bench.push(1, 2, 3);
    expect(bench.out).toEqual([1, 2, 3]);
    expect(bench.failures).toEqual([boom, boom, boom]);
  });

  it('does not give the signal out again when it already had', () => {
    const bench = setUp((source) => new Observable((subscriber) => source.subscribe((signal) => {
      subscriber.next(signal);
      fail();
    })));
    bench.push(1, 2);
    expect(bench.out).toEqual([1, 2]);
    expect(bench.counts()).toEqual({ emitted: 2, routed: 2 });
  });

  it.each<readonly [string, SignalOperator]>([
    ['when it is applied', fail],
    ['when it is subscribed', () => throwError(() => boom)],
    ['in the subscribe function of a hand-written one', () => new Observable(fail)],
    ['by giving back nothing', () => undefined as never],
  ])('is left out when it fails %s', (_, operator) => {
    const bench = setUp(operator);
    bench.push(1, 2);
    bench.complete();
    expect(bench.out).toEqual([1, 2]);
    expect(bench.failures).toHaveLength(1);
    expect(bench.counts()).toEqual({ emitted: 2, routed: 2 });
  });

  it('is reported between two signals too, and starts afresh with the next', () => {
    const trouble = new Subject<never>();
    const starts: number[] = [];
    const bench = setUp((source) => {
      starts.push(starts.length);
      return merge(source, trouble);
    });
    bench.push(1);
    trouble.error(boom);
    expect(bench.failures).toEqual([boom]);
    expect(starts).toHaveLength(1);
    bench.push(2, 3);
    expect(bench.out).toEqual([1, 2, 3]);
  });

  it('does not keep the host busy when it fails by itself after each start', async () => {
    let starts = 0;
    const bench = setUp((source) => {
      starts++;
      return merge(source, from(Promise.reject(boom)));
    });
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(starts).toBe(1);
    bench.push(1);
    expect(starts).toBe(2);
    expect(bench.out).toEqual([1]);
    await Promise.resolve();
  });

  it('counts what it held as filtered', () => {
    const release = new Subject<void>();
    const bench = setUp((source) => source.pipe(failOn(4), delayWhen(() => release)));
    bench.push(1);
    release.next();
    bench.push(2, 3);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 1, held: 2 });
    bench.push(4);
    release.next();
    expect(bench.out).toEqual([1, 4]);
    expect(bench.counts()).toEqual({ emitted: 4, routed: 2, pipeline: 2 });
  });
});

describe('an operator that filters', () => {
  it('has what it keeps back counted as filtered', () => {
    const bench = setUp(filter((signal) => valueOf(signal) % 2 === 0));
    bench.push(1, 2, 3, 4, 5);
    expect(bench.out).toEqual([2, 4]);
    expect(bench.counts()).toEqual({ emitted: 5, routed: 2, pipeline: 3 });
  });

  it('may let nothing pass', () => {
    const bench = setUp(ignoreElements());
    bench.push(1, 2);
    bench.complete();
    expect(bench.counts()).toEqual({ emitted: 2, pipeline: 2 });
  });
});

describe('an operator that delays', () => {
  it('holds: what comes out later is not added', () => {
    const release = new Subject<void>();
    const bench = setUp(delayWhen(() => release));
    bench.push(1);
    release.next();
    bench.push(2, 3);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 1, held: 2 });
    release.next();
    expect(bench.out).toEqual([1, 2, 3]);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 3 });
  });

  it('may give out the previous signal for each: nothing is lost or added', () => {
    const previous: SignalOperator = (source) => source.pipe(bufferCount(2, 1), map(([first]) => first as Signal));
    const bench = setUp(previous);
    bench.push(1, 2, 3);
    bench.complete();
    expect(bench.out).toEqual([1, 2, 3]);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 3 });
  });

  it('gives out at the end what it holds, and holds nothing afterwards', () => {
    const bench = setUp((source) => source.pipe(bufferCount(10), concatMap((signals) => signals)));
    bench.push(1, 2, 3);
    bench.complete();
    expect(bench.out).toEqual([1, 2, 3]);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 3 });
  });

  it('has what it keeps at the end counted as shutdown', () => {
    const release = new Subject<void>();
    const bench = setUp(delayWhen(() => release));
    bench.push(1);
    release.next();
    bench.push(2, 3);
    bench.complete();
    release.next();
    expect(bench.out).toEqual([1]);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 1, shutdown: 2 });
  });

  it('may drop what it delayed: the account balances, and nothing is held after the end', () => {
    const quiet = new Subject<void>();
    const bench = setUp(debounce(() => quiet));
    bench.push(1, 2);
    quiet.next();
    bench.push(3, 4);
    quiet.next();
    bench.complete();
    expect(bench.out).toEqual([2, 4]);
    const { held = 0, ...counts } = bench.counts();
    expect(held).toBe(0);
    expect(counts['routed']).toBe(2);
  });
});

describe('an operator that adds', () => {
  it('has what it adds counted', () => {
    const bench = setUp(concatMap((signal) => [signal, signal, signal]));
    bench.push(1, 2);
    expect(bench.out).toEqual([1, 1, 1, 2, 2, 2]);
    expect(bench.counts()).toEqual({ emitted: 2, added: 4, routed: 6 });
  });

  it('may begin with a signal of its own, and add some in its own time and at the end', () => {
    const own = new Subject<Signal>();
    const bench = setUp((source) => merge(source.pipe(startWith(metricSignal({ value: 0 })), concatWith(of(metricSignal({ value: 9 })))), own));
    bench.push(1);
    own.next(metricSignal({ value: 5 }));
    own.complete();
    bench.complete();
    expect(bench.out).toEqual([0, 1, 5, 9]);
    expect(bench.counts()).toEqual({ emitted: 1, added: 3, routed: 4 });
  });
});

describe('an operator that completes', () => {
  it('ends the way through it: that is reported once, the rest is counted as filtered', () => {
    const bench = setUp(take(1));
    bench.push(1, 2, 3);
    bench.complete();
    expect(bench.out).toEqual([1]);
    expect(bench.failures).toEqual([expect.objectContaining({ message: expect.stringContaining('completed') })]);
    expect(bench.counts()).toEqual({ emitted: 3, routed: 1, pipeline: 2 });
  });

  it('holds nothing any more', () => {
    const release = new Subject<void>();
    const stop = new Subject<void>();
    const bench = setUp((source) => new Observable((subscriber) => {
      subscriber.add(stop.subscribe(() => subscriber.complete()));
      subscriber.add(source.pipe(delayWhen(() => release)).subscribe((signal) => subscriber.next(signal)));
    }));
    bench.push(1);
    release.next();
    bench.push(2, 3);
    stop.next();
    expect(bench.counts()).toEqual({ emitted: 3, routed: 1, pipeline: 2 });
  });

  it('may complete at its start', () => {
    const bench = setUp(() => EMPTY);
    bench.push(1);
    expect(bench.counts()).toEqual({ emitted: 1, pipeline: 1 });
  });
});

describe('after the end', () => {
  it('lets what still comes pass', () => {
    const bench = setUp(filter(() => false));
    bench.complete();
    bench.push(1);
    expect(bench.out).toEqual([1]);
    expect(bench.failures).toEqual([]);
  });

  it('is quiet about an operator that throws while it ends, and counts what it held', () => {
    const bench = setUp((source) => source.pipe(withLatestFrom(new Subject()), map(([signal]) => signal), finalize(fail)));
    bench.push(1);
    expect(() => bench.complete()).not.toThrow();
    expect(bench.counts()).toEqual({ emitted: 1, pipeline: 1 });
    expect(bench.failures).toEqual([expect.objectContaining({ name: 'UnsubscriptionError' })]);
  });
});
