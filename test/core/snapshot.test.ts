import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateSize } from '../../src/core/signal-size.ts';
import { snapshotAttributes } from '../../src/core/snapshot-attributes.ts';
import { snapshot, snapshotText } from '../../src/core/snapshot.ts';
import { errorSignal, logSignal, spanSignal } from '../helpers/signals.ts';

/** A Proxy every trap of which throws. */
function hostile(): object {
  const throwing = () => {
    throw new Error('trap');
  };
  return new Proxy({}, new Proxy({}, { get: () => throwing }));
}

describe('snapshot', () => {
  it('copies plain data as it is', () => {
    const value = { text: 'a', number: 1.5, yes: true, nothing: null, list: [1, [2]], inner: { deep: { er: 'x' } } };
    const copy = snapshot(value) as typeof value;
    expect(copy).toEqual(value);
    expect(copy.inner).not.toBe(value.inner);
  });

  it('is not changed by what happens to the original', () => {
    const value = { list: ['a'], inner: { a: 1 } };
    const copy = snapshot(value);
    value.list.push('b');
    value.inner.a = 2;
    expect(copy).toEqual({ list: ['a'], inner: { a: 1 } });
  });

  it.each<[string, unknown, unknown]>([
    ['a named function', function pay() {}, '[function pay]'],
    ['a function without a name', (() => () => 0)(), '[function]'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a bigint', 123n, '123n'],
    ['a bigint of a million digits', 1n << 4_000_000n, '[bigint]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), '[invalid date]'],
    ['an expression', /a+/gi, '/a+/gi'],
    ['a map of names', new Map([['a', 1]]), { a: 1 }],
    ['a map of other keys', new Map([[1, 'a']]), [[1, 'a']]],
    ['a set', new Set(['a', 1]), ['a', 1]],
    ['a typed array', new Uint8Array(1_024), '[Uint8Array 1024]'],
    ['a buffer of Node', Buffer.from('secret'), '[Uint8Array 6]'],
    ['an array buffer', new ArrayBuffer(8), '[ArrayBuffer 8]'],
    ['a promise', Promise.resolve('x'), '[Promise]'],
    ['a weak map', new WeakMap(), '[WeakMap]'],
    ['an abort signal', new AbortController().signal, '[AbortSignal]'],
    ['a URL', new URL('https://a.io/b?c=d'), 'https://a.io/b?c=d'],
    ['headers', new Headers({ accept: 'json' }), { accept: 'json' }],
    ['search parameters', new URLSearchParams('a=1&b=2'), { a: '1', b: '2' }],
    ['not a number', Number.NaN, 'NaN'],
    ['infinity', -Infinity, '-Infinity'],
    ['a boxed string', Object('x'), 'x'],
    ['what says how it looks as JSON', { secret: 1, toJSON: () => ({ shown: 2 }) }, { shown: 2 }],
    ['a class instance', new (class { a = 1; #b = 2; get c() { return this.#b; } })(), { a: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['another realm’s data', runInNewContext('({ a: [1, new Date(0), new Map([["k", 1]])] })'), { a: [1, '1970-01-01T00:00:00.000Z', { k: 1 }] }],
    ['nothing', undefined, undefined],
    ['lists with holes', [, undefined, 1], [null, null, 1]],
  ])('makes plain data of %s', (_, value, expected) => {
    expect(snapshot(value)).toEqual(expected);
    expect(snapshot({ value })).toEqual(expected === undefined ? {} : { value: expected });
  });

  it('gives errors the shape serializeError gives', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { config: { token: 'x' } });
    expect(snapshot({ error })).toMatchObject({ error: { type: 'TypeError', message: 'outer', cause: { type: 'Error', message: 'inner' } } });
    expect(JSON.stringify(snapshot(error))).not.toContain('config');
  });

  it('marks what it cuts', () => {
    expect(snapshot('x'.repeat(10_485_760))).toBe(`${'x'.repeat(4_096)}…[10485760 characters]`);
    const keys = Object.fromEntries(Array.from({ length: 137 }, (_, index) => [`k${index}`, index]));
    expect(Object.keys(snapshot(keys) as object)).toHaveLength(101);
    expect(snapshot(keys)).toMatchObject({ k99: 99, '…': '37 more' });
    expect((snapshot(Array.from({ length: 137 }, () => 0)) as unknown[]).slice(99)).toEqual([0, '…37 more']);
    expect(snapshot(new Map(Array.from({ length: 137 }, (_, index) => [`k${index}`, 1])))).toMatchObject({ '…': '37 more' });
    expect((snapshot(new Set(Array.from({ length: 137 }, (_, index) => index))) as unknown[]).at(-1)).toBe('…37 more');
  });

  it('goes eight levels deep', () => {
    expect(snapshot({ 1: { 2: { 3: { 4: { 5: { 6: { 7: { 8: { 9: 1 } } } } } } } } })).toEqual({ 1: { 2: { 3: { 4: { 5: { 6: { 7: { 8: '[depth]' } } } } } } } });
  });

  it('marks circles, but copies what is only shared', () => {
    const shared = { a: 1 };
    const circle: Record<string, unknown> = { shared, again: shared };
    circle['self'] = [circle];
    expect(snapshot(circle)).toEqual({ shared, again: shared, self: ['[circular]'] });
  });

  it('never cuts a surrogate pair in half', () => {
    const text = snapshot(`x${'😀'.repeat(4_000)}`) as string;
    expect(encodeURIComponent(text)).toContain('characters');
  });

  it('leaves out undefined, and keeps a key named __proto__ a key', () => {
    const copy = snapshot(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(Object.keys(snapshot({ a: undefined, b: 1 }) as object)).toEqual(['b']);
  });

  it('marks what cannot be read, and keeps the rest', () => {
    const value = {
      good: 1,
      get bad() {
        throw new Error('no');
      },
      hostile: hostile(),
      json: { toJSON: () => { throw new Error('no'); } },
      revoked: (() => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return proxy; })(),
    };
    expect(snapshot(value)).toEqual({ good: 1, bad: '[unreadable]', hostile: '[unreadable]', json: '[unreadable]', revoked: '[unreadable]' });
    expect(snapshot(hostile())).toBe('[unreadable]');
  });

  it('touches no more of a large object than it keeps', () => {
    let touched = 0;
    const counting = { get: (target: object, key: string | symbol) => (typeof key === 'string' && /^k?\d+$/.test(key) && (touched += 1), Reflect.get(target, key)) };
    snapshot(new Proxy(Array.from({ length: 1e7 }).fill(0) as unknown[], counting));
    snapshot(new Proxy(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1])), counting));
    expect(touched).toBe(200);
  });

  it('is bounded whatever it is given', () => {
    const wide = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ text: 'x'.repeat(4_000) })));
    const copy = JSON.stringify(snapshot(wide));
    expect(copy.length).toBeLessThan(100_000);
    const keys = snapshot(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}${'k'.repeat(10_000)}`, 1])));
    expect(JSON.stringify(keys).length).toBeLessThan(100_000);
  });

  it('does not hold on to the memory of what it cut', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const used = () => (gc(), process.memoryUsage().heapUsed);
    const before = used();
    // Each text is another one, built at run time, so that none is shared or constant.
    const kept = Array.from({ length: 20 }, (_, index) => snapshot(String(index).padEnd(2_000_000, `${index}abc`)));
    expect(used() - before).toBeLessThan(5_000_000);
    expect(kept).toHaveLength(20);
  });

  it('gives plain data that JSON keeps as it is, for anything', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true, withSparseArray: true }), (value) => {
        const copy = snapshot(value);
        if (copy !== undefined) expect(JSON.parse(JSON.stringify(copy))).toEqual(normalized(copy));
      }),
      { numRuns: 300 },
    );
  });
});

/** As JSON has it: no negative zero. */
function normalized(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, item: unknown) => item);
}

describe('snapshotText', () => {
  it.each<[unknown, string]>([
    ['a', 'a'],
    [42, '42'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
    [[1, 2], '[1,2]'],
    [new TypeError('x'), 'TypeError: x'],
    [new URL('https://a.io/'), 'https://a.io/'],
    [new (class { toString() { return 'own'; } })(), 'own'],
    [new (class { toString() { throw new Error('no'); } a = 1; })(), '{"a":1}'],
    [Symbol('s'), 'Symbol(s)'],
    [hostile(), '[unreadable]'],
  ])('makes text of anything: %#', (value, text) => {
    expect(snapshotText(value)).toBe(text);
  });

  it('caps, and says so', () => {
    expect(snapshotText('abcdef', 3)).toBe('abc…[6 characters]');
    expect(snapshotText(Array.from({ length: 1e7 }))).toContain('more');
  });
});

describe('snapshotAttributes', () => {
  it('keeps what OpenTelemetry allows', () => {
    const attributes = { text: 'a', number: 1, yes: false, texts: ['a', 'b'], numbers: [1, 2], empty: [] };
    const copy = snapshotAttributes(attributes);
    expect(copy).toEqual(attributes);
    expect(copy['texts']).not.toBe(attributes.texts);
  });

  it('makes JSON of anything else, and leaves out nothing but undefined and null', () => {
    const attributes = { object: { a: 1 }, mixed: [1, 'a'], date: new Date(0), none: undefined, nothing: null, big: 1n, nan: Number.NaN, bad: hostile() };
    expect(snapshotAttributes(attributes)).toEqual({
      object: '{"a":1}',
      mixed: '[1,"a"]',
      date: '1970-01-01T00:00:00.000Z',
      big: '1n',
      nan: 'NaN',
      bad: '[unreadable]',
    });
  });

  it('counts the keys and items beyond the caps', () => {
    const copy = snapshotAttributes(Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`k${index}`, index])));
    expect(copy['arkhe.attributes_dropped']).toBe(2);
    expect(Object.keys(copy)).toHaveLength(129);
    const items = snapshotAttributes({ items: Array.from({ length: 130 }, () => 1) });
    expect(items['items']).toHaveLength(128);
    expect(items['arkhe.items_dropped']).toBe(2);
    expect(Object.keys(snapshotAttributes({ ['k'.repeat(300)]: 1 }))[0]).toBe(`${'k'.repeat(256)}…[300 characters]`);
  });

  it('still counts what was dropped when it is the copy of a copy', () => {
    const first = snapshotAttributes(Object.fromEntries([...Array.from({ length: 130 }, (_, index) => [`k${index}`, index]), ['k0', Array.from({ length: 130 }, () => 1)]]));
    const again = snapshotAttributes({ more: 1, ...first });
    expect([again['arkhe.attributes_dropped'], again['arkhe.items_dropped'], 'k126' in again, 'k127' in again]).toEqual([3, 2, true, false]);
  });

  it('is bounded in all', () => {
    const lists = Object.fromEntries(Array.from({ length: 128 }, (_, index) => [`k${index}`, Array.from({ length: 128 }, () => 'x'.repeat(4_000))]));
    expect(JSON.stringify(snapshotAttributes(lists)).length).toBeLessThan(110_000);
  });

  it('adds to the base, which is itself the result when there is nothing to add', () => {
    const base = { 'service.name': 'shop', a: 1 };
    expect(snapshotAttributes(undefined, base)).toBe(base);
    expect(snapshotAttributes({ a: 2, b: undefined }, base)).toEqual({ 'service.name': 'shop', a: 2 });
    expect(snapshotAttributes({ a: undefined }, base)).toEqual(base);
    expect(snapshotAttributes(undefined)).toEqual({});
    expect(snapshotAttributes('text', base)).toBe(base);
  });

  it('never throws', () => {
    expect(snapshotAttributes(hostile(), { a: 1 })).toEqual({ a: 1, 'arkhe.attributes': '[unreadable]' });
    expect(Object.getPrototypeOf(snapshotAttributes(JSON.parse('{"__proto__":"x"}')))).toBe(Object.prototype);
  });
});

describe('estimateSize', () => {
  it('grows with the text a signal holds', () => {
    const small = estimateSize(logSignal());
    expect(small).toBeGreaterThan(100);
    expect(estimateSize(logSignal({ message: 'x'.repeat(10_000) })) - small).toBeGreaterThanOrEqual(19_000);
    expect(estimateSize(errorSignal({ context: { a: ['x'.repeat(10_000)] } }))).toBeGreaterThan(20_000);
  });

  it('ends and does not throw, whatever an operator has added', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(estimateSize(logSignal({ context: circle }))).toBeGreaterThan(0);
    expect(estimateSize({ ...spanSignal(), extra: hostile() } as never)).toBeGreaterThan(0);
  });
});
