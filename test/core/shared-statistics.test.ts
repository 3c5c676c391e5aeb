import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { SharedHost, SharedListener } from '../../src/core/live/shared-channel.ts';
import type { SharedMessage } from '../../src/core/live/shared-message.ts';
import { shareStatisticsFactory } from '../../src/core/live/shared-statistics-factory.ts';
import type { SharedStatistics, ShareStatisticsOptions } from '../../src/core/live/shared-statistics.ts';
import { ExponentialHistogram } from '../../src/core/statistics/exponential-histogram.ts';
import type { Statistics, StatisticsMap } from '../../src/core/statistics/statistics.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import { createObservability } from '../../src/node/index.ts';
import type { Health, ObservabilityManager } from '../../src/node/index.ts';

/** A channel for programs on one clock: what one says the others hear after everything that was said before. */
function createAir() {
  const listeners = new Map<string, Set<SharedListener>>();
  const waiting: (() => void)[] = [];
  const said: SharedMessage[] = [];
  let chance = 0;
  const host: SharedHost = {
    fillRandom: (bytes) => bytes.forEach((_, index) => (bytes[index] = (chance = (chance * 75 + 74 + index) % 65_537) % 256)),
    openChannel(name, listener) {
      const others = listeners.get(name) ?? new Set();
      listeners.set(name, others.add(listener));
      return {
        post(message) {
          said.push(message);
          const copy: unknown = structuredClone(message);
          for (const other of others) if (other !== listener) waiting.push(() => others.has(other) && other.hear(copy));
        },
        close: () => others.delete(listener),
      };
    },
  };
  return {
    host,
    said,
    /** Everything that was said is heard, and what is said to it. */
    settle(): void {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
    },
    /** What was said and not yet heard is never heard. */
    lose: () => void waiting.splice(0),
    /** Says something without being a participant. */
    shout(name: string, message: unknown): void {
      for (const listener of listeners.get(`arkhe-observability/statistics/1/${name}`) ?? []) listener.hear(message);
    },
    leave: (name: string) => listeners.get(`arkhe-observability/statistics/1/${name}`)?.forEach((listener) => listener.closing()),
    reopen: (name: string) => listeners.get(`arkhe-observability/statistics/1/${name}`)?.forEach((listener) => listener.reopened()),
    said$: (type: SharedMessage['type']) => said.filter((message) => message.type === type),
  };
}

interface Program {
  readonly obs: ObservabilityManager;
  readonly shared: SharedStatistics;
  /** Calls that take so long each, in milliseconds. */
  call(durations: readonly number[], name?: string): void;
}

function createService() {
  const clock = createTestClock();
  const air = createAir();
  const share = shareStatisticsFactory(air.host);
  return {
    clock,
    air,
    start(options: ShareStatisticsOptions = {}, own: TestClock = clock): Program {
      let elapsed = 0;
      // Durations without waiting for them: the clock of the program is ahead while a call is under way.
      const ahead = { ...own, elapsed: () => own.elapsed() + elapsed };
      const obs = createObservability({ serviceName: 'test', sources: false, sinks: [], clock: ahead });
      return {
        obs,
        shared: share(obs, { name: 'test', ...options }),
        call(durations, name = 'work') {
          for (const duration of durations) {
            obs.profiler.profile(name, () => (elapsed = duration));
            elapsed = 0;
          }
        },
      };
    },
    /** Seconds pass, in which everything that is said is heard. */
    pass(seconds: number): void {
      for (let step = 0; step < seconds * 10; step += 1) {
        clock.advance(100);
        air.settle();
      }
    },
  };
}

function watching(shared: SharedStatistics, options?: Parameters<SharedStatistics['watchStatistics']>[0]) {
  const maps: StatisticsMap[] = [];
  let completed = false;
  const subscription = shared.watchStatistics(options).subscribe({ next: (map) => maps.push(map), complete: () => (completed = true) });
  return {
    maps,
    get completed() {
      return completed;
    },
    latest: (name = 'work'): Statistics | undefined => maps.at(-1)?.get(name),
    stop: () => subscription.unsubscribe(),
  };
}

