import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { GuardedObservable } from '../../../src/core/guarded-observable.ts';
import { batch } from '../../../src/core/operators/batch.ts';
import type { BatchOptions } from '../../../src/core/operators/batch.ts';
import { marbles } from '../../helpers/marbles.ts';

const batches = { x: ['a', 'b'], y: ['c'], z: ['c', 'd'], e: ['e'] };

describe('batch', () => {
  it('gives out what was gathered at each flush, but nothing empty', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('   -a-b---c--------|');
    const sourceSubs = '   ^---------------!';
    const flushOn = hot('  -----f---f--f----');
    const flushOnSubs = '  ^---------------!';
    const expected = '     -----x---y------|';
    expectObservable(source.pipe(batch({ maxSize: 10, flushOn }))).toBe(expected, batches);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    expectSubscriptions(flushOn.subscriptions).toBe(flushOnSubs);
  }));

  it('gives out a full batch at once', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('   -a-b-c-d-e-');
    const unsub = '        ---------!';
    const sourceSubs = '   ^--------!';
    const flushOn = hot('  -----------');
    const expected = '     ---x---z---';
    expectObservable(source.pipe(batch({ maxSize: 2, flushOn })), unsub).toBe(expected, batches);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    expectSubscriptions(flushOn.subscriptions).toBe(sourceSubs);
  }));

  it('gives out the rest before it completes', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('   -a-b-c-|');
    const flushOn = hot('  --------');
    const subs = '         ^------!';
    const expected = '     ---x---(y|)';
    expectObservable(source.pipe(batch({ maxSize: 2, flushOn }))).toBe(expected, batches);
    expectSubscriptions(source.subscriptions).toBe(subs);
    expectSubscriptions(flushOn.subscriptions).toBe(subs);
  }));

  it('gives out the rest before it errors', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('   -a-b-c-#');
    const flushOn = hot('  --------');
    const subs = '         ^------!';
    const expected = '     ---x---(y#)';
    expectObservable(source.pipe(batch({ maxSize: 2, flushOn }))).toBe(expected, batches);
    expectSubscriptions(source.subscriptions).toBe(subs);
    expectSubscriptions(flushOn.subscriptions).toBe(subs);
  }));

  it('errors when its notifier does, and gives out the rest before', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('   -a-b-c-----');
    const flushOn = hot('  -------#   ');
    const subs = '         ^------!   ';
    const expected = '     ---x---(y#)';
    expectObservable(source.pipe(batch({ maxSize: 2, flushOn }))).toBe(expected, batches);
    expectSubscriptions(source.subscriptions).toBe(subs);
    expectSubscriptions(flushOn.subscriptions).toBe(subs);
  }));

  it('goes on by size when its notifier completes', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('   -a-b-c-|');
    const flushOn = hot('  --|     ');
    const flushOnSubs = '  ^-!     ';
    const expected = '     ---x---(y|)';
    expectObservable(source.pipe(batch({ maxSize: 2, flushOn }))).toBe(expected, batches);
    expectSubscriptions(flushOn.subscriptions).toBe(flushOnSubs);
  }));

  it('leaves source and notifier when the source is there at once', marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
    const source = cold('  (abc|)');
    const flushOn = hot('  -f----');
    const subs = '         (^!)';
    const expected = '     (xy|)';
    expectObservable(source.pipe(batch({ maxSize: 2, flushOn }))).toBe(expected, batches);
    expectSubscriptions(flushOn.subscriptions).toBe(subs);
  }));

  it('does not share what it gathered between subscriptions', marbles(({ hot, expectObservable }) => {
    const batched$ = hot('-a-b-c-d-|').pipe(batch({ maxSize: 2, flushOn: hot('----------') }));
    expectObservable(batched$).toBe('---x---z-|', batches);
    expectObservable(batched$, '--^--------').toBe('-----b---(d|)', { b: ['b', 'c'], d: ['d'] });
  }));

  it('gives each value out once when the receiver causes another value', () => {
    const source = new Subject<string>();
    const flushOn = new Subject<void>();
    const received: (readonly string[])[] = [];
    source.pipe(batch({ maxSize: 2, flushOn })).subscribe((values) => {
      received.push(values);
      if (received.length === 1) {
        source.next('c');
        flushOn.next();
      }
    });
    source.next('a');
    source.next('b');
    expect(received).toEqual([['a', 'b'], ['c']]);
  });

  it('keeps the guard of its source', () => {
    const reported: unknown[] = [];
    const source = new Subject<string>();
    const guarded$ = new GuardedObservable<string>((error) => reported.push(error), (subscriber) => source.subscribe(subscriber));
    const failure = new Error('the subscriber is broken');
    guarded$.pipe(batch({ maxSize: 1, flushOn: new Subject() })).subscribe(() => {
      throw failure;
    });
    source.next('a');
    source.next('b');
    expect(reported).toEqual([failure, failure]);
  });

  it('refuses wrong options', () => {
    const wrong = (options: unknown): (() => unknown) => () => batch(options as BatchOptions);
    const flushOn: Observable<unknown> = new Subject();
    expect(wrong(undefined)).toThrow(ConfigurationError);
    for (const maxSize of [0, 1.5, -1, Number.NaN, '5', undefined]) {
      expect(wrong({ maxSize, flushOn })).toThrow(/^batch\.maxSize: expected a whole number from 1/);
    }
    expect(wrong({ maxSize: 5 })).toThrow(/^batch\.flushOn: expected an Observable, received undefined/);
    expect(wrong({ maxSize: 5, flushOn: 5_000 })).toThrow(/^batch\.flushOn/);
  });
});
