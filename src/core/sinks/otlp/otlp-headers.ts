import type { ConfigurationIssue } from '../../configuration-error.ts';

export type Headers = Readonly<Record<string, string>>;

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const token: RegExp = /^[\w!#$%&'*+.^`|~-]+$/;
/** What HTTP can carry: Latin-1, and no control character but the tab. */
const fieldValue: RegExp = /^[\t -~\xa0-\xff]*$/;
/** The sink says these itself, as they depend on what it sends. */
const own: RegExp = /^content-(type|encoding|length)$|^transfer-encoding$/i;

/** What is wrong with headers given in code. Names headers, never a value. */
export function headerIssues(headers: unknown, path: string): readonly ConfigurationIssue[] {
  // One of a browser's `Headers`, or a Map, would have no entries here, and be lost in silence.
  if (typeof headers !== 'object' || !headers || Symbol.iterator in headers) return [{ path, expected: 'an object of strings', received: typeof headers }];
  return Object.entries(headers).flatMap(([name, value]) => {
    const expected = expectedHeader(name, value);
    // What is no name may be anything, a line with a key for instance.
    return expected ? [{ path: isHeaderName(name) ? `${path}.${name}` : path, expected, received: typeof value }] : [];
  });
}

export function isHeaderName(name: string): boolean {
  return token.test(name);
}

/** What a header has to be instead; `undefined` when it can be sent. */
export function expectedHeader(name: string, value: unknown): string | undefined {
  if (!isHeaderName(name)) return 'names of letters, digits and -';
  if (own.test(name)) return 'nothing: the sink sets this header';
  return typeof value === 'string' && fieldValue.test(value) ? undefined : 'a string of Latin-1 characters without line breaks';
}

/** Names in lower case, so that a later one replaces an earlier one. */
export function lowerCased(headers: Headers = {}): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
