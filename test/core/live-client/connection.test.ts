import { firstValueFrom, Observable, Subject, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { connectLiveFactory } from '../../../src/core/live/connect-live.ts';
import type { LiveOptions } from '../../../src/core/live/live-connection.ts';
import type { LiveFrame } from '../../../src/core/live/live-frame.ts';
import type { SignalKind } from '../../../src/core/signal.ts';
import type { StatisticsMap } from '../../../src/core/statistics/statistics.ts';
import { createTestClock } from '../../../src/core/testing/test-clock.ts';
import { createContextStorage } from '../../../src/node/context.ts';
import { eventOf, healthFrame, helloFrame, signalsFrame, statisticsFrame, written } from '../../helpers/live-frames.ts';
import { errorSignal, profileSignal, spanSignal } from '../../helpers/signals.ts';
import { scriptedFetch, settled } from './scripted-fetch.ts';

const address = 'https://shop.example/live';

/** A connection in a world of its own. `random` is 1: backoffs are as long as they can be. */
function setUp<K extends SignalKind = SignalKind>(options: LiveOptions<K> = {}, random = (): number => 1, clock = createTestClock()) {
  const { calls, fetch } = scriptedFetch();
  const live = connectLiveFactory({ clock, createContextStorage, fetch, random })(address, options);
  const states: string[] = [];
  live.state$.subscribe((state) => states.push(state));
  /** Lets time pass, and what then begins happen. */
  const pass = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await settled();
  };
  return { clock, calls, live, states, pass };
}

/** What a connection says of itself. */
function troublesOf({ live }: Pick<ReturnType<typeof setUp>, 'live'>): string[] {
  const said: string[] = [];
  live.health$.subscribe((trouble) => {
    if (trouble.type === 'input-ignored') said.push(trouble.message);
    if (trouble.type === 'source-failed' || trouble.type === 'subscriber-failed') said.push(`${trouble.name}: ${trouble.error.message}`);
  });
  return said;
}

