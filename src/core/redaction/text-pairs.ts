import { keyBefore, keyInList, namedValue } from './text-key.ts';
import type { TextKey } from './text-key.ts';
import { valueAfter } from './text-value.ts';
import type { TextValue } from './text-value.ts';
import type { Verdict } from './key-rules.ts';
import { isSignatureName } from './sensitive-names.ts';

/** What the search for pairs needs of the redactor. */
export interface PairRules {
  readonly replacement: string;
  judge(key: string): Verdict;
  /** Redacts a text inside the text: the decoded value of a URL's parameter. */
  nested(text: string): string;
}

const inQuery = 'REDACTED';
/** A question mark that is not encoded begins parameters that are looked at by themselves. */
const parameterEnd: RegExp = /[?&#\s"'<>`\\]/g;
const colon = 58;
const equals = 61;
const comma = 44;

/**
 * Replaces the values of secret keys written in a text: `password=x`, `api_key: x`, `"token":"x"` (JSON, also escaped, also cut
 * off), `?token=x`, `Cookie: x`, `[["cookie","x"]]`, `{"name":"cookie","value":"x"}`. Every `=`, `:` and `,` is looked at once, and back from it and forward by bounded steps.
 */
export function redactPairs(text: string, rules: PairRules): string {
  let result = '';
  let done = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== colon && code !== equals && code !== comma) continue;
    const key = code === comma ? keyInList(text, at, done) : keyBefore(text, at, done);
    if (key === undefined) continue;
    const found = secretAfter(text, at, key, rules);
    if (found === undefined) continue;
    result += text.slice(done, found.start) + found.instead;
    done = found.end;
    at = done - 1;
  }
  return done === 0 ? text : result + text.slice(done);
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly instead: string;
}

function secretAfter(text: string, at: number, key: TextKey, rules: PairRules): Found | undefined {
  const isProse = key.quote === '' && text.charAt(at) === ':' && /\s/.test(text.charAt(at + 1));
  const name = key.name === 'value' && key.quote !== '' ? namedValue(text, at) : undefined;
  const verdict = verdictOf(name === undefined ? key : { ...key, name }, isProse, rules);
  if (verdict === 'allow' || verdict === 'none') {
    return key.inQuery && verdict === 'none' ? encodedSecret(text, at, rules) : undefined;
  }
  const value = valueAfter(text, at, key, rules.replacement);
  if (value === undefined || !isSecret(text.slice(value.start, value.end), value, verdict)) return undefined;
  return { ...value, instead: insteadOf(value, key, rules) };
}

function verdictOf(key: TextKey, isProse: boolean, { judge }: PairRules): Verdict {
  const verdict = judge(key.name);
  if (verdict === 'none' && key.inQuery && isSignatureName(key.name)) return 'secret';
  // "auth: user logged in", "pass: 12 fail: 0".
  if (verdict === 'unless-number' && isProse && /^(?:auth|pass)$/i.test(key.name)) return 'none';
  return verdict;
}

function isSecret(text: string, { quote }: TextValue, verdict: Verdict): boolean {
  if (text === '') return false;
  if (verdict === 'always') return true;
  if (quote === '' && /^(?:true|false|null|undefined|none|nil)$/i.test(text)) return false;
  return verdict === 'secret' || !/^[\d.,_]+$/.test(text);
}

function insteadOf(value: TextValue, key: TextKey, { replacement }: PairRules): string {
  if (key.inQuery) return inQuery;
  // In JSON a number, a list, an object becomes a string: what was JSON stays JSON.
  return value.quote === '' && key.quote.endsWith('"') ? `${key.quote}${replacement}${key.quote}` : replacement;
}

/** `?next=%2Fcallback%3Ftoken%3Dx`: a secret in a URL in a parameter. */
function encodedSecret(text: string, at: number, { nested }: PairRules): Found | undefined {
  parameterEnd.lastIndex = at + 1;
  const start = at + 1;
  const end = parameterEnd.exec(text)?.index ?? text.length;
  const encoded = text.slice(start, end);
  if (!/%(?:3[ad]|26|2f)/i.test(encoded)) return undefined;
  const decoded = decode(encoded);
  if (decoded === undefined) return undefined;
  const redacted = nested(decoded);
  return redacted === decoded ? undefined : { start, end, instead: encodeURIComponent(redacted) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // Not encoded after all.
  }
}
