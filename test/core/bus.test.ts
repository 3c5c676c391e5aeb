import { bufferCount, concatMap, filter, finalize, firstValueFrom, from, map, mergeMap, Observable, of, scan, share, Subject, Subscriber, take, tap, throwError } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createBus } from '../../src/core/bus.ts';
import type { Bus } from '../../src/core/bus.ts';
import { derive } from '../../src/core/guarded-observable.ts';
import type { LiveStream } from '../../src/core/live-stream.ts';

function setUp(maxNested?: number): { readonly bus: Bus<number>; readonly reported: unknown[] } {
  const reported: unknown[] = [];
  return { bus: createBus<number>({ report: (error) => reported.push(error), maxNested }), reported };
}

const boom = new Error('boom');
function fail(): never {
  throw boom;
}

describe('the order of values', () => {
  it('is the same for every subscriber when a subscriber emits', () => {
    const { bus } = setUp();
    const seen: number[][] = [[], [], []];
    for (const [index, list] of seen.entries()) {
      bus.values$.subscribe((value) => {
        list.push(value);
        if (index === 0 && value < 3) bus.emit(value + 1);
        if (index === 1 && value === 1) bus.emit(10);
      });
    }
    bus.emit(1);
    expect(seen).toEqual([[1, 2, 10, 3], [1, 2, 10, 3], [1, 2, 10, 3]]);
  });

  it('is the order of emission when values emitted inside emit more', () => {
    const { bus } = setUp();
    const seen: number[] = [];
    bus.values$.subscribe((value) => {
      if (value >= 10 || value === 0) return;
      bus.emit(value * 10);
      bus.emit(value * 10 + 1);
    });
    bus.values$.subscribe((value) => seen.push(value));
    bus.emit(1);
    bus.emit(2);
    expect(seen).toEqual([1, 10, 11, 2, 20, 21]);
  });

  it('has delivered everything, also what was emitted inside, when `emit` returns', () => {
    const { bus } = setUp();
    let last = 0;
    bus.values$.subscribe((value) => {
      if (value < 1_000) bus.emit(value + 1);
      last = value;
    });
    bus.emit(1);
    expect(last).toBe(1_000);
    expect(bus.busy).toBe(false);
  });

  it('gives a subscriber that comes during a delivery the values after the one being delivered', () => {
    const { bus } = setUp();
    const late: number[] = [];
    bus.values$.pipe(take(1)).subscribe(() => {
      bus.values$.subscribe((value) => late.push(value));
      bus.emit(2);
    });
    bus.emit(1);
    bus.emit(3);
    expect(late).toEqual([2, 3]);
  });

  it('leaves out a subscriber that another one unsubscribes during the delivery', () => {
    const { bus } = setUp();
    const seen: number[] = [];
    bus.values$.subscribe(() => second.unsubscribe());
    const second = bus.values$.subscribe((value) => seen.push(value));
    bus.emit(1);
    expect(seen).toEqual([]);
    expect(bus.observed).toBe(true);
  });
});

describe('`observed`', () => {
  it('follows the subscribers', () => {
    const { bus } = setUp();
    expect(bus.observed).toBe(false);
    const subscription = bus.values$.subscribe();
    expect(bus.observed).toBe(true);
    subscription.unsubscribe();
    expect(bus.observed).toBe(false);
  });

  it('is false again after a stream that took what it needed', async () => {
    const { bus } = setUp();
    const first = firstValueFrom(bus.values$);
    expect(bus.observed).toBe(true);
    bus.emit(7);
    expect(bus.observed).toBe(false);
    await expect(first).resolves.toBe(7);
  });
});

describe('feedback', () => {
  it('is refused beyond the bound, and the bus works on', () => {
    const { bus } = setUp(100);
    const answers: boolean[] = [];
    let count = 0;
    const subscription = bus.values$.subscribe((value) => {
      count++;
      answers.push(bus.emit(value + 1));
    });
    expect(bus.emit(1)).toBe(true);
    expect(count).toBe(101);
    expect(answers.filter((taken) => !taken)).toHaveLength(1);
    subscription.unsubscribe();
    expect(bus.emit(1)).toBe(true);
  });

  it('is bounded for one delivery, not in all', () => {
    const { bus } = setUp(2);
    const taken: boolean[] = [];
    bus.values$.subscribe((value) => {
      if (value === 0) taken.push(bus.emit(1), bus.emit(1));
    });
    for (let turn = 0; turn < 10; turn++) bus.emit(0);
    expect(taken).toEqual(Array.from({ length: 20 }, () => true));
  });
});

