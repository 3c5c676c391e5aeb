import { NEVER, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { GuardedObservable } from '../../../src/core/guarded-observable.ts';
import { keepTraces } from '../../../src/core/operators/keep-traces.ts';
import type { KeepTracesOptions } from '../../../src/core/operators/keep-traces.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { marbles } from '../../helpers/marbles.ts';
import { errorSignal, logSignal, profileSignal, responseSignal, spanSignal, traceOf } from '../../helpers/signals.ts';

const one = { trace: traceOf(1) };
const two = { trace: traceOf(2) };
const signals: Readonly<Record<string, Signal>> = {
  a: spanSignal({ ...one, name: 'a' }),
  b: logSignal({ ...one, name: 'b' }),
  E: errorSignal(one),
  S: spanSignal({ ...one, duration: 900 }),
  P: profileSignal({ ...one, duration: 900 }),
  x: spanSignal({ ...two, name: 'x' }),
  y: logSignal({ ...two, name: 'y' }),
  F: responseSignal({ ...two, status: 'error', duration: 900 }),
  n: logSignal({ name: 'no trace' }),
};

describe('keepTraces', () => {
  it('holds a trace until it fails, then releases it in order', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-x-b-E-----a-y-|', signals);
    const sourceSubs = '  ^----------------!';
    const ticks = hot('   ------------------');
    const expected = '    -------(abE)-a---|';
    expectObservable(source.pipe(keepTraces({ clock: { ...clock, every: () => ticks } }))).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    expectSubscriptions(ticks.subscriptions).toBe(sourceSubs);
  }));

  it('lets signals without a trace pass at once, and an error', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -n-a-n-#', signals);
    const ticks = hot('   --------');
    const subs = '        ^------!';
    const expected = '    -n---n-#';
    expectObservable(source.pipe(keepTraces({ clock: { ...clock, every: () => ticks } }))).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(subs);
    expectSubscriptions(ticks.subscriptions).toBe(subs);
  }));

  it('leaves source and clock when unsubscribed', marbles(({ hot, clock, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-E----a', signals);
    const ticks = hot('   ---------');
    const unsub = '       ------!  ';
    const expected = '    ---(aE)--';
    expectObservable(source.pipe(keepTraces({ clock: { ...clock, every: () => ticks } })), unsub).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe('^-----!');
    expectSubscriptions(ticks.subscriptions).toBe('^-----!');
  }));

  it('keeps slow spans and responses when asked, not slow calls', marbles(({ hot, clock, expectObservable }) => {
    const source = hot('  -a-x-P-b-S------F---|', signals);
    const expected = '    ---------(aPbS)-(xF)|';
    const none = '        --------------------|';
    expectObservable(source.pipe(keepTraces({ slowerThan: 899, errors: false, clock }))).toBe(expected, signals);
    expectObservable(source.pipe(keepTraces({ slowerThan: 900, errors: false, clock }))).toBe(none, signals);
  }));

  it('does not keep for errors when told so', marbles(({ hot, clock, expectObservable }) => {
    expectObservable(hot('-a-E-x-|', signals).pipe(keepTraces({ errors: false, clock }))).toBe('-------|', signals);
  }));

  it('keeps a trace that fails just before its time is over', marbles(({ hot, clock, expectObservable }) => {
    const source = hot('  a 9998ms E---|', signals);
    const expected = '    - 9998ms (aE)|';
    expectObservable(source.pipe(keepTraces({ clock }))).toBe(expected, signals);
  }));

  it('drops a trace that was held for its time, and what still comes of it', marbles(({ hot, clock, expectObservable }) => {
    const source = hot('  a 9998ms bE-nE-|', signals);
    const expected = '    - 9998ms ---n--|';
    expectObservable(source.pipe(keepTraces({ clock }))).toBe(expected, signals);
  }));

  it('counts the time of each trace from its first signal', marbles(({ hot, clock, expectObservable }) => {
    const source = hot('  a 1s x 998ms E F---|', signals);
    const expected = '    - 1s - 998ms - (xF)|';
    expectObservable(source.pipe(keepTraces({ hold: 1_500, clock }))).toBe(expected, signals);
  }));

  it('does not share its decisions between subscriptions', marbles(({ hot, clock, expectObservable }) => {
    const kept$ = hot('-a-b-E----a-|', signals).pipe(keepTraces({ clock }));
    expectObservable(kept$).toBe('-----(abE)a-|', signals);
    expectObservable(kept$, '--^').toBe('-----(bE)-a-|', signals);
  }));

  it('refuses wrong options', marbles(({ clock }) => {
    const wrong = (options: unknown): (() => unknown) => () => keepTraces(options as KeepTracesOptions);
    expect(wrong(null)).toThrow(ConfigurationError);
    expect(wrong({ clock, errors: 'yes' })).toThrow(/^keepTraces\.errors: expected true or false, received string "yes"$/);
    expect(wrong({ clock, slowerThan: -1 })).toThrow(/^keepTraces\.slowerThan/);
    expect(wrong({ clock, slowerThan: '500' })).toThrow(/^keepTraces\.slowerThan/);
    expect(wrong({ clock, hold: 0 })).toThrow(/^keepTraces\.hold: expected a number above 0/);
    expect(wrong({ clock, maxTraces: 0.5 })).toThrow(/^keepTraces\.maxTraces/);
    expect(wrong({})).toThrow(/^keepTraces\.clock: expected a Clock/);
  }));
});

