import { describe, expect, it } from 'vitest';
import { clientAttributes, httpSpanName } from '../../src/core/http/http-attributes.ts';

describe('the name of a span of HTTP', () => {
  it.each([
    ['GET', 'GET'],
    ['QUERY', 'QUERY'],
    // `fetch` sends this one as it is given.
    ['patch', 'PATCH'],
    ['PROPFIND', 'HTTP'],
    ['constructor', 'HTTP'],
  ])('is one of few, the same as the attribute has: %s is %s', (method, name) => {
    expect(httpSpanName(method)).toBe(name);
    expect(httpSpanName(method, '/a')).toBe(`${name} /a`);
    const { 'http.request.method': known } = clientAttributes(method, new URL('http://a/'));
    expect(known).toBe(name === 'HTTP' ? '_OTHER' : name);
  });
});
