/** As OpenTelemetry asks: https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/ (`url.full`). */
const masked = 'REDACTED:REDACTED';
/** The slashes are escaped by some writers of JSON. */
const schemeEnd: RegExp = /:(?:\/\/|\\\/\\\/)/g;
const authorityEnd: RegExp = /[\s/?#"'<>`\\]/g;
const spaceOrQuote: RegExp = /[\s"'<>`]/g;
/** How far a password with a slash of its own is looked for: a bound, or a long list of URLs would take quadratic time. */
const maxUserinfo = 256;

/** Replaces name and password in the URLs of a text: `postgres://REDACTED:REDACTED@db/shop`. */
export function redactUserinfo(text: string): string {
  let result = '';
  let done = 0;
  if (!text.includes('@')) return text;
  schemeEnd.lastIndex = 0;
  while (schemeEnd.test(text)) {
    const start = schemeEnd.lastIndex;
    const at = userinfoEnd(text, start);
    if (at === undefined) continue;
    result += text.slice(done, start) + masked;
    done = at;
    schemeEnd.lastIndex = at;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Where the `@` is that ends the userinfo beginning at `start`. */
function userinfoEnd(text: string, start: number): number | undefined {
  const end = next(authorityEnd, text, start);
  const authority = text.slice(start, end);
  const at = authority.lastIndexOf('@');
  if (at >= 0) return at === 0 ? undefined : start + at;
  // `user:pa/ss@host`: not a port behind the colon, so a password that should have been encoded.
  if (!/:(?!\d*$)/.test(authority)) return undefined;
  const near = text.slice(start, start + maxUserinfo);
  const later = near.slice(0, next(spaceOrQuote, near, 0)).lastIndexOf('@');
  return later < 0 ? undefined : start + later;
}

function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