describe('a subscription', () => {
  it('ends inside of a delivery: its own, and that of one who would have come later', () => {
    const { bus, reported } = setUp();
    const [own, other]: [number[], number[]] = [[], []];
    const first = bus.values$.subscribe((value) => {
      own.push(value);
      first.unsubscribe();
      second.unsubscribe();
    });
    const second = bus.values$.subscribe((value) => other.push(value));
    bus.emit(1);
    bus.emit(2);
    expect([own, other]).toEqual([[1], []]);
    expect([first.closed, second.closed, bus.observed]).toEqual([true, true, false]);
    expect(reported).toEqual([]);
  });

  it('is closed by the end of the stream, with what was added to it, also when its handler throws', () => {
    const { bus, reported } = setUp();
    let torn = 0;
    const ended = bus.values$.subscribe({ complete: fail });
    ended.add(() => (torn += 1));
    bus.complete();
    expect([ended.closed, torn, bus.observed]).toEqual([true, 1, false]);
    expect(reported).toEqual([boom]);
  });

  it('calls the methods of an observer on it', () => {
    const { bus } = setUp();
    const observer = {
      seen: [] as number[],
      next(value: number) {
        this.seen.push(value);
      },
    };
    bus.values$.subscribe(observer);
    bus.emit(1);
    expect(observer.seen).toEqual([1]);
  });
});

describe('a subscriber that throws', () => {
  const handWritten: MonoTypeOperatorFunction<number> = (source) =>
    new Observable((subscriber) => source.subscribe({ next: (value) => subscriber.next(value), complete: () => subscriber.complete() }));
  const derived: MonoTypeOperatorFunction<number> = (source) =>
    derive(source, (subscriber) => source.subscribe({ next: (value) => subscriber.next(value), complete: () => subscriber.complete() }));

  const ways: readonly (readonly [string, (bus: Bus<number>) => unknown])[] = [
    ['a function', (bus) => bus.values$.subscribe(fail)],
    ['an observer without error handler', (bus) => bus.values$.subscribe({ next: fail })],
    ['an observer whose handlers all throw', (bus) => bus.values$.subscribe({ next: fail, error: fail, complete: fail })],
    ['the last of a chain of operators', (bus) => bus.values$.pipe(map((value) => value), filter(() => true)).subscribe(fail)],
    ['behind share', (bus) => bus.values$.pipe(share()).subscribe(fail)],
    ['behind mergeMap', (bus) => bus.values$.pipe(mergeMap((value) => of(value))).subscribe(fail)],
    ['behind a hand-written operator', (bus) => bus.values$.pipe(handWritten).subscribe(fail)],
    ['behind hand-written operators among others', (bus) => bus.values$.pipe(handWritten, map((value) => value), handWritten).subscribe(fail)],
    ['behind an operator that uses derive, called by hand', (bus) => derived(bus.values$).subscribe(fail)],
    ['a bare Subscriber, which guards nothing', (bus) => bus.values$.subscribe(new Subscriber({ next: fail, error: fail, complete: fail }))],
    ['in its error handler', (bus) => bus.values$.pipe(map(fail)).subscribe({ error: fail })],
  ];

  it.each(ways)('is reported, and the others get every value in order: %s', async (_, subscribe) => {
    const { bus, reported } = setUp();
    const before: number[] = [];
    const after: number[] = [];
    bus.values$.subscribe((value) => before.push(value));
    subscribe(bus);
    bus.values$.subscribe((value) => after.push(value));
    for (const value of [1, 2, 3]) bus.emit(value);
    expect(before).toEqual([1, 2, 3]);
    expect(after).toEqual([1, 2, 3]);
    expect(reported).toContain(boom);
    await nothingThrownLater();
  });

  it.each([
    ['at the stream itself', (values$: LiveStream<number>) => values$],
    ['behind an operator', (values$: LiveStream<number>) => values$.pipe(map((value) => value))],
  ])('goes on getting values: %s', (_, of$) => {
    const { bus, reported } = setUp();
    const seen: number[] = [];
    of$(bus.values$).subscribe((value) => {
      seen.push(value);
      if (value === 2) fail();
    });
    for (const value of [1, 2, 3]) bus.emit(value);
    expect(seen).toEqual([1, 2, 3]);
    expect(reported).toEqual([boom]);
  });

  it('is isolated when it is async', async () => {
    const { bus, reported } = setUp();
    bus.values$.subscribe(async () => {
      await Promise.resolve();
      fail();
    });
    bus.emit(1);
    await nothingThrownLater();
    expect(reported).toEqual([boom]);
  });

  it('is isolated when it throws while it ends: the others get the value, and the end', () => {
    const { bus, reported } = setUp();
    const seen: (number | string)[] = [];
    bus.values$.pipe(finalize(fail)).subscribe();
    bus.values$.pipe(take(1), finalize(fail)).subscribe();
    bus.values$.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('end') });
    bus.emit(1);
    bus.complete();
    expect(seen).toEqual([1, 'end']);
    expect(reported.length).toBeGreaterThan(0);
  });
});

