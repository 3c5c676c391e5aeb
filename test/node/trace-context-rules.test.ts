import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { propagatingService } from '../helpers/propagating-service.ts';
import type { PropagatingService } from '../helpers/propagating-service.ts';

// The rules of https://www.w3.org/TR/trace-context-2/ for a service that takes part in a trace, each by its section, against one
// behind a real socket. What other participants send is written byte by byte.

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const traceparent = `traceparent: 00-${traceId}-${parentId}-01`;

let service: PropagatingService;
beforeAll(async () => {
  service = await propagatingService(['tracecontext']);
});
afterAll(() => service.close());

/** What goes out: `sampled` of the same trace and its `tracestate`, or `restarted` in a new one without any. */
type Outcome = { readonly sampled: boolean; readonly tracestate?: string } | 'restarted';

interface Rule {
  readonly section: string;
  readonly rule: string;
  readonly sent: readonly string[];
  readonly outcome: Outcome;
}

const rule = (section: string, text: string, sent: readonly string[], outcome: Outcome): Rule => ({ section, rule: text, sent, outcome });
const goesOn = { sampled: true } as const;
const withState = (tracestate: string) => ({ sampled: true, tracestate });

const members = (count: number, from = 1) => Array.from({ length: count }, (_, index) => `k${index + from}=v`).join(',');

