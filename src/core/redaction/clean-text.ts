import { mayHoldPrivateKey, mayHoldScheme, mayHoldToken } from './credentials.ts';
import { mayHoldCard } from './payment-cards.ts';
import { mayNameSecret } from './sensitive-names.ts';

/** A character without which some search of the redactor finds nothing. */
const pair = 1;
const space = 2;
const b = 4;
const token = 8;
const digit = 16;

const marks: Uint8Array = marksOf([
  [':="', pair],
  [' \t%', space],
  ['bB', b],
  ['-_.JA', token],
  ['0123456789', digit],
]);

/** `Bearer 1234`: no credential is shorter. */
export const shortestCredential = 11;
/** The fewest digits of a card. */
const shortestCard = 13;
/** For longer texts the searches themselves are faster than a look at each character. */
const longest = 256;

/**
 * Whether a text can hold no secret, seen in one pass: most texts have not even the characters for one. False means that nobody
 * knows yet. `hasOwnKeys`: the user's own keys may stand in texts, too.
 */
export function isPlainlyClean(text: string, hasOwnKeys: boolean): boolean {
  const { length } = text;
  if (length > longest) return false;
  let found = 0;
  let digits = 0;
  for (let index = 0; index < length; index += 1) {
    // Beyond the table a character counts as another one, which may cost a search: never one too few.
    const mark = marks[text.charCodeAt(index) & 255] as number;
    found |= mark;
    digits += mark >> 4;
  }
  if ((found & pair) !== 0 && (hasOwnKeys || text.includes('@') || text.includes('%40') || mayNameSecret(text))) return false;
  if (length < shortestCredential) return true;
  if ((found & token) !== 0 && (mayHoldToken(text) || mayHoldPrivateKey(text))) return false;
  if (digits >= shortestCard && mayHoldCard(text)) return false;
  return (found & space) === 0 || (found & b) === 0 || !mayHoldScheme(text);
}

function marksOf(characters: readonly (readonly [string, number])[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const [texts, mark] of characters) for (const character of texts) table[character.charCodeAt(0)] = mark;
  return table;
}
