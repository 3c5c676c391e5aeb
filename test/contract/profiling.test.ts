import { describe, expect, it } from '#test';
import { ConfigurationError, createObservability, getObservabilityManager, PerformanceProfiler } from '#sdk';
import type { StatisticsMap } from '#sdk';
import { createTestClock, memorySink } from '#testing';
import { recorded, recordingOf } from '../helpers/recorded.ts';

describe('statistics', () => {
  it('cover every call since the start', () => {
    const { obs, clock } = recorded();
    for (let duration = 1; duration <= 100; duration++) obs.profiler.profile('work', () => clock.advance(duration));
    const statistics = obs.profiler.getStatistics('work');
    expect(statistics).toMatchObject({ name: 'work', count: 100, total: 5_050, mean: 50.5, min: 1, max: 100, errors: 0, window: 5_050 });
    const within = (value: number | undefined, expected: number) => Math.abs((value ?? 0) / expected - 1) <= 0.011;
    expect([statistics?.p50, statistics?.p95, statistics?.p99].map((value, index) => within(value, [50, 95, 99][index] ?? 0))).toEqual([
      true,
      true,
      true,
    ]);
    expect(obs.profiler.getStatistics('other')).toBe(undefined);
  });

  it('count failures', () => {
    const { obs } = recorded();
    for (const fails of [false, true, true]) {
      try {
        obs.profiler.profile('work', () => {
          if (fails) throw new Error('no');
        });
      } catch {
        // Counted.
      }
    }
    expect(obs.profiler.getStatistics('work')).toMatchObject({ count: 3, errors: 2 });
  });

  it('are kept for a bounded number of names', () => {
    const { obs } = recorded({ profiling: { maxSeries: 2 } });
    for (const name of ['a', 'b', 'c', 'd', 'a']) obs.profiler.profile(name, () => undefined);
    expect([...obs.profiler.getAllStatistics()].map(([name, { count }]) => [name, count])).toEqual([
      ['a', 2],
      ['b', 1],
      ['__other__', 2],
    ]);
  });

  it('turn into an object as JSON', () => {
    const { obs } = recorded();
    obs.profiler.profile('work', () => undefined);
    expect(JSON.parse(JSON.stringify(obs.profiler.getAllStatistics()))).toMatchObject({ work: { count: 1 } });
  });

  it('are found under the name that was given, however long', () => {
    const { obs } = recorded();
    const name = 'n'.repeat(5_000);
    obs.profiler.profile(name, () => undefined);
    obs.profiler.profileFunction({ name })(() => undefined)();
    expect(obs.profiler.getStatistics(name)?.count).toBe(2);
  });
});

describe('watchStatistics', () => {
  it('gives one map a tick, of the calls in the window', () => {
    const { obs, clock } = recorded();
    const maps: StatisticsMap[] = [];
    const subscription = obs.profiler.watchStatistics({ window: 2_000, every: 1_000 }).subscribe((map) => maps.push(map));
    obs.profiler.profile('work', () => clock.advance(10));
    clock.advance(990);
    clock.advance(3_000);
    expect(maps.map((map) => map.get('work')?.count)).toEqual([1, 1, undefined, undefined].slice(0, maps.length));
    expect(maps.length).toBe(4);
    subscription.unsubscribe();
    clock.advance(5_000);
    expect(maps.length).toBe(4);
  });

  it('gives late subscribers the latest at once, and narrows to one name', () => {
    const { obs, clock } = recorded();
    const all = obs.profiler.watchStatistics().subscribe();
    obs.profiler.profile('a', () => undefined);
    obs.profiler.profile('b', () => undefined);
    clock.advance(2_000);
    const late: string[][] = [];
    obs.profiler.watchStatistics({ name: 'b' }).subscribe((map) => late.push([...map.keys()]));
    expect(late).toEqual([['b']]);
    all.unsubscribe();
  });
});

