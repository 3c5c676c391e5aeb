import { describe, expect, it } from 'vitest';
import { memorySink } from '../../../src/core/sinks/memory.ts';
import { logSignal, spanSignal } from '../../helpers/signals.ts';

const context = { abortSignal: new AbortController().signal, leaving: false };
const logs = (...names: readonly string[]) => names.map((name) => logSignal({ name }));
const names = (signals: readonly { readonly name: string }[]) => signals.map(({ name }) => name);

describe('memorySink', () => {
  it('keeps what it is given, oldest first', () => {
    const sink = memorySink();
    sink.write(logs('a', 'b'), context);
    sink.write(logs('c'), context);
    expect(names(sink.signals)).toEqual(['a', 'b', 'c']);
  });

  it('lets the oldest go when it is full', () => {
    const sink = memorySink({ capacity: 3 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) sink.write(logs(name), context);
    expect(names(sink.signals)).toEqual(['c', 'd', 'e']);
  });

  it('gives the signals of one kind', () => {
    const sink = memorySink();
    sink.write([logSignal(), spanSignal({ name: 'work' })], context);
    expect(sink.ofKind('span').map(({ name, duration }) => [name, duration])).toEqual([['work', 10]]);
  });

  it('gives lists that do not change', () => {
    const sink = memorySink();
    sink.write(logs('a'), context);
    const before = sink.signals;
    sink.write(logs('b'), context);
    expect(names(before)).toEqual(['a']);
  });

  it('forgets everything on clear', () => {
    const sink = memorySink({ capacity: 2 });
    sink.write(logs('a', 'b', 'c'), context);
    sink.clear();
    sink.write(logs('d'), context);
    expect(names(sink.signals)).toEqual(['d']);
  });

  it.each([0, -1, 1.5, Number.NaN, '10' as unknown as number])('refuses the capacity %s', (capacity) => {
    expect(() => memorySink({ capacity })).toThrow(/^capacity: expected a whole number from 1/);
  });
});
