import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainlyClean } from '../../../src/core/redaction/clean-text.ts';
import type { RedactOptions } from '../../../src/core/redaction/redact-options.ts';
import { createRedactor } from '../../../src/core/redaction/redactor.ts';
import { isUuid } from '../../../src/core/redaction/uuid.ts';
import type { Attributes, Signal } from '../../../src/core/signal.ts';
import { estimateSize } from '../../../src/core/signal-size.ts';
import { errorSignal, logSignal, metricSignal, profileSignal, requestSignal, responseSignal, spanSignal, traceOf } from '../../helpers/signals.ts';

// Put together here, so that no scanner of repositories takes this file for a leak.
const tail = 'Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8';
const prefixes = [
  ...['sk_live_', 'rk_test_', 'sk-proj-', 'sk-', 'whsec_', 'ghp_', 'github_pat_', 'glpat-', 'xoxb-', 'xapp-', 'AKIA', 'ASIA', 'ABIA', 'ACCA'],
  ...['AIza', 'ya29.', 'npm_', 'pypi-', 'SG.', 'hf_', 'shpat_', 'dckr_pat_', 'dop_v1_', 'hvs.', 'sntrys_', 'eyJ'],
];
const pieces = fc.oneof(
  fc.constantFrom(...prefixes),
  fc.constantFrom('Bearer ', 'basic%20', 'BEARER\t', '4242424242424242', '4242 4242 4242 4242', '-----BEGIN PRIVATE KEY-----', tail, tail.toUpperCase(), 'f'.repeat(16)),
  fc.constantFrom('password=', 'token: ', '"apiKey":"', 'plan=', '["cookie","', '?sig=', 'https://bob:', '@', '%40', ':\\/\\/', '&', '"', ' ', ',', '{', '[REDACTED]'),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const texts = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(''));
const options: readonly RedactOptions[] = [
  {},
  { keys: ['plan', 'kind.of'] },
  { keys: [/^user/, /note$/], replacement: 'token=gone' },
  { allow: ['password', 'attributes.note'] },
];

describe('a text that is plainly clean', () => {
  it('has no secret in it for the search that looks at everything', () => {
    // Longer texts are always searched.
    const around = ' '.repeat(300);
    for (const given of options) {
      const { redactText } = createRedactor(given);
      fc.assert(
        fc.property(texts, (text) => {
          if (!isPlainlyClean(text, given.keys !== undefined)) return;
          expect(redactText(around + text)).toBe(around + text);
          expect(redactText(text + around)).toBe(text + around);
        }),
        { numRuns: 3_000 },
      );
    }
  });

  // Each has one of the characters that make a search worth it, and no other.
  const letters = 'b1cd2ef3gh4ik5lm6no7pq8rs9tu0vw1xy';
  const digits = '0123456789abcdef0123';
  it.each([
    ...['sk_live_', 'rk_test_', 'sk-proj-', 'sk-', 'whsec_', 'ghp_', 'github_pat_', 'glpat-', 'xoxb-', 'xapp-', 'ya29.', 'npm_', 'pypi-', 'hf_', 'hvs.', 'sntrys_', 'dckr_pat_', 'eyJ', 'AIza', 'bearer\t', 'bearer%20'].map((prefix) => prefix + letters),
    ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => `${prefix}BCDEFGHIKLMN2345`),
    ...['shpat_', 'shpca_', 'shppa_', 'shpss_', 'dop_v1_'].map((prefix) => prefix + digits),
    `SG.${letters}.${letters}`,
    '4242424242424242',
    '4222222222222',
    'k=["cookie","abc"]',
    '["cookie","abc"]',
    'pin:1234',
    'pin=1234',
    'a://b@c',
    '?a%40b@c=1&token=x',
  ])('is not: %s', (text) => {
    expect(createRedactor().redactText(text)).not.toBe(text);
    expect(isPlainlyClean(text, false)).toBe(false);
  });

  it('is not one in which a key of the user may stand', () => {
    expect([isPlainlyClean('plan=gold', false), isPlainlyClean('plan=gold', true), isPlainlyClean('gold', true)]).toEqual([true, false, true]);
  });

  it('is what most texts are', () => {
    const usual = ['GET', '/orders', '/users/:id', 'order 1234 placed by customer', 'shop.orders', '2026-01-31T10:00:00.000Z', '0af7651916cd43dd8448eb211c80319c', 'https://shop.io/orders?page=2'];
    expect(usual.filter((text) => !isPlainlyClean(text, false))).toEqual([]);
  });
});