const rules: readonly Rule[] = [
  rule('3.2.1', 'expects the name traceparent in any case: mixed', [traceparent.replace('traceparent', 'TraceParent')], goesOn),
  rule('3.2.1', 'expects the name traceparent in any case: upper', [traceparent.replace('traceparent', 'TRACEPARENT')], goesOn),
  rule('3.2.1', 'takes no other name for it: a hyphen', [traceparent.replace('traceparent', 'trace-parent')], 'restarted'),
  rule('3.2.1', 'takes no other name for it: a dot', [traceparent.replace('traceparent', 'trace.parent')], 'restarted'),
  rule('3.2.2', 'parses version, trace-id, parent-id and flags between dashes', [traceparent], goesOn),
  rule('3.2.2', 'takes no other delimiter', [traceparent.replaceAll('-', '_')], 'restarted'),
  rule('3.2.2', 'ignores white space around the value', [`traceparent: \t ${traceparent.slice(13)} \t`], goesOn),
  rule('3.2.2', 'ignores an empty value', ['traceparent:'], 'restarted'),
  rule('3.2.2.1', 'version ff is forbidden', [`traceparent: ff-${traceId}-${parentId}-01`], 'restarted'),
  rule('3.2.2.1', 'a version has two digits: one', [`traceparent: 0-${traceId}-${parentId}-01`], 'restarted'),
  rule('3.2.2.1', 'a version has two digits: three', [`traceparent: 000-${traceId}-${parentId}-01`], 'restarted'),
  rule('3.2.2.1', 'a version has hexadecimal digits', [`traceparent: .0-${traceId}-${parentId}-01`], 'restarted'),
  rule('3.2.2.1', 'a version has lower-case digits', [`traceparent: CC-${traceId}-${parentId}-01`], 'restarted'),
  rule('3.2.2.2', 'version 00 has four fields', [`${traceparent}-what-the-future-will-be-like`], 'restarted'),
  rule('3.2.2.2', 'version 00 ends with the flags', [`${traceparent}.`], 'restarted'),
  rule('3.2.2.2', 'version 00 ends with the flags, without a dash', [`${traceparent}-`], 'restarted'),
  rule('3.2.2.3', 'an all-zero trace-id is invalid', [`traceparent: 00-${'0'.repeat(32)}-${parentId}-01`], 'restarted'),
  rule('3.2.2.3', 'a trace-id has 32 digits: 31', [`traceparent: 00-${traceId.slice(1)}-${parentId}-01`], 'restarted'),
  rule('3.2.2.3', 'a trace-id has 32 digits: 33', [`traceparent: 00-${traceId}0-${parentId}-01`], 'restarted'),
  rule('3.2.2.3', 'a trace-id has hexadecimal digits', [`traceparent: 00-.${traceId.slice(1)}-${parentId}-01`], 'restarted'),
  rule('3.2.2.3', 'a trace-id has lower-case digits', [`traceparent: 00-${traceId.toUpperCase()}-${parentId}-01`], 'restarted'),
  rule('3.2.2.4', 'an all-zero parent-id is invalid', [`traceparent: 00-${traceId}-${'0'.repeat(16)}-01`], 'restarted'),
  rule('3.2.2.4', 'a parent-id has 16 digits: 15', [`traceparent: 00-${traceId}-${parentId.slice(1)}-01`], 'restarted'),
  rule('3.2.2.4', 'a parent-id has 16 digits: 17', [`traceparent: 00-${traceId}-${parentId}0-01`], 'restarted'),
  rule('3.2.2.4', 'a parent-id has hexadecimal digits', [`traceparent: 00-${traceId}-${parentId.slice(1)}.-01`], 'restarted'),
  rule('3.2.2.4', 'a parent-id has lower-case digits', [`traceparent: 00-${traceId}-${parentId.toUpperCase()}-01`], 'restarted'),
  rule('3.2.2.5', 'flags have two digits: one', [`traceparent: 00-${traceId}-${parentId}-1`], 'restarted'),
  rule('3.2.2.5', 'flags have two digits: three', [`traceparent: 00-${traceId}-${parentId}-001`], 'restarted'),
  rule('3.2.2.5', 'flags have hexadecimal digits', [`traceparent: 00-${traceId}-${parentId}-0.`], 'restarted'),
  rule('3.2.2.5', 'flags have lower-case digits', [`traceparent: 00-${traceId}-${parentId}-0B`], 'restarted'),
  rule('3.2.2.5.1', 'respects the sampled flag that is set', [`traceparent: 00-${traceId}-${parentId}-01`], { sampled: true }),
  rule('3.2.2.5.1', 'respects the sampled flag that is not set', [`traceparent: 00-${traceId}-${parentId}-00`], { sampled: false }),
  rule('3.2.2.5', 'masks the flags: sampled among others', [`traceparent: 00-${traceId}-${parentId}-09`], { sampled: true }),
  rule('3.2.2.5', 'masks the flags: all but sampled', [`traceparent: 00-${traceId}-${parentId}-fe`], { sampled: false }),
  rule('3.2.2.5.2', 'reads a trace whose id is said to be random', [`traceparent: 00-${traceId}-${parentId}-03`], { sampled: true }),
  rule('3.2.2.5.3', 'sets unknown flags to zero', [`traceparent: 00-${traceId}-${parentId}-ff`], { sampled: true }),
  rule('3.2.4', 'parses a higher version by the format it knows', [`traceparent: cc-${traceId}-${parentId}-01`], goesOn),
  rule('3.2.4', 'assumes nothing of the unknown fields of a higher version', [`traceparent: cc-${traceId}-${parentId}-01-what-the-future`], goesOn),
  rule('3.2.4', 'restarts when the flags of a higher version end with no dash', [`traceparent: cc-${traceId}-${parentId}-01.what`], 'restarted'),
  rule('3.2.4', 'restarts when a higher version is shorter than 55 characters', [`traceparent: cc-${traceId}-${parentId}-0`], 'restarted'),
  rule('3.2.4', 'checks the trace-id of a higher version', [`traceparent: cc-${'0'.repeat(32)}-${parentId}-01`], 'restarted'),
  rule('3.2.4', 'checks the parent-id of a higher version', [`traceparent: cc-${traceId}-${'0'.repeat(16)}-01`], 'restarted'),
  rule('3.2.4', 'checks the flags of a higher version', [`traceparent: cc-${traceId}-${parentId}-xx`], 'restarted'),
  rule('3.2.4', 'disallows a prohibitively large header', [`traceparent: cc-${traceId}-${parentId}-01-${'x'.repeat(4_000)}`], 'restarted'),
  rule('3.2.4', 'restarts when the version cannot be parsed', [`traceparent: zz-${traceId}-${parentId}-01`], 'restarted'),
  rule('3.2', 'believes neither of two different headers', [traceparent, traceparent.replace('0af7', '1af7')], 'restarted'),
  rule('3.2', 'believes neither of two different headers, whatever their case', [traceparent, traceparent.replace('traceparent: 00-0af7', 'Traceparent: 00-1af7')], 'restarted'),
  rule('3.2', 'believes neither of two different lines, one malformed', [traceparent, 'traceparent: x'], 'restarted'),
  rule('3.2', 'takes the same header twice for one', [traceparent, traceparent], goesOn),

  rule('3.3', 'hands tracestate on', [traceparent, 'tracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'], withState('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE')),
  rule('3.3', 'parses no tracestate without traceparent', ['tracestate: rojo=1'], 'restarted'),
  rule('3.3', 'parses no tracestate beside a malformed traceparent', ['traceparent: x', 'tracestate: rojo=1'], 'restarted'),
  rule('3.3', 'a malformed tracestate does not affect traceparent', [traceparent, 'tracestate: ,,=,;'], goesOn),
  rule('3.3.1', 'expects the name tracestate in any case: mixed', [traceparent, 'TraceState: a=1'], withState('a=1')),
  rule('3.3.1', 'expects the name tracestate in any case: upper', [traceparent, 'TRACESTATE: a=1'], withState('a=1')),
  rule('3.3.1', 'takes no other name for it', [traceparent, 'trace-state: a=1', 'trace.state: a=1'], goesOn),
  rule('3.3.1.1', 'combines several headers in their order', [traceparent, 'tracestate: a=1,b=2', 'tracestate: c=3', 'TraceState: d=4'], withState('a=1,b=2,c=3,d=4')),
  rule('3.3.1.1', 'accepts an empty header', [traceparent, 'tracestate:'], goesOn),
  rule('3.3.1.1', 'accepts an empty header among others: first', [traceparent, 'tracestate:', 'tracestate: a=1'], withState('a=1')),
  rule('3.3.1.1', 'accepts an empty header among others: last', [traceparent, 'tracestate: a=1', 'tracestate:'], withState('a=1')),
  rule('3.3.1.1', 'accepts empty and whitespace-only members', [traceparent, 'tracestate: ,a=1,, \t ,b=2,'], withState('a=1,b=2')),
  rule('3.3.1.1', 'ignores spaces and tabs around members', [traceparent, 'tracestate:  a=1 \t , \t b=2\t,\tc=3 '], withState('a=1,b=2,c=3')),
  rule('3.3.1.2', 'takes 32 members', [traceparent, `tracestate: ${members(32)}`], withState(members(32))),
  rule('3.3.1.2', 'takes 32 members of several headers', [traceparent, `tracestate: ${members(16)}`, `tracestate: ${members(16, 17)}`], withState(members(32))),
  rule('3.3.1.2', 'discards 33 members', [traceparent, `tracestate: ${members(33)}`], goesOn),
  rule('3.3.1.2', 'discards 33 members of several headers', [traceparent, `tracestate: ${members(32)}`, 'tracestate: z=1'], goesOn),
  rule('3.3.1.3.1', 'takes every character of a key', [traceparent, 'tracestate: abcdefghijklmnopqrstuvwxyz0123456789_-*/@=1'], withState('abcdefghijklmnopqrstuvwxyz0123456789_-*/@=1')),
  rule('3.3.1.3.1', 'takes a key that begins with a digit', [traceparent, 'tracestate: 1a=1'], withState('1a=1')),
  rule('3.3.1.3.1', 'takes a tenant', [traceparent, 'tracestate: 0tenant@vendor=1'], withState('0tenant@vendor=1')),
  rule('3.3.1.3.1', 'takes a key of 256 characters', [traceparent, `tracestate: ${'z'.repeat(256)}=1`], withState(`${'z'.repeat(256)}=1`)),
  rule('3.3.1.3.1', 'discards a key of 257 characters', [traceparent, `tracestate: a=1,${'z'.repeat(257)}=1`], goesOn),
  rule('3.3.1.3.1', 'discards upper case in a key', [traceparent, 'tracestate: FOO=1'], goesOn),
  rule('3.3.1.3.1', 'discards a space behind a key', [traceparent, 'tracestate: foo =1'], goesOn),
  rule('3.3.1.3.1', 'discards another character in a key', [traceparent, 'tracestate: foo.bar=1'], goesOn),
  rule('3.3.1.3.1', 'discards a key that begins with another character', [traceparent, 'tracestate: @foo=1,bar=2'], goesOn),
  rule('3.3.1.3.1', 'discards a key without a name', [traceparent, 'tracestate: =1'], goesOn),
  rule('3.3.1.3.2', 'takes every character of a value', [traceparent, `tracestate: a=${printable()}`], withState(`a=${printable()}`)),
  rule('3.3.1.3.2', 'preserves leading spaces of a value', [traceparent, 'tracestate: a=  1'], withState('a=  1')),
  rule('3.3.1.3.2', 'takes no trailing spaces for a part of a value', [traceparent, 'tracestate: a=1  ,b=2'], withState('a=1,b=2')),
  rule('3.3.1.3.2', 'takes a value of 256 characters', [traceparent, `tracestate: a=${'v'.repeat(256)}`], withState(`a=${'v'.repeat(256)}`)),
  rule('3.3.1.3.2', 'discards a value of 257 characters', [traceparent, `tracestate: a=${'v'.repeat(257)}`], goesOn),
  rule('3.3.1.3.2', 'discards an equals sign in a value', [traceparent, 'tracestate: a=b=c'], goesOn),
  rule('3.3.1.3.2', 'discards an empty value', [traceparent, 'tracestate: a=,b=3'], goesOn),
  rule('3.3.1.3.2', 'discards a tab in a value', [traceparent, 'tracestate: a=1\t2'], goesOn),
  rule('3.3.1.3.2', 'discards letters beyond ASCII', [traceparent, 'tracestate: a=\u00e4'], goesOn),
  rule('3.3.1.4', 'allows one entry per key', [traceparent, 'tracestate: a=1,b=2,a=3'], goesOn),
  rule('3.3.1.4', 'allows one entry per key, the same twice', [traceparent, 'tracestate: a=1,a=1'], goesOn),
  rule('3.3.1.4', 'allows one entry per key, in several headers', [traceparent, 'tracestate: a=1', 'tracestate: a=1'], goesOn),
  rule('3.3.1.5', 'propagates 512 characters', [traceparent, `tracestate: ${state(512)}`], withState(state(512))),
  rule('3.3.1.5', 'propagates no part of more', [traceparent, `tracestate: ${state(513)}`], goesOn),
  rule('3.3.1.5', 'propagates no part of 10 kB', [traceparent, `tracestate: ${state(10_000)}`], goesOn),
  rule('3.5', 'preserves the order of members', [traceparent, 'tracestate: z=1,a=2,m=3'], withState('z=1,a=2,m=3')),
  rule('4', 'begins a trace without headers', [], 'restarted'),
];

