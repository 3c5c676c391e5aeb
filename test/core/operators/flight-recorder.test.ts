import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { flightRecorder } from '../../../src/core/operators/flight-recorder.ts';
import type { FlightRecorderOptions } from '../../../src/core/operators/flight-recorder.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { marbles } from '../../helpers/marbles.ts';
import { errorSignal, logSignal, spanSignal } from '../../helpers/signals.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((message) => logSignal({ message })) as [Signal, Signal, Signal, Signal];
const e = errorSignal();
const f = errorSignal({ name: 'RangeError' });
const signals = { a, b, c, d, e, f };
const when = (signal: Signal): boolean => signal.kind === 'error';

describe('flightRecorder', () => {
  it('gives out the last signals when one says so, each once', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b-e-c-f-d-|', signals);
    const sourceSubs = '  ^------------!';
    const expected = '    -----x---y---|';
    expectObservable(source.pipe(flightRecorder({ when }))).toBe(expected, { x: [a, b, e], y: [c, f] });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('keeps as many as its capacity, the latest, and passes an error on', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b-c-d-e-a-b-f-#', signals);
    const sourceSubs = '  ^----------------!';
    const expected = '    ---------x-----y-#';
    expectObservable(source.pipe(flightRecorder({ capacity: 3, when }))).toBe(expected, { x: [c, d, e], y: [a, b, f] });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('with a capacity of 1 gives out the signal itself', marbles(({ hot, expectObservable }) => {
    expectObservable(hot('-a-b-e-|', signals).pipe(flightRecorder({ capacity: 1, when }))).toBe('-----x-|', { x: [e] });
  }));

  it('without options records up to every error', marbles(({ hot, expectObservable }) => {
    expectObservable(hot('-a-e-b-f-|', signals).pipe(flightRecorder())).toBe('---x---y-|', { x: [a, e], y: [b, f] });
  }));

  it('goes back as many seconds as told, from the end of the moment to the ends of the others', marbles(({ hot, expectObservable }) => {
    const at = (seconds: number, duration: number): Signal => spanSignal({ timestamp: seconds * 1_000, duration });
    const [old, long, late, moment] = [at(1, 900), at(1, 4_000), at(9, 10), errorSignal({ timestamp: 15_000 })] as const;
    const source = hot('-a-b-c-d-|', { a: old, b: long, c: late, d: moment });
    expectObservable(source.pipe(flightRecorder({ seconds: 10 }))).toBe('-------x-|', { x: [long, late, moment] });
  }));

  it('keeps as many bytes as told, the latest; what is larger alone leaves nothing but the moment', marbles(({ hot, expectObservable }) => {
    const large = logSignal({ message: 'x'.repeat(2_000) });
    const huge = logSignal({ message: 'x'.repeat(6_000) });
    const source = hot('-l-l-a-b-e-l-h-f-|', { ...signals, l: large, h: huge });
    expectObservable(source.pipe(flightRecorder({ bytes: 10_000 }))).toBe('---------x-----y-|', { x: [large, large, a, b, e], y: [f] });
    expectObservable(source.pipe(flightRecorder({ bytes: 6_000 }))).toBe('---------x-----y-|', { x: [large, a, b, e], y: [f] });
  }));

  it('leaves the source when unsubscribed', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-e-b-e-', signals);
    const unsub = '       -----!';
    const sourceSubs = '  ^----!';
    const expected = '    ---x--';
    expectObservable(source.pipe(flightRecorder({ when })), unsub).toBe(expected, { x: [a, e] });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('goes on recording when the question throws', marbles(({ hot, expectObservable }) => {
    const throwing = (signal: Signal): boolean => {
      if (signal === a) throw new Error('no answer');
      return when(signal);
    };
    expectObservable(hot('-a-b-e-|', signals).pipe(flightRecorder({ when: throwing }))).toBe('-----x-|', { x: [a, b, e] });
  }));

  it('does not share what it recorded between subscriptions', marbles(({ hot, expectObservable }) => {
    const recorded$ = hot('-a-b-e-|', signals).pipe(flightRecorder({ when }));
    expectObservable(recorded$).toBe('-----x-|', { x: [a, b, e] });
    expectObservable(recorded$, '--^----').toBe('-----y-|', { y: [b, e] });
  }));

  it('refuses wrong options', () => {
    const wrong = (options: unknown): (() => unknown) => () => flightRecorder(options as FlightRecorderOptions<Signal>);
    expect(wrong(null)).toThrow(ConfigurationError);
    expect(wrong({ when: 'error' })).toThrow(/^flightRecorder\.when: expected a function, received string "error"$/);
    expect(wrong({ seconds: 0, bytes: 0.5 })).toThrow(/flightRecorder\.seconds: expected a number above 0[\s\S]*flightRecorder\.bytes: expected a whole number from 1/);
    expect(wrong({ when, capacity: 0 })).toThrow(/^flightRecorder\.capacity: expected a whole number from 1, received number 0$/);
  });
});