describe('a connection', () => {
  it('does nothing before somebody subscribes', async () => {
    const { calls, states } = setUp();
    await settled();
    expect(calls).toHaveLength(0);
    expect(states).toEqual(['closed']);
  });

  it('is opened by the first subscriber, shared by all, and closed with the last', async () => {
    const { calls, live, states } = setUp();
    const streams: readonly Observable<unknown>[] = [live.statistics$, live.signals$, live.health$, live.frames$, live.statistics$];
    const subscriptions = streams.map((stream$) => stream$.subscribe());
    await settled();
    expect(calls).toHaveLength(1);
    calls[0]!.open();
    await settled();
    expect(states).toEqual(['closed', 'connecting', 'open']);
    const last = subscriptions.pop()!;
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(calls[0]!.request.signal.aborted).toBe(false);
    last.unsubscribe();
    expect(calls[0]!.request.signal.aborted).toBe(true);
    expect(states).toEqual(['closed', 'connecting', 'open', 'closed']);
  });

  it('is opened anew by the next subscriber', async () => {
    const { calls, live } = setUp();
    live.statistics$.subscribe().unsubscribe();
    live.statistics$.subscribe();
    await settled();
    expect(calls).toHaveLength(2);
  });

  it('asks with the token, for what it was told to, and for nothing else', async () => {
    const { calls, live } = setUp({ token: 'hush', headers: { 'X-Tenant': 'a' }, kinds: ['span', 'error'], parts: ['statistics', 'ledger'], window: 30_000, every: 500 });
    live.frames$.subscribe();
    expect(calls[0]!.url).toBe(`${address}?parts=statistics,ledger&kinds=span,error&window=30000&every=500`);
    expect(calls[0]!.request.headers).toEqual({ accept: 'text/event-stream', authorization: 'Bearer hush', 'x-tenant': 'a' });
    expect(calls[0]!.request.redirect).toBe('manual');
  });

  it('keeps the query it was given', () => {
    const { fetch, calls } = scriptedFetch();
    const connectLive = connectLiveFactory({ clock: createTestClock(), createContextStorage, fetch });
    connectLive('http://localhost/?tenant=a#part', { every: 500 }).frames$.subscribe();
    connectLive('http://localhost/?tenant=a').frames$.subscribe();
    expect(calls.map(({ url }) => url)).toEqual(['http://localhost/?tenant=a&every=500', 'http://localhost/?tenant=a']);
  });

  it('does not send credentials as part of the address', () => {
    const { fetch, calls } = scriptedFetch();
    connectLiveFactory({ clock: createTestClock(), createContextStorage, fetch })('http://me:secret@localhost/').frames$.subscribe();
    expect(calls[0]!.url).toBe('http://localhost/');
    expect(calls[0]!.request.headers).toMatchObject({ authorization: `Basic ${btoa('me:secret')}` });
  });

  it('gives the frames as they come, in order', async () => {
    const { calls, live } = setUp();
    const seen: LiveFrame[] = [];
    live.frames$.subscribe((frame) => seen.push(frame));
    calls[0]!.open();
    const frames = [helloFrame(), statisticsFrame({ a: 1 }), healthFrame(), { type: 'skipped', frames: 3 } as const];
    const text = frames.map((frame) => written(frame)).join('');
    calls[0]!.say(text.slice(0, 100));
    calls[0]!.say(text.slice(100));
    await settled();
    expect(seen).toEqual(JSON.parse(JSON.stringify(frames)));
  });

  it('gives the statistics as maps, one for all subscribers, and the latest at once to who comes later', async () => {
    const { calls, live } = setUp();
    const first: StatisticsMap[] = [];
    live.statistics$.subscribe((statistics) => first.push(statistics));
    calls[0]!.open();
    calls[0]!.say(written(statisticsFrame({ a: 1, __proto__x: 2 })) + written(statisticsFrame({ a: 3 })));
    await settled();
    expect(first.map((statistics) => [...statistics.keys()])).toEqual([['a', '__proto__x'], ['a']]);
    expect(first[1]!.get('a')?.count).toBe(3);
    const late: StatisticsMap[] = [];
    live.statistics$.subscribe((statistics) => late.push(statistics));
    expect(late).toEqual([first[1]]);
    expect(late[0]).toBe(first[1]);
  });

  it('gives the latest also to who comes after subscribers of other streams', async () => {
    const { calls, live } = setUp();
    live.frames$.subscribe();
    calls[0]!.open();
    calls[0]!.say(written(statisticsFrame({ a: 1 })));
    await settled();
    const statistics = await firstValueFrom(live.statistics$);
    expect(statistics.get('a')?.count).toBe(1);
  });

  it('forgets the latest when it closes', async () => {
    const { calls, live } = setUp();
    const subscription = live.statistics$.subscribe();
    calls[0]!.open();
    calls[0]!.say(written(statisticsFrame({ a: 1 })));
    await settled();
    subscription.unsubscribe();
    const late: StatisticsMap[] = [];
    live.statistics$.subscribe((statistics) => late.push(statistics));
    expect(late).toEqual([]);
  });

  it('gives the signals of the kinds asked for, whatever the server sends', async () => {
    const { calls, live } = setUp({ kinds: ['span', 'error'] });
    const names: string[] = [];
    // @ts-expect-error only spans and errors have come through
    live.signals$.subscribe((signal) => names.push(signal.kind === 'span' ? signal.spanKind : signal.kind === 'error' ? signal.eventId : signal.duration));
    calls[0]!.open();
    calls[0]!.say(written(signalsFrame(spanSignal(), profileSignal(), errorSignal({ eventId: 'e' }))));
    await settled();
    expect(names).toEqual(['internal', 'e']);
  });

  it("gives the server's troubles, the latest 32 at once to who comes later", async () => {
    const { calls, live } = setUp();
    live.frames$.subscribe();
    calls[0]!.open();
    const troubles = Array.from({ length: 40 }, (_, timestamp) => ({ timestamp, type: 'sink-recovered', sink: 'otlp' }) as const);
    calls[0]!.say(written(healthFrame(...troubles.slice(0, 30))) + written(healthFrame(...troubles.slice(30))));
    await settled();
    const seen: number[] = [];
    live.health$.subscribe(({ timestamp }) => seen.push(timestamp));
    expect(seen).toEqual(troubles.slice(8).map(({ timestamp }) => timestamp));
  });

  it('hears nothing any more of what came together with what made its last subscriber go', async () => {
    const { calls, live } = setUp();
    const seen: number[] = [];
    live.statistics$.pipe(take(1)).subscribe((statistics) => seen.push(statistics.size));
    calls[0]!.open();
    calls[0]!.say(written(statisticsFrame({ a: 1 })) + eventOf('statistics', '{'));
    await settled();
    expect(seen).toEqual([1]);
    expect(calls[0]!.request.signal.aborted).toBe(true);
    expect(troublesOf({ live })).toEqual([]);
  });

  it('leaves no timer behind, whatever its end was', async () => {
    const clock = createTestClock();
    let timers = 0;
    const counting = {
      ...clock,
      every: (milliseconds: number) =>
        new Observable((subscriber) => {
          timers += 1;
          subscriber.add(() => (timers -= 1));
          return clock.every(milliseconds).subscribe(subscriber);
        }),
    };
    const { calls, live, pass } = setUp({}, undefined, counting);
    const subscription = live.frames$.subscribe();
    expect(timers).toBe(1);
    calls[0]!.cut();
    await settled();
    // The wait alone.
    expect(timers).toBe(1);
    await pass(500);
    calls[1]!.open();
    await settled();
    expect(timers).toBe(1);
    subscription.unsubscribe();
    await settled();
    expect(timers).toBe(0);
    live.frames$.subscribe();
    calls[2]!.answer(401);
    await settled();
    expect(timers).toBe(0);
  });
});

