import { describe, expect, it } from 'vitest';
import { takeToken } from '../../../src/browser/dashboard/token.ts';
import type { TokenHost } from '../../../src/browser/dashboard/token.ts';

/** A tab with this address; `urls` are those its address bar was given. */
function tab(hash: string, session = new Map<string, string>()): { host: TokenHost; urls: string[]; session: Map<string, string> } {
  const urls: string[] = [];
  const host: TokenHost = {
    location: { hash, pathname: '/live/', search: '?window=1000' },
    history: { replaceState: (_data, _unused, url) => void urls.push(url) },
    sessionStorage: {
      getItem: (key) => session.get(key) ?? null,
      setItem: (key, value) => void session.set(key, value),
      removeItem: (key) => void session.delete(key),
    },
  };
  return { host, urls, session };
}

describe('the token of the fragment', () => {
  it('is taken out of the address', () => {
    const { host, urls } = tab('#token=s%2Bcret');
    expect(takeToken(host).read()).toBe('s+cret');
    expect(urls).toEqual(['/live/?window=1000']);
  });

  it('leaves what else the fragment says', () => {
    const { host, urls } = tab('#panel=errors&token=secret');
    takeToken(host);
    expect(urls).toEqual(['/live/?window=1000#panel=errors']);
  });

  it('survives a reload, until it is forgotten', () => {
    const { session } = tab('');
    takeToken(tab('#token=secret', session).host);
    expect(takeToken(tab('', session).host).read()).toBe('secret');
    takeToken(tab('', session).host).forget();
    expect(takeToken(tab('', session).host).read()).toBeUndefined();
  });

  it('replaces an older one', () => {
    const { session } = tab('');
    takeToken(tab('#token=old', session).host);
    expect(takeToken(tab('#token=new', session).host).read()).toBe('new');
    expect(takeToken(tab('', session).host).read()).toBe('new');
  });

  it('is kept in memory where the browser keeps nothing', () => {
    const refuse = (): never => {
      throw new Error('The operation is insecure.');
    };
    const keeper = takeToken({ ...tab('#token=secret').host, sessionStorage: { getItem: refuse, setItem: refuse, removeItem: refuse } });
    expect(keeper.read()).toBe('secret');
    keeper.forget();
    expect(keeper.read()).toBeUndefined();
  });

  it('is none when there is none', () => {
    const { host, urls } = tab('#series');
    expect(takeToken(host).read()).toBeUndefined();
    expect(urls).toEqual([]);
  });
});
