import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serializeError } from '../../../src/core/errors/serialize-error.ts';

describe('serializeError', () => {
  it('keeps type, message and stack', () => {
    const error = new RangeError('too far');
    expect(serializeError(error)).toEqual({ type: 'RangeError', message: 'too far', stack: error.stack, cause: undefined, errors: undefined });
  });

  it.each<[string, unknown, string, string]>([
    ['an error of another realm', runInNewContext('new TypeError("far")'), 'TypeError', 'far'],
    ['a DOMException', new DOMException('gone', 'AbortError'), 'AbortError', 'gone'],
    ['a subclass that sets no name', new (class PaymentError extends Error {})('no'), 'PaymentError', 'no'],
    ['a minified subclass', new (class t extends Error {})('no'), 'Error', 'no'],
    ['what has the shape of an error', { name: 'Odd', message: 'm', stack: 's' }, 'Odd', 'm'],
    ['a string', 'boom', 'string', 'boom'],
    ['a number', 42, 'number', '42'],
    ['null', null, 'null', 'null'],
    ['undefined', undefined, 'undefined', 'undefined'],
    ['an object', { code: 7, message: 'm' }, 'object', '{"code":7,"message":"m"}'],
    ['a function', function pay() {}, 'function', '[function pay]'],
    ['a message that is no text', Object.assign(new Error(), { message: { a: 1 } }), 'Error', ''],
  ])('reads %s', (_, error, type, message) => {
    expect(serializeError(error)).toMatchObject({ type, message });
  });

  it('follows the causes', () => {
    const error = new Error('a', { cause: new TypeError('b', { cause: 'c' }) });
    expect(serializeError(error)).toMatchObject({ message: 'a', cause: { type: 'TypeError', message: 'b', cause: { type: 'string', message: 'c' } } });
  });

  it('stops at circles and at eight causes', () => {
    const circle = new Error('a');
    circle.cause = new Error('b', { cause: circle });
    expect(serializeError(circle)).toMatchObject({ cause: { message: 'b', cause: { type: 'Error', message: '[circular]' } } });
    let chain = new Error('0');
    for (let index = 1; index <= 30; index += 1) chain = new Error(String(index), { cause: chain });
    const messages: string[] = [];
    for (let error = serializeError(chain) as ReturnType<typeof serializeError> | undefined; error; error = error.cause) messages.push(error.message);
    expect(messages).toEqual(['30', '29', '28', '27', '26', '25', '24', '23', '22', '[depth]']);
  });

  it('takes ten errors of an AggregateError and counts the rest', () => {
    const { errors } = serializeError(new AggregateError(Array.from({ length: 47 }, (_, index) => new Error(`e${index}`))));
    expect(errors).toHaveLength(11);
    expect(errors?.[9]).toMatchObject({ message: 'e9' });
    expect(errors?.[10]).toMatchObject({ type: '…', message: '37 more' });
  });

  it('caps the message, and keeps the frames behind a long one', () => {
    const { message, stack = '' } = serializeError(new Error('x'.repeat(500_000)));
    expect(message).toBe(`${'x'.repeat(4_096)}…[500000 characters]`);
    expect(stack).toContain('serialize-error.test');
    expect(serializeError(Object.assign(new Error('m'), { stack: 's'.repeat(20_000) })).stack).toBe(`${'s'.repeat(16_384)}…[20000 characters]`);
  });

  it('says of a text that takes long to read only how long it is', () => {
    const text = 'x'.repeat(50 * 1024 * 1024);
    const length = '…[52428800 characters]';
    expect(serializeError(new Error(text))).toMatchObject({ type: 'Error', message: length, stack: undefined });
    expect(serializeError(text)).toMatchObject({ type: 'string', message: length });
    expect(serializeError(Object.assign(new Error('m'), { name: text, stack: text }))).toMatchObject({ type: length, message: 'm', stack: undefined });
    expect(serializeError(new Error('outer', { cause: new Error(text) }))).toMatchObject({ message: 'outer', cause: { message: length } });
  });

  it('finds the message in a stack that another one heads', () => {
    const error = new Error('x'.repeat(5_000));
    void error.stack;
    error.message = `${'x'.repeat(4_999)}y`;
    expect(serializeError(error).stack).toBe(`${error.stack?.slice(0, 16_384)}`);
  });

  it('takes both errors of a SuppressedError', () => {
    const suppressed = Object.assign(new Error('two failed'), { name: 'SuppressedError', error: new Error('at the end'), suppressed: new TypeError('in the block') });
    expect(serializeError(suppressed)).toMatchObject({ type: 'SuppressedError', errors: [{ message: 'at the end' }, { type: 'TypeError', message: 'in the block' }] });
  });

  it('says what an event and a response are', () => {
    expect(serializeError(new Event('abort')).message).toBe('[Event abort]');
    const { signal } = new AbortController();
    const event = new Event('abort');
    signal.dispatchEvent(event);
    expect(serializeError(event).message).toBe('[Event abort of AbortSignal]');
    expect(serializeError(new Response('gone', { status: 410 })).message).toBe('[Response 410 ]');
  });

  it('believes no Proxy that claims to be an error, and reads one around an error', () => {
    expect(serializeError(new Proxy({ a: 1 }, { getPrototypeOf: () => Error.prototype }))).toMatchObject({ type: 'object', message: '{"a":1}' });
    expect(serializeError(new Proxy(new RangeError('far'), {}))).toMatchObject({ type: 'RangeError', message: 'far' });
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    expect(serializeError(proxy)).toMatchObject({ message: '[unreadable]' });
    expect(serializeError(new Error('outer', { cause: proxy }))).toMatchObject({ message: 'outer', cause: { message: '[unreadable]' } });
  });

  it('reads ten thousand causes no deeper than it keeps', () => {
    let read = 0;
    let error: Error | undefined;
    for (let index = 0; index < 10_000; index += 1) {
      const cause = error;
      error = Object.defineProperty(new Error(String(index)), 'cause', { get: () => ((read += 1), cause) });
    }
    expect(serializeError(error)).toMatchObject({ message: '9999', cause: { message: '9998' } });
    expect(read).toBe(9);
  });

  it('is bounded when causes and errors multiply', () => {
    const tree = (depth: number): Error => new AggregateError(depth === 0 ? [] : Array.from({ length: 10 }, () => tree(depth - 1)), 'x'.repeat(4_000));
    expect(JSON.stringify(serializeError(tree(4))).length).toBeLessThan(150_000);
  });

  it('reads on where a getter throws', () => {
    const error = new Error('fine');
    for (const key of ['stack', 'cause', 'name', 'errors']) {
      Object.defineProperty(error, key, {
        get() {
          throw new Error('no');
        },
      });
    }
    expect(serializeError(error)).toMatchObject({ type: '[unreadable]', message: 'fine', stack: '[unreadable]', cause: { message: '[unreadable]' } });
  });

  it('never throws', () => {
    const throwing = new Proxy(new Error('x'), new Proxy({}, { get: () => () => { throw new Error('trap'); } }));
    expect(serializeError(throwing)).toMatchObject({ message: '[unreadable]' });
    fc.assert(fc.property(fc.anything(), (value) => typeof serializeError(value).message === 'string'));
  });
});