describe('watching with a short window', () => {
  it('ticks as often as the window is long, unless told otherwise', () => {
    const { obs, clock } = recorded({ profiling: { window: 500 } });
    let maps = 0;
    const watched = obs.profiler.watchStatistics().subscribe(() => maps++);
    clock.advance(1_000);
    watched.unsubscribe();
    expect(maps).toBe(2);
  });

  it.each([null, 5, { windw: 5 }, { every: 0 }])('refuses %j', (options) => {
    expect(() => recorded().obs.profiler.watchStatistics(options as never)).toThrow(ConfigurationError);
  });

  it('finds a series by its whole name, however long', () => {
    const { obs, clock } = recorded();
    const name = 'n'.repeat(300);
    const counts: (number | undefined)[] = [];
    const watched = obs.profiler.watchStatistics({ name }).subscribe((all) => counts.push([...all.values()][0]?.count));
    obs.profiler.profile(name, () => undefined);
    clock.advance(1_000);
    watched.unsubscribe();
    expect(counts).toEqual([1]);
  });
});

describe('start', () => {
  it('gives the milliseconds when it is stopped, and counts once', () => {
    const { obs, clock, only } = recorded();
    const stop = obs.profiler.start('load', { attributes: { table: 'users' } });
    const startedAt = clock.now();
    clock.advance(12);
    expect(stop()).toBe(12);
    clock.advance(5);
    expect(stop()).toBe(12);
    expect(stop({ failed: true })).toBe(12);
    expect(only('profile')).toMatchObject({ name: 'load', timestamp: startedAt, duration: 12, failed: false, attributes: { table: 'users', 'service.name': 'test' } });
    expect(obs.profiler.getStatistics('load')).toMatchObject({ count: 1, errors: 0, total: 12 });
  });

  it('counts an error when it is told of one, and takes nothing else for one', () => {
    const { obs, ofKind } = recorded();
    obs.profiler.start('load')({ failed: true });
    // As a listener it is given whatever listeners are given.
    for (const given of [null, 0, 'failed', { failed: 'yes' }, new Error('no')]) Reflect.apply(obs.profiler.start('load'), undefined, [given]);
    const unreadable = {
      get failed(): boolean {
        throw new Error('no');
      },
    };
    expect(obs.profiler.start('load')(unreadable)).toBe(0);
    expect(ofKind('profile').map(({ failed }) => failed)).toEqual([true, false, false, false, false, false, false]);
    expect(obs.profiler.getStatistics('load')).toMatchObject({ count: 7, errors: 1 });
  });

  it('counts once also when who is told stops it again', () => {
    const { obs } = recorded();
    const again: number[] = [];
    const stop = obs.profiler.start('load');
    obs.profiles$.subscribe(() => again.push(stop()));
    const duration = stop();
    expect(again).toEqual([duration]);
    expect(obs.profiler.getStatistics('load')).toMatchObject({ count: 1 });
  });

  it('has only the attributes it was given, whatever others of its name have', () => {
    const { obs, ofKind } = recorded();
    for (const options of [undefined, { attributes: { table: 'users' } }, undefined, { attributes: { table: 'orders' } }]) obs.profiler.start('load', options)();
    expect(ofKind('profile').map(({ attributes }) => attributes['table'])).toEqual([undefined, 'users', undefined, 'orders']);
    expect(obs.profiler.getStatistics('load')).toMatchObject({ count: 4 });
  });

  it('ends with the block that uses it', () => {
    const { obs, clock, only } = recorded();
    {
      using _timing = obs.profiler.start('block');
      clock.advance(3);
    }
    clock.advance(4);
    expect(only('profile').duration).toBe(3);
  });

  it('is of the trace and the request it began in', () => {
    const { obs, only } = recorded();
    const stop = obs.traceRequest('GET', '/', () => obs.tracer.startSpan('outer', () => obs.profiler.start('inner')));
    obs.tracer.startSpan('elsewhere', () => stop());
    const { trace, requestId } = only('profile');
    expect(trace?.spanId).toMatch(/^[\da-f]{16}$/);
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
  });

  it('holds nothing when it is never stopped', () => {
    const { obs } = recorded();
    obs.profiler.start('forgotten');
    expect([...obs.profiler.getAllStatistics()]).toEqual([]);
  });

  it('gives the milliseconds also where nothing is counted', () => {
    const { obs, clock, signals } = recorded({ profiling: false });
    const stop = obs.profiler.start('load');
    clock.advance(7);
    expect(stop()).toBe(7);
    expect(signals).toEqual([]);
    expect(obs.profiler.getStatistics('load')).toBe(undefined);
  });
});

