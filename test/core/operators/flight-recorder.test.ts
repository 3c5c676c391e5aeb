import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { flightRecorder } from '../../../src/core/operators/flight-recorder.ts';
import type { FlightRecorderOptions } from '../../../src/core/operators/flight-recorder.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { marbles } from '../../helpers/marbles.ts';
import { errorSignal, logSignal } from '../../helpers/signals.ts';

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
    expect(wrong(undefined)).toThrow(ConfigurationError);
    expect(wrong({})).toThrow(/^flightRecorder\.when: expected a function, received undefined$/);
    expect(wrong({ when, capacity: 0 })).toThrow(/^flightRecorder\.capacity: expected a whole number from 1, received number 0$/);
  });
});
