import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import type { RedactOptions } from '../../../src/core/redaction/redact-options.ts';
import { createRedactor } from '../../../src/core/redaction/redactor.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { errorSignal, logSignal, metricSignal, profileSignal, requestSignal, responseSignal, spanSignal } from '../../helpers/signals.ts';

const { redactSignal } = createRedactor();
const gone = '[REDACTED]';

/** What becomes of a value somewhere in a log's context. */
function redacted(context: unknown, options?: RedactOptions): unknown {
  return createRedactor(options).redactSignal(logSignal({ context }))?.context;
}

describe('keys', () => {
  it('replaces what is under a secret key, whole subtrees too', () => {
    expect(redacted({ user: 'bob', password: 'x', card: { number: 4242 }, credentials: { a: [1] }, pin: 1234, tokens: ['a'] })).toEqual({
      ...{ user: 'bob', password: gone, card: { number: 4242 }, credentials: gone, pin: gone, tokens: gone },
    });
  });

  it('leaves what is no secret: numbers of tokens, yes and no, nothing', () => {
    const value = { max_tokens: 512, tokenCount: 3, hasPassword: true, password: null, token: '', author: 'bob', cookieConsent: true, cookies: 3 };
    expect(redacted(value)).toBe(value);
  });

  it('knows headers in all the shapes they come in', () => {
    const secret = 'abc';
    expect(
      redacted({
        plain: { Authorization: secret, 'X-Api-Key': secret, accept: 'json' },
        raw: ['Host', 'x', 'Cookie', secret],
        rawHeaders: ['X-Custom-Token', secret, 'Accept', 'json'],
        pairs: [['authorization', secret], ['accept', 'json']],
        har: [{ name: 'Set-Cookie', value: secret }, { name: 'accept', value: 'json' }],
        map: new Map<unknown, unknown>([['cookie', secret], [1, 'x']]),
      }),
    ).toEqual({
      plain: { Authorization: gone, 'X-Api-Key': gone, accept: 'json' },
      raw: ['Host', 'x', 'Cookie', gone],
      rawHeaders: ['X-Custom-Token', gone, 'Accept', 'json'],
      pairs: [['authorization', gone], ['accept', 'json']],
      har: [{ name: 'Set-Cookie', value: gone }, { name: 'accept', value: 'json' }],
      map: [['cookie', gone], [1, 'x']],
    });
    expect(redacted({ fields: ['password', 'email'] })).toEqual({ fields: ['password', 'email'] });
  });

  it('finds secrets in keys', () => {
    expect(redacted({ sessions: { 'Bearer abcdef1234': 1 } })).toEqual({ sessions: { 'Bearer [REDACTED]': 1 } });
  });

  it('finds card numbers that are numbers', () => {
    expect(redacted({ card: 4242424242424242, time: 1_700_000_000_000, nan: Number.NaN })).toEqual({ card: gone, time: 1_700_000_000_000, nan: Number.NaN });
  });
});

