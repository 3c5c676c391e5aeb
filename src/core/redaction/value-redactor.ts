import { copyBefore, setField } from '../set-field.ts';
import { snapshot } from '../snapshot.ts';
import { shortestCredential } from './clean-text.ts';
import type { KeyRules, Verdict } from './key-rules.ts';
import { isCardNumber } from './payment-cards.ts';
import { isHeaderName } from './sensitive-names.ts';

/** What stands where redaction failed. */
export const unredactable = '[unredactable]';

/** What a walk needs of the redactor. */
export interface ValueRules {
  readonly keys: KeyRules;
  readonly replacement: string;
  redactText(text: string): string;
  /** For texts that come again and again. */
  redactName(name: string): string;
}

const maxDepth = 12;
/** More than any snapshot; what a user's own operator adds may be larger. */
const maxNodes = 10_000;
const headersKey: RegExp = /headers?$/i;

/** The value without its secrets: the same value when there are none, else a copy of what changed. Never throws. */
export function redactValue(value: unknown, key: string, rules: ValueRules): unknown {
  return new Walk(rules, [key]).value(value, 0, false, key);
}

/** One walk: where it is, and the objects it is inside of. */
class Walk {
  readonly #rules: ValueRules;
  readonly #path: string[];
  readonly #ancestors: object[] = [];
  #nodes = maxNodes;

  constructor(rules: ValueRules, path: string[]) {
    this.#rules = rules;
    this.#path = path;
  }

  /** `allowed`: its texts and keys pass. `key` is `undefined` for an item of a list. */
  value(value: unknown, depth: number, allowed: boolean, key: string | undefined): unknown {
    switch (typeof value) {
      case 'string':
        return allowed ? value : this.#rules.redactText(value);
      case 'number':
        return !allowed && isCardNumber(value) ? this.#rules.replacement : value;
      case 'boolean':
      case 'undefined':
        return value;
      case 'object':
        return value === null ? null : this.#object(value, depth, allowed, key);
      default:
        return this.value(snapshot(value), depth, allowed, key);
    }
  }

  #object(object: object, depth: number, allowed: boolean, key: string | undefined): unknown {
    this.#nodes -= 1;
    if (depth >= maxDepth || this.#nodes < 0) return unredactable;
    for (let index = 0; index < depth; index += 1) if (this.#ancestors[index] === object) return unredactable;
    const pathLength = this.#path.length;
    try {
      const prototype: unknown = Object.getPrototypeOf(object);
      if (prototype === Object.prototype || prototype === null) {
        this.#ancestors[depth] = object;
        return this.#fields(object as Record<string, unknown>, depth, allowed);
      }
      if (Array.isArray(object)) {
        this.#ancestors[depth] = object;
        return this.#items(object, depth, allowed, key);
      }
      // A live object, which only a user's own operator can have added.
      const copy = snapshot(object);
      return typeof copy === 'object' ? this.#object(copy as object, depth, allowed, key) : this.value(copy, depth, allowed, key);
    } catch {
      this.#path.length = pathLength;
      return unredactable;
    }
  }

  #fields(object: Record<string, unknown>, depth: number, allowed: boolean): unknown {
    let copy: Record<string, unknown> | undefined;
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      this.#nodes -= 1;
      if (this.#nodes < 0) return unredactable;
      const name = allowed || key.length < shortestCredential ? key : this.#rules.redactName(key);
      const pathLength = this.#path.length;
      let before: unknown;
      let after: unknown;
      try {
        before = object[key];
        after = this.#field(object, key, before, depth, allowed);
      } catch {
        after = unredactable; // A getter that throws must not cost the other fields.
        this.#path.length = pathLength;
      }
      if (copy === undefined && (!Object.is(after, before) || name !== key)) copy = copyBefore(object, key);
      if (copy !== undefined) setField(copy, name, after);
    }
    return copy ?? object;
  }

  #field(object: Record<string, unknown>, key: string, value: unknown, depth: number, allowed: boolean): unknown {
    const { usePaths } = this.#rules.keys;
    if (allowed) return this.value(value, depth + 1, true, key);
    if (usePaths) this.#path.push(key);
    let verdict = this.#rules.keys.judge(key, this.#path);
    // `{ name: 'Cookie', value: 'x' }`
    if (verdict === 'none' && key === 'value') verdict = this.#named(object['name'] ?? object['key']);
    const redacted = this.#judged(value, verdict, depth, key);
    if (usePaths) this.#path.pop();
    return redacted;
  }

  #items(items: readonly unknown[], depth: number, allowed: boolean, key: string | undefined): unknown {
    const { usePaths } = this.#rules.keys;
    let copy: unknown[] | undefined;
    this.#nodes -= items.length;
    if (this.#nodes < 0) return unredactable;
    for (let index = 0; index < items.length; index += 1) {
      if (usePaths) this.#path.push(String(index));
      const before = items[index];
      const after = allowed ? this.value(before, depth + 1, true, undefined) : this.#judged(before, this.#item(items, index, key), depth, undefined);
      if (usePaths) this.#path.pop();
      if (copy === undefined && !Object.is(after, before)) copy = items.slice(0, index);
      copy?.push(after);
    }
    return copy ?? items;
  }

  /** What is known of an item: by its path, or by the name before it in a pair or in raw headers. */
  #item(items: readonly unknown[], index: number, key: string | undefined): Verdict {
    const { usePaths } = this.#rules.keys;
    const verdict = usePaths ? this.#rules.keys.judge(String(index), this.#path) : 'none';
    if (verdict !== 'none' || index % 2 === 0) return verdict;
    const name = items[index - 1];
    if (typeof name !== 'string') return 'none';
    const isPair = key === undefined && items.length === 2;
    return isPair || isHeaderName(name) || (key !== undefined && headersKey.test(key)) ? this.#named(name) : 'none';
  }

  #named(name: unknown): Verdict {
    if (typeof name !== 'string' || name.length > 64) return 'none';
    return this.#rules.keys.judge(name, this.#rules.keys.usePaths ? [...this.#path, name] : this.#path);
  }

  #judged(value: unknown, verdict: Verdict, depth: number, key: string | undefined): unknown {
    switch (verdict) {
      case 'none':
        return this.value(value, depth + 1, false, key);
      case 'allow':
        return this.value(value, depth + 1, true, key);
      case 'always':
        return value === undefined ? undefined : this.#rules.replacement;
      default:
        // Neither `hasPassword: true` nor `password: null` nor an empty one is a secret.
        if (typeof value === 'boolean' || value === null || value === undefined || value === '') return value;
        return verdict === 'unless-number' && typeof value === 'number' ? value : this.#rules.replacement;
    }
  }
}
