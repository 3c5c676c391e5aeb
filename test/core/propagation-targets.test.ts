import { describe, expect, it } from 'vitest';
import { createTargets } from '../../src/core/propagation/targets.ts';

const page = 'https://shop.example.com';

function allowed(propagateTo: readonly (string | RegExp)[] | undefined, url: string, ownOrigin: string | undefined = page): boolean {
  return createTargets(propagateTo, ownOrigin).allow(url);
}

describe('without a list', () => {
  it.each(['/api', 'api?x=1', '', '#part', 'https:relative', 'https://shop.example.com/api', 'https://SHOP.example.com:443/api', 'https://user:pass@shop.example.com/'])(
    'requests of a page to its own origin get headers: %s',
    (url) => expect(allowed(undefined, url)).toBe(true),
  );

  it.each([
    'https://api.example.com/',
    'http://shop.example.com/',
    'https://shop.example.com:8443/',
    'https://shop.example.com.evil.io/',
    'https://shop.example.com@evil.io/',
    '//evil.io/api',
    '\\\\evil.io\\api',
    'wss://shop.example.com/',
    'data:text/plain,x',
    'https://',
    'http://[',
  ])('requests of a page to elsewhere get none: %s', (url) => expect(allowed(undefined, url)).toBe(false));

  it.each(['https://anywhere.example.org/', '/relative', 'what is no URL'])('every request gets headers where there is no page: %s', (url) =>
    expect(createTargets(undefined, undefined).allow(url)).toBe(true),
  );

  it.each(['file:///home/x.html', 'data:text/html,x', '/relative'])('a page without an origin shares none: %s', (url) =>
    expect(allowed(undefined, url, 'null')).toBe(false),
  );

  it('a page without an origin reaches what is listed', () => {
    expect(allowed(['api.example.com'], 'https://api.example.com/', 'null')).toBe(true);
  });
});

describe('a listed origin', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com/'],
    ['https://api.example.com', 'https://api.example.com/a/b?c#d'],
    ['https://api.example.com', 'https://api.example.com:443/a'],
    ['https://api.example.com/', 'https://API.EXAMPLE.COM/a'],
    ['https://api.example.com:443', 'https://api.example.com/a'],
    ['HTTPS://API.example.com', 'https://user:pass@api.example.com/a'],
    ['http://localhost:3000', 'http://localhost:3000/a'],
    ['http://[::1]:3000', 'http://[::1]:3000/a'],
    ['https://bücher.example', 'https://xn--bcher-kva.example/a'],
    ['wss://api.example.com', 'wss://api.example.com/socket'],
  ])('%s is that of %s', (target, url) => expect(allowed([target], url)).toBe(true));

  it.each([
    'http://api.example.com/',
    'https://api.example.com:8443/',
    'https://api.example.com.evil.io/',
    'https://api.example.com@evil.io/',
    'https://api.example.com:pass@evil.io/',
    'https://evil.io/https://api.example.com/',
    'https://evil.io?https://api.example.com/',
    'https://evil.io#https://api.example.com/',
    'https://xapi.example.com/',
    'https://api.example.co/',
    'https://api.example.com%2eevil.io/',
    'https://example.com/',
  ])('https://api.example.com is not that of %s', (url) => expect(allowed(['https://api.example.com'], url)).toBe(false));
});

describe('a listed URL', () => {
  const target = 'https://api.example.com/v2';

  it.each(['', '/', '/x', '/x/y', '?q', '#h'])('has others under it: %s', (rest) => expect(allowed([target], target + rest)).toBe(true));

  it.each(['https://api.example.com/v20', 'https://api.example.com/v2.1/x', 'https://api.example.com/', 'https://api.example.com/x/v2', `${target}/../x`, `${target}/%2e%2e/x`, 'https://evil.io/v2'])(
    'has not everything under it: %s',
    (url) => expect(allowed([target], url)).toBe(false),
  );

  it('may end with a slash', () => {
    expect(allowed([`${target}/`], `${target}/x`)).toBe(true);
    expect(allowed([`${target}/`], `${target}0`)).toBe(false);
  });
});