describe('the option keys', () => {
  it.each(['email', 'Email', 'e_mail', 'e-mail'])('takes the name %s, whatever its case and separators', (name) => {
    expect(redacted({ 'E-Mail': 'x', user: { email: 'y' }, emails: 'z' }, { keys: [name] })).toEqual({ 'E-Mail': gone, user: { email: gone }, emails: 'z' });
  });

  it('takes the end of a path, also of one written in an attribute', () => {
    const redactor = createRedactor({ keys: ['user.email', 'params.card.holder', 'items.*.price', 'list.sku'] });
    const { params, attributes } = redactor.redactSignal(
      requestSignal({
        params: { card: { holder: 'bob', name: 'bob' }, user: { email: 'x' }, email: 'y', items: [{ price: 1, sku: 'a' }], list: [{ sku: 'b' }] },
        attributes: { 'user.email': 'x', 'owner.email': 'y', 'shop.user.email': 'z' },
      }),
    ) as ReturnType<typeof requestSignal>;
    expect(params).toEqual({ card: { holder: gone, name: 'bob' }, user: { email: gone }, email: 'y', items: [{ price: gone, sku: 'a' }], list: [{ sku: gone }] });
    expect(attributes).toEqual({ 'user.email': gone, 'owner.email': 'y', 'shop.user.email': gone });
  });

  it('tries patterns on the key and on the path, each time from the start', () => {
    const keys = [/^x-/gi, /^context\.inner\.a$/y];
    for (let round = 0; round < 3; round += 1) {
      expect(redacted({ 'X-One': 1, 'x-two': 2, a: 3, inner: { a: 4 } }, { keys })).toEqual({ 'X-One': gone, 'x-two': gone, a: 3, inner: { a: gone } });
    }
  });

  it('replaces whatever the value is, and in texts too', () => {
    expect(redacted({ plan: true, note: 'plan=gold plan: gold {"plan":"gold"}' }, { keys: ['plan'] })).toEqual({ plan: gone, note: `plan=${gone} plan: ${gone} {"plan":"${gone}"}` });
  });

  it('adds to the default ones', () => {
    expect(redacted({ password: 'x', plan: 'y' }, { keys: ['plan'], replacement: '***' })).toEqual({ password: '***', plan: '***' });
  });
});

describe('the option allow', () => {
  it('lets values pass unseen, and beats keys', () => {
    const value = { password: 'x', deep: { note: 'token=abc', card: 4242424242424242 }, plan: 'z' };
    expect(redacted(value, { allow: ['password', 'context.deep', /^plan$/], keys: ['plan'] })).toBe(value);
    expect(redacted({ text: 'password=x token=y' }, { allow: ['password'] })).toEqual({ text: `password=x token=${gone}` });
  });

  it('still keeps out what is alive', () => {
    expect(redacted({ deep: { now: new Date(0) } }, { allow: ['deep'] })).toEqual({ deep: { now: '1970-01-01T00:00:00.000Z' } });
  });
});

describe('wrong options', () => {
  it.each<[unknown, string]>([
    [{ keys: 'password' }, 'redaction.keys: expected an array of names and patterns, received string "password"'],
    [{ keys: ['a', /b/, 3] }, 'redaction.keys[2]: expected a name, a dotted path or a RegExp, received number 3'],
    [{ allow: [''] }, 'redaction.allow[0]: expected a name, a dotted path or a RegExp, received string ""'],
    [{ replacement: 1 }, 'redaction.replacement: expected a string, received number 1'],
  ])('are named: %#', (options, message) => {
    expect(() => createRedactor(options as RedactOptions)).toThrow(ConfigurationError);
    expect(() => createRedactor(options as RedactOptions)).toThrow(message);
  });
});

