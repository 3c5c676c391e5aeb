import { concat, from, map, NEVER, Observable, of, ReplaySubject, Subject, throwError } from 'rxjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAsyncIterable } from '../../src/core/async-iterable.ts';

/** A stream that knows who listens. */
function watched<T>(): { readonly stream$: Observable<T>; readonly subject: Subject<T>; readonly subscribed: () => number } {
  const subject = new Subject<T>();
  let all = 0;
  const stream$ = new Observable<T>((subscriber) => {
    all += 1;
    return subject.subscribe(subscriber);
  });
  return { stream$, subject, subscribed: () => all };
}

/** Until nothing is left to be done but what waits for time or for others. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of iterable) values.push(value);
  return values;
}

describe('a loop over a stream', () => {
  it('gets its values in order, and ends with it', async () => {
    await expect(collect(toAsyncIterable(from([1, 2, 3])))).resolves.toEqual([1, 2, 3]);
  });

  it('gets what comes while it waits, and what came while it was busy', async () => {
    const { subject, stream$ } = watched<number>();
    const values: number[] = [];
    const loop = (async () => {
      for await (const value of toAsyncIterable(stream$)) {
        values.push(value);
        await settled();
      }
    })();
    subject.next(1);
    await settled();
    subject.next(2);
    subject.next(3);
    subject.complete();
    await loop;
    expect(values).toEqual([1, 2, 3]);
  });

  it('is thrown the error of the stream, after the values before it', async () => {
    const boom = new Error('boom');
    const values: number[] = [];
    const loop = async (): Promise<void> => {
      for await (const value of toAsyncIterable(concat(of(1, 2), throwError(() => boom)))) values.push(value);
    };
    await expect(loop()).rejects.toBe(boom);
    expect(values).toEqual([1, 2]);
  });

  it.each<[string, (iterable: AsyncIterable<number>) => Promise<unknown>]>([
    ['break', async (iterable) => { for await (const _ of iterable) break; }],
    ['return', async (iterable) => { for await (const value of iterable) return value; return undefined; }],
    ['throw', async (iterable) => { try { for await (const _ of iterable) throw new Error('mine'); } catch { /* mine */ } }],
  ])('unsubscribes with `%s`', async (_, loop) => {
    const { subject, stream$ } = watched<number>();
    const looped = loop(toAsyncIterable(stream$));
    expect(subject.observed).toBe(true);
    subject.next(1);
    await looped;
    expect(subject.observed).toBe(false);
  });

  it('has its own subscription, as the next one has', async () => {
    const { subject, stream$, subscribed } = watched<number>();
    const iterable = toAsyncIterable(stream$);
    const [first, second] = [collect(iterable), collect(iterable)];
    expect(subscribed()).toBe(2);
    subject.next(1);
    subject.complete();
    await expect(Promise.all([first, second])).resolves.toEqual([[1], [1]]);
  });

  it('subscribes when it begins, and not before', () => {
    const { stream$, subscribed } = watched<number>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    expect(subscribed()).toBe(0);
    void iterator.next();
    expect(subscribed()).toBe(1);
  });

  it('gets the latest at once where the stream has one', async () => {
    const latest = new ReplaySubject<number>(1);
    latest.next(7);
    for await (const value of toAsyncIterable(latest)) {
      expect(value).toBe(7);
      break;
    }
    expect(latest.observed).toBe(false);
  });
});

describe('what is too much for a loop', () => {
  it.each([
    ['the oldest', undefined, [1, 9, 10, 11]],
    ['the oldest', 'dropOldest', [1, 9, 10, 11]],
    ['the newest', 'dropNewest', [1, 2, 3, 4]],
  ] as const)('is given up and counted: %s, with whenFull %s', async (_, whenFull, expected) => {
    const iterable = toAsyncIterable(from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), { capacity: 3, whenFull });
    await expect(collect(iterable)).resolves.toEqual(expected);
    expect(iterable.dropped).toBe(7);
  });

  it('is counted for each iteration, and for all together', async () => {
    const { subject, stream$ } = watched<number>();
    const iterable = toAsyncIterable(stream$, { capacity: 1 });
    const [first, second] = [iterable[Symbol.asyncIterator](), iterable[Symbol.asyncIterator]()];
    void first.next();
    subject.next(1);
    subject.next(2);
    void second.next();
    for (const value of [3, 4]) subject.next(value);
    expect([first.dropped, second.dropped, iterable.dropped]).toEqual([2, 0, 2]);
  });

  it('is more than 1 000 when nothing is said', async () => {
    const iterable = toAsyncIterable(from(Array.from({ length: 1_005 }, (_, index) => index)));
    const values = await collect(iterable);
    expect(values).toHaveLength(1_001);
    expect(values.slice(0, 2)).toEqual([0, 5]);
    expect(iterable.dropped).toBe(4);
  });
});