describe('a listed host', () => {
  it.each([
    ['api.example.com', 'https://api.example.com/x'],
    ['api.example.com', 'http://api.example.com/x'],
    ['api.example.com', 'https://api.example.com:443/x'],
    ['API.example.com', 'https://api.example.com/x'],
    ['api.example.com:8080', 'http://api.example.com:8080/x'],
    ['api.example.com:443', 'https://api.example.com/x'],
    ['localhost:3000', 'http://localhost:3000/x'],
    ['[::1]:3000', 'http://[::1]:3000/x'],
    ['127.0.0.1', 'http://127.0.0.1/x'],
    ['api.example.com/v2', 'https://api.example.com/v2/x'],
    ['*.example.com', 'https://api.example.com/x'],
    ['*.example.com', 'http://a.b.example.com/x'],
    ['*.example.com:8080', 'http://api.example.com:8080/x'],
    ['https://*.example.com', 'https://api.example.com/x'],
    ['*.example.com/v2', 'https://api.example.com/v2'],
  ])('%s is that of %s', (target, url) => expect(allowed([target], url)).toBe(true));

  it.each([
    ['api.example.com', 'https://api.example.com:8443/x'],
    ['api.example.com', 'ftp://api.example.com/x'],
    ['api.example.com', 'https://x.api.example.com/x'],
    ['api.example.com', 'https://api.example.com.evil.io/'],
    ['api.example.com', 'https://api.example.com@evil.io/'],
    ['api.example.com:8080', 'http://api.example.com/x'],
    ['*.example.com', 'https://example.com/x'],
    ['*.example.com', 'https://evilexample.com/x'],
    ['*.example.com', 'https://api.example.com.evil.io/x'],
    ['*.example.com', 'https://api.example.com@evil.io/x'],
    ['*.example.com', 'https://evil.io/api.example.com'],
    ['*.example.com', 'https://api.example.com:8443/x'],
    ['https://*.example.com', 'http://api.example.com/x'],
    ['*.example.com/v2', 'https://api.example.com/v20'],
    ['api.*.com', 'https://api.example.com/x'],
    ['*', 'https://api.example.com/x'],
    ['app://api', 'app://other'],
    ['file:///x', 'data:/x'],
    ['', 'https://api.example.com/x'],
    ['not a host', 'https://api.example.com/x'],
    ['://', 'https://api.example.com/x'],
  ])('%s is not that of %s', (target, url) => expect(allowed([target], url)).toBe(false));
});

describe('a listed pattern', () => {
  it('is tested with the whole URL, made absolute', () => {
    expect(allowed([/^https:\/\/api\.example\.com\/v2\/\?q=1#h$/], 'https://api.example.com/x/../v2/?q=1#h')).toBe(true);
    expect(allowed([/\/v2\//], 'https://api.example.com/v3/')).toBe(false);
  });

  it.each(['g', 'y', 'gy'])('keeps nothing from one request to the next with the flag %s', (flags) => {
    const pattern = new RegExp('https://api', flags);
    pattern.lastIndex = 3;
    const { allow } = createTargets([pattern], page);
    expect([1, 2, 3].map(() => allow('https://api.example.com/'))).toEqual([true, true, true]);
    expect(pattern.lastIndex).toBe(3);
  });

  it('that throws means nothing, and does not affect the others', () => {
    const broken = Object.assign(/api/, {
      exec() {
        throw new Error('broken');
      },
    });
    expect(allowed([broken], 'https://api.example.com/')).toBe(false);
    expect(allowed([broken, 'api.example.com'], 'https://api.example.com/')).toBe(true);
  });
});

describe('a list', () => {
  it('is beside the own origin', () => {
    expect(allowed(['api.example.com'], '/relative')).toBe(true);
    expect(allowed([], page)).toBe(true);
    expect(allowed([], 'https://api.example.com/')).toBe(false);
  });

  it('is all there is where there is no page', () => {
    const { allow } = createTargets(['api.example.com'], undefined);
    expect(['https://api.example.com/', 'https://evil.io/', '/relative', ''].map(allow)).toEqual([true, false, false, false]);
  });

  it.each([undefined, null, 7, {}, Symbol('x')])('is not asked for what is no URL: %s', (url) => {
    expect(createTargets(['api.example.com'], undefined).allow(url as never)).toBe(false);
  });
});