describe('a signal as it was made', () => {
  const keys = fc.oneof(
    fc.constantFrom('http.route', 'password', 'name', 'value', 'plan', 'user.id', 'note', 'max_tokens', 'Bearer abcdef123456', 'valueOf', '__proto__', 'service.name', 'api_key'),
    fc.string({ maxLength: 8 }),
  );
  const values = fc.oneof(texts, fc.integer(), fc.double(), fc.constant(4242424242424242), fc.boolean(), fc.constant(undefined), fc.array(texts, { maxLength: 3 }), fc.array(fc.integer(), { maxLength: 3 }));
  const attributes: fc.Arbitrary<Attributes> = fc.dictionary(keys, values, { maxKeys: 6, noNullPrototype: true });
  const base = fc.record({ name: texts, attributes, requestId: fc.option(texts, { nil: undefined }), sessionId: fc.option(texts, { nil: undefined }) });
  const context = fc.oneof(fc.constant(undefined), fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: true }));
  const params = fc.oneof(context, texts, fc.constant(null), fc.constant(['cookie', 'abcdef']), fc.constant({ id: '42', page: null }), fc.constant({ name: 'cookie', value: 'abcdef' }), fc.array(texts, { maxLength: 2 }));
  const headerNames = fc.constantFrom('accept', 'content-length', 'content-type', 'user-agent', 'authorization', 'cookie', 'x-api-key', 'plan', '__proto__', 'Bearer abcdef123456');
  const headers = fc.option(fc.dictionary(headerNames, fc.oneof(texts, fc.constantFrom('*/*', '123', 'Mozilla/5.0 (X11; Linux x86_64) Gecko', 'application/json; token=hunter2')), { maxKeys: 4 }), { nil: undefined });
  const requestIds = fc.oneof(fc.uuid(), fc.uuid({ version: 4 }).map((id) => id.replace(/[a-f]/g, '4')), texts, fc.constant('r'));
  const exchanges = fc.record({ requestId: requestIds, side: fc.constantFrom('server', 'client', undefined), method: fc.oneof(fc.constant('GET'), texts), path: fc.oneof(texts, fc.constant('/orders/42?page=2')), params, headers });
  const bodies = fc.oneof(fc.constant(undefined), fc.constant(undefined), params);
  const spans = fc
    .record({ base, message: fc.option(texts, { nil: undefined }), events: fc.array(fc.record({ name: texts, timestamp: fc.constant(1), attributes }), { maxLength: 2 }), linked: fc.boolean() })
    .map(({ base, message, events, linked }) => spanSignal({ ...base, status: { code: 'error', message }, events, links: linked ? [traceOf(2)] : [], scope: linked ? { name: 'db', version: '1' } : undefined }));
  const signals: fc.Arbitrary<Signal> = fc.oneof(
    spans,
    base.map(profileSignal),
    fc.tuple(base, texts, context).map(([base, message, context]) => logSignal({ ...base, message, context })),
    fc.tuple(base, texts).map(([base, unit]) => metricSignal({ ...base, unit })),
    fc.tuple(base, exchanges).map(([base, exchange]) => requestSignal({ ...base, ...exchange })),
    fc.tuple(base, exchanges, bodies, bodies).map(([base, exchange, requestData, data]) => responseSignal({ ...base, ...exchange, requestData, data })),
    fc.tuple(base, texts).map(([base, message]) => errorSignal({ ...base, error: { type: 'E', message } })),
  );

  it.each(options)('is redacted as one that an operator has seen, whatever came before it: %j', (given) => {
    // They remember keys, names and identifiers from one signal to the next.
    const quick = createRedactor(given);
    const careful = createRedactor(given);
    const resource = { 'service.name': 'shop', note: 'password=x', api_key: 'secret', plan: 'gold' };
    quick.redactResource(resource);
    fc.assert(
      fc.property(signals, (signal) => {
        const redacted = quick.redactSignal(signal, true);
        expect(redacted).toStrictEqual(careful.redactSignal(signal));
        if (redacted !== undefined && redacted !== signal) expect(Object.keys(redacted)).toEqual(Object.keys(signal));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is estimated as large as one whose fields have to be looked for', () => {
    fc.assert(
      fc.property(signals, (signal) => {
        const [quick, careful] = [estimateSize(signal, true), estimateSize(signal)];
        // One field that a trace may have or not.
        expect(Math.abs(quick - careful)).toBeLessThanOrEqual(40);
      }),
    );
  });
});

describe('a UUID', () => {
  const uuids = fc.tuple(fc.uuid(), fc.nat({ max: 9 })).map(([id, digit]) => id.replace(/[b-f]/g, String(digit)));

  it('is known by its form, and has no secret in it for the search that looks at everything', () => {
    const { redactText } = createRedactor();
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), uuids), (id) => {
        if (isUuid(id)) expect(redactText(id)).toBe(id);
      }),
      { numRuns: 2_000 },
    );
    expect(isUuid('6f9619ff-8b86-4011-b42d-00c04fc964ff')).toBe(true);
    // The number of a card; a letter would make it an identifier.
    expect(redactText('42424242-4242-4242-4242-424242424242')).toContain('[REDACTED]');
  });

  it.each(['42424242-4242-4242-4242-424242424242', '6f9619ff08b86-4011-b42d-00c04fc964ff', '6f9619ff-8b86-4011-b42d-00c04fc964fg', '6F9619FF-8B86-4011-B42D-00C04FC964FF', '6f9619ff-8b86-4011-b42d-00c04fc964f', '6f9619f--8b86-4011-b42d-00c04fc964ff', ''])(
    'is not: %s',
    (text) => expect(isUuid(text)).toBe(false),
  );
});