describe('W3C Trace Context', () => {
  it.each(rules)('$section $rule', async ({ sent, outcome }) => {
    for (const { continued, handedOn, spanId } of await service.send(...sent)) {
      const [, version, trace, parent, flags] = /^(..)-(.{32})-(.{16})-(..)$/.exec(handedOn['traceparent'] ?? '') ?? [];
      // 3.4: what goes out is of the version known here, and of the operation at work here.
      expect([version, parent]).toEqual(['00', spanId]);
      expect(spanId).not.toBe(parentId);
      expect(continued).toBe(outcome !== 'restarted');
      if (outcome === 'restarted') {
        expect(trace).toMatch(/^(?!0{32})[\da-f]{32}$/);
        expect(trace).not.toContain(traceId.slice(4));
        expect(Object.keys(handedOn)).toEqual(['traceparent']);
      } else {
        expect([trace, flags, handedOn['tracestate']]).toEqual([traceId, outcome.sampled ? '01' : '00', outcome.tracestate]);
      }
    }
  });

  it('3.4 gives every outgoing request of a trace a parent-id of its own', async () => {
    const all = [...(await service.send(traceparent)), ...(await service.send(traceparent))];
    expect(new Set(all.map(({ spanId }) => spanId)).size).toBe(all.length);
  });

  it('says what it ignored, and how often, without quoting it', async () => {
    const fresh = await propagatingService(['tracecontext']);
    await fresh.send('traceparent: secret');
    await fresh.send(traceparent, 'tracestate: secret');
    await fresh.close();
    const said = fresh.health.map((trouble) => (trouble.type === 'input-ignored' ? [trouble.message, trouble.count] : []));
    expect(said).toEqual([
      ['a malformed traceparent', 1],
      ['a malformed tracestate', 1],
      ['a malformed traceparent', 2],
      ['a malformed tracestate', 2],
    ]);
  });
});

/** All that a value may hold, ending as it must. */
function printable(): string {
  return Array.from({ length: 0x7e - 0x20 + 1 }, (_, index) => String.fromCharCode(0x20 + index)).filter((char) => !',='.includes(char)).join('');
}

/** Of members with short keys and values, just this long. */
function state(length: number): string {
  let text = 'a=1';
  for (let index = 0; text.length + 120 < length; index++) text += `,k${index}=${'v'.repeat(100)}`;
  return `${text},z=${'x'.repeat(length - text.length - 3)}`;
}
