// A method that is stood around, by several, and by others too.
import { describe, expect, it } from 'vitest';
import { patchMethod } from '../../../src/node/sources/patch-method.ts';
import type { Around } from '../../../src/node/sources/patch-method.ts';

class Base {
  greet(name: string): string {
    return `hello ${name}`;
  }
}
class Derived extends Base {}

const saying =
  (word: string): Around =>
  (_, args, proceed) =>
    `${word}(${String(proceed(args))})`;

describe('patchMethod', () => {
  it('stands around a method, of instances made before too, and takes that back', () => {
    const made = new Derived();
    const before = Base.prototype.greet;
    const undo = patchMethod(Base.prototype, 'greet', saying('a'));
    expect(made.greet('you')).toBe('a(hello you)');
    expect([Base.prototype.greet.name, Base.prototype.greet.length]).toEqual(['greet', 1]);
    undo();
    expect(Base.prototype.greet).toBe(before);
    expect(made.greet('you')).toBe('hello you');
  });

  it('may change the arguments', () => {
    const undo = patchMethod(Base.prototype, 'greet', (_, [name], proceed) => proceed([`${String(name)}!`]));
    expect(new Base().greet('you')).toBe('hello you!');
    undo();
  });

  it('of a method that is inherited leaves nothing behind', () => {
    const undo = patchMethod(Derived.prototype, 'greet', saying('a'));
    expect(new Derived().greet('you')).toBe('a(hello you)');
    expect(new Base().greet('you')).toBe('hello you');
    undo();
    expect(Object.hasOwn(Derived.prototype, 'greet')).toBe(false);
  });

  it('of an inherited method sees what is patched below it later', () => {
    const undo = patchMethod(Derived.prototype, 'greet', saying('a'));
    const undoBase = patchMethod(Base.prototype, 'greet', saying('b'));
    expect(new Derived().greet('you')).toBe('a(b(hello you))');
    undoBase();
    undo();
  });

  const orders = [
    ['the first goes first', [0, 1]],
    ['the last goes first', [1, 0]],
  ] as const;
  it.each(orders)('several are taken back in any order: %s', (_, order) => {
    const before = Base.prototype.greet;
    const undos = [patchMethod(Base.prototype, 'greet', saying('a')), patchMethod(Base.prototype, 'greet', saying('b'))];
    expect(new Base().greet('you')).toBe('a(b(hello you))');
    undos[order[0]]!();
    expect(new Base().greet('you')).toBe(order[0] === 0 ? 'b(hello you)' : 'a(hello you)');
    undos[order[1]]!();
    expect(Base.prototype.greet).toBe(before);
  });

  it('lets others be: what they put on top stays, and calls pass', () => {
    const before = Base.prototype.greet;
    const undo = patchMethod(Base.prototype, 'greet', saying('a'));
    const below = Base.prototype.greet;
    const theirs = function (this: Base, name: string): string {
      return `theirs(${below.call(this, name)})`;
    };
    Base.prototype.greet = theirs;
    undo();
    expect(Base.prototype.greet).toBe(theirs);
    expect(new Base().greet('you')).toBe('theirs(hello you)');

    const again = patchMethod(Base.prototype, 'greet', saying('b'));
    expect(new Base().greet('you')).toBe('b(theirs(hello you))');
    again();
    expect(Base.prototype.greet).toBe(theirs);
    Base.prototype.greet = before;
  });

  it('what it takes back twice is taken back once', () => {
    const undo = patchMethod(Base.prototype, 'greet', saying('a'));
    const undoOther = patchMethod(Base.prototype, 'greet', saying('b'));
    undo();
    undo();
    expect(new Base().greet('you')).toBe('b(hello you)');
    undoOther();
  });

  it('what is thrown reaches the caller', () => {
    const undo = patchMethod(Base.prototype, 'greet', () => {
      throw new Error('around');
    });
    expect(() => new Base().greet('you')).toThrow('around');
    undo();
  });

  it('refuses what is no method', () => {
    expect(() => patchMethod(Base.prototype, 'part', saying('a'))).toThrow(TypeError);
    expect(() => patchMethod(Object.freeze({ greet: () => 'x' }), 'greet', saying('a'))).toThrow(TypeError);
  });
});
