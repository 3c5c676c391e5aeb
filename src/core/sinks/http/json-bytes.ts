/**
 * The bytes of what `JSON.stringify` gave. Half a surrogate pair becomes U+FFFD: UTF-8 does not have it, and strict receivers refuse it
 * as an escape too.
 */
export function jsonBytes(json: string): Uint8Array {
  const withoutHalves = (): string => json.replace(/\\(?:ud[89a-f]..|.)/g, (escape) => (escape.length > 2 ? '\ufffd' : escape));
  return new TextEncoder().encode(json.includes('\\ud') ? withoutHalves() : json);
}