describe('a subscriber that throws', () => {
  it('disturbs nobody, and is said on health$', async () => {
    const setup = setUp();
    const { calls, live } = setup;
    const said = troublesOf(setup);
    const seen: number[] = [];
    const boom = (): never => {
      throw new Error('boom');
    };
    live.statistics$.subscribe(boom);
    live.statistics$.subscribe((statistics) => seen.push(statistics.size));
    live.state$.subscribe(boom);
    calls[0]!.open();
    calls[0]!.say(written(statisticsFrame({ a: 1 })) + written(statisticsFrame({ a: 1, b: 1 })));
    await settled();
    expect(seen).toEqual([1, 2]);
    expect(said).toEqual(['state$: boom', 'statistics$: boom']);
  });

  it('may be the one that is told of the end', async () => {
    const setup = setUp();
    const { calls, live, states } = setup;
    const ends: string[] = [];
    live.statistics$.subscribe({ complete: () => { throw new Error('boom'); } });
    live.statistics$.subscribe({ complete: () => ends.push('second') });
    calls[0]!.answer(401);
    await settled();
    expect(ends).toEqual(['second']);
    expect(states.at(-1)).toBe('closed');
  });
});

describe('a connection that was lost', () => {
  it.each([
    ['ends', (call: ReturnType<typeof setUp>['calls'][number]) => call.end(), 'ended the stream'],
    ['breaks off', (call: ReturnType<typeof setUp>['calls'][number]) => call.cut(), 'broke off (ECONNRESET)'],
  ])('because it %s, is opened again', async (_, lose, reason) => {
    const setup = setUp({ token: 'hush' });
    const { calls, live, states, pass } = setup;
    const said = troublesOf(setup);
    const seen: number[] = [];
    live.statistics$.subscribe((statistics) => seen.push(statistics.size));
    calls[0]!.open();
    calls[0]!.say(written(statisticsFrame({ a: 1 }), 'run.1'));
    await settled();
    lose(calls[0]!);
    await settled();
    expect(states.at(-1)).toBe('retrying');
    await pass(500);
    calls[1]!.open();
    calls[1]!.say(written(statisticsFrame({ a: 1, b: 1 })));
    await settled();
    expect(states).toEqual(['closed', 'connecting', 'open', 'retrying', 'connecting', 'open']);
    expect(seen).toEqual([1, 2]);
    expect(said).toEqual([`connectLive: ${address} ${reason}`]);
  });

  it('says which frame was its last', async () => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    expect(calls[0]!.request.headers).not.toHaveProperty('last-event-id');
    calls[0]!.open();
    calls[0]!.say(written(helloFrame(), 'run.1') + written(statisticsFrame({}), 'run.2'));
    await settled();
    calls[0]!.cut();
    await settled();
    await pass(500);
    expect(calls[1]!.request.headers).toMatchObject({ 'last-event-id': 'run.2' });
  });

  it.each([['é'], ['a b'], ['x'.repeat(201)]])('does not send back an id that is no header: %s', async (id) => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    calls[0]!.open();
    calls[0]!.say(written(helloFrame(), id));
    await settled();
    calls[0]!.cut();
    await settled();
    await pass(500);
    expect(calls[1]!.request.headers).not.toHaveProperty('last-event-id');
  });

  it('waits up to twice as long with each failure, from 500 ms to 30 s', async () => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    for (const [index, wait] of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
      calls[index]!.cut();
      await settled();
      await pass(wait - 1);
      expect(calls).toHaveLength(index + 1);
      await pass(1);
      expect(calls).toHaveLength(index + 2);
    }
  });

  it('waits any share of that, so that not all clients come at once', async () => {
    const { calls, live, pass } = setUp({}, () => 0.25);
    live.frames$.subscribe();
    calls[0]!.cut();
    await settled();
    await pass(124);
    expect(calls).toHaveLength(1);
    await pass(1);
    expect(calls).toHaveLength(2);
  });

  it('begins with the short wait again after a connection that lived', async () => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    for (const wait of [500, 1_000, 2_000]) {
      calls.at(-1)!.cut();
      await settled();
      await pass(wait);
    }
    calls[3]!.open();
    await settled();
    await pass(10_000);
    calls[3]!.cut();
    await settled();
    await pass(500);
    expect(calls).toHaveLength(5);
  });

  it('does not take a connection that broke off at once for one that lived', async () => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    for (const [index, wait] of [500, 1_000, 2_000].entries()) {
      calls[index]!.open();
      calls[index]!.say(written(helloFrame()));
      await settled();
      calls[index]!.end();
      await settled();
      await pass(wait - 1);
      expect(calls).toHaveLength(index + 1);
      await pass(1);
    }
  });

  it.each([
    ['what the server asked for with `retry`', 'retry: 3000\n\n', {}, 3_500],
    ['no longer than 30 s for that', 'retry: 99999999\n\n', {}, 30_500],
  ])('waits %s at least', async (_, text, __, wait) => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    calls[0]!.open();
    calls[0]!.say(text);
    await settled();
    calls[0]!.end();
    await settled();
    await pass(wait - 1);
    expect(calls).toHaveLength(1);
    await pass(1);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['seconds', '7', 7_500],
    ['a date', new Date(Date.UTC(2026, 0, 1, 0, 0, 9)).toUTCString(), 9_500],
    ['a date that has passed', new Date(Date.UTC(2025, 0, 1)).toUTCString(), 500],
    ['what is neither', 'soon', 500],
    ['a day, which is too long', '86400', 300_500],
  ])('waits what the server asked for with `Retry-After`: %s', async (_, value, wait) => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    calls[0]!.answer(503, { 'retry-after': value });
    await settled();
    await pass(wait - 1);
    expect(calls).toHaveLength(1);
    await pass(1);
    expect(calls).toHaveLength(2);
  });

  it('is not opened again when its last subscriber went meanwhile', async () => {
    const { calls, live, states, pass } = setUp();
    const subscription = live.frames$.subscribe();
    calls[0]!.cut();
    await settled();
    subscription.unsubscribe();
    await pass(60_000);
    expect(calls).toHaveLength(1);
    expect(states.at(-1)).toBe('closed');
  });

  it('is not opened again when its last subscriber goes on hearing of it', async () => {
    const { calls, live, pass } = setUp();
    const subscription = live.frames$.subscribe();
    live.state$.subscribe((state) => {
      if (state === 'retrying') subscription.unsubscribe();
    });
    calls[0]!.cut();
    await settled();
    await pass(60_000);
    expect(calls).toHaveLength(1);
  });
});

