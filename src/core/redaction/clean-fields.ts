import { shortestCredential } from './clean-text.ts';
import { isCardNumber } from './payment-cards.ts';
import type { ValueRules } from './value-redactor.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Says of fields under keys of any name whether there is nothing to redact in them. False means that nobody knows yet. */
export interface CleanFields {
  areClean(fields: Fields): boolean;
  /** The same of what mostly comes again: what is frozen is looked at once. */
  areCleanAgain(fields: Fields): boolean;
  /** These values are clean under these keys. They must never change. */
  know(fields: Fields): void;
}

/** What is known of a key. */
interface KnownKey {
  /** It is no secret, and says nothing of its value. */
  readonly harmless: boolean;
  /** The value that is clean already. */
  readonly given: unknown;
  /** The last text that was found clean: mostly it is the next one, too. */
  last: string | undefined;
}

/** Keys and values come from requests too, so the memory for them is bounded. */
const maxKeys = 2_000;
const maxTexts = 1_000;
const longest = 256;
/** To look at a shorter text is as cheap as to remember it. */
const shortest = 24;
/** No card number is smaller. */
const smallestCard = 1e12;

/**
 * `holder` is the field of a signal they are in, as rules of paths name it. `recurring`: the same few texts come again and again,
 * as those of headers do.
 */
export function createCleanFields({ keys, redactText, redactName }: ValueRules, holder: string, recurring: boolean = false): CleanFields {
  const remembered = new Map<string, KnownKey>();
  const texts = new Set<string>();
  /** Frozen and clean. */
  const shared = new WeakSet<Fields>();
  /** One of them, once more: the same function is called again and again. */
  let lastShared: Fields | undefined;
  let known: Fields = {};

  function meet(key: string): KnownKey {
    // `value` may be the value of what `name` says.
    const harmless = key !== 'value' && (key.length < shortestCredential || redactName(key) === key) && keys.judge(key, [holder, key]) === 'none';
    const met = { harmless, given: Object.hasOwn(known, key) ? known[key] : undefined, last: undefined };
    if (remembered.size >= maxKeys) remembered.clear();
    if (key.length <= longest) remembered.set(key, met);
    return met;
  }

  function isCleanText(text: string): boolean {
    const long = recurring && text.length >= shortest && text.length <= longest;
    if (long && texts.has(text)) return true;
    if (redactText(text) !== text) return false;
    if (!long) return true;
    if (texts.size >= maxTexts) texts.clear();
    texts.add(text);
    return true;
  }

  function isClean(key: string, value: unknown): boolean {
    const met = remembered.get(key) ?? meet(key);
    if (value === met.given && value !== undefined) return true;
    if (!met.harmless) return false;
    switch (typeof value) {
      case 'string':
        if (value === met.last) return true;
        if (!isCleanText(value)) return false;
        if (value.length <= longest) met.last = value;
        return true;
      case 'number':
        return value < smallestCard || !isCardNumber(value);
      default:
        return typeof value === 'boolean' || value === undefined || value === null;
    }
  }

  function areClean(fields: Fields): boolean {
    if (fields === known) return true;
    for (const key in fields) if (!isClean(key, fields[key])) return false;
    return true;
  }

  return {
    areClean,
    areCleanAgain(fields) {
      if (fields === known || fields === lastShared) return true;
      if (!shared.has(fields)) {
        if (!areClean(fields)) return false;
        if (!Object.isFrozen(fields)) return true;
        shared.add(fields);
      }
      lastShared = fields;
      return true;
    },
    know(fields) {
      known = fields;
      remembered.clear();
    },
  };
}