/** The numbers of one histogram of all these values. */
function exactly(values: readonly number[]): Partial<Statistics> {
  const histogram = new ExponentialHistogram();
  for (const value of values) histogram.record(value);
  const { count, min, max, p50, p75, p90, p95, p99, p999 } = histogram.statistics('work', 60_000);
  return { count, min, max, p50, p75, p90, p95, p99, p999 };
}

const range = (length: number, value: (index: number) => number): number[] => Array.from({ length }, (_, index) => value(index));
const quick = range(900, (index) => 1 + index / 100);
const slow = range(90, (index) => 200 + index);
const stuck = range(10, (index) => 5_000 + 100 * index);

describe('the statistics of several programs', () => {
  it('are those of the union of all their values', () => {
    const { start, pass } = createService();
    const [one, two, three] = [start(), start(), start()];
    const seen = watching(one.shared);
    one.call(quick);
    two.call(slow);
    three.call(stuck);
    pass(2);
    expect(seen.latest()).toMatchObject({ ...exactly([...quick, ...slow, ...stuck]), errors: 0, window: 2_000 });
    const averaged = (exactly(quick).p99! + exactly(slow).p99! + exactly(stuck).p99!) / 3;
    expect(seen.latest()?.p99).toBeLessThan(averaged / 2);
  });

  it('are the same wherever they are watched', () => {
    const { start, pass } = createService();
    const programs = [start(), start(), start()];
    const seen = programs.map(({ shared }) => watching(shared));
    programs[0]!.call(quick);
    programs[1]!.call(slow);
    pass(2);
    const expected = exactly([...quick, ...slow]);
    expect(seen.map((watch) => watch.latest())).toMatchObject([expected, expected, expected]);
  });

  it('count failures and name the slowest traces of all', () => {
    const { start, pass, clock } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared);
    one.call(quick);
    let traceId = '';
    two.obs.tracer.startSpan('slow', (span) => {
      traceId = span.trace.traceId;
      two.call([9_000]);
      expect(() => two.obs.profiler.profile('work', () => { throw new Error('no'); })).toThrow('no');
    });
    pass(2);
    expect(seen.latest()).toMatchObject({ errors: 1, exemplars: { p999: { traceId } } });
    expect(clock.now() - seen.latest()!.exemplars!.p999!.timestamp).toBeLessThan(12_000);
  });

  it('are of the responses of servers, too', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared);
    for (const status of [200, 500]) two.obs.traceResponse(two.obs.traceRequest('GET', '/orders/1'), { status, duration: 40 });
    pass(2);
    expect(seen.latest('GET')).toMatchObject({ count: 2, errors: 1, min: 40, max: 40 });
  });

  it('roll: what is older than the window is gone', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared, { window: 10_000 });
    two.call([100]);
    pass(5);
    two.call([200]);
    pass(4);
    expect(seen.latest()?.count).toBe(2);
    pass(3);
    expect(seen.latest()).toMatchObject({ count: 1, min: 200 });
    pass(5);
    expect(seen.maps.at(-1)?.size).toBe(0);
  });

  it('are ready for `for await`', async () => {
    const { start, pass } = createService();
    const one = start();
    const loop = (async () => {
      for await (const map of one.shared.watchStatistics()) return map.size;
      return undefined;
    })();
    one.call([1]);
    pass(1);
    expect(await loop).toBe(1);
  });

  it('are narrowed to one series', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared, { name: 'load' });
    two.call([1], 'load');
    two.call([1], 'work');
    pass(2);
    expect([...seen.maps.at(-1)!.keys()]).toEqual(['load']);
  });

  it('do not mix with those of another name', () => {
    const { start, pass } = createService();
    const [shop, bank] = [start({ name: 'shop' }), start({ name: 'bank' })];
    const [ofShop, ofBank] = [watching(shop.shared), watching(bank.shared)];
    shop.call([1]);
    bank.call([2, 3]);
    pass(2);
    expect([ofShop.latest()?.count, ofBank.latest()?.count]).toEqual([1, 2]);
  });
});