describe('the attributes of the resource', () => {
  const resource = { 'service.name': 'shop', 'db.url': 'postgres://bob:hunter2@db/shop', password: 'hunter2' };
  const clean = { 'service.name': 'shop', 'db.url': 'postgres://REDACTED:REDACTED@db/shop', password: '[REDACTED]' };

  it('are redacted as those of a signal, cannot be changed any more, and are themselves what a signal without own ones has', () => {
    const redactor = createRedactor();
    const redacted = redactor.redactResource(resource);
    expect(redacted).toEqual(clean);
    expect(Object.isFrozen(redacted)).toBe(true);
    expect(resource.password).toBe('hunter2');
    const signal = profileSignal({ attributes: redacted });
    expect(redactor.redactSignal(signal, true)).toBe(signal);
    const own = profileSignal({ attributes: { a: 1, ...redacted } });
    expect(redactor.redactSignal(own, true)).toBe(own);
  });

  it('do not hide a secret under one of their keys', () => {
    const redactor = createRedactor();
    redactor.redactResource(resource);
    expect(redactor.redactSignal(profileSignal({ attributes: { 'service.name': 'password=hunter2', password: 'other' } }), true)?.attributes).toEqual({
      'service.name': 'password=[REDACTED]',
      password: '[REDACTED]',
    });
    // Those of before are no longer known when others take their place.
    redactor.redactResource({ 'service.name': 'other' });
    expect(redactor.redactSignal(profileSignal({ attributes: resource }), true)?.attributes).toEqual(clean);
  });
});
