import { cappedText } from './capped-text.ts';
import { errorShape, isErrorLike } from './errors/error-shape.ts';
import { readProperty } from './read-property.ts';
import { objectText } from './object-text.ts';
import { setField } from './set-field.ts';

const maxDepth = 8;
const maxItems = 100;
const maxNodes = 1_000;
const maxTotalText = 65_536;
const maxText = 4_096;
const maxKey = 256;
/** Keys beyond the cap are counted no further than this. */
const maxCounted = 1_000;

/** Makes one snapshot: its budgets, and the objects it is inside of. */
export class SnapshotCopier {
  #nodes = maxNodes;
  #text = maxTotalText;
  readonly #ancestors: object[] = [];

  copy(value: unknown, depth: number): unknown {
    this.#nodes -= 1;
    switch (typeof value) {
      case 'string':
        return this.#cap(value, maxText);
      case 'number':
        // JSON would make them null.
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
      case 'undefined':
        return value;
      case 'bigint':
        // Writing out a huge one takes quadratic time.
        return value > 2n ** 256n || value < -(2n ** 256n) ? '[bigint]' : `${value}n`;
      case 'symbol':
        return this.#cap(String(value), maxKey);
      case 'function':
        return this.#function(value);
      default:
        return value === null ? null : this.#object(value as object, depth);
    }
  }

  #function(value: object): string {
    const name = readProperty(value, 'name');
    return this.#cap(typeof name === 'string' && name !== '' ? `[function ${name}]` : '[function]', maxKey);
  }

  #object(value: object, depth: number): unknown {
    try {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === Object.prototype || prototype === null) return this.#plainOrJson(value, depth);
      if (Array.isArray(value)) return this.#items(value, value, value.length, depth);
      return this.#special(value, depth);
    } catch {
      return '[unreadable]'; // A Proxy's trap, a getter, a toJSON.
    }
  }

  #special(value: object, depth: number): unknown {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    const text = objectText(value, tag);
    if (text !== undefined) return this.#cap(text, maxText);
    switch (tag) {
      case 'Map':
        return this.#map(value as ReadonlyMap<unknown, unknown>, depth);
      case 'Set': {
        const { size } = value as ReadonlySet<unknown>;
        return this.#items(value, take(Set.prototype.values.call(value)), size, depth);
      }
      case 'Headers':
      case 'URLSearchParams':
      case 'FormData': {
        const entries = take(value as Iterable<readonly [string, unknown]>, maxItems + 1);
        return this.#entries(value, entries, entries.length, depth);
      }
      case 'String':
      case 'Number':
      case 'Boolean':
        return this.#wrapped(value.valueOf());
      default:
    }
    if (isErrorLike(value)) return this.#error(value, depth);
    const fields = this.#plainOrJson(value, depth);
    // A Promise, a WeakMap, an event: nothing of its own to show but what it is.
    return tag !== 'Object' && isEmpty(fields) ? this.#cap(`[${tag}]`, maxKey) : fields;
  }

  #wrapped(value: unknown): unknown {
    return typeof value === 'object' ? '[unreadable]' : this.copy(value, 0);
  }

  #plainOrJson(value: object, depth: number): unknown {
    const toJSON: unknown = (value as { readonly toJSON?: unknown }).toJSON;
    if (typeof toJSON !== 'function') return this.#fields(value, depth);
    const json: unknown = toJSON.call(value, '');
    // As JSON.stringify: of what toJSON returns, toJSON is not asked again.
    return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof Date)
      ? this.#fields(json, depth)
      : this.copy(json, depth);
  }

  #fields(value: object, depth: number): unknown {
    const stop = this.#enter(value, depth);
    if (stop !== undefined) return stop;
    const copy: Record<string, unknown> = {};
    let seen = 0;
    let more = 0;
    // Not Object.keys: of an object with a million keys only the first are touched.
    for (const key in value) {
      seen += 1;
      if (seen > maxItems + maxCounted) break;
      if (!Object.hasOwn(value, key)) continue;
      if (seen > maxItems || this.#nodes <= 0) more += 1;
      else this.#set(copy, key, this.#read(value, key, depth));
    }
    if (more > 0) copy['…'] = seen > maxItems + maxCounted ? `more than ${more} more` : `${more} more`;
    return copy;
  }

  /** One throwing getter must not cost the other keys. */
  #read(value: object, key: string, depth: number): unknown {
    try {
      return this.copy((value as Record<string, unknown>)[key], depth + 1);
    } catch {
      return '[unreadable]';
    }
  }

  #items(owner: object, items: ArrayLike<unknown>, length: number, depth: number): unknown {
    const stop = this.#enter(owner, depth);
    if (stop !== undefined) return stop;
    const copy: unknown[] = [];
    const end = Math.min(length, maxItems);
    while (copy.length < end && this.#nodes > 0) {
      copy.push(this.#read(items, String(copy.length), depth) ?? null); // As JSON: an item that is undefined is null.
    }
    if (copy.length < length) copy.push(`…${length - copy.length} more`);
    return copy;
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): unknown {
    const entries = take(Map.prototype.entries.call(map) as Iterable<readonly [unknown, unknown]>);
    return entries.every(([key]) => typeof key === 'string')
      ? this.#entries(map, entries as (readonly [string, unknown])[], map.size, depth)
      : this.#items(map, entries, map.size, depth);
  }

  #entries(owner: object, entries: readonly (readonly [string, unknown])[], size: number, depth: number): unknown {
    const stop = this.#enter(owner, depth);
    if (stop !== undefined) return stop;
    const copy: Record<string, unknown> = {};
    let kept = 0;
    while (kept < entries.length && kept < maxItems && this.#nodes > 0) {
      const [key, value] = entries[kept] as readonly [string, unknown];
      this.#set(copy, key, this.copy(value, depth + 1));
      kept += 1;
    }
    if (kept < size) copy['…'] = `${size - kept} more`;
    return copy;
  }

  /** The same shape as `serializeError` gives. */
  #error(error: object, depth: number): unknown {
    const stop = this.#enter(error, depth);
    if (stop !== undefined) return stop;
    const { type, message, stack } = errorShape(error, { message: maxText, stack: maxText });
    const copy: Record<string, unknown> = { type, message: this.#cap(message, maxText) };
    if (stack !== undefined) copy['stack'] = this.#cap(stack, maxText);
    for (const key of ['cause', 'errors']) {
      const value = readProperty(error, key);
      if (value !== undefined) copy[key] = this.copy(value, depth + 1);
    }
    return copy;
  }

  /** Why this object cannot be entered, if so. */
  #enter(value: object, depth: number): string | undefined {
    if (depth >= maxDepth) return '[depth]';
    for (let index = 0; index < depth; index += 1) if (this.#ancestors[index] === value) return '[circular]';
    this.#ancestors[depth] = value;
    return undefined;
  }

  #set(copy: Record<string, unknown>, key: string, value: unknown): void {
    if (value === undefined) return;
    setField(copy, this.#cap(key, maxKey), value);
  }

  #cap(text: string, limit: number): string {
    const capped = cappedText(text, Math.min(limit, Math.max(0, this.#text)));
    this.#text -= capped.length;
    return capped;
  }
}

function take<T>(items: Iterable<T>, count: number = maxItems): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}

function isEmpty(fields: unknown): boolean {
  if (typeof fields !== 'object' || fields === null) return false;
  for (const _ in fields) return false;
  return true;
}