describe('more names than there is room for', () => {
  it('are said once, when the first of them comes', () => {
    const { obs, clock, health } = recorded({ profiling: { maxSeries: 2 } });
    const said = () => health.filter(({ type }) => type === 'input-ignored');
    for (const name of ['a', 'b', 'a']) obs.profiler.profile(name, () => undefined);
    expect(said()).toEqual([]);
    for (const name of ['c', 'd', 'e', 'c']) obs.profiler.profile(name, () => clock.advance(120_000));
    expect(said()).toMatchObject([{ name: 'profiler', message: expect.stringContaining('more than 2 names'), count: 1 }]);
    expect(obs.profiler.getStatistics('__other__')?.count).toBe(4);
  });
});

describe('the exemplars', () => {
  it('name the trace that made a percentile what it is', () => {
    const { obs, clock, span } = recorded();
    const slow = (duration: number) => () => obs.profiler.profile('work', () => clock.advance(duration));
    for (let call = 0; call < 200; call++) obs.tracer.startSpan('quick', slow(1));
    const maps: StatisticsMap[] = [];
    const watched = obs.profiler.watchStatistics().subscribe((map) => maps.push(map));
    for (let call = 0; call < 20; call++) slow(1)();
    obs.tracer.startSpan('slow one', slow(500));
    clock.advance(1_000);
    watched.unsubscribe();
    const { traceId } = span('slow one').trace;
    expect(obs.profiler.getStatistics('work')?.exemplars?.p999).toMatchObject({ traceId, value: 500 });
    expect(maps.at(-1)?.get('work')?.exemplars?.p99).toMatchObject({ traceId, value: 500 });
  });

  it('are none of a trace that is not exported, nor of a call in no trace', () => {
    const { obs, clock } = recorded({ sampling: { rate: 0 } });
    obs.tracer.startSpan('unsampled', () => obs.profiler.profile('work', () => clock.advance(5)));
    obs.profiler.profile('work', () => clock.advance(5));
    expect(obs.profiler.getStatistics('work')?.count).toBe(2);
    expect(obs.profiler.getStatistics('work')?.exemplars).toEqual({});
  });
});

describe('the resolution of the clock', () => {
  it('is on all statistics where the clock knows it', () => {
    const clock = createTestClock();
    const coarse = { now: clock.now, elapsed: clock.elapsed, every: clock.every, resolution: () => 0.1 };
    const obs = createObservability({ sources: false, sinks: [], clock: coarse });
    const maps: StatisticsMap[] = [];
    obs.profiler.watchStatistics().subscribe((map) => maps.push(map));
    obs.profiler.profile('work', () => clock.advance(5));
    clock.advance(1_000);
    expect(obs.profiler.getStatistics('work')?.resolution).toBe(0.1);
    expect(obs.profiler.getAllStatistics().get('work')?.resolution).toBe(0.1);
    expect(maps[0]?.get('work')?.resolution).toBe(0.1);
  });

  it("is not known of an application's own clock that does not say, or says what is none", () => {
    const clock = createTestClock();
    const { now, elapsed, every } = clock;
    for (const resolution of [undefined, () => undefined, () => Number.NaN, () => -1, 5 as never]) {
      const obs = createObservability({ sources: false, sinks: [], clock: { now, elapsed, every, ...(resolution && { resolution }) } });
      obs.profiler.profile('work', () => undefined);
      expect(obs.profiler.getStatistics('work')?.resolution).toBe(undefined);
    }
  });

  it("is that of the host's clock by default", () => {
    const obs = createObservability({ sources: false, sinks: [] });
    obs.profiler.profile('work', () => undefined);
    expect(obs.profiler.getStatistics('work')?.resolution).toBeGreaterThan(0);
    expect(obs.profiler.getStatistics('work')?.resolution).toBeLessThanOrEqual(20);
  });
});

