import { describe, expect, it } from '#test';
import type { CaptureOptions } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

describe('what is thrown and is no error', () => {
  it('has the stack of where it was captured', () => {
    const { obs, only } = recorded();
    function checkout(): void {
      obs.errorTracker.captureException('no stock');
    }
    checkout();
    const { stack = '' } = only('error').error;
    expect(stack).toContain('checkout');
    expect(stack).not.toContain('captureException');
  });

  it('is what an event tells of, where that is handed in', () => {
    if (typeof ErrorEvent === 'undefined') return;
    const { obs, only } = recorded();
    obs.errorTracker.captureException(new ErrorEvent('error', { error: new RangeError('far'), message: 'Uncaught far' }));
    expect(only('error').error).toMatchObject({ type: 'RangeError', message: 'far' });
  });
});

describe('fields of an error', () => {
  it('are attributes, as far as they are plain', () => {
    const { obs, only } = recorded();
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', errno: -111, fatal: true, request: { token: 's3cr3t' }, _mark: 1, password: 's3cr3t' });
    obs.errorTracker.captureException(error, { attributes: { 'error.errno': 0 } });
    const { attributes } = only('error');
    expect(attributes).toMatchObject({ 'error.code': 'ECONNREFUSED', 'error.errno': 0, 'error.fatal': true });
    expect(Object.keys(attributes).filter((key) => /request|_mark/.test(key))).toEqual([]);
    expect(JSON.stringify(attributes)).not.toContain('s3cr3t');
  });

  it('are few', () => {
    const { obs, only } = recorded();
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, 'x'.repeat(10_000)]));
    obs.errorTracker.captureException(Object.assign(new Error('m'), many));
    const { attributes } = only('error');
    expect(Object.keys(attributes).filter((key) => key.startsWith('error.')).length).toBe(16);
    expect(JSON.stringify(attributes).length).toBeLessThan(80_000);
  });
});

describe('options of a capture', () => {
  const options: CaptureOptions = {
    tags: { region: 'eu', attempt: 3, beta: true, none: undefined },
    user: { id: 'u-7', username: 'ada', plan: 'pro' },
    fingerprint: ['checkout', 'stock'],
    attributes: { area: 'cart' },
    context: { order: { lines: [1, 2] } },
    level: 'warning',
    handled: false,
  };

  it('are on the signal of an exception', () => {
    const { obs, only } = recorded();
    const eventId = obs.errorTracker.captureException(new Error('x'), options);
    expect(only('error')).toMatchObject({
      eventId,
      tags: { region: 'eu', attempt: '3', beta: 'true' },
      user: { id: 'u-7', username: 'ada', plan: 'pro' },
      attributes: { area: 'cart', 'arkhe.fingerprint': ['checkout', 'stock'] },
      context: { order: { lines: [1, 2] } },
      level: 'warn',
      handled: false,
      mechanism: 'generic',
      count: undefined,
    });
  });

  it('are attributes of a message, of which those given win', () => {
    const { obs, only } = recorded();
    const eventId = obs.errorTracker.captureMessage('low stock', { ...options, tags: { ...options.tags, area: 'tag' } });
    expect(eventId).toMatch(/^[\da-f]{32}$/);
    expect(only('log')).toMatchObject({
      eventId,
      level: 'warn',
      context: { order: { lines: [1, 2] } },
      attributes: {
        area: 'cart',
        region: 'eu',
        attempt: '3',
        beta: 'true',
        'user.id': 'u-7',
        'user.name': 'ada',
        'user.plan': 'pro',
        'arkhe.fingerprint': ['checkout', 'stock'],
      },
    });
  });

  it('are lost alone when they cannot be read', () => {
    const hostile = (): never => {
      throw new Error('hostile');
    };
    const trapped = new Proxy({}, { get: hostile, ownKeys: hostile, getPrototypeOf: hostile, has: hostile, getOwnPropertyDescriptor: hostile });
    for (const key of ['tags', 'user', 'fingerprint', 'attributes', 'context', 'level', 'handled']) {
      const throwing = Object.defineProperty({ ...options }, key, { get: hostile });
      for (const given of [throwing, { ...options, [key]: trapped }] as CaptureOptions[]) {
        const { obs, only, health } = recorded();
        const id = obs.errorTracker.captureException(new Error('x'), given);
        obs.errorTracker.captureMessage('m', given);
        const { eventId, tags, user, level, attributes } = only('error');
        expect([key, eventId]).toEqual([key, id]);
        if (key !== 'tags') expect(tags).toMatchObject({ region: 'eu' });
        if (key !== 'user') expect(user).toMatchObject({ id: 'u-7' });
        if (key !== 'level') expect(level).toBe('warn');
        if (key !== 'attributes') expect(attributes).toMatchObject({ area: 'cart' });
        if (key !== 'fingerprint') expect(attributes).toMatchObject({ 'arkhe.fingerprint': ['checkout', 'stock'] });
        expect(only('log').message).toBe('m');
        expect(health).toEqual([]);
      }
    }
    const { obs, ofKind } = recorded();
    obs.errorTracker.captureException(new Error('x'), trapped as CaptureOptions);
    obs.errorTracker.captureMessage('m', trapped as CaptureOptions);
    expect([ofKind('error').length, ofKind('log').length]).toEqual([1, 1]);
  });
});

