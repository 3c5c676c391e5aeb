import { cappedText } from '../capped-text.ts';
import { isPlainlyClean, shortestCredential } from './clean-text.ts';
import { redactPrivateKeys, redactSchemes, redactTokens } from './credentials.ts';
import type { KeyRules } from './key-rules.ts';
import { redactCards } from './payment-cards.ts';
import { mayNameSecret } from './sensitive-names.ts';
import { redactPairs } from './text-pairs.ts';
import type { PairRules } from './text-pairs.ts';
import { redactUserinfo } from './url-userinfo.ts';

/** More than any text of a snapshot; what a user's own operator adds may be longer. */
const maxText = 65_536;
/** A URL in a parameter of a URL in a parameter... */
const maxNesting = 3;
const maxRounds = 5;
const maxRemembered = 500;
const longestRemembered = 512;

/** A function that replaces the secrets in a text: the same text when there are none. */
export function createTextRedactor(rules: KeyRules, replacement: string): (text: string) => string {
  /** The path of a request comes with its span, its request and its response; the search costs more than all else of them. */
  const remembered = new Map<string, string>();
  const levels = Array.from({ length: maxNesting }, (_, level): PairRules => ({
    replacement,
    judge: (key) => rules.judge(key, rules.usePaths ? key.split('.') : noPath),
    nested: (text) => redact(text, level + 1),
  }));

  function redact(text: string, level: number): string {
    const pairRules = levels[level];
    if (pairRules === undefined) return replacement; // Nobody looked into it.
    // What is behind a secret may be one only by what now stands before it. Of most texts nothing changes in the first round.
    let result = text;
    for (let round = 0; round < maxRounds; round += 1) {
      const before = result;
      result = redactOnce(before, pairRules);
      if (result === before) break;
    }
    return result;
  }

  function redactOnce(text: string, pairRules: PairRules): string {
    const hasColon = text.includes(':');
    let result = text;
    if (hasColon && (text.includes('://') || text.includes(':\\/'))) result = redactUserinfo(result);
    if ((hasColon || text.includes('=') || text.includes('",')) && (rules.hasOwn || mayNameSecret(text) || text.includes('%40'))) result = redactPairs(result, pairRules);
    if (text.length < shortestCredential) return result;
    result = redactPrivateKeys(result, replacement);
    result = redactSchemes(result, replacement);
    result = redactTokens(result, replacement);
    return redactCards(result, replacement);
  }

  return (text) => {
    if (isPlainlyClean(text, rules.hasOwn)) return text;
    if (text.length > longestRemembered) return redact(text.length > maxText ? cappedText(text, maxText) : text, 0);
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const redacted = redact(text, 0);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(text, redacted);
    // To search it again would find nothing, but take as long.
    remembered.set(redacted, redacted);
    return redacted;
  };
}

const noPath: readonly string[] = [];