describe('signals', () => {
  const text = 'password=hunter2';
  const error = { type: text, message: text, stack: text, cause: { type: 'E', message: text }, errors: [{ type: 'E', message: text }] };
  const attributes = { note: text, list: [text], password: 'hunter2' };
  const base = { name: text, attributes, requestId: text, sessionId: text };
  const everything: readonly Signal[] = [
    spanSignal({ ...base, status: { code: 'error', message: text }, events: [{ name: text, timestamp: 1, attributes }] }),
    requestSignal({ ...base, method: text, path: '/a?token=hunter2', params: { text }, headers: { cookie: 'hunter2' } }),
    responseSignal({ ...base, path: text, params: { text }, headers: { 'set-cookie': 'hunter2', note: text }, requestData: { text }, data: [text], error }),
    profileSignal(base),
    errorSignal({ ...base, error, context: { text }, breadcrumbs: [{ category: text, message: text, timestamp: 1, level: 'info', attributes }] }),
    logSignal({ ...base, message: text, context: text }),
    metricSignal(base),
    { ...logSignal(), extra: { password: 'hunter2' } } as Signal,
    { ...logSignal(), password: 'hunter2' } as Signal,
  ];

  it.each(everything.map((signal) => [signal.kind, signal] as const))('are searched wherever text can be: %s', (_, signal) => {
    expect(JSON.stringify(redactSignal(signal))).not.toContain('hunter2');
  });

  it('keep their shape', () => {
    for (const signal of everything) expect(Object.keys(redactSignal(signal) as object)).toEqual(Object.keys(signal));
    expect(redactSignal(spanSignal({ status: { code: 'error', message: text } }))?.status).toEqual({ code: 'error', message: `password=${gone}` });
  });

  it('keep what identifies them', () => {
    const trace = { traceId: '4242424242424242', spanId: '4242424242424242', sampled: true };
    const span = spanSignal({ trace, parentSpanId: '4242424242424242', links: [trace], timestamp: 4_242_424_242_424_242, scope: { name: 'sk_live_abcdefgh12' } });
    expect(redactSignal(span)).toBe(span);
    const log = logSignal({ eventId: '4242424242424242' });
    expect(redactSignal(log)).toBe(log);
  });

  it('pass as the same object when there is nothing to redact', () => {
    const signals = [spanSignal({ events: [{ name: 'e', timestamp: 1, attributes: { a: 1 } }] }), requestSignal({ params: { a: [{ b: 'c' }] } }), responseSignal({ requestId: 'req-7', sessionId: 'session-7' }), errorSignal(), logSignal({ context: { nan: Number.NaN } }), metricSignal()];
    for (const signal of signals) expect(redactSignal(signal)).toBe(signal);
  });

  it('share what did not change', () => {
    const params = { same: { a: 1 }, password: 'x' };
    const copy = redactSignal(requestSignal({ params })) as { readonly params: typeof params };
    expect(copy.params).not.toBe(params);
    expect(copy.params.same).toBe(params.same);
  });
});

describe('what cannot be redacted', () => {
  const throwing = () => {
    throw new Error('trap');
  };
  const hostile = (): object => new Proxy({}, new Proxy({}, { get: () => throwing }));

  it('does not pass', () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle['self'] = circle;
    const deep = Array.from({ length: 30 }).reduce<unknown>((inner) => ({ inner }), 'password=hunter2');
    const value = { circle, hostile: hostile(), get bad() { return throwing(); }, after: 'password=hunter2', large: Array.from({ length: 20_000 }).fill('password=hunter2') };
    expect(redacted(value)).toEqual({ circle: { a: 1, self: '[unredactable]' }, hostile: '[unredactable]', bad: '[unredactable]', after: `password=${gone}`, large: '[unredactable]' });
    expect(JSON.stringify(redacted(deep))).toContain('[unredactable]');
    expect(JSON.stringify(redacted(deep))).not.toContain('hunter2');
  });

  it('is a snapshot first when it is alive', () => {
    class User { name = 'bob'; password = 'hunter2'; }
    expect(redacted({ user: new User(), map: new Map([['token', 'x']]), set: new Set(['token=x']), f: () => 1, big: 4242424242424242n })).toEqual({
      ...{ user: { name: 'bob', password: gone }, map: { token: gone }, set: [`token=${gone}`], f: '[function f]', big: `${gone}n` },
    });
  });

  it('keeps the shape readers count on', () => {
    const log: Signal | undefined = redactSignal({ ...logSignal(), attributes: hostile() as never });
    expect(log?.attributes).toEqual({ 'arkhe.redaction': '[unredactable]' });
    expect(redactSignal(errorSignal({ error: hostile() as never }))?.error).toEqual({ type: 'Error', message: '[unredactable]' });
    expect(redactSignal(errorSignal({ error: new Error('token=x') as never }))?.error).toMatchObject({ type: 'Error', message: `token=${gone}` });
    expect(redactSignal({ ...logSignal(), get message() { return throwing(); } } as never)).toMatchObject({ message: '[unredactable]' });
  });

  it('takes the whole signal with it when nothing of it can be read', () => {
    expect(redactSignal(hostile() as Signal)).toBeUndefined();
    expect(redactSignal(null as unknown as Signal)).toBeUndefined();
    expect(redactSignal({ ...logSignal(), get kind() { return throwing(); } } as never)).toBeUndefined();
  });
});