describe('silence', () => {
  it('of 45 s is the end of a connection', async () => {
    const setup = setUp();
    const { calls, live, states, pass } = setup;
    const said = troublesOf(setup);
    live.frames$.subscribe();
    calls[0]!.open();
    await settled();
    await pass(44_999);
    expect(calls[0]!.request.signal.aborted).toBe(false);
    await pass(1);
    expect(calls[0]!.request.signal.aborted).toBe(true);
    expect(states.at(-1)).toBe('retrying');
    expect(said).toEqual([`connectLive: ${address} said nothing for 45 s`]);
  });

  it('is broken by heartbeats', async () => {
    const { calls, live, states, pass } = setUp();
    live.frames$.subscribe();
    calls[0]!.open();
    for (let count = 0; count < 20; count += 1) {
      await pass(15_000);
      calls[0]!.say(': \n');
      await settled();
    }
    expect(calls).toHaveLength(1);
    expect(states.at(-1)).toBe('open');
  });

  it('of a server that takes the connection and never answers is its end too', async () => {
    const { calls, live, pass } = setUp();
    live.frames$.subscribe();
    await pass(45_000);
    expect(calls[0]!.request.signal.aborted).toBe(true);
    await pass(500);
    expect(calls).toHaveLength(2);
  });

  it('that a host slept through is not counted: its timers are late and fire once', async () => {
    const ticks = new Subject<void>();
    const { calls, live, states, clock } = setUp({}, undefined, { ...createTestClock(), every: () => ticks });
    live.frames$.subscribe();
    calls[0]!.open();
    await settled();
    clock.advance(3_600_000);
    ticks.next();
    calls[0]!.say(': what came meanwhile\n');
    await settled();
    expect(states.at(-1)).toBe('open');
  });
});

