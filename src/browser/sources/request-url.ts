/** What a page asks for, absolute. `undefined` for what is no request over HTTP: `data:`, `blob:`, or no address at all. */
export function requestUrl(text: string): URL | undefined {
  try {
    const url = new URL(text, typeof document === 'undefined' ? globalThis.location?.href : document.baseURI);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
  } catch {
    return undefined;
  }
}