describe('the memory of keepTraces', () => {
  interface ByHand {
    readonly clock: { time: number; readonly tick: () => void; every: number };
    /** Gives the names of what comes out. */
    readonly send: (...signals: readonly Signal[]) => string[];
  }
  /** Runs keepTraces at the time, and on the ticks, of a hand-moved clock. */
  function kept(options: KeepTracesOptions): ByHand {
    const source = new Subject<Signal>();
    const ticks = new Subject<void>();
    const hand = { time: 0, tick: () => ticks.next(), every: 0 };
    const clock: Clock = {
      now: () => hand.time,
      elapsed: () => hand.time,
      every: (milliseconds) => {
        hand.every = milliseconds;
        return ticks;
      },
    };
    let out: string[] = [];
    source.pipe(keepTraces({ ...options, clock })).subscribe(({ name }) => out.push(name));
    return {
      clock: hand,
      send: (...sent) => {
        out = [];
        for (const signal of sent) source.next(signal);
        return out;
      },
    };
  }
  const of = (trace: number, name: string): Signal => spanSignal({ trace: traceOf(trace), name });
  const failureOf = (trace: number): Signal => errorSignal({ trace: traceOf(trace), name: `failure ${trace}` });

  it('decides the oldest trace when there are too many', () => {
    const { send } = kept({ maxTraces: 2 });
    expect(send(of(1, 'a'), of(2, 'b'), of(1, 'c'), of(3, 'd'))).toEqual([]);
    expect(send(failureOf(1), failureOf(2), failureOf(3))).toEqual(['b', 'failure 2', 'd', 'failure 3']);
  });

  it('decides the oldest trace when there are too many signals', () => {
    const { send } = kept({ maxTraces: 2 });
    const endless = Array.from({ length: 199 }, (_, index) => of(1, `loop ${index}`));
    expect(send(...endless, of(2, 'a'), of(2, 'b'))).toEqual([]);
    expect(send(failureOf(1), failureOf(2))).toEqual(['a', 'b', 'failure 2']);
    // One that stays within the bound is kept as a whole.
    expect(send(...endless.map(({ name }) => of(3, name)), failureOf(3))).toHaveLength(200);
  });

  it('remembers ten decisions for each trace it may hold, those asked for last', () => {
    const { send } = kept({ maxTraces: 1 });
    expect(send(failureOf(1), failureOf(2))).toEqual(['failure 1', 'failure 2']);
    for (let trace = 3; trace <= 10; trace += 1) send(failureOf(trace));
    expect(send(of(1, 'late 1'))).toEqual(['late 1']);
    send(failureOf(11));
    expect(send(of(1, 'later 1'), of(2, 'late 2'))).toEqual(['later 1']);
  });

  it('lets go of what it holds when the clock says so, at least once a second', () => {
    const { clock, send } = kept({ hold: 5_000 });
    expect(clock.every).toBe(1_000);
    expect(kept({ hold: 200 }).clock.every).toBe(200);
    send(of(1, 'a'));
    clock.time = 5_000;
    clock.tick();
    clock.time = 0;
    expect(send(failureOf(1))).toEqual([]);
  });

  it('keeps the guard of its source', () => {
    const reported: unknown[] = [];
    const source = new Subject<Signal>();
    const guarded$ = new GuardedObservable<Signal>((error) => reported.push(error), (subscriber) => source.subscribe(subscriber));
    const failure = new Error('the subscriber is broken');
    guarded$.pipe(keepTraces({ clock: { now: () => 0, elapsed: () => 0, every: () => NEVER } })).subscribe(() => {
      throw failure;
    });
    source.next(logSignal());
    source.next(logSignal());
    expect(reported).toEqual([failure, failure]);
  });
});
