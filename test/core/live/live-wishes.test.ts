import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveParts, readWishes } from '../../../src/core/live/live-wishes.ts';
import type { LiveWishes } from '../../../src/core/live/live-wishes.ts';
import { signalKinds } from '../../../src/core/signal.ts';

const offer = { kinds: signalKinds, window: 60_000, every: 1_000 };

function read(query: string, given = offer): LiveWishes & { readonly ignored: readonly string[] } {
  const ignored: string[] = [];
  return { ...readWishes(new URLSearchParams(query), given, (what) => ignored.push(what)), ignored };
}

describe('the wishes of a client', () => {
  it('are statistics and health by default, at the times of the server', () => {
    expect(read('')).toEqual({ parts: ['statistics', 'health'], kinds: [], window: 60_000, every: 1_000, ignored: [] });
  });

  it('are taken as they are, each once, in one order for all', () => {
    const one = read('parts=traces,statistics,traces&kinds=span,error&window=30000&every=500');
    expect(one).toEqual({ parts: ['statistics', 'traces'], kinds: ['span', 'error'], window: 30_000, every: 500, ignored: [] });
    expect(read('kinds=error, span,error&every=500&parts=statistics,traces&window=30000')).toEqual(one);
  });

  it('can be none', () => {
    expect(read('parts=')).toMatchObject({ parts: [], ignored: [] });
  });

  it('can be faster than 250 ms only where the server is', () => {
    expect(read('every=20').every).toBe(250);
    expect(read('every=20', { ...offer, every: 50 }).every).toBe(50);
  });

  it.each(['window=-1', 'window=1e3', 'window=', 'window=Infinity', 'window=0', 'every=abc', 'every=0x10', 'parts=toString', 'kinds=__proto__', '__proto__=1', 'constructor=1'])('are left out where they are malformed, and counted: %s', (query) => {
    const { ignored, ...wishes } = read(query);
    expect(ignored).toHaveLength(1);
    expect(wishes).toMatchObject({ kinds: [], window: 60_000, every: 1_000 });
  });

  it('stay in bounds whatever is asked, and what is said of it does not quote it', () => {
    const names = fc.oneof(fc.constantFrom('parts', 'kinds', 'window', 'every', '__proto__'), fc.string());
    const values = fc.oneof(fc.string({ unit: 'binary' }), fc.double().map(String), fc.integer().map(String), fc.subarray([...liveParts, ...signalKinds, 'echo']).map((list) => list.join()));
    const said = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values), { maxLength: 80 }), (query) => {
        const { parts, kinds, window, every } = readWishes(query, offer, (what) => said.add(what));
        expect(parts.every((part) => liveParts.includes(part)) && kinds.every((kind) => signalKinds.includes(kind))).toBe(true);
        expect([new Set(parts).size, new Set(kinds).size]).toEqual([parts.length, kinds.length]);
        expect(Number.isInteger(window) && Number.isInteger(every)).toBe(true);
        expect(every >= 250 && every <= 60_000 && window >= every && window <= 3_600_000).toBe(true);
      }),
    );
    expect(said.size).toBeLessThanOrEqual(6);
  });
});