describe('a clock of the application', () => {
  it.each([
    ['jumps back', -500, 0],
    ['jumps an hour ahead', 3_600_000, 3_600_000],
    ['gives NaN', Number.NaN, 0],
    ['gives an infinity', Number.POSITIVE_INFINITY, 0],
  ])('that %s: the call counts, and its duration is a number from 0', (_, jump, duration) => {
    const clock = createTestClock();
    let ahead = 0;
    const jumping = { now: () => clock.now() + ahead, elapsed: () => clock.elapsed() + ahead, every: clock.every };
    const obs = createObservability({ sources: false, sinks: [], clock: jumping });
    const { ofKind } = recordingOf(obs);
    obs.profiler.profile('work', () => (ahead += jump));
    const stop = obs.profiler.start('work');
    expect(stop()).toBe(0);
    expect(ofKind('profile').map((profile) => profile.duration)).toEqual([duration, 0]);
    expect(ofKind('profile').every(({ timestamp }) => Number.isFinite(timestamp))).toBe(true);
    expect(obs.profiler.getStatistics('work')).toMatchObject({ count: 2, total: duration, max: duration });
  });

  it('may tell the time of its own readings, and is then asked no more than twice a call', () => {
    const clock = createTestClock();
    let asked = 0;
    const now = (): number => (asked++, clock.now());
    const elapsed = (): number => (asked++, clock.elapsed());
    const obs = createObservability({ sources: false, sinks: [], clock: { now, elapsed, every: clock.every, at: (reading) => 1_000_000 + reading } });
    const { only } = recordingOf(obs);
    clock.advance(40);
    const work = obs.profiler.profileFunction({ name: 'work' })(() => clock.advance(2));
    asked = 0;
    work();
    expect(asked).toBe(2);
    expect(only('profile')).toMatchObject({ timestamp: 1_000_040, duration: 2 });
  });
});

