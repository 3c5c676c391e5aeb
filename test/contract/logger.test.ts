import { describe, expect, it } from '#test';
import type { Attributes, LogSignal } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const broken = (): Error => new TypeError('no card', { cause: new Error('declined') });

/** What was logged, without what the resource adds. */
function own(log: LogSignal, { attributes: resource }: LogSignal): Record<string, unknown> {
  return Object.fromEntries(Object.entries(log.attributes).filter(([key]) => !Object.hasOwn(resource, key)));
}

/** The attributes of what `log` logs, without those of the resource. */
function logged(log: (logger: ReturnType<typeof recorded>['obs']['logger']) => void): Record<string, unknown> {
  const { obs, ofKind, health } = recorded();
  log(obs.logger);
  obs.logger.info('nothing');
  expect(health).toEqual([]);
  const [first, second] = ofKind('log');
  return own(first!, second!);
}

describe('what is logged', () => {
  it.each(levels)('at %s has the trace and the request it is logged in', (level) => {
    const { obs, only, ofKind } = recorded();
    obs.traceRequest('GET', '/orders', {}, () => obs.logger[level]('inside', { orderId: 7 }));
    obs.logger[level]('outside');
    const { trace } = only('span');
    const { requestId } = only('request');
    expect(ofKind('log').map((log) => [log.message, log.level, log.requestId, log.trace?.traceId, log.trace?.spanId])).toEqual([
      ['inside', level, requestId, trace.traceId, trace.spanId],
      ['outside', level, undefined, undefined, undefined],
    ]);
  });

  it('has its attributes as they are', () => {
    expect(logged((logger) => logger.info('said', { orderId: 7, paid: true, tags: ['a', 'b'] }))).toEqual({ orderId: 7, paid: true, tags: ['a', 'b'] });
  });
});

describe('an error', () => {
  const exception = { 'exception.type': 'TypeError', 'exception.message': 'no card' };

  it.each<readonly [string, (error: Error) => readonly [string, Attributes?], Record<string, unknown>]>([
    ['in the place of the attributes', (error) => ['failed', error as never], {}],
    ['with fields of its own there', (error) => ['failed', Object.assign(error, { code: 'E_CARD' }) as never], { code: 'E_CARD' }],
    ['among the attributes', (error) => ['failed', { orderId: 7, error: error as never }], { orderId: 7 }],
    ['in the place of the message', (error) => [error as never], {}],
    ['there, with attributes', (error) => [error as never, { orderId: 7 }], { orderId: 7 }],
  ])('%s becomes the attributes of an exception', (_, args, others) => {
    const { 'exception.stacktrace': stack, ...attributes } = logged((logger) => logger.error(...args(broken())));
    expect(attributes).toEqual({ ...exception, ...others });
    expect(stack).toContain('no card');
    expect(stack).toContain('Caused by: Error: declined');
  });

  it('in the place of the message is the message', () => {
    const { obs, only } = recorded();
    obs.logger.error(broken() as never);
    expect(only('log').message).toBe('TypeError: no card');
  });

  it('after the first is kept as JSON', () => {
    const attributes = logged((logger) => logger.error('failed', { first: broken() as never, second: new RangeError('too far') as never }));
    expect(attributes).toMatchObject(exception);
    expect(attributes).not.toHaveProperty('first');
    expect(JSON.parse(attributes['second'] as string)).toMatchObject({ type: 'RangeError', message: 'too far' });
  });

  it('does not replace what the application says of it', () => {
    const attributes = logged((logger) => logger.error('failed', { error: broken() as never, 'exception.type': 'CardError' }));
    expect(attributes).toMatchObject({ 'exception.type': 'CardError', 'exception.message': 'no card' });
  });

  it('is redacted', () => {
    const attributes = logged((logger) => logger.error('failed', { error: new Error('connecting to postgres://user:s3cr3t@db/shop') as never }));
    expect(JSON.stringify(attributes)).not.toContain('s3cr3t');
  });

  it('is bounded', () => {
    const error = new Error('x'.repeat(1_000_000));
    for (let depth = 0, inner = error; depth < 100; depth++) inner = inner.cause = new Error('y'.repeat(10_000));
    const attributes = logged((logger) => logger.error('failed', error as never));
    expect(JSON.stringify(attributes).length).toBeLessThan(25_000);
  });
});

describe('nothing that is logged throws', () => {
  const throws = (): never => {
    throw new Error('no');
  };
  const hostile: readonly (readonly [string, () => unknown])[] = [
    ['a Proxy', () => new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws, getOwnPropertyDescriptor: throws })],
    ['a revoked Proxy', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; }],
    ['a getter', () => ({ get a() { return throws(); } })],
    ['a getter before an error', () => ({ get a() { return throws(); }, error: broken() })],
    ['an error with getters', () => Object.defineProperties(new Error('x'), { stack: { get: throws }, message: { get: throws }, name: { get: throws } })],
    ['an error that causes itself', () => { const error = new Error('x'); error.cause = error; return error; }],
    ['a circle', () => { const circle: Record<string, unknown> = {}; circle['self'] = circle; return circle; }],
    ['no object', () => 7],
    ['null', () => null],
    ['a symbol', () => Symbol('x')],
    ['a function', () => throws],
  ];

  it.each(hostile)('%s', (_, make) => {
    const { obs, ofKind, health } = recorded();
    for (const level of levels) {
      expect(() => obs.logger[level]('said', make() as Attributes)).not.toThrow();
      expect(() => obs.logger[level]('said', { it: make() } as Attributes)).not.toThrow();
      expect(() => obs.logger[level](make() as string)).not.toThrow();
    }
    expect(ofKind('log')).toHaveLength(18);
    expect(health).toEqual([]);
  });

  it('nor a method without its logger', () => {
    const { obs, only } = recorded();
    const { info } = obs.logger;
    info('said');
    expect(only('log').message).toBe('said');
  });
});
