import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { ofKind } from '../../../src/core/operators/of-kind.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { marbles } from '../../helpers/marbles.ts';
import { errorSignal, logSignal, responseSignal } from '../../helpers/signals.ts';

const signals = { r: responseSignal(), e: errorSignal(), l: logSignal() };

describe('ofKind', () => {
  it('keeps the signals of a kind', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -r-e-l-r-|', signals);
    const sourceSubs = '  ^--------!';
    const expected = '    -r-----r-|';
    expectObservable(source.pipe(ofKind('response'))).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('keeps several kinds, and passes an error on', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -r-e-l-#', signals);
    const sourceSubs = '  ^------!';
    const expected = '    ---e-l-#';
    expectObservable(source.pipe(ofKind('error', 'log'))).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('leaves the source when unsubscribed', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -r-r-r-|', signals);
    const unsub = '       ----!';
    const sourceSubs = '  ^---!';
    const expected = '    -r-r-';
    expectObservable(source.pipe(ofKind('response')), unsub).toBe(expected, signals);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('narrows the type', () => {
    const durations: number[] = [];
    const mixed: readonly Signal[] = [signals.e, signals.r];
    from(mixed).pipe(ofKind('response')).subscribe(({ duration }) => durations.push(duration));
    expect(durations).toEqual([10]);
  });

  it('refuses no kinds, and names that are none', () => {
    const called = ofKind as (...kinds: string[]) => unknown;
    expect(() => called()).toThrow(ConfigurationError);
    expect(() => called()).toThrow(/^ofKind\.kinds: expected at least one kind, one of span, request/);
    expect(() => called('span', 'respnse')).toThrow(/^ofKind\.kinds\[1\]: expected one of span.*, received string "respnse"/);
    expect(() => called('toString')).toThrow(ConfigurationError);
  });
});