describe('an iterator', () => {
  it('answers those who asked at once in their order', async () => {
    const { subject, stream$ } = watched<number>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    const answers = Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    subject.next(1);
    subject.next(2);
    subject.complete();
    const done = { done: true, value: undefined };
    await expect(answers).resolves.toEqual([{ done: false, value: 1 }, { done: false, value: 2 }, done, done]);
    await expect(iterator.next()).resolves.toEqual(done);
  });

  it('tells an error to the first who waits, and then that it is done', async () => {
    const { subject, stream$ } = watched<number>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    const answers = Promise.allSettled([iterator.next(), iterator.next()]);
    subject.error('boom');
    await expect(answers).resolves.toEqual([
      { status: 'rejected', reason: 'boom' },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
    await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('answers those who wait when it is returned, and never subscribes again', async () => {
    const { subject, stream$, subscribed } = watched<number>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await expect(iterator.return()).resolves.toEqual({ done: true, value: undefined });
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    await iterator.next();
    expect(subject.observed).toBe(false);
    expect(subscribed()).toBe(1);
  });

  it('gives up what waits when it is returned', async () => {
    const { subject, stream$ } = watched<object>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    void iterator.next();
    for (let count = 0; count < 5; count += 1) subject.next({});
    await iterator.return();
    await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('that is returned before it began never subscribes', async () => {
    const { stream$, subscribed } = watched<number>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    await iterator.return();
    await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
    expect(subscribed()).toBe(0);
  });

  it('throws what is thrown into it, and unsubscribes', async () => {
    const { subject, stream$ } = watched<number>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    void iterator.next();
    await expect(iterator.throw('boom')).rejects.toBe('boom');
    expect(subject.observed).toBe(false);
  });

  it('leaves no rejection unhandled when nobody asks for the error', async () => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', hear);
    const { subject, stream$ } = watched<number>();
    const iterator = toAsyncIterable(stream$)[Symbol.asyncIterator]();
    void iterator.next();
    subject.next(1);
    subject.error(new Error('boom'));
    await settled();
    process.off('unhandledRejection', hear);
    expect(unhandled).toEqual([]);
  });

  it('gives promises as they are', async () => {
    const promise = Promise.resolve(1);
    const { value } = await toAsyncIterable(of(promise))[Symbol.asyncIterator]().next();
    expect(value).toBe(promise);
  });

  it('gives of each run of values those the bound leaves, whatever the turns of giving and taking are', async () => {
    const turn = fc.record({ give: fc.nat(7), take: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(fc.array(turn), fc.integer({ min: 1, max: 4 }), fc.constantFrom('dropOldest', 'dropNewest'), async (turns, capacity, whenFull) => {
        const { subject, stream$ } = watched<number>();
        const iterable = toAsyncIterable(stream$, { capacity, whenFull });
        const iterator = iterable[Symbol.asyncIterator]();
        const [taken, expected]: [unknown[], number[]] = [[], []];
        const take = async (): Promise<unknown> => taken.push((await iterator.next()).value);
        // The model: a list that is cut.
        let waiting: number[] = [];
        let [asked, given, dropped] = [1, 0, 0];
        void take();
        for (const { give, take: count } of turns) {
          for (let index = 0; index < give; index += 1) {
            subject.next((given += 1));
            if (asked > 0) {
              asked -= 1;
              expected.push(given);
            } else {
              waiting.push(given);
              if (waiting.length <= capacity) continue;
              dropped += 1;
              waiting = whenFull === 'dropOldest' ? waiting.slice(1) : waiting.slice(0, -1);
            }
          }
          for (let index = 0; index < count; index += 1) {
            void take();
            const value = waiting.shift();
            if (value === undefined) asked += 1;
            else expected.push(value);
          }
        }
        await settled();
        expect(taken).toEqual(expected);
        expect(iterable.dropped).toBe(dropped);
        await iterator.return();
      }),
    );
  });
});

describe('its options', () => {
  it.each([
    [NEVER, { capacity: 0 }, 'toAsyncIterable.capacity: expected a whole number from 1, received number 0'],
    [NEVER, { capcity: 1 }, 'toAsyncIterable.capcity: expected one of the options capacity, whenFull, received an unknown option (did you mean capacity?)'],
    [NEVER, { capacity: Infinity }, 'toAsyncIterable.capacity: expected a whole number from 1, received number Infinity'],
    [NEVER, { whenFull: 'priority' }, "toAsyncIterable.whenFull: expected 'dropOldest' or 'dropNewest', received string \"priority\""],
    [[1, 2], {}, 'toAsyncIterable: expected an Observable, received array of 2'],
  ])('are checked at once: %# %o', (source, options, message) => {
    expect(() => toAsyncIterable(source as Observable<number>, options as object)).toThrow(expect.objectContaining({ name: 'ConfigurationError', message }));
  });
});

it('is for any stream, with the type of its values', async () => {
  const lengths: number[] = [];
  for await (const length of toAsyncIterable(of('a', 'bb').pipe(map((text) => text.length)))) lengths.push(length);
  expect(lengths).toEqual([1, 2]);
});