describe('who begins to watch late', () => {
  it('has what the others measured before, at its time', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    one.call(quick);
    pass(30);
    two.call(slow);
    pass(10);
    const late = start();
    const seen = watching(late.shared);
    pass(1);
    expect(seen.latest()).toMatchObject(exactly([...quick, ...slow]));
    // 41 s are over: after 21 more, only what was measured 30 s later is left.
    pass(21);
    expect(seen.latest()).toMatchObject(exactly(slow));
    pass(30);
    expect(seen.latest()).toBe(undefined);
  });

  it('sees what several measured in turns go as it came', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    for (const [program, duration] of [[one, 1], [two, 2], [one, 3], [two, 4]] as const) {
      program.call([duration]);
      pass(10);
    }
    const seen = watching(start().shared);
    const least = [];
    for (let turn = 0; turn < 6; turn += 1) {
      pass(turn === 0 ? 5 : 10);
      least.push([seen.latest()?.count, seen.latest()?.min]);
    }
    expect(least).toEqual([[4, 1], [4, 1], [3, 2], [2, 3], [1, 4], [undefined, undefined]]);
  });

  it('with another window has as much of it', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    watching(one.shared);
    two.call([1]);
    pass(20);
    two.call([2]);
    pass(5);
    const short = watching(one.shared, { window: 10_000 });
    const whole = watching(start().shared);
    pass(1);
    expect([short.latest()?.count, whole.latest()?.count]).toEqual([1, 2]);
  });

  it('with a longer window has the last minute', () => {
    const { start, pass } = createService();
    const one = start();
    one.call([1]);
    pass(50);
    one.call([2]);
    pass(20);
    const seen = watching(start().shared, { window: 120_000 });
    pass(1);
    expect(seen.latest()).toMatchObject({ count: 1, min: 2, window: 20_000 });
  });

  it.each([60_000, 3_600_000])('knows what it covers, so that counts are rates from the first second on: of %d ms', (window) => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared, { window });
    const rates: number[] = [];
    for (let second = 0; second < 40; second += 1) {
      for (const { call } of [one, two]) call([1, 2, 3]);
      pass(1);
      const { count, window: covered } = seen.latest()!;
      rates.push(count / (covered / 1_000));
    }
    // The last second of the others may be under way.
    expect(Math.min(...rates.slice(1))).toBeGreaterThan(4);
    expect(Math.max(...rates)).toBeLessThan(8);
    expect(seen.latest()?.window).toBe(40_000);
  });

  it('has what it measures itself, and what others do, when all had been silent for longer than is kept', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    one.call([1]);
    two.call([1]);
    pass(70);
    const seen = watching(one.shared);
    pass(1);
    one.call([2]);
    two.call([2]);
    pass(2);
    expect(seen.latest()?.count).toBe(2);
  });

  it('has what it measured itself before', () => {
    const { start, pass } = createService();
    const one = start();
    one.call(quick);
    pass(10);
    const seen = watching(one.shared);
    one.call(slow);
    pass(1);
    expect(seen.latest()).toMatchObject(exactly([...quick, ...slow]));
  });

  it('gets it once, however often it asks', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    two.call(quick);
    pass(3);
    const seen = watching(one.shared);
    // More than three of its renewals.
    pass(20);
    expect(seen.latest()).toMatchObject(exactly(quick));
  });
});

describe('what is sent', () => {
  it('is nothing but a greeting while nobody watches', () => {
    const { start, pass, air } = createService();
    const [one, two] = [start(), start()];
    for (let second = 0; second < 30; second += 1) {
      one.call(quick);
      two.call(slow);
      pass(1);
    }
    expect(air.said.map(({ type }) => type)).toEqual(['hello', 'hello']);
  });

  it('ends with the last who watches', () => {
    const { start, pass, air } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared);
    pass(2);
    seen.stop();
    air.settle();
    const before = air.said.length;
    for (let second = 0; second < 20; second += 1) {
      two.call(quick);
      pass(1);
    }
    expect(air.said.length).toBe(before);
  });

  it('ends when who watched is gone without a word', () => {
    const { start, pass, air, clock } = createService();
    const one = start();
    const other = createTestClock(clock.now());
    watching(start({}, other).shared);
    air.settle();
    for (let second = 0; second < 30; second += 1) {
      one.call([1]);
      pass(1);
    }
    const slices = air.said.filter((message) => message.type === 'slices' && message.slices.length > 0);
    expect(slices.length).toBeGreaterThan(10);
    expect(slices.length).toBeLessThan(20);
  });

  it('is one message a second of who measured something', () => {
    const { start, pass, air } = createService();
    const [one, two] = [start(), start()];
    watching(one.shared);
    pass(1);
    const before = air.said.length;
    for (let second = 0; second < 4; second += 1) {
      two.call(quick);
      two.call(slow, 'load');
      pass(1);
    }
    expect(air.said.slice(before).filter(({ type }) => type === 'slices').length).toBe(4);
  });
});