describe('a trouble of the server', () => {
  it('is told once, though who connects again is told the latest again', async () => {
    const setup = setUp();
    const { calls, live, pass } = setup;
    const said = troublesOf(setup);
    const trouble = (message: string, timestamp: number) => ({ type: 'input-ignored', name: 'http', message, count: 1, timestamp }) as const;
    live.frames$.subscribe();
    calls[0]!.open();
    await settled();
    calls[0]!.say(written(healthFrame(trouble('one', 1), trouble('one', 2))));
    await settled();
    calls[0]!.end();
    await settled();
    await pass(500);
    calls[1]!.open();
    await settled();
    calls[1]!.say(written(healthFrame(trouble('one', 1), trouble('one', 2), trouble('two', 3))));
    await settled();
    expect(said.filter((each) => !each.startsWith('connectLive'))).toEqual(['one', 'one', 'two']);
  });
});

describe('an answer that is no stream', () => {
  it.each([
    [400, {}, 'answered 400: the request was not understood'],
    [401, {}, 'answered 401: the token is missing or wrong'],
    [403, {}, 'answered 403: not let in from here, or not without a token'],
    [404, {}, 'answered 404: no live stream at this address'],
    [405, {}, 'answered 405: no live stream at this address'],
    [410, {}, 'answered 410: refused'],
    [200, { 'content-type': 'text/html; charset=utf-8' }, 'answered with text/html; charset=utf-8: this is no live stream'],
    [200, { 'content-type': 'text/event-streams' }, 'answered with text/event-streams: this is no live stream'],
    [200, {}, 'answered with no type: this is no live stream'],
    [204, {}, 'answered 204: this is no live stream'],
    [302, { location: 'https://elsewhere.example/live' }, 'redirects elsewhere: connect to that address'],
    [302, { location: 'https://me:secret@shop.example/live' }, 'redirects elsewhere: connect to that address'],
    [302, { location: 'http://shop.example/live' }, 'redirects elsewhere: connect to that address'],
    [302, {}, 'redirects elsewhere: connect to that address'],
  ])('ends the streams for good: %i %o', async (status, headers, reason) => {
    const setup = setUp({ token: 'hush' });
    const { calls, live, states, pass } = setup;
    const said = troublesOf(setup);
    const ends: string[] = [];
    const streams: Readonly<Record<string, Observable<unknown>>> = { ...live };
    for (const name of ['signals$', 'statistics$', 'health$', 'frames$']) streams[name]!.subscribe({ complete: () => ends.push(name) });
    calls[0]!.answer(status, headers as Record<string, string>);
    await settled();
    expect(ends.sort()).toEqual(['frames$', 'health$', 'signals$', 'statistics$']);
    expect(said).toEqual([`connectLive: ${address} ${reason}`]);
    expect(states).toEqual(['closed', 'connecting', 'closed']);
    await pass(600_000);
    expect(calls).toHaveLength(1);
  });

  it.each([
    [404, {}, 'answered 404: no live stream at this address'],
    [403, {}, 'answered 403: not let in from here, or not without a token'],
    [200, { 'content-type': 'text/html' }, 'answered with text/html: this is no live stream'],
    [302, { location: 'https://elsewhere.example/' }, 'redirects elsewhere: connect to that address'],
  ])('comes from whatever stands before a service that starts anew, once the stream was open: %i %o', async (status, headers, reason) => {
    const setup = setUp();
    const { calls, live, states, pass } = setup;
    const said = troublesOf(setup);
    live.frames$.subscribe();
    calls[0]!.open();
    await settled();
    calls[0]!.end();
    await settled();
    await pass(500);
    calls[1]!.answer(status, headers as Record<string, string>);
    await settled();
    expect(states.at(-1)).toBe('retrying');
    expect(said.at(-1)).toBe(`connectLive: ${address} ${reason}`);
    await pass(1_000);
    calls[2]!.open();
    await settled();
    expect(states.at(-1)).toBe('open');
  });

  it('ends the streams for good, though it was open, when the token is no longer the right one', async () => {
    const { calls, live, states, pass } = setUp();
    live.frames$.subscribe();
    calls[0]!.open();
    await settled();
    calls[0]!.end();
    await settled();
    await pass(500);
    calls[1]!.answer(401);
    await settled();
    expect(states.at(-1)).toBe('closed');
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('but passes, with status %i, is asked again', async (status) => {
    const setup = setUp();
    const { calls, live, pass } = setup;
    const said = troublesOf(setup);
    live.frames$.subscribe();
    calls[0]!.answer(status);
    await settled();
    await pass(500);
    expect(calls).toHaveLength(2);
    expect(said).toEqual([`connectLive: ${address} answered ${status}`]);
  });

  it('is told again to who subscribes anew, who also asks again', async () => {
    const setup = setUp();
    const { calls, live } = setup;
    live.statistics$.subscribe();
    calls[0]!.answer(401);
    await settled();
    expect(troublesOf(setup)).toEqual([`connectLive: ${address} answered 401: the token is missing or wrong`]);
    await settled();
    expect(calls).toHaveLength(2);
  });

  it('is told without the token, whatever the host says', async () => {
    const setup = setUp({ token: 'hush-hush', headers: { 'x-key': 'secret-key' } });
    const seen: unknown[] = [];
    setup.live.health$.subscribe((trouble) => seen.push(trouble));
    setup.calls[0]!.cut();
    await settled();
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen)).not.toMatch(/hush|secret/);
  });
});

