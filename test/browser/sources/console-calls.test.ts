import { afterEach, beforeEach, describe, expect, it } from '#test';
import { createObservability, memorySink } from '../../../src/browser/index.ts';
import type { ObservabilityManager, Sink } from '../../../src/browser/index.ts';
import { consoleCalls } from '../../../src/browser/sources/console-calls.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

const methods = ['trace', 'debug', 'log', 'info', 'warn', 'error'] as const;

let managers: ObservabilityManager[] = [];
let printed: (readonly unknown[])[] = [];
let real: readonly (PropertyDescriptor | undefined)[] = [];

const now = (): unknown => methods.map((method) => Object.getOwnPropertyDescriptor(console, method));
/** Longer than what promises do in a turn of their own. */
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('consoleCalls', () => {
  beforeEach(() => {
    printed = [];
    real = methods.map((method) => Object.getOwnPropertyDescriptor(console, method));
    for (const method of methods) {
      const print = (...args: unknown[]): string => (printed.push([method, ...args]), `result of ${method}`);
      Object.defineProperty(console, method, { value: print, writable: true, configurable: true, enumerable: true });
    }
  });
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    methods.forEach((method, index) => Object.defineProperty(console, method, real[index]!));
  });

  function observe(sinks: readonly Sink[] = [memorySink()]) {
    const clock = createTestClock();
    const obs = createObservability({ sources: [consoleCalls()], sinks, clock });
    managers.push(obs);
    const recorded = recordingOf(obs);
    return { obs, clock, ...recorded, messages: () => recorded.ofKind('log').map(({ message }) => message) };
  }

  it.each([
    ['trace', 'trace', 1],
    ['debug', 'debug', 5],
    ['log', 'info', 9],
    ['info', 'info', 9],
    ['warn', 'warn', 13],
    ['error', 'error', 17],
  ] as const)('makes a call of %s a log signal at %s, and lets it print as before', (method, level, severityNumber) => {
    const { only } = observe();
    const object = { id: 7 };
    expect(console[method]('order %s', 'placed', object)).toBe(`result of ${method}`);
    expect(printed).toEqual([[method, 'order %s', 'placed', object]]);
    expect(printed[0]![3]).toBe(object);
    expect(only('log')).toMatchObject({ name: 'console', message: 'order placed {"id":7}', level, severityNumber });
  });

  it('keeps the trace and the request of a call', () => {
    const { obs, only } = observe();
    obs.traceRequest('GET', '/orders', {}, () => console.log('inside'));
    expect(only('log').trace?.spanId).toBe(only('span').trace.spanId);
    expect(only('log').requestId).toBe(only('request').requestId);
  });

  it('has an error as an exception', () => {
    const { only } = observe();
    console.error('checkout failed', new TypeError('no card'));
    expect(only('log').message).toBe('checkout failed TypeError: no card');
    expect(only('log').attributes).toMatchObject({ 'exception.type': 'TypeError', 'exception.message': 'no card' });
    expect(only('log').attributes['exception.stacktrace']).toContain('no card');
  });

  it('does not walk through the page', () => {
    const { messages } = observe();
    console.log(document.body, window, new Event('click'));
    expect(messages()[0]).toMatch(/^\[HTMLBodyElement\] \[Window\] .{2,}$/);
  });

  it('does not come back from a sink that prints', async () => {
    const { obs, messages } = observe([{ name: 'printing', write: (batch) => console.log('sending', batch.length) }]);
    console.log('said');
    for (let time = 0; time < 3; time++) await obs.flush();
    expect(messages()).toEqual(['said']);
    expect(printed).toHaveLength(2);
  });

  it('does not come back from a subscriber that prints what it is told', () => {
    const { obs, messages } = observe();
    obs.logs$.subscribe((log) => console.log('I was told', log.message));
    console.log('said');
    expect(messages()).toEqual(['said']);
    expect(printed).toHaveLength(2);
  });

  it('comes to an end where a subscriber prints after an await', async () => {
    const { obs, clock, messages, health } = observe();
    obs.logs$.subscribe(async () => {
      await undefined;
      console.log('I was told');
    });
    console.log('said');
    await later();
    expect(messages()).toHaveLength(1_000);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'consoleCalls', message: 'more than 1000 calls a second' }]);
    clock.advance(1_000);
    expect(messages()).toHaveLength(1_000);
  });

  it('leaves the console as it was', async () => {
    const before = now();
    const { obs, messages } = observe();
    expect(now()).not.toEqual(before);
    await obs.shutdown();
    expect(now()).toEqual(before);
    console.log('after');
    expect(messages()).toEqual([]);
    expect(printed).toEqual([['log', 'after']]);
  });

  it('is heard by each of two managers', () => {
    const [one, other] = [observe(), observe()];
    console.log('both');
    expect([one.messages(), other.messages()]).toEqual([['both'], ['both']]);
    expect(printed).toHaveLength(1);
  });
});
