import type { TextKey } from './text-key.ts';

/** Where a value is in a text, without its quotes. */
export interface TextValue {
  readonly start: number;
  readonly end: number;
  /** The quote around it, with the backslashes before it; empty when there is none. */
  readonly quote: string;
}

/** More of the separator (`=>`, `:=`, `==`), and the space behind it. */
const gap: RegExp = /[=:>]{0,2}\s{0,256}/y;
const gapInLine: RegExp = /[=:>]{0,2}[ \t]{0,16}/y;
const openingQuote: RegExp = /(\\*)(["'`])/y;
const queryEnd: RegExp = /[&#\s"'<>`\\]/g;
/** What ends a value for sure; a mark that ends it when something ends there or a next pair begins. */
const bareEnd: RegExp = /\s|\\{1,8}["'`nrt]|["'`](?=$|[\s,;:)}\]&>])|[,;&](?=$|[\s"'`}\])\\]|[\w.$%[\]-]{1,64}[=:])/g;
const closers = ',.;)}]!?>';
/** `token: Bearer abc`: the word is not the secret. */
const schemeWord: RegExp = /^(?:bearer|basic|token|apikey|digest|negotiate)$/i;
/** Headers whose value has spaces in it. */
const headerName: RegExp = /(?:authorization|cookie2?)$/i;

/** The value that follows the separator `at`. One that is cut off ends with the text. */
export function valueAfter(text: string, at: number, key: TextKey, replacement: string): TextValue | undefined {
  const start = skip(key.quote === '' ? gapInLine : gap, text, at + 1);
  if (start >= text.length) return undefined;
  if (key.inQuery) return { start, end: find(queryEnd, text, start), quote: '' };
  openingQuote.lastIndex = start;
  const opening = openingQuote.exec(text);
  if (opening !== null) return quotedValue(text, start, opening[0], opening[2] as string);
  if (isHeader(text, at, key)) return { start, end: headerEnd(text, start, key), quote: '' };
  const first = text.charAt(start);
  if ((first === '{' || first === '[') && !text.startsWith(replacement, start)) return { start, end: bracketEnd(text, start), quote: '' };
  return { start, end: bareValueEnd(text, start, replacement), quote: '' };
}

function quotedValue(text: string, start: number, opening: string, quote: string): TextValue {
  const from = start + opening.length;
  return { start: from, end: closingQuote(text, from, quote, opening.length - 1), quote: opening };
}

/**
 * Where the quote closes. At each level of escaping the backslashes before a quote double: 0, 1, 3. A quote inside the value has
 * more of them, so that the remainder tells the two apart; one with fewer ends what is around the value.
 */
function closingQuote(text: string, from: number, quote: string, level: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (at - backslashes > from && text.charAt(at - backslashes - 1) === '\\') backslashes += 1;
    if (backslashes < level || backslashes % (2 * (level + 1)) === level) return at - Math.min(backslashes, level);
  }
  return text.length;
}

/** Where the list or object ends that begins at `start`. */
function bracketEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      let level = 0;
      while (text.charAt(at - level - 1) === '\\') level += 1;
      at = closingQuote(text, at + 1, character, level) + level;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function bareValueEnd(text: string, start: number, replacement: string): number {
  const end = find(bareEnd, text, start);
  if (!schemeWord.test(text.slice(start, end))) return withoutClosers(text, start, end, replacement);
  const next = skip(gapInLine, text, end);
  return next === end ? end : withoutClosers(text, next, find(bareEnd, text, next), replacement);
}

/** What closes the sentence or the bracket around a value is not part of it. */
function withoutClosers(text: string, start: number, end: number, replacement: string): number {
  const least = text.startsWith(replacement, start) ? start + replacement.length : start;
  let last = end;
  while (last > least && closers.includes(text.charAt(last - 1))) last -= 1;
  return Math.max(last, least);
}

function isHeader(text: string, at: number, key: TextKey): boolean {
  return text.charAt(at) === ':' && key.quote === '' && headerName.test(key.name);
}

function headerEnd(text: string, start: number, { enclosedBy }: TextKey): number {
  const end = find(/[\r\n]|\\[rn]/g, text, start);
  const quote = enclosedBy === '' ? -1 : text.indexOf(enclosedBy, start);
  return quote >= 0 && quote < end ? quote : end;
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return Math.max(from, pattern.lastIndex);
}

function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
