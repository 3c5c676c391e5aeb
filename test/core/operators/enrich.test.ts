import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { enrich } from '../../../src/core/operators/enrich.ts';
import type { Attributes, LogSignal, Signal } from '../../../src/core/signal.ts';
import { marbles } from '../../helpers/marbles.ts';
import { logSignal } from '../../helpers/signals.ts';

const a = logSignal({ attributes: { tenant: 'acme' } });
const b = logSignal();

/** What enrich makes of one signal. */
function enriched(signal: LogSignal, attributes: Attributes | ((signal: LogSignal) => Attributes | undefined)): LogSignal {
  let result: LogSignal | undefined;
  of(signal).pipe(enrich(attributes)).subscribe((next) => (result = next));
  if (result === undefined) throw new Error('nothing came out');
  return result;
}

describe('enrich', () => {
  it('adds attributes; those already there win', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b-|', { a, b });
    const sourceSubs = '  ^----!';
    const expected = '    -x-y-|';
    expectObservable(source.pipe(enrich({ tenant: 'default', region: 'eu' }))).toBe(expected, {
      x: { ...a, attributes: { tenant: 'acme', region: 'eu' } },
      y: { ...b, attributes: { tenant: 'default', region: 'eu' } },
    });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('asks a function for each signal, and passes an error on', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b-#', { a, b });
    const sourceSubs = '  ^----!';
    const expected = '    -x-b-#';
    const byTenant = ({ attributes }: Signal): Attributes | undefined => (attributes['tenant'] === 'acme' ? { plan: 'gold' } : undefined);
    expectObservable(source.pipe(enrich(byTenant))).toBe(expected, { x: { ...a, attributes: { tenant: 'acme', plan: 'gold' } }, b });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('passes the signal unchanged when the function throws, and goes on', marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b-', { a, b });
    const unsub = '       -----!';
    const sourceSubs = '  ^----!';
    const expected = '    -a-y-';
    const attributes = ({ attributes: { tenant } }: Signal): Attributes => {
      if (tenant === 'acme') throw new Error('no such tenant');
      return { found: true };
    };
    expectObservable(source.pipe(enrich(attributes)), unsub).toBe(expected, { a, y: { ...b, attributes: { found: true } } });
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  }));

  it('leaves out undefined values, which win over nothing', () => {
    const signal = logSignal({ attributes: { region: undefined, tenant: 'acme' } });
    const { attributes } = enriched(signal, { region: 'eu', tenant: 'default', zone: undefined });
    expect(Object.entries(attributes)).toEqual([['region', 'eu'], ['tenant', 'acme']]);
    expect(signal.attributes).toEqual({ region: undefined, tenant: 'acme' });
  });

  it('keeps the full shape of the signal, and the signal itself', () => {
    expect(Object.keys(enriched(b, { x: 1 }))).toEqual(Object.keys(b));
    expect(b.attributes).toEqual({});
    expect(enriched(b, () => undefined)).toBe(b);
  });

  it('copies what it is given, so that it cannot change later', () => {
    const list = ['a'];
    const fixed: Record<string, string | string[]> = { region: 'eu', list };
    const operator = enrich<LogSignal>(fixed);
    const dynamic = enriched(b, () => ({ list }));
    fixed['region'] = 'us';
    list.push('b');
    const seen: Attributes[] = [];
    of(b).pipe(operator).subscribe(({ attributes }) => seen.push(attributes));
    expect(seen).toEqual([{ region: 'eu', list: ['a'] }]);
    expect(dynamic.attributes).toEqual({ list: ['a'] });
  });

  it('adds nothing for what are no attributes', () => {
    for (const value of ['text', 7, null, ['a'], true]) expect(enriched(b, () => value as unknown as Attributes)).toBe(b);
    const polluting = JSON.parse('{ "__proto__": { "polluted": true } }') as Attributes;
    expect((enriched(b, () => polluting).attributes as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses what is neither attributes nor a function', () => {
    for (const value of [undefined, null, 'region', 7, ['a']]) {
      expect(() => enrich(value as unknown as Attributes)).toThrow(ConfigurationError);
    }
    expect(() => enrich('eu' as unknown as Attributes)).toThrow(/^enrich\.attributes: expected an object .*, received string "eu"$/);
  });
});
