/**
 * What a page asks for, absolute, as it is sent: credentials go in a header, and the fragment stays. `undefined` for what is no request
 * over HTTP: `data:`, `blob:`, or no address at all.
 */
export function requestUrl(text: string): URL | undefined {
  try {
    const url = new URL(text, typeof document === 'undefined' ? globalThis.location?.href : document.baseURI);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
    url.username = '';
    url.password = '';
    url.hash = '';
    return url;
  } catch {
    return undefined;
  }
}