describe('a redirect within the server', () => {
  it('is followed', async () => {
    const { calls, live, states } = setUp({ token: 'hush' });
    live.frames$.subscribe();
    calls[0]!.answer(307, { location: '/other?x=1' });
    await settled();
    expect(calls[1]!.url).toBe('https://shop.example/other?x=1');
    expect(calls[1]!.request.headers).toMatchObject({ authorization: 'Bearer hush' });
    calls[1]!.open();
    await settled();
    expect(states.at(-1)).toBe('open');
  });

  it('to itself is followed five times', async () => {
    const { calls, live, states } = setUp();
    live.frames$.subscribe();
    for (let index = 0; index < 6; index += 1) {
      calls[index]!.answer(302, { location: address });
      await settled();
    }
    expect(calls).toHaveLength(6);
    expect(states.at(-1)).toBe('closed');
  });
});

describe('its streams', () => {
  it('are for `for await` too', async () => {
    const { calls, live } = setUp();
    const loop = (async () => {
      const sizes: number[] = [];
      for await (const statistics of live.statistics$) {
        sizes.push(statistics.size);
        if (sizes.length === 2) break;
      }
      return sizes;
    })();
    calls[0]!.open();
    calls[0]!.say(written(statisticsFrame({ a: 1 })) + written(statisticsFrame({ a: 1, b: 1 })));
    await expect(loop).resolves.toEqual([1, 2]);
    expect(calls[0]!.request.signal.aborted).toBe(true);
  });
});