describe('what gets lost', () => {
  it('is asked for again', () => {
    const { start, pass, clock, air } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared);
    two.call(quick);
    pass(2);
    two.call(slow);
    clock.advance(1_000);
    air.lose();
    two.call(stuck);
    pass(7);
    expect(seen.latest()).toMatchObject(exactly([...quick, ...slow, ...stuck]));
  });

  it('is not the last that is measured in a page that is left', () => {
    const { start, pass, clock, air } = createService();
    const [one, two] = [start(), start({}, createTestClock(clock.now()))];
    const seen = watching(one.shared);
    air.settle();
    two.call(quick);
    air.leave('test');
    pass(1);
    expect(seen.latest()).toMatchObject(exactly(quick));
  });

  it('while a page was frozen is asked for when it comes back', () => {
    const { start, pass, clock, air } = createService();
    const [page, other] = [start(), start()];
    const seen = watching(page.shared);
    other.call(quick);
    pass(2);
    // Not as long as the other believes that it watches: it sent all it had.
    for (let second = 0; second < 8; second += 1) {
      other.call([50]);
      clock.advance(1_000);
      air.lose();
    }
    air.reopen('test');
    pass(1);
    expect(seen.latest()).toMatchObject(exactly([...quick, ...range(8, () => 50)]));
  });

  it('is not counted twice when it comes twice', () => {
    const { start, pass, air } = createService();
    const [one, two] = [start(), start()];
    const seen = watching(one.shared);
    two.call(quick);
    pass(2);
    for (const message of air.said.filter(({ type }) => type === 'slices')) air.shout('test', structuredClone(message));
    pass(2);
    expect(seen.latest()?.count).toBe(quick.length);
  });

  it('is not what comes back to who said it', () => {
    const { start, pass, air } = createService();
    const one = start();
    const seen = watching(one.shared);
    one.call(quick);
    pass(2);
    const said = [...air.said];
    for (const message of said) air.shout('test', structuredClone(message));
    expect(air.said.length).toBe(said.length);
    pass(1);
    expect(seen.latest()).toMatchObject(exactly(quick));
  });

  it('is what a tab tells later than the window is long', () => {
    const { start, pass, clock, air } = createService();
    const one = start();
    const frozen = createTestClock(clock.now());
    const two = start({}, frozen);
    const seen = watching(one.shared, { window: 10_000 });
    air.settle();
    two.call([100]);
    // Its clock stands still; the message it then says is of its time.
    pass(30);
    frozen.advance(1_000);
    air.settle();
    pass(1);
    expect(seen.maps.at(-1)?.size).toBe(0);
  });
});

describe('participants', () => {
  it('are counted', () => {
    const { start, pass } = createService();
    const one = start();
    const counts: number[] = [];
    one.shared.participants$.subscribe((count) => counts.push(count));
    pass(1);
    const [two, three] = [start(), start()];
    pass(1);
    two.shared.close();
    pass(1);
    void three.obs.shutdown();
    expect(counts).toEqual([1, 3, 2]);
  });

  it('that measure nothing are counted', () => {
    const { start, pass } = createService();
    const [one] = [start(), start(), start()];
    const counts: number[] = [];
    one!.shared.participants$.subscribe((count) => counts.push(count));
    pass(60);
    expect(counts).toEqual([3]);
  });

  it('whose timers are slowed down tell when they are asked', () => {
    const { start, pass, clock } = createService();
    const one = start();
    const hidden = start({}, { ...clock, every: () => NEVER });
    const seen = watching(one.shared);
    pass(1);
    hidden.call(slow);
    pass(6);
    expect(seen.latest()).toMatchObject(exactly(slow));
  });

  it('that say nothing for 15 s are gone, and what they measured stays for the window', () => {
    const { start, pass, clock, air } = createService();
    const one = start();
    const own = createTestClock(clock.now());
    const two = start({}, own);
    const counts: number[] = [];
    one.shared.participants$.subscribe((count) => counts.push(count));
    const seen = watching(one.shared);
    air.settle();
    two.call(slow);
    own.advance(1_000);
    pass(1);
    expect(counts).toEqual([2]);
    two.shared.close();
    air.lose();
    pass(20);
    expect(counts).toEqual([2, 1]);
    expect(seen.latest()).toMatchObject(exactly(slow));
    pass(50);
    expect(seen.latest()).toBe(undefined);
  });
});