describe('always', () => {
  const secret = 'S3cr3tV4lue';
  const jwt = ['eyJhbGciOiJIUzI1NiJ9', `eyJ${secret}`, secret].join('.');
  /** The secret as it is met in the wild. */
  const planted = fc.constantFrom<(json: (value: unknown) => string) => unknown>(
    () => ({ password: secret }),
    () => ({ Authorization: [secret] }),
    () => [['cookie', secret]],
    () => new Map([['apiKey', secret]]),
    () => `user=bob password=${secret} next`,
    () => `https://bob:${secret}@shop.io/?page=1`,
    () => `/cb?access_token=${secret}&page=1`,
    () => `GET / HTTP/1.1\r\nCookie: a=${secret}; b=${secret}\r\nHost: x`,
    () => `got Bearer ${secret} here`,
    () => `sk_live_${secret}`,
    () => jwt,
    (json) => json({ a: [1, { client_secret: secret }] }),
    (json) => json({ body: json({ token: { inner: secret } }) }),
    (json) => json({ token: `${secret} and ${secret}` }).slice(0, 24),
  );
  const place = fc.constantFrom<(value: unknown) => Signal>(
    (context) => logSignal({ context }),
    (context) => errorSignal({ context: { list: [[{ context }]] } }),
    (params) => requestSignal({ params }),
    (data) => responseSignal({ data: { data } }),
    (value) => logSignal({ message: textOf(value) }),
    (value) => spanSignal({ name: textOf(value), status: { code: 'error', message: textOf(value) }, attributes: { note: textOf(value), list: [textOf(value)] } }),
    (value) => spanSignal({ events: [{ name: 'e', timestamp: 1, attributes: { note: textOf(value) } }] }),
    (value) => errorSignal({ error: { type: 'E', message: 'm', cause: { type: 'E', message: textOf(value), stack: `Error: ${textOf(value)}\n    at f (a.js:1:1)` } } }),
    (value) => errorSignal({ breadcrumbs: [{ category: 'c', message: textOf(value), timestamp: 1, level: 'info', attributes: {} }] }),
  );
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : Array.isArray(value) ? Object.fromEntries(value) : value));
  const around = fc.dictionary(fc.string({ maxLength: 8 }).filter((key) => key !== 'value'), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxKeys: 4 });

  it('a planted secret does not survive', () => {
    fc.assert(
      fc.property(planted, place, around, fc.boolean(), (plant, put, others, nested) => {
        const value = plant((value) => JSON.stringify(value));
        const signal = put(nested && typeof value !== 'string' ? { ...others, value } : value);
        expect(show(redactSignal(signal))).not.toContain(secret);
      }),
      { numRuns: 1_500 },
    );
  });

  it('the signal given in stays as it was', () => {
    fc.assert(
      fc.property(planted, place, around, (plant, put, others) => {
        const signal = deepFrozen(put({ ...others, value: plant((value) => JSON.stringify(value)) }));
        const before = show(signal);
        redactSignal(signal);
        expect(show(signal)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it('once is enough', () => {
    fc.assert(
      fc.property(planted, place, around, (plant, put, others) => {
        const once = redactSignal(put({ ...others, value: plant((value) => JSON.stringify(value)) })) as Signal;
        expect(redactSignal(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('nothing is thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }), fc.anything(), (context, error) => {
        redactSignal(errorSignal({ context, error: error as never, attributes: context as never }));
      }),
      { numRuns: 500 },
    );
  });

  it('names are remembered, but not for ever', () => {
    const { redactName } = createRedactor();
    expect(redactName('GET /?token=abc')).toBe('GET /?token=REDACTED');
    for (let index = 0; index < 5_000; index += 1) redactName(`GET /${index}?token=abc`);
    expect(redactName('GET /?token=abc')).toBe('GET /?token=REDACTED');
  });
});

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (item instanceof Map ? [...item] : item));
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFrozen(inner);
  }
  return value;
}