describe('the place of an error', () => {
  it('is that where it was thrown, also when it is captured later', () => {
    const { obs, only, span } = recorded();
    let caught: unknown;
    try {
      obs.traceRequest('GET', '/', () => obs.tracer.startSpan('inner', () => obs.profiler.profile('work', () => { throw new Error('deep'); })));
    } catch (error) {
      caught = error;
    }
    obs.tracer.startSpan('elsewhere', () => obs.errorTracker.captureException(caught));
    expect(only('error').trace).toEqual(span('inner').trace);
    expect(only('error').requestId).toBe(only('request').requestId);
  });

  it('is where the code runs, for what was thrown in no span', () => {
    const { obs, only } = recorded();
    obs.traceRequest('GET', '/', (context) => {
      obs.errorTracker.captureException(new Error('made here'));
      expect(only('error')).toMatchObject({ requestId: context.requestId, trace: { traceId: context.trace?.traceId } });
    });
  });
});

describe('the worst that can be thrown', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const text = 'x'.repeat(50 * 1024 * 1024);
  function causes(): Error {
    let error = new Error('0');
    for (let index = 1; index < 10_000; index += 1) error = new Error(String(index), { cause: error });
    return error;
  }
  const worst: readonly (readonly [string, () => unknown])[] = [
    ['undefined', () => undefined],
    ['a Symbol', () => Symbol('s')],
    ['a revoked Proxy', () => proxy],
    ['a message of 50 MB', () => new Error(text)],
    ['a text of 50 MB', () => text],
    ['a stack of 50 MB', () => Object.assign(new Error('m'), { stack: text })],
    ['a field of 50 MB', () => Object.assign(new Error('m'), { code: text })],
    ['10,000 causes', causes],
    ['10,000 errors in one', () => new AggregateError(Array.from({ length: 10_000 }, () => new Error('part')))],
  ];
  for (const [what, make] of worst) {
    it(`is one bounded signal, at once: ${what}`, () => {
      const thrown = make();
      let fastest = Number.POSITIVE_INFINITY;
      // The fastest of some: the machine has other work, too.
      for (let time = 0; time < 5; time += 1) {
        const { obs, only } = recorded();
        const begin = performance.now();
        const id = obs.errorTracker.captureException(thrown);
        fastest = Math.min(fastest, performance.now() - begin);
        expect(only('error').eventId).toBe(id);
        expect(JSON.stringify(only('error')).length).toBeLessThan(150_000);
      }
      expect(fastest).toBeLessThan(5);
    });
  }

  it('is so for a message of 50 MB that is captured as such', () => {
    const { obs, only } = recorded();
    const begin = performance.now();
    obs.errorTracker.captureMessage(text);
    expect(performance.now() - begin).toBeLessThan(25);
    expect(only('log').message).toBe('…[52428800 characters]');
  });
});