describe('close', () => {
  it('tells what was measured last, and completes the watches', () => {
    const { start, pass } = createService();
    const [one, two] = [start(), start()];
    const [here, there] = [watching(one.shared), watching(two.shared)];
    pass(1);
    two.call(quick);
    two.shared.close();
    expect([there.completed, there.latest()?.count]).toEqual([true, quick.length]);
    pass(2);
    expect([here.completed, here.latest()?.count]).toEqual([false, quick.length]);
    expect(watching(two.shared).completed).toBe(true);
  });

  it('comes with the end of the manager, and is safe twice', async () => {
    const { start, air } = createService();
    const one = start();
    const seen = watching(one.shared);
    await one.obs.shutdown();
    expect(seen.completed).toBe(true);
    one.shared[Symbol.dispose]();
    expect(air.said$('bye').length).toBe(1);
  });

  it('leaves nothing that ticks', () => {
    const { start, pass, air } = createService();
    const [one, two] = [start(), start()];
    watching(two.shared);
    // It knows that it is watched.
    pass(1);
    one.shared.close();
    pass(1);
    const before = air.said.filter(({ from }) => from === air.said[0]!.from).length;
    one.call(quick);
    pass(20);
    expect(air.said.filter(({ from }) => from === air.said[0]!.from).length).toBe(before);
  });
});

describe('anybody on the channel', { timeout: 30_000 }, () => {
  const histogram = new ExponentialHistogram();
  histogram.record(1);
  const bytes = histogram.toBytes();
  const end = bytes.length;
  /** It could be used, but for what is wrong with it. */
  const slice = { number: 0, time: Date.UTC(2026, 0, 1), names: ['work'], ends: [end], bytes };
  const slices = { type: 'slices', from: 'x', to: undefined };

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'hello'],
    ['another type', { type: 'reset', from: 'x' }],
    ['no sender', { type: 'hello' }],
    ['an endless sender', { type: 'hello', from: 'x'.repeat(1_000) }],
    ['a watch without an identifier', { type: 'watch', from: 'x' }],
    ['no slices', { ...slices }],
    ['a slice that is none', { ...slices, slices: [null] }],
    ['a slice with a negative number', { ...slices, slices: [{ ...slice, number: -1 }] }],
    ['a slice of no time', { ...slices, slices: [{ ...slice, time: Number.NaN }] }],
    ['names that are none', { ...slices, slices: [{ ...slice, names: [{}] }] }],
    ['an end behind the bytes', { ...slices, slices: [{ ...slice, ends: [end + 1] }] }],
    ['ends that descend', { ...slices, slices: [{ ...slice, names: ['work', 'load'], ends: [end, 0] }] }],
    ['a next slice that is none', { ...slices, slices: [], next: -1 }],
    ['fewer ends than names', { ...slices, slices: [{ ...slice, ends: [] }] }],
    ['bytes that are none', { ...slices, slices: [{ ...slice, bytes: [...bytes] }] }],
    ['bytes that are no histogram', { ...slices, slices: [{ ...slice, bytes: new Uint8Array(end) }] }],
    ['too many series', { ...slices, slices: [{ ...slice, names: range(10_001, () => 3).map(String), ends: range(10_001, () => end) }] }],
  ])('who says %s is ignored and counted', (_, message) => {
    const { start, pass, air } = createService();
    const one = start();
    const seen = watching(one.shared);
    const health: Health[] = [];
    one.obs.health$.subscribe((trouble) => health.push(trouble));
    air.shout('test', message);
    one.call([1]);
    pass(2);
    expect([one.shared.ignored, seen.latest()?.count]).toEqual([1, 1]);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'shareStatistics', count: 1 }]);
  });

  it('cannot make it remember more than 1,000 participants, nor more series than wanted', () => {
    const { start, pass, air, clock } = createService();
    const one = start({ maxSeries: 50 });
    const counts: number[] = [];
    one.shared.participants$.subscribe((count) => counts.push(count));
    const seen = watching(one.shared);
    for (let from = 0; from < 1_500; from += 1) {
      const names = [`series ${from}`, 'n'.repeat(100_000)];
      const ends = [bytes.length, 2 * bytes.length];
      const all = new Uint8Array([...bytes, ...bytes]);
      air.shout('test', { ...slices, from: `participant ${from}`, slices: [{ number: 0, time: clock.now(), names, ends, bytes: all }] });
    }
    pass(1);
    expect(counts.at(-1)).toBe(1_001);
    expect(one.shared.ignored).toBeGreaterThanOrEqual(500);
    expect(seen.maps.at(-1)!.size).toBe(51);
    expect(Math.max(...[...seen.maps.at(-1)!.keys()].map((name) => name.length))).toBe(256);
  });

  it('cannot make it answer more than 64 watches between two ticks', () => {
    const { start, air } = createService();
    const one = start();
    one.call(quick);
    for (let watch = 0; watch < 1_000; watch += 1) air.shout('test', { type: 'watch', from: 'x', watch: `watch ${watch}` });
    const answers = air.said.filter((message) => message.type === 'slices' && message.to !== undefined && message.slices.length > 0);
    expect(answers.length).toBe(64);
  });
});

