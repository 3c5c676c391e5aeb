import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/core/redaction/redactor.ts';

const { redactText } = createRedactor();
/** JSON in JSON in JSON: what a log line becomes on its way. */
const escaped = (text: string, times: number): string => (times === 0 ? text : escaped(JSON.stringify(text).slice(1, -1), times - 1));

// Tokens are put together here, so that no scanner of repositories takes this file for a leak.
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'c2lnbmF0dXJl'].join('.');
const tail = 'Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2';
const tokens = [
  ...['sk_live_', 'sk_test_', 'rk_live_', 'sk-proj-', 'sk-ant-api03-', 'sk-', 'ghp_', 'gho_', 'ghs_', 'github_pat_', 'glpat-', 'xoxb-', 'xoxp-'].map((prefix) => prefix + tail),
  ...['npm_', 'hf_', 'ya29.', 'whsec_', 'AIza'].map((prefix) => prefix + tail),
  ...['AKIA', 'ASIA'].map((prefix) => `${prefix}IOSFODNN7EXAMPLE`),
  `SG.${tail.slice(0, 22)}.${tail}`,
  jwt,
  jwt.slice(0, 30),
];

describe('in URLs', () => {
  it.each([
    ['https://bob:hunter2@shop.io/a', 'https://REDACTED:REDACTED@shop.io/a'],
    ['https://token@github.com/x', 'https://REDACTED:REDACTED@github.com/x'],
    ['redis://:hunter2@db:6379', 'redis://REDACTED:REDACTED@db:6379'],
    ['postgres://bob:p@ss@db/shop', 'postgres://REDACTED:REDACTED@db/shop'],
    ['postgres://bob:pa/ss?x@db/shop', 'postgres://REDACTED:REDACTED@db/shop'],
    ['amqp://a:b@h1, amqp://c:d@h2', 'amqp://REDACTED:REDACTED@h1, amqp://REDACTED:REDACTED@h2'],
    [String.raw`{"url":"https:\/\/bob:pw@h\/"}`, String.raw`{"url":"https:\/\/REDACTED:REDACTED@h\/"}`],
    ['https://x.io/?token=abc&page=2', 'https://x.io/?token=REDACTED&page=2'],
    ['/cb?page=2&api_key=abc#access_token=def', '/cb?page=2&api_key=REDACTED#access_token=REDACTED'],
    ['token=abc&page=2', 'token=REDACTED&page=2'],
    ['?access%5Ftoken=abc', '?access%5Ftoken=REDACTED'],
    ['?user[password]=abc&x=1', '?user[password]=REDACTED&x=1'],
    ['?next=%2Fcb%3Ftoken%3Dabc%26x%3D1&y=2', '?next=%2Fcb%3Ftoken%3DREDACTED%26x%3D1&y=2'],
    ['?next=https%3A%2F%2Fbob%3Apw%40h%2F', '?next=https%3A%2F%2FREDACTED%3AREDACTED%40h%2F'],
    ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'AWSAccessKeyId', 'Signature', 'sig', 'X-Goog-Signature'].map((name): [string, string] => [
      `https://s3.io/o?${name}=abc%2Fdef&X-Amz-Date=2026`,
      `https://s3.io/o?${name}=REDACTED&X-Amz-Date=2026`,
    ]),
  ])('%s', (text, expected) => expect(redactText(text)).toBe(expected));
});

describe('pairs in text', () => {
  it.each([
    ['login with password=hunter2 failed', 'login with password=[REDACTED] failed'],
    ['password: hunter2, user: bob', 'password: [REDACTED], user: bob'],
    ["{ password: 'it\\'s', user: 'bob' }", "{ password: '[REDACTED]', user: 'bob' }"],
    ['(api_key=abc)', '(api_key=[REDACTED])'],
    ['api key: abc def', 'api key: [REDACTED] def'],
    ['password => "x y"', 'password => "[REDACTED]"'],
    ['Server=db;Password=a,b!c;Database=shop', 'Server=db;Password=[REDACTED];Database=shop'],
    ['token: Bearer abc next', 'token: [REDACTED] next'],
    ['Authorization: Digest user="bob", response="abc"\nHost: x', 'Authorization: [REDACTED]\nHost: x'],
    ['Cookie: a=b; c=d\nHost: x', 'Cookie: [REDACTED]\nHost: x'],
    ["curl -H 'Cookie: a=b; c=d' -v", "curl -H 'Cookie: [REDACTED]' -v"],
    ['curl -H "X-Api-Key: abc" -v', 'curl -H "X-Api-Key: [REDACTED]" -v'],
    ['password=[REDACTED]hunter2', 'password=[REDACTED]'],
  ])('%s', (text, expected) => expect(redactText(text)).toBe(expected));

  it.each([0, 1, 2, 3])('in JSON escaped %i times', (times) => {
    const json = (password: unknown) => escaped(JSON.stringify({ user: 'bob', password, list: [1] }), times);
    for (const password of ['hunter2', 'quo"te', 'back\\', '\\"', 'line\nbreak', 1234, ['a', { b: ']"' }], { a: '}' }]) {
      expect(redactText(json(password))).toBe(json('[REDACTED]'));
    }
  });

  it.each([0, 1, 2])('in lists of pairs, of headers and of named values in JSON escaped %i times', (times) => {
    const json = (secret: string) =>
      escaped(JSON.stringify({ pairs: [['a', 'b'], ['token', secret]], raw: ['Host', 'x', 'Cookie', secret], har: [{ name: 'Set-Cookie', value: secret }] }), times);
    expect(redactText(json('hun"ter2'))).toBe(json('[REDACTED]'));
    const harmless = escaped(JSON.stringify({ fields: ['password', 'email'], har: [{ name: 'a', value: 'b' }], pairs: [['a', 'token']] }), times);
    expect(redactText(harmless)).toBe(harmless);
  });

  it.each([0, 1, 2])('in JSON escaped %i times and cut off anywhere', (times) => {
    const text = escaped(JSON.stringify({ user: 'bob', password: 'hun"ter2hunter2' }), times);
    for (let end = 0; end <= text.length; end += 1) expect(redactText(text.slice(0, end))).not.toMatch(/hun/);
  });

  it.each([
    ...['max_tokens=512', 'tokens: 512', '{"tokenCount":5,"hasPassword":true,"token":null}', 'author: bob', 'auth: user logged in', 'pinned=yes'],
    ...['session.id=abc', 'Unexpected token: }', "Unexpected token '<', \"<!DOCTYPE\" is not valid JSON", 'Error: connect ECONNREFUSED 127.0.0.1:5432'],
    ...['TypeError: x\n    at Object.<anonymous> (/app/node_modules/passport/lib/authenticator.js:10:5)', 'https://x.io:8080/a@b?page=2', 'password=', 'git@github.com:a/b'],
    ...['2026-01-02T12:34:56.789Z', 'the bearer token is missing', 'Basic authentication is off', 'a basic example', ''],
  ])('leaves alone: %s', (text) => expect(redactText(text)).toBe(text));
});