describe('switched off and on while it runs', () => {
  it('counts what began while it was on, whoever wrapped it', async () => {
    const clock = createTestClock();
    const obs = getObservabilityManager({ clock, sinks: [memorySink()], sources: false });
    const { ofKind } = recordingOf(obs);
    const profiler = new PerformanceProfiler();
    const work = profiler.profileFunction({ name: 'work' })(() => clock.advance(1));
    const own = obs.profiler.profileFunction({ name: 'own' })(() => clock.advance(1));
    for (const enabled of [true, false, true]) {
      getObservabilityManager({ profiling: { enabled } });
      work();
      own();
      profiler.profile('once', () => undefined);
      profiler.start('started')();
    }
    expect(ofKind('profile').map(({ name }) => name)).toEqual(['work', 'own', 'once', 'started', 'work', 'own', 'once', 'started']);
    expect([...obs.profiler.getAllStatistics().values()].map(({ count }) => count)).toEqual([2, 2, 2, 2]);
    await obs.shutdown();
  });

  it('goes on with the manager that comes after', async () => {
    const work = new PerformanceProfiler().profileFunction({ name: 'work' })(() => 1);
    expect(work()).toBe(1);
    await getObservabilityManager().shutdown();
    const next = getObservabilityManager({ sinks: [], sources: false });
    expect([work(), work()]).toEqual([1, 1]);
    expect(next.profiler.getStatistics('work')?.count).toBe(2);
    await next.shutdown();
  });

  it('makes objects of a wrapped class', async () => {
    const obs = getObservabilityManager({ sinks: [], sources: false });
    class Shape {
      readonly width: number;
      readonly madeAs: unknown;
      constructor(width: number) {
        this.width = width;
        this.madeAs = new.target;
      }
    }
    const Wrapped = new PerformanceProfiler().profileFunction(Shape as never) as unknown as typeof Shape;
    class Square extends Wrapped {}
    const square = new Square(7);
    expect([square.width, square instanceof Square, new Wrapped(5) instanceof Shape]).toEqual([7, true, true]);
    expect([square.madeAs, new Wrapped(5).madeAs]).toEqual([Square, Shape]);
    expect(obs.profiler.getStatistics('Shape')?.count).toBe(3);
    await obs.shutdown();
  });

  it('moves what was counted when there may be fewer names, also for functions wrapped before', async () => {
    const obs = getObservabilityManager({ sinks: [], sources: false });
    const [a, b] = ['a', 'b'].map((name) => obs.profiler.profileFunction({ name })(() => undefined));
    a?.();
    b?.();
    getObservabilityManager({ profiling: { maxSeries: 1 } });
    a?.();
    b?.();
    expect([...obs.profiler.getAllStatistics()].map(([name, { count }]) => [name, count])).toEqual([
      ['a', 2],
      ['__other__', 2],
    ]);
    await obs.shutdown();
  });

  it('has the attributes that all signals have now', async () => {
    const obs = getObservabilityManager({ sinks: [], sources: false, serviceName: 'before' });
    const { ofKind } = recordingOf(obs);
    const work = obs.profiler.profileFunction({ name: 'work', attributes: { queue: 'mail' } })(() => undefined);
    work();
    getObservabilityManager({ serviceName: 'after' });
    work();
    expect(ofKind('profile').map(({ attributes }) => [attributes['queue'], attributes['service.name']])).toEqual([
      ['mail', 'before'],
      ['mail', 'after'],
    ]);
    await obs.shutdown();
  });
});

describe('the ledger', () => {
  it('counts a call that nobody listens to, and its statistics are there all the same', () => {
    const obs = createObservability({ sources: false, sinks: [], clock: createTestClock() });
    obs.profiler.profile('work', () => undefined);
    expect(obs.ledger()).toMatchObject({ emitted: 1, routed: 0, held: 0, filtered: { 'no-sink': 1 } });
    expect(obs.profiler.getStatistics('work')?.count).toBe(1);
  });
});

describe('the attributes of a wrapped function', () => {
  it('are searched for secrets, and cannot be changed by who gets them', () => {
    const { obs, ofKind } = recorded();
    const attributes = { password: 'hunter2', queue: 'mail' };
    const work = obs.profiler.profileFunction({ name: 'work', attributes })(() => undefined);
    attributes.queue = 'changed';
    work();
    work();
    const [first, second] = ofKind('profile');
    expect(first?.attributes).toMatchObject({ password: '[REDACTED]', queue: 'mail' });
    expect(second?.attributes).toEqual(first?.attributes);

    const clean = obs.profiler.profileFunction({ name: 'clean', attributes: { queue: 'mail' } })(() => undefined);
    clean();
    const [signal] = ofKind('profile').slice(-1);
    expect(() => Object.assign(signal?.attributes ?? {}, { queue: 'other' })).toThrow(TypeError);
    clean();
    expect(ofKind('profile').at(-1)?.attributes['queue']).toBe('mail');
  });
});

