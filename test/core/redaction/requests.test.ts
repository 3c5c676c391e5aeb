import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/core/redaction/redactor.ts';
import type { RequestSignal, ResponseSignal } from '../../../src/core/signal.ts';
import { requestSignal, responseSignal } from '../../helpers/signals.ts';

type Exchange = RequestSignal | ResponseSignal;

const gone = '[REDACTED]';
const harmless = { accept: '*/*', 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101' };
const both = [requestSignal, responseSignal] as readonly ((fields: Partial<ResponseSignal>) => Exchange)[];

// As the stream asks for it, and as for a signal that an operator has seen.
describe.each([true, false])('a request and its response, as made: %s', (asMade) => {
  const { redactSignal } = createRedactor();
  const redacted = (signal: Exchange): Exchange | undefined => redactSignal(signal, asMade);

  it('have no secret in their headers', () => {
    const headers = { ...harmless, authorization: 'Basic Ym9iOmh1bnRlcjI=', cookie: 'sid=abc', 'set-cookie': 'sid=abc', 'x-api-key': 'abc', referer: 'https://bob:hunter2@shop.io/?token=abc' };
    // Twice: what is remembered must not help a secret through.
    for (const build of [...both, ...both]) {
      expect(redacted(build({ headers }))?.headers).toEqual({
        ...harmless,
        ...{ authorization: gone, cookie: gone, 'set-cookie': gone, 'x-api-key': gone },
        referer: 'https://REDACTED:REDACTED@shop.io/?token=REDACTED',
      });
    }
  });

  it('have no secret in their path', () => {
    for (const build of both) {
      expect(redacted(build({ path: '/login?user=bob&password=hunter2&page=2' }))?.path).toBe('/login?user=bob&password=REDACTED&page=2');
      expect(redacted(build({ path: '/reset/sk_live_abcdefgh12345678' }))?.path).not.toContain('abcdefgh');
      expect(redacted(build({ path: 'https://bob:hunter2@shop.io/' }))?.path).not.toContain('hunter2');
    }
  });

  it('have no secret in their parameters', () => {
    for (const build of both) {
      expect(redacted(build({ params: { id: '42', token: 'abc', pin: 1234, card: 4242424242424242 } }))?.params).toEqual({ id: '42', token: gone, pin: gone, card: gone });
      expect(redacted(build({ params: { user: { password: 'abc' } } }))?.params).toEqual({ user: { password: gone } });
      expect(redacted(build({ params: { name: 'cookie', value: 'abc' } }))?.params).toEqual({ name: 'cookie', value: gone });
      expect(redacted(build({ params: [['cookie', 'abc']] }))?.params).toEqual([['cookie', gone]]);
      expect(redacted(build({ params: 'id=1&token=abc' }))?.params).toBe('id=1&token=REDACTED');
    }
  });

  it('have no secret in their bodies, be they text or objects', () => {
    const text = '{"user":"bob","password":"hunter2","items":[{"apiKey":"abc"}]}';
    const signal = redacted(responseSignal({ requestData: text, data: text })) as ResponseSignal;
    for (const body of [signal.requestData, signal.data]) {
      expect(JSON.parse(body as string)).toEqual({ user: 'bob', password: gone, items: [{ apiKey: gone }] });
    }
    const parsed = redacted(responseSignal({ requestData: JSON.parse(text), data: JSON.parse(text) })) as ResponseSignal;
    expect([parsed.requestData, parsed.data]).toEqual([JSON.parse(signal.data as string), JSON.parse(signal.data as string)]);
    expect((redacted(responseSignal({ requestData: 'user=bob&password=hunter2' })) as ResponseSignal).requestData).toBe('user=bob&password=REDACTED');
  });

  it('are the same objects without one', () => {
    for (const build of both) {
      for (const side of ['server', 'client', undefined] as const) {
        const signal = build({ side, path: '/orders/42?page=2', params: { id: '42', page: 2, draft: false, sort: null, next: undefined }, headers: harmless });
        expect(redacted(signal)).toBe(signal);
      }
    }
    const answered = responseSignal({ status: 'abandoned', requestData: { a: [1] }, data: '{"ok":true}' });
    expect(redacted(answered)).toBe(answered);
  });

  it('follow rules of the user, by the place in the signal', () => {
    const own = createRedactor({ keys: ['headers.user-agent', 'params.id', /^requestData\.mail$/, /^data\.name$/], allow: ['headers.cookie'] });
    for (const build of both) {
      expect(own.redactSignal(build({ headers: harmless }), asMade)?.headers).toEqual({ ...harmless, 'user-agent': gone });
      expect(own.redactSignal(build({ params: { id: '42' } }), asMade)?.params).toEqual({ id: gone });
    }
    const headers = { ...harmless, cookie: 'sid=abc' };
    const fields = { headers, params: { id: '42', mail: 'a@b.c' }, requestData: { mail: 'a@b.c' }, data: { name: 'bob', mail: 'a@b.c' } };
    expect(own.redactSignal(responseSignal({ ...fields, attributes: { id: '42', 'user-agent': 'x' } }), asMade)).toEqual(
      responseSignal({
        headers: { ...headers, 'user-agent': gone },
        params: { id: gone, mail: 'a@b.c' },
        requestData: { mail: gone },
        data: { name: gone, mail: 'a@b.c' },
        attributes: { id: '42', 'user-agent': 'x' },
      }),
    );
  });

  it('keep the shape of their headers when these cannot be read', () => {
    const headers = new Proxy<Record<string, string>>({}, {
      ownKeys() {
        throw new Error('no');
      },
    });
    if (!asMade) expect(redacted(requestSignal({ headers }))?.headers).toEqual({ 'arkhe.redaction': '[unredactable]' });
  });
});
