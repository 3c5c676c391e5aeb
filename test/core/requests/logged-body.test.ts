// Which bodies are logged, and what of them.
import { describe, expect, it } from 'vitest';
import { createLoggedBody } from '../../../src/core/requests/logged-body.ts';
import type { LoggedBody } from '../../../src/core/requests/logged-body.ts';
import { requestPolicy } from '../../../src/core/requests/request-policy.ts';
import type { BodyLoggingOptions } from '#sdk';

type Headers = Readonly<Record<string, unknown>>;

function bodyWith(headers: Headers, options: BodyLoggingOptions = {}): LoggedBody | undefined {
  return createLoggedBody(requestPolicy({ bodies: options }).bodies!, (name) => headers[name]);
}

/** What is told of a body of these pieces. */
function told(contentType: string, pieces: readonly (string | Uint8Array)[], options?: BodyLoggingOptions): unknown {
  const body = bodyWith({ 'content-type': contentType }, options)!;
  for (const piece of pieces) body.add(piece);
  return body.value();
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a body is logged', () => {
  const cases: readonly (readonly [string, Headers, boolean, BodyLoggingOptions?])[] = [
    ['of JSON', { 'content-type': 'application/json' }, true],
    ['of JSON in any case, with parameters', { 'content-type': 'Application/JSON ; charset="UTF-8"; v=1' }, true],
    ['of a kind of JSON', { 'content-type': 'application/problem+json' }, true],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }, true],
    ['of plain text', { 'content-type': 'text/plain;charset=utf8' }, true],
    ['whose type is in a list of one', { 'content-type': ['text/plain'] }, true],
    ['of another type', { 'content-type': 'text/html' }, false],
    ['of another type that is listed', { 'content-type': 'text/html' }, true, { contentTypes: ['Text/*'] }],
    ['of a type that begins with a listed one', { 'content-type': 'text/plainer' }, false],
    ['of a type that ends with a listed one', { 'content-type': 'x/text/plain' }, false],
    ['of any type, where any is listed', { 'content-type': 'image/png' }, true, { contentTypes: ['*/*'] }],
    ['of an end that overlaps the beginning', { 'content-type': 'a/bc' }, false, { contentTypes: ['a/b*bc'] }],
    ['of a middle', { 'content-type': 'application/vnd.shop.v2+json' }, true, { contentTypes: ['application/vnd.*.v2+*'] }],
    ['of another middle', { 'content-type': 'application/vnd.shop.v1+json' }, false, { contentTypes: ['application/vnd.*.v2+*'] }],
    ['of no type', {}, false, { contentTypes: ['*/*'] }],
    ['of what is no type', { 'content-type': 'json' }, false, { contentTypes: ['*/*', '*json'] }],
    ['of a number as its type', { 'content-type': 7 }, false, { contentTypes: ['*/*'] }],
    ['of events', { 'content-type': 'text/event-stream; charset=utf-8' }, false, { contentTypes: ['text/event-stream', '*/*'] }],
    ['in parts', { 'content-type': 'multipart/form-data; boundary=x' }, false, { contentTypes: ['multipart/form-data', '*/*'] }],
    ['in another charset', { 'content-type': 'text/plain; charset=latin1' }, false],
    ['in another charset, which comes first', { 'content-type': 'text/plain; charset=utf-16le; charset=utf-8' }, false],
    ['that is compressed', { 'content-type': 'text/plain', 'content-encoding': 'gzip' }, false],
    ['that says it is not compressed', { 'content-type': 'text/plain', 'content-encoding': 'Identity' }, true],
    ['that is as long as may be', { 'content-type': 'text/plain', 'content-length': '8192' }, true],
    ['that says it is longer, so that its size is told', { 'content-type': 'text/plain', 'content-length': '8193' }, true],
    ['whose length is no number', { 'content-type': 'text/plain', 'content-length': 'x' }, true],
  ];
  for (const [name, headers, logged, options] of cases) {
    it(name, () => expect(bodyWith(headers, options) !== undefined).toBe(logged));
  }

  it('of a type as long as a header may be: at once', () => {
    const contentTypes = ['*a*a*a*a*a*a/*b*b*b*b*b*c'];
    const startedAt = performance.now();
    for (let round = 0; round < 100; round += 1) bodyWith({ 'content-type': `${'a'.repeat(8_000)}/${'b'.repeat(8_000)}` }, { contentTypes });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('what is told of a body', () => {
  const json = 'application/json';
  const form = 'application/x-www-form-urlencoded';
  const text = 'text/plain';
  const cases: readonly (readonly [string, string, readonly (string | Uint8Array)[], unknown])[] = [
    ['JSON: what it says', json, ['{"a":', bytes('[1,"ä"]}')], { a: [1, 'ä'] }],
    ['JSON that is a text', json, ['"a"'], 'a'],
    ['JSON that is null', json, ['null'], null],
    ['JSON with a mark of its byte order', json, [Uint8Array.of(0xef, 0xbb, 0xbf), '{}'], {}],
    ['a kind of JSON', 'application/vnd.api+json', ['{"a":1}'], { a: 1 }],
    ['malformed JSON: its text', json, ['{"a":'], '{"a":'],
    ['a form: its fields', form, ['a=1&b=two+words&a=%C3%A4', '&c&&=x'], { a: ['1', 'ä'], b: 'two words', c: '', '': 'x' }],
    ['a malformed form', form, ['a=%zz&b=%E4'], { a: '%zz', b: '\ufffd' }],
    ['text', text, ['hello ', 'you'], 'hello you'],
    ['text with malformed bytes', text, [Uint8Array.of(0x61, 0xff)], 'a\ufffd'],
    ['nothing', json, [], undefined],
    ['nothing in pieces', json, ['', new Uint8Array(0)], undefined],
    ['another type that is listed: its text', 'x/y', ['{"a":1}'], '{"a":1}'],
  ];
  it.each(cases)('%s', (_, type, pieces, value) => {
    expect(told(type, pieces, { contentTypes: ['*/*'] })).toEqual(value);
  });

  it('puts characters together that are split between pieces', () => {
    const whole = bytes('a€😀');
    expect(told(text, [...whole].map((byte) => Uint8Array.of(byte)))).toBe('a€😀');
  });

  it('takes a field called __proto__ as a field', () => {
    const polluted = told(form, ['__proto__=x&constructor=y']) as object;
    expect(Object.entries(polluted)).toEqual([['__proto__', 'x'], ['constructor', 'y']]);
    expect(Object.entries(told(json, ['{"__proto__":{"a":1}}']) as object)).toEqual([['__proto__', { a: 1 }]]);
    expect(({} as { a?: unknown }).a).toBe(undefined);
  });

  it('bounds what is deep, or many', () => {
    expect(JSON.stringify(told(json, ['['.repeat(4_000) + ']'.repeat(4_000)]))).toBe('[[[[[[[["[depth]"]]]]]]]]');
    expect(Object.keys(told(form, [Array.from({ length: 1_000 }, (_, index) => `k${index}=`).join('&')]) as object)).toHaveLength(101);
  });

  it('keeps copies: who owns the bytes may use them again', () => {
    for (const piece of [bytes('abc'), Buffer.from('abc')]) {
      const body = bodyWith({ 'content-type': text })!;
      body.add(piece);
      piece.fill(0x78);
      expect(body.value()).toBe('abc');
    }
  });

  it('of a larger one only how much it was, whatever the pieces', () => {
    const options = { maxBytes: 4 };
    expect(told(text, ['abcd'], options)).toBe('abcd');
    expect(told(text, ['abcde'], options)).toBe('[5 bytes]');
    expect(told(text, ['ab', bytes('cd'), 'e', 'fg'], options)).toBe('[7 bytes]');
    expect(told(text, ['€€'], options)).toBe('[6 bytes]');
    expect(told(text, ['abcd', 'aé€😀'], options)).toBe('[14 bytes]');
    expect(told(text, ['abcd', '\ud83d', '\ude00!'], options)).toBe('[11 bytes]');
  });

  it('lets go of everything that is too much', () => {
    const body = bodyWith({ 'content-type': text })!;
    const piece = new Uint8Array(1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 100; round += 1) body.add(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    expect(body.value()).toBe('[100000000 bytes]');
  });
});