describe('its options', () => {
  const { fetch } = scriptedFetch();
  const connectLive = connectLiveFactory({ clock: createTestClock(), createContextStorage, fetch });

  it.each<[string, unknown, unknown, string]>([
    ['an address without a scheme', 'localhost:9600', {}, 'connectLive.url: expected an http or https URL, credentials percent-encoded, received string'],
    ['a scheme of another protocol', 'ws://localhost', {}, 'connectLive.url: expected an http or https URL, credentials percent-encoded, received string'],
    ['no address', undefined, {}, 'connectLive.url: expected an http or https URL, credentials percent-encoded, received undefined'],
    ['a token of several lines', address, { token: 'hush\nhush' }, 'connectLive.token: expected visible ASCII characters without spaces, received string'],
    ['an empty token', address, { token: '' }, 'connectLive.token: expected visible ASCII characters without spaces, received string'],
    ['a header that is none', address, { headers: { 'a b': 'c' } }, 'connectLive.headers: expected names of HTTP headers, received string'],
    ['a header of several lines', address, { headers: { a: 'b\nc' } }, 'connectLive.headers.a: expected the text of an HTTP header, received string'],
    ['a kind that is none', address, { kinds: ['spam'] }, 'connectLive.kinds: expected a list of span, request, response, profile, error, log, metric, received array of 1'],
    ['a part that is none', address, { parts: 'health' }, 'connectLive.parts: expected a list of statistics, health, ledger, metrics, errors, traces, received string "health"'],
    ['a window of 0', address, { window: 0 }, 'connectLive.window: expected a number of milliseconds above 0, at most 2147483647, received number 0'],
    ['a window below `every`', address, { window: 10, every: 20 }, 'connectLive.window: expected at least `every` (20 ms), received number 10'],
    ['an option that there is not', address, { tokn: 'hush' }, 'connectLive.tokn: expected one of the options kinds, token, headers, window, every, parts, received an unknown option (did you mean token?)'],
    ['no options at all', address, null, 'connectLive: expected an object of options, received null'],
  ])('are checked at once: %s', (_, url, options, message) => {
    expect(() => connectLive(url as string, options as object)).toThrow(expect.objectContaining({ name: 'ConfigurationError', message }));
  });
});
