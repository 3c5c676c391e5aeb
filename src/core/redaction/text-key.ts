import { isHeaderName } from './sensitive-names.ts';

/** A name found before a `=` or a `:`. */
export interface TextKey {
  readonly name: string;
  /** The quote around it, with the backslashes before it: `"`, `\"`; empty when there is none. */
  readonly quote: string;
  /** The quote the whole pair is in, as in `curl -H 'Cookie: a=b'`; empty when there is none. */
  readonly enclosedBy: string;
  /** Whether it is a parameter of a URL or a form. */
  readonly inQuery: boolean;
}

const maxName = 64;
/** Names of two words, as written in prose: "api key: x", "card number: x". */
const secondWord: RegExp = /^(?:keys?|numbers?|string|code|id|token|card)$/i;

const valueInList: RegExp = /^\s*\\*"/;
const itemStart: RegExp = /[[,]\s*$/;
const pairStart: RegExp = /(?:\[|\],)\s*\[\s*$/;
const nameBefore: RegExp = /"(?:name|key)\\{0,7}":\s{0,4}\\{0,7}"([^"\\]{1,64})\\{0,7}",\s{0,16}\\{0,7}"value\\{0,7}"\s{0,4}$/;

/** The name that ends at the separator `at`. Nothing before `from` is looked at. */
export function keyBefore(text: string, at: number, from: number): TextKey | undefined {
  let end = at;
  while (end > from && at - end < 4 && isSpace(text.charCodeAt(end - 1))) end -= 1;
  if (end <= from) return undefined;
  return isQuote(text.charAt(end - 1)) ? quotedKey(text, end, from) : bareKey(text, end, from, text.charAt(at));
}

/** The name in `["cookie","x"]` before the comma `at`: in a list of pairs, or of a header. */
export function keyInList(text: string, at: number, from: number): TextKey | undefined {
  if (text.charAt(at - 1) !== '"' || !valueInList.test(text.slice(at + 1, at + 16))) return undefined;
  const key = quotedKey(text, at, from);
  if (key === undefined) return undefined;
  const start = at - key.name.length - 2 * key.quote.length;
  const before = text.slice(Math.max(0, start - 16), start);
  return (isHeaderName(key.name) && itemStart.test(before)) || pairStart.test(before) ? key : undefined;
}

/** The name of the value in `{"name":"cookie","value":"x"}`, where `at` is the colon after `"value"`. */
export function namedValue(text: string, at: number): string | undefined {
  return nameBefore.exec(text.slice(Math.max(0, at - 128), at))?.[1];
}

function quotedKey(text: string, end: number, from: number): TextKey | undefined {
  const quote = text.charAt(end - 1);
  let last = end - 1;
  while (last > from && text.charAt(last - 1) === '\\') last -= 1;
  const start = text.lastIndexOf(quote, last - 1) + 1;
  // The opening quote was cut off, or is far away: the end of the name says as much.
  const first = Math.max(start, from, last - maxName);
  const name = text.slice(first, last);
  return name === '' ? undefined : { name, quote: text.slice(last, end), enclosedBy: '', inQuery: false };
}

function bareKey(text: string, end: number, from: number, separator: string): TextKey | undefined {
  let start = wordStart(text, end, Math.max(from, end - maxName));
  if (start === end) return undefined;
  const word = text.slice(start, end);
  if (word.length <= 7 && text.charAt(start - 1) === ' ' && secondWord.test(word)) start = wordStart(text, start - 1, Math.max(from, start - maxName));
  const before = start > 0 ? text.charAt(start - 1) : '';
  // `url.query` begins with the first name.
  const isParameter = before === '?' || before === '&' || before === '#' || (before === '' && text.includes('&', end));
  const inQuery = separator === '=' && isParameter;
  return {
    name: inQuery && word.includes('%') ? decodedName(word) : text.slice(start, end),
    quote: '',
    enclosedBy: isQuote(before) ? before : '',
    inQuery,
  };
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // A percent sign of its own.
  }
}

function wordStart(text: string, end: number, from: number): number {
  let start = end;
  while (start > from && isNameCode(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

/** Letters, digits, and `_ - . $ % [ ]`. */
function isNameCode(code: number): boolean {
  if (code >= 97) return code <= 122;
  if (code >= 65) return code <= 91 || code === 93 || code === 95;
  if (code >= 48) return code <= 57;
  return code === 45 || code === 46 || code === 36 || code === 37;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'" || character === '`';
}