describe('what is kept for who begins to watch', { timeout: 30_000 }, () => {
  it('takes at most 4 MB, of which the latest stays', () => {
    const { start, pass, air, clock } = createService();
    const one = start({ maxSeries: 2_000 });
    for (let second = 0; second < 40; second += 1) {
      for (let series = 0; series < 2_000; series += 1) one.call([1, 1_000], `series ${series}`);
      clock.advance(1_000);
    }
    air.shout('test', { type: 'watch', from: 'x', watch: 'a watch' });
    const answer = air.said.filter((message) => message.type === 'slices').flatMap(({ slices }) => slices);
    const size = answer.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(size).toBeLessThan(4 * 2 ** 20);
    expect(size).toBeGreaterThan(2 * 2 ** 20);
    expect(answer.at(-1)?.number).toBe(39);
    pass(1);
  });
});

describe('options', () => {
  it('need no name: those of one service share', () => {
    const { air } = createService();
    const names: string[] = [];
    const share = shareStatisticsFactory({
      ...air.host,
      openChannel(name, listener) {
        names.push(name);
        return air.host.openChannel(name, listener);
      },
    });
    for (const serviceName of ['shop', 'bank']) share(createObservability({ serviceName, sources: false, sinks: [] })).close();
    expect(names).toEqual(['arkhe-observability/statistics/1/shop', 'arkhe-observability/statistics/1/bank']);
  });

  it.each([
    [{ every: 0 }, 'shareStatistics.every'],
    [{ maxSeries: 1.5 }, 'shareStatistics.maxSeries'],
    [{ name: '' }, 'shareStatistics.name'],
    [{ name: 'n'.repeat(257) }, 'shareStatistics.name'],
    [{ evry: 1 } as object, 'shareStatistics.evry'],
  ])('%j are refused', (options, path) => {
    expect(() => createService().start(options)).toThrow(path);
  });

  it('of a watch are refused', () => {
    const { shared } = createService().start();
    expect(() => shared.watchStatistics({ window: 0 })).toThrow('watchStatistics.window');
    expect(() => shared.watchStatistics({ window: 100, every: 200 })).toThrow('watchStatistics.window');
    expect(() => shared.watchStatistics({ windw: 100 } as object)).toThrow('watchStatistics.windw');
    expect(() => shared.watchStatistics(null as never)).toThrow('watchStatistics: expected an object of options, received null');
  });

  it('need a manager', () => {
    expect(() => shareStatisticsFactory(createAir().host)({} as ObservabilityManager)).toThrow('a manager of this SDK');
  });
});