describe('credentials by their look', () => {
  it.each(tokens)('%s', (token) => {
    for (const text of [token, `got ${token} from`, `"${token}"`, `x=${token};`, `(${token})`]) expect(redactText(text)).toBe(text.replace(token, '[REDACTED]'));
  });

  it('credentials of a scheme', () => {
    expect(redactText('sent Bearer abc.def-1 to')).toBe('sent Bearer [REDACTED] to');
    expect(redactText('BASIC dXNlcjpwYXNz')).toBe('BASIC [REDACTED]');
  });

  it('private keys, whole or cut off', () => {
    const key = (kind: string) => `-----BEGIN ${kind}-----\nMIIEow\n-----END ${kind}-----`;
    for (const kind of ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK']) {
      expect(redactText(`a ${key(kind)} b ${key(kind)} c`)).toBe('a [REDACTED] b [REDACTED] c');
      expect(redactText(`a ${key(kind).slice(0, -20)}`)).toBe('a [REDACTED]');
    }
    expect(redactText(key('CERTIFICATE'))).toBe(key('CERTIFICATE'));
  });

  it.each(['4242424242424242', '4242 4242 4242 4242', '4242-4242-4242-4242', '378282246310005', '3782 822463 10005', '5555555555554444', '2223003122003222', '6011000990139424', '30569309025904', '4222222222222', '6304000000000000'])(
    'the card number %s',
    (card) => {
      expect(redactText(`card ${card} 12/26`)).toBe('card [REDACTED] 12/26');
      expect(redactText(`visa${card}x`)).toBe('visa[REDACTED]x');
      expect(redactText(`2026 ${card}`)).toBe('2026 [REDACTED]');
    },
  );

  it.each([
    ...['4242424242424241', '42424242424242424242', '1700000000000', '1700000000000000000', '2026-01-02 12:34:56', '20260102123456789'],
    ...['4bf92f3577b34da6a3ce929d0e0e4736', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'a4242424242424242bcdef1234567890'],
  ])('no card number: %s', (text) => expect(redactText(text)).toBe(text));

  it('no identifier is taken for a card', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 16, maxLength: 16 }), (uuid, bytes) => {
        const traceId = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
        fc.pre(/[a-f]/.test(traceId));
        expect(redactText(`${uuid} ${traceId}`)).toBe(`${uuid} ${traceId}`);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('always', () => {
  const fragments = fc.constantFrom('password', 'token', '=', ':', '"', "'", '\\', '\\"', '{', '}', '[', ']', ',', ';', '&', '?', '://', '@', ' ', '\n', 'Bearer ', 'cookie', '%3D', '[REDACTED]', 'REDACTED', 'abc', '42', ...tokens, '4242 4242 4242 4242', '-----BEGIN PRIVATE KEY-----');

  it('what was redacted stays as it is', () => {
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 25 }), (parts) => {
        const once = redactText(parts.join(''));
        expect(redactText(once)).toBe(once);
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes linear time, also with hostile texts of 64 KiB', { timeout: 60_000 }, () => {
    const units = ['=', ': ', 'a://b:c/', 'a://b:c', '://@', 'Bearer ', 'sk-', 'eyJ.', '":', `"a':`, '\\', 'password=\\', 'password=.', ',a=', '4242 ', '42', '-----BEGIN PRIVATE KEY', '[', 'token: token ', 'tokens=1,', '?a=%3F', '?a=%253D', 'cookie: true\n', 'SG.-', 'a', '-', '%', '{"password":[', 'api key ', 'bearer   ', '"password', '"token","', '[["', '{"name":"token","value":"', '\\"token\\":\\', ' \t', "password='"];
    for (const unit of units) {
      for (const around of ['', 'password=', 'x', '"token":"', 'https://']) {
        const text = (around + unit.repeat(65_536 / unit.length + 1)).slice(0, 65_535) + 'x';
        const start = performance.now();
        redactText(text);
        // Quadratic searches take seconds here, linear ones milliseconds.
        expect(performance.now() - start, JSON.stringify(around + unit)).toBeLessThan(2_000);
      }
    }
  });

  it('looks at 64 KiB, and says what it cut off', () => {
    expect(redactText(`${'x'.repeat(70_000)} password=hunter2`)).toMatch(/^x+…\[70017 characters\]$/);
  });
});
