import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validTraceState } from '../../src/core/propagation/trace-state.ts';

describe('a tracestate', () => {
  it.each([
    ['one member', 'vendor=value', 'vendor=value'],
    ['several', 'a=1,b=2,c=3', 'a=1,b=2,c=3'],
    ['spaces and tabs around members', ' a=1 ,\tb=2\t', 'a=1,b=2'],
    ['empty members', ',a=1,,b=2,', 'a=1,b=2'],
    ['a space in a value', 'a=one two', 'a=one two'],
    ['a tenant', '0tenant_1@vendor=x', '0tenant_1@vendor=x'],
    ['all characters of a key', 'a0_-*/@=x', 'a0_-*/@=x'],
    ['a digit before a key', '1a=1', '1a=1'],
    ['32 members', list(32), list(32)],
    ['512 characters', `${'a'.repeat(255)}=${'x'.repeat(256)}`, `${'a'.repeat(255)}=${'x'.repeat(256)}`],
  ])('is handed on with %s', (_, given, expected) => {
    expect(validTraceState(given)).toBe(expected);
  });

  it.each([
    ['nothing', ''],
    ['only commas', ' , ,'],
    ['no value', 'a='],
    ['no key', '=1'],
    ['no equals sign', 'a'],
    ['two equals signs', 'a=1=2'],
    ['upper case in a key', 'A=1'],
    ['another character before a key', '@a=1'],
    ['a key twice', 'a=1,b=2,a=3'],
    ['one bad member among good ones', 'a=1,b,c=3'],
    ['a line break', 'a=1\r\nx: y'],
    ['letters beyond ASCII', 'a=ä'],
    ['33 members', list(33)],
    ['513 characters', `${'a'.repeat(256)}=${'x'.repeat(256)}`],
    ['a value of 257 characters', `a=${'x'.repeat(257)}`],
    ['a megabyte', 'a=1,'.repeat(262_144)],
    ['a megabyte of spaces', `a=1${' '.repeat(1_048_576)}b`],
    ['no text', 7],
  ])('is ignored with %s', (_, given) => {
    expect(validTraceState(given)).toBe(undefined);
  });

  it('is, when it is handed on, always one that is handed on as it is', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '=', ',', ' ', '\t', '@', '1', '\n', '~'), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (given) => {
        const valid = validTraceState(given);
        expect(validTraceState(valid)).toBe(valid);
        expect(valid ?? 'a=1').toMatch(/^[!-~][ -~]*$/);
      }),
    );
  });
});

function list(members: number): string {
  return Array.from({ length: members }, (_, index) => `k${index}=v`).join(',');
}
