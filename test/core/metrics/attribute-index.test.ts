import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../../src/core/signal.ts';
import { createAttributeIndex } from '../../../src/core/metrics/attribute-index.ts';

describe('an index of attributes', () => {
  it('finds what was put under the same attributes, and nothing else', () => {
    const index = createAttributeIndex<string>({ left: 100 });
    const sets: readonly Attributes[] = [{}, { a: 1 }, { a: '1' }, { a: true }, { a: 1, b: 'x' }, { b: 'x', a: 1 }, { a: 2, b: 'x' }, { a: Number.NaN }];
    for (const [at, attributes] of sets.entries()) {
      expect(index.find(attributes)).toBeUndefined();
      index.put(attributes, `item ${at}`);
    }
    for (let round = 0; round < 2; round += 1) for (const [at, attributes] of sets.entries()) expect(index.find({ ...attributes, c: undefined })).toBe(`item ${at}`);
    expect(index.find({ a: 1, b: 'y' })).toBeUndefined();
    expect(index.find({ a: 1, b: 'x', c: 1 })).toBeUndefined();
  });

  it('does not look into lists', () => {
    const index = createAttributeIndex<string>({ left: 100 });
    const attributes = { list: ['a'] };
    index.put(attributes, 'item');
    expect(index.find(attributes)).toBeUndefined();
  });

  it('keeps no more than there is room for', () => {
    const room = { left: 10 };
    const index = createAttributeIndex<number>(room);
    for (let value = 0; value < 100; value += 1) index.put({ value }, value);
    expect(room.left).toBe(0);
    expect([index.find({ value: 9 }), index.find({ value: 10 })]).toEqual([9, undefined]);
    index.put({ value: 9 }, 99);
    expect(index.find({ value: 9 })).toBe(99);
  });

  it('asks no more than a few keys in one place', () => {
    const room = { left: 1_000 };
    const index = createAttributeIndex<number>(room);
    for (let key = 0; key < 100; key += 1) index.put({ [`k${key}`]: 1 }, key);
    expect(room.left).toBe(992);
    expect([index.find({ k7: 1 }), index.find({ k8: 1 })]).toEqual([7, undefined]);
    index.put({ k7: 2 }, 72);
    expect(index.find({ k7: 2 })).toBe(72);
  });
});
