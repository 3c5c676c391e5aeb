import { describe, expect, it } from '#test';
import { finalize, firstValueFrom, from, map, merge, Observable, Subject, take, toArray } from 'rxjs';
import { ofKind, rollingStatistics, toAsyncIterable } from '#sdk';
import type { LiveStream, Signal } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

/** Until what was woken has run. */
const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 0));

describe('a stream of a manager in a loop', () => {
  it('gives each value, and lets go of the stream with the loop', async () => {
    const { obs } = recorded();
    const values: number[] = [];
    const loop = (async () => {
      for await (const { value } of obs.metrics$) {
        values.push(value);
        if (value === 3) break;
      }
    })();
    for (const value of [1, 2, 3, 4]) obs.recordMetric('m', value);
    await loop;
    expect(values).toEqual([1, 2, 3]);
  });

  it('ends with the manager', async () => {
    const { obs } = recorded();
    const loop = (async () => {
      const names: string[] = [];
      for await (const { name } of obs.signals$) names.push(name);
      return names;
    })();
    obs.recordMetric('m', 1);
    await obs.shutdown();
    await expect(loop).resolves.toEqual(['m']);
  });

  it.each<[string, (signals$: LiveStream<Signal>) => AsyncIterable<unknown>]>([
    ['an operator of RxJS', (signals$) => signals$.pipe(map(({ name }) => name))],
    ['several', (signals$) => signals$.pipe(ofKind('metric'), map(({ name }) => name))],
    ['a hand-written operator', (signals$) => signals$.pipe((source) => new Observable<string>((subscriber) => source.subscribe(({ name }) => subscriber.next(name))))],
    ['nothing', (signals$) => signals$.pipe().pipe(map(({ name }) => name))],
  ])('may be what was made of it with %s', async (_, make) => {
    const { obs } = recorded();
    const first = make(obs.signals$)[Symbol.asyncIterator]().next();
    obs.recordMetric('m', 1);
    await expect(first).resolves.toEqual({ done: false, value: 'm' });
  });

  it('unsubscribes what was made of it', async () => {
    const { obs } = recorded();
    let ended = 0;
    const loop = (async () => {
      for await (const _ of obs.metrics$.pipe(finalize(() => (ended += 1)))) return;
    })();
    obs.recordMetric('m', 1);
    await loop;
    expect(ended).toBe(1);
  });

  it('is thrown the error of an operator, which is nobody else’s', async () => {
    const { obs, health, signals } = recorded();
    const boom = new Error('boom');
    const loop = (async () => {
      for await (const _ of obs.signals$.pipe(map(() => { throw boom; })));
    })();
    obs.recordMetric('m', 1);
    await expect(loop).rejects.toBe(boom);
    obs.recordMetric('m', 2);
    expect(signals).toHaveLength(2);
    expect(health).toEqual([]);
  });

  it('that is slower than the stream loses the oldest, which is said once on health$', async () => {
    const { obs, health } = recorded();
    const iterator = obs.metrics$[Symbol.asyncIterator]();
    const first = iterator.next();
    for (let value = 0; value <= 1_003; value += 1) obs.recordMetric('m', value);
    await expect(first).resolves.toMatchObject({ value: { value: 0 } });
    await expect(iterator.next()).resolves.toMatchObject({ value: { value: 4 } });
    expect(iterator.dropped).toBe(3);
    expect(health).toMatchObject([{ type: 'subscriber-failed', error: { message: expect.stringContaining('a loop is slower than its stream') } }]);
    await iterator.return();
  });

  it('may give up more, or less, by way of toAsyncIterable', async () => {
    const { obs, health } = recorded();
    const latest = toAsyncIterable(obs.metrics$.pipe(map(({ value }) => value)), { capacity: 1 });
    const iterator = latest[Symbol.asyncIterator]();
    void iterator.next();
    for (let value = 0; value <= 5; value += 1) obs.recordMetric('m', value);
    await expect(iterator.next()).resolves.toEqual({ done: false, value: 5 });
    expect(latest.dropped).toBe(4);
    expect(health).toEqual([]);
  });

  it('gives the troubles of before first', async () => {
    const { obs } = recorded();
    obs.recordMetric('m', Number.NaN);
    for await (const trouble of obs.health$) {
      expect(trouble).toMatchObject({ type: 'input-ignored', name: 'recordMetric' });
      break;
    }
  });

  it('gives rolling statistics as they are watched', async () => {
    const { obs, clock } = recorded();
    const loop = (async () => {
      for await (const statistics of obs.profiler.watchStatistics({ every: 1_000 })) return statistics.get('work')?.count;
      return undefined;
    })();
    obs.profiler.profile('work', () => undefined);
    clock.advance(1_000);
    await expect(loop).resolves.toBe(1);
  });

  it('has its own pace: a slow loop keeps neither the stream nor other loops', async () => {
    const { obs } = recorded();
    const seen: number[] = [];
    const slow = obs.metrics$[Symbol.asyncIterator]();
    void slow.next();
    const loop = (async () => {
      for await (const { value } of obs.metrics$) {
        seen.push(value);
        if (seen.length === 3) return;
      }
    })();
    for (const value of [1, 2, 3]) {
      obs.recordMetric('m', value);
      await settled();
    }
    await loop;
    expect(seen).toEqual([1, 2, 3]);
    await slow.return();
  });
});

describe('a stream of a manager stays an Observable', () => {
  it('for from, merge and firstValueFrom, which take it at its own pace', async () => {
    const { obs } = recorded();
    const seen: (string | number)[] = [];
    from(obs.metrics$).subscribe(({ value }) => seen.push(value));
    merge(obs.metrics$, obs.logs$).subscribe(({ name }) => seen.push(name));
    const first = firstValueFrom(obs.metrics$);
    obs.recordMetric('m', 1);
    // At once: what is taken for an iterable comes later.
    expect(seen).toEqual([1, 'm']);
    await expect(first).resolves.toMatchObject({ value: 1 });
    expect(from(obs.metrics$)).toBe(obs.metrics$);
  });

  it('for what asks by the symbol of Observables', () => {
    const { obs } = recorded();
    const symbol = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
    expect(Reflect.get(obs.metrics$, symbol).call(obs.metrics$)).toBe(obs.metrics$);
  });

  it('for subjects that subscribe to it', () => {
    const { obs } = recorded();
    const subject = new Subject<Signal>();
    const names: string[] = [];
    subject.subscribe(({ name }) => names.push(name));
    obs.signals$.subscribe(subject);
    obs.recordMetric('m', 1);
    expect(names).toEqual(['m']);
  });

  it('for operators that join it with others', async () => {
    const { obs, clock } = recorded();
    const both = firstValueFrom(
      obs.profiles$.pipe(rollingStatistics({ by: ({ name }) => name, value: ({ duration }) => duration, every: 1_000, clock }), map(({ size }) => size), take(2), toArray()),
    );
    obs.profiler.profile('work', () => undefined);
    clock.advance(2_000);
    await expect(both).resolves.toEqual([1, 1]);
  });
});