describe('an operator that throws', () => {
  it('ends its own subscriber, who is told; nobody else notices', () => {
    const { bus, reported } = setUp();
    const told: unknown[] = [];
    const seen: number[] = [];
    bus.values$.pipe(map((value) => (value === 2 ? fail() : value))).subscribe({ error: (error) => told.push(error) });
    bus.values$.subscribe((value) => seen.push(value));
    for (const value of [1, 2, 3]) bus.emit(value);
    expect(told).toEqual([boom]);
    expect(seen).toEqual([1, 2, 3]);
    expect(reported).toEqual([]);
  });

  it('is reported when its subscriber has no error handler', async () => {
    const { bus, reported } = setUp();
    bus.values$.pipe(concatMap(() => throwError(() => boom))).subscribe(() => undefined);
    bus.emit(1);
    await nothingThrownLater();
    expect(reported).toEqual([boom]);
  });

  it('is reported when it is hand-written and throws in its `next`, also behind another one', async () => {
    const { bus, reported } = setUp();
    const throwing: MonoTypeOperatorFunction<number> = (source) => new Observable((subscriber) => source.subscribe({ next: fail, complete: () => subscriber.complete() }));
    const passing: MonoTypeOperatorFunction<number> = (source) => new Observable((subscriber) => source.subscribe(subscriber));
    bus.values$.pipe(throwing).subscribe();
    bus.values$.pipe(passing, throwing).subscribe();
    bus.emit(1);
    await nothingThrownLater();
    expect(reported).toEqual([boom, boom]);
  });
});

describe('what RxJS offers beside `pipe`', () => {
  it('takes the stream: subjects, firstValueFrom, interop, operators that return other things', async () => {
    const { bus } = setUp();
    const subject = new Subject<number>();
    const passed: number[] = [];
    subject.subscribe((value) => passed.push(value));
    bus.values$.subscribe(subject);
    const foreign: number[] = [];
    from(interop(bus.values$)).subscribe((value) => foreign.push(value));
    const pairs: number[][] = [];
    bus.values$.pipe(scan((sum, value) => sum + value, 0), tap(), bufferCount(2)).subscribe((pair) => pairs.push(pair));
    const first = firstValueFrom(bus.values$.pipe(filter((value) => value > 1)));
    const answer: unknown = (bus.values$ as { pipe(last: unknown): unknown }).pipe(() => 'anything');
    bus.emit(1);
    bus.emit(2);
    expect({ passed, foreign, pairs, answer }).toEqual({ passed: [1, 2], foreign: [1, 2], pairs: [[1, 3]], answer: 'anything' });
    await expect(first).resolves.toBe(2);
  });
});

describe('the end', () => {
  it('completes every subscriber, and later ones at once', () => {
    const { bus } = setUp();
    const ended: string[] = [];
    bus.values$.subscribe({ complete: () => ended.push('early') });
    bus.complete();
    bus.values$.subscribe({ next: () => ended.push('a value'), complete: () => ended.push('late') });
    expect(bus.emit(1)).toBe(true);
    expect(ended).toEqual(['early', 'late']);
  });

  it('comes after the values that wait', () => {
    const { bus } = setUp();
    const seen: (number | string)[] = [];
    bus.values$.subscribe((value) => {
      if (value !== 1) return;
      bus.emit(2);
      bus.complete();
    });
    bus.values$.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('end') });
    bus.emit(1);
    expect(seen).toEqual([1, 2, 'end']);
  });
});

/** What RxJS would throw into the host comes on a timer: vitest fails the test for it. */
async function nothingThrownLater(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2));
}

function interop<T>(source: Observable<T>): Observable<T> {
  const symbol = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
  return { [symbol]: () => source } as unknown as Observable<T>;
}
