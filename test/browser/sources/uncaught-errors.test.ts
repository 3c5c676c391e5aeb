import { afterEach, beforeEach, describe, expect, it, vi } from '#test';
import { ConfigurationError, createObservability, uncaughtErrors } from '../../../src/browser/index.ts';
import type { ObservabilityManager } from '../../../src/browser/index.ts';
import type { UncaughtErrorsOptions } from '../../../src/browser/sources/uncaught-errors.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
/** The runner takes every uncaught error for the failure of a test: it does not hear of these. */
let runner: OnErrorEventHandler;
const spare = (event: Event): void => event.stopImmediatePropagation();

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('uncaughtErrors', () => {
  beforeEach(() => {
    runner = window.onerror;
  });
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    window.onerror = runner;
    window.removeEventListener('unhandledrejection', spare, true);
  });

  function observe(options?: UncaughtErrorsOptions) {
    const clock = createTestClock();
    const obs = createObservability({ sources: [uncaughtErrors(options)], sinks: [], clock });
    managers.push(obs);
    // After the source has heard of them.
    window.onerror = null;
    window.addEventListener('unhandledrejection', spare, true);
    return { obs, clock, ...recordingOf(obs) };
  }

  /** As the browser reports it; the result says whether it goes on to print it. */
  function report(error: unknown, more: ErrorEventInit = {}): boolean {
    return window.dispatchEvent(new ErrorEvent('error', { message: 'Uncaught', cancelable: true, error, ...more }));
  }

  function reject(reason: unknown): boolean {
    const promise = Promise.resolve();
    return window.dispatchEvent(new PromiseRejectionEvent('unhandledrejection', { promise, reason, cancelable: true }));
  }

  function withStack(...places: readonly string[]): Error {
    const error = new Error('x');
    error.stack = ['Error: x', ...places.map((place) => `    at f (${place}:1:2)`)].join('\n');
    return error;
  }

  it('are told as the error that was thrown, and still printed by the browser', () => {
    const { only } = observe();
    const error = new RangeError('too much', { cause: new TypeError('no card') });
    expect(report(error)).toBe(true);
    expect(only('error')).toMatchObject({
      name: 'RangeError',
      handled: false,
      level: 'error',
      mechanism: 'onerror',
      error: { type: 'RangeError', message: 'too much', cause: { type: 'TypeError', message: 'no card' } },
    });
    expect(only('error').error.stack).toMatch(/^RangeError: too much\n +at .*page\.js/);
  });

  it('of a promise are told as the reason', () => {
    const { only } = observe();
    expect(reject(new RangeError('too much'))).toBe(true);
    expect(only('error')).toMatchObject({ handled: false, level: 'error', mechanism: 'onunhandledrejection', error: { message: 'too much' } });
  });

  it.each([
    ['a text', 'oops', 'string', 'oops'],
    ['an object', { code: 7 }, 'object', '{"code":7}'],
    ['nothing', undefined, 'undefined', 'undefined'],
    ['zero', 0, 'number', '0'],
  ])('of a promise may be %s', (_, reason, type, message) => {
    const { only } = observe();
    reject(reason);
    expect(only('error').error).toMatchObject({ type, message });
  });

  it.each([
    ['a text', 'oops'],
    ['an error without frames', Object.assign(new SyntaxError('oops'), { stack: 'SyntaxError: oops' })],
  ])('tell where %s was thrown', (_, thrown) => {
    const { only } = observe();
    report(thrown, { filename: 'https://shop.test/app.js', lineno: 3, colno: 9 });
    expect(only('error')).toMatchObject({
      error: { message: 'oops' },
      attributes: { 'code.file.path': 'https://shop.test/app.js', 'code.line.number': 3, 'code.column.number': 9 },
    });
  });

  it.each([
    ['Script error.', {}, { type: 'Error', message: 'Script error.', stack: undefined }],
    [
      'Uncaught TypeError: x is not a function',
      { filename: 'https://shop.test/w.js', lineno: 3, colno: 9 },
      { type: 'TypeError', message: 'x is not a function', stack: 'TypeError: x is not a function\n    at https://shop.test/w.js:3:9' },
    ],
    ['uncaught exception: oops', { filename: 'https://shop.test/w.js' }, { message: 'oops', stack: expect.stringMatching(/w\.js:1:1$/) }],
    ['Uncaught null', {}, { type: 'Error', message: 'null', stack: undefined }],
  ])('tell "%s" where the browser has words alone', (message, place, error) => {
    const { only } = observe();
    report(null, { message, ...place });
    expect(only('error').error).toMatchObject(error);
  });

  it('that were captured before are not told again', () => {
    const { obs, ofKind } = observe();
    const error = new Error('known');
    obs.errorTracker.captureException(error);
    report(error);
    reject(error);
    expect(ofKind('error')).toHaveLength(1);
    expect(ofKind('error')[0]?.handled).toBe(true);
  });

  it('of a span are told in its trace', () => {
    const { obs, only } = observe();
    const error = new Error('inside');
    expect(() => obs.tracer.startSpan('checkout', () => { throw error; })).toThrow(error);
    report(error);
    expect(only('error').trace?.spanId).toBe(only('span').trace.spanId);
  });

  it.each([
    ['an event without words', () => window.dispatchEvent(new Event('error'))],
    ['what an element could not load', () => document.body.dispatchEvent(new Event('error'))],
    ['an event of an element, which is its own matter', () => document.body.dispatchEvent(new ErrorEvent('error', { error: new Error('x') }))],
    ['a notice of a ResizeObserver', () => report(undefined, { message: 'ResizeObserver loop completed with undelivered notifications.' })],
    ['an error in a file of an extension', () => report(null, { message: 'Uncaught Error: x', filename: 'chrome-extension://abc/content.js' })],
    ['an error thrown by an extension', () => report(withStack('moz-extension://abc/a.js', 'moz-extension://abc/b.js'))],
    ['a rejection of an extension', () => reject(withStack('safari-web-extension://ABC/a.js'))],
    ['an error whose place Safari hides', () => report(withStack('webkit-masked-url://hidden/'))],
  ])('leave out %s', (_, happen) => {
    const { ofKind, health } = observe();
    happen();
    expect(ofKind('error')).toEqual([]);
    expect(health).toEqual([]);
  });

  it('with noise have notices and extensions as well', () => {
    const { ofKind } = observe({ noise: true });
    report(undefined, { message: 'ResizeObserver loop completed with undelivered notifications.' });
    report(withStack('moz-extension://abc/a.js'));
    reject(withStack('moz-extension://abc/b.js'));
    expect(ofKind('error')).toHaveLength(3);
  });

  it('of the page are told also when an extension passed the call on', () => {
    const { only } = observe();
    report(withStack('chrome-extension://abc/fetch.js', 'https://shop.test/app.js'), { filename: 'chrome-extension://abc/fetch.js' });
    expect(only('error').error.message).toBe('x');
  });

  it.each([
    ['errors', 'onunhandledrejection'],
    ['rejections', 'onerror'],
  ] as const)('leave out all %s where that is wanted', (which, mechanism) => {
    const { only } = observe({ [which]: false });
    report(new Error('thrown'));
    reject(new Error('rejected'));
    expect(only('error').mechanism).toBe(mechanism);
  });

  it('survive what cannot be read', () => {
    const { only, health } = observe();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    report(proxy);
    expect(only('error').error.message).toBe('[unreadable]');
    const event = new ErrorEvent('error', { message: 'x' });
    Object.defineProperty(event, 'error', { get: () => { throw new Error('of the page'); } });
    window.dispatchEvent(event);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'uncaught-errors', message: "an event 'error' that cannot be read" }]);
  });

  it('come to an end where each of them leads to another one', async () => {
    const { obs, ofKind } = observe();
    let failures = 0;
    obs.errors$.subscribe(() => {
      void Promise.reject(new Error(`failure ${(failures += 1)}`));
    });
    report(new Error('the first'));
    await vi.waitFor(() => expect(obs.ledger().filtered['rate-limited']).toBe(1), { timeout: 5_000 });
    expect(ofKind('error')).toHaveLength(failures);
    expect(failures).toBeLessThan(100);
  });

  it('listen to nothing any more when their manager is shut down', async () => {
    const listening = new Set<string>();
    const { addEventListener, removeEventListener } = window;
    vi.spyOn(window, 'addEventListener').mockImplementation((...args) => {
      listening.add(args[0]);
      Reflect.apply(addEventListener, window, args);
    });
    vi.spyOn(window, 'removeEventListener').mockImplementation((...args) => {
      listening.delete(args[0]);
      Reflect.apply(removeEventListener, window, args);
    });
    const obs = createObservability({ sources: [uncaughtErrors()], sinks: [], clock: createTestClock() });
    expect(listening).toEqual(new Set(['error', 'unhandledrejection', 'pagehide']));
    await obs.shutdown();
    expect(listening).toEqual(new Set());
  });

  it('refuse wrong options', () => {
    expect(() => uncaughtErrors({ errors: 'yes' } as never)).toThrow(ConfigurationError);
    expect(() => uncaughtErrors({ noise: 1 } as never)).toThrow('uncaughtErrors.noise');
    expect(() => uncaughtErrors(null as never)).toThrow(ConfigurationError);
  });
});