describe('a name with a secret in it', () => {
  it('is on no signal, and is watched under the name it was given', () => {
    const { obs, clock, only } = recorded();
    const name = 'GET /login?password=hunter2';
    const counts: (number | undefined)[] = [];
    const watched = obs.profiler.watchStatistics({ name }).subscribe((map) => counts.push([...map.values()][0]?.count));
    obs.profiler.profile(name, () => undefined);
    clock.advance(1_000);
    watched.unsubscribe();
    expect(only('profile').name).not.toContain('hunter2');
    expect(counts).toEqual([1]);
    expect(obs.profiler.getStatistics(name)?.count).toBe(1);
  });

  it('may be __proto__', () => {
    const { obs, only } = recorded();
    obs.profiler.profile('__proto__', () => undefined);
    expect(only('profile').name).toBe('__proto__');
    expect(Object.keys(JSON.parse(JSON.stringify(obs.profiler.getAllStatistics())))).toEqual(['__proto__']);
    expect(Object.prototype).not.toHaveProperty('count');
  });

  it('may be a megabyte long: its first 256 characters are kept', () => {
    const { obs, only } = recorded();
    obs.profiler.profile('n'.repeat(1_000_000), () => undefined);
    expect(only('profile').name.length).toBeLessThanOrEqual(256);
    expect([...obs.profiler.getAllStatistics().keys()][0]?.length).toBeLessThanOrEqual(256);
  });
});

describe('who watches', () => {
  /** A clock that counts who wants its ticks. */
  function setUp() {
    const clock = createTestClock();
    const ticking = { now: 0, ever: 0 };
    const every = (milliseconds: number): ReturnType<typeof clock.every> => {
      const ticks$ = clock.every(milliseconds);
      const subscribe = ticks$.subscribe.bind(ticks$);
      return Object.assign(Object.create(ticks$), {
        subscribe: (...observer: Parameters<typeof subscribe>) => {
          ticking.now += 1;
          ticking.ever += 1;
          const subscription = subscribe(...observer);
          subscription.add(() => (ticking.now -= 1));
          return subscription;
        },
      });
    };
    const obs = createObservability({ sources: false, sinks: [], clock: { now: clock.now, elapsed: clock.elapsed, every } });
    const before = ticking.now;
    return { obs, clock, watching: () => ticking.now - before, watchedEver: () => ticking.ever - before };
  }

  it('costs nothing before the first subscriber and after the last, and no more for many', () => {
    const { obs, clock, watching, watchedEver } = setUp();
    const statistics$ = obs.profiler.watchStatistics();
    expect(watching()).toBe(0);
    const counts: (number | undefined)[][] = [[], [], []];
    const subscriptions = counts.map((seen) => statistics$.subscribe((map) => seen.push(map.get('work')?.count)));
    subscriptions.push(obs.profiler.watchStatistics({ name: 'work' }).subscribe());
    expect(watching()).toBe(1);
    obs.profiler.profile('work', () => undefined);
    clock.advance(1_000);
    expect(counts).toEqual([[1], [1], [1]]);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(watching()).toBe(0);
    expect(watchedEver()).toBe(1);
  });

  it('begins anew after the last has left', () => {
    const { obs, clock } = setUp();
    const first = obs.profiler.watchStatistics().subscribe();
    obs.profiler.profile('before', () => undefined);
    clock.advance(1_000);
    first.unsubscribe();
    const seen: string[][] = [];
    obs.profiler.watchStatistics().subscribe((map) => seen.push([...map.keys()]));
    expect(seen).toEqual([]);
    clock.advance(1_000);
    expect(seen).toEqual([[]]);
  });

  it('gets an empty map for a name without data', () => {
    const { obs, clock } = setUp();
    const sizes: number[] = [];
    obs.profiler.watchStatistics({ name: 'nobody' }).subscribe((map) => sizes.push(map.size));
    obs.profiler.profile('somebody', () => undefined);
    clock.advance(2_000);
    expect(sizes).toEqual([0, 0]);
  });

  it('can be a loop', async () => {
    const { obs, clock, watching } = setUp();
    const loop = (async () => {
      for await (const map of obs.profiler.watchStatistics()) return map.get('work')?.count;
      return undefined;
    })();
    await Promise.resolve();
    obs.profiler.profile('work', () => undefined);
    clock.advance(1_000);
    expect(await loop).toBe(1);
    expect(watching()).toBe(0);
  });
});
