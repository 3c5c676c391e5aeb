import { cappedText } from './capped-text.ts';
import { readProperty } from './read-property.ts';
import { setField } from './set-field.ts';
import type { Attributes, AttributeValue } from './signal.ts';
import { snapshot } from './snapshot.ts';

const maxAttributes = 128;
const maxItems = 128;
const maxKey = 256;
const maxText = 4_096;
const maxTotalText = 65_536;
/** Keys beyond the cap are counted no further than this. */
const maxCounted = 10_000;

const droppedAttributes = 'arkhe.attributes_dropped';
const droppedItems = 'arkhe.items_dropped';

const none: Attributes = Object.freeze({});

type Writable = Record<string, AttributeValue | undefined>;

/** Told what was no attribute. */
export type Refused = (what: string) => void;

/**
 * A detached copy of attributes, as OpenTelemetry allows them: texts, numbers, booleans, and arrays of one of these. Other data
 * becomes the JSON of its snapshot. `undefined` and `null` are left out; so are functions, symbols and what has an empty name, of which
 * `refused` is told. At most 128 keys of 256 characters, 128 items an array,
 * 4,096 characters a text and 64 KiB in all; `arkhe.attributes_dropped` and `arkhe.items_dropped` count what is beyond. Those of
 * `base` are there unless overridden; without attributes the result is `base` itself. Never throws.
 */
export function snapshotAttributes(attributes: unknown, base: Attributes = none, refused?: Refused): Attributes {
  if (typeof attributes !== 'object' || attributes === null) return base;
  const copy: Writable = {};
  // Not a spread: V8 needs 20 times as long to add keys to the result of one.
  for (const key in base) setField(copy, key, base[key]);
  try {
    copyInto(copy, attributes, refused);
  } catch {
    copy['arkhe.attributes'] = '[unreadable]'; // A Proxy whose traps throw.
  }
  return copy;
}

/**
 * The attributes with those of the resource they do not have themselves. They are extended in place: they come from
 * `snapshotAttributes`, or were made as it makes them, and nobody else keeps them. Without attributes the result is the resource.
 */
export function withResource(attributes: Attributes | undefined, resource: Attributes): Attributes {
  if (attributes === undefined || attributes === none) return resource;
  for (const key in resource) if (!Object.hasOwn(attributes, key)) setField(attributes as Writable, key, resource[key]);
  return attributes;
}

function copyInto(copy: Writable, attributes: object, refused: Refused | undefined): void {
  let text = maxTotalText;
  let seen = 0;
  let dropped = 0;
  let items = 0;
  for (const key in attributes) {
    seen += 1;
    if (seen > maxCounted) break;
    if (!Object.hasOwn(attributes, key)) continue;
    if (seen > maxAttributes) {
      // The copy of a copy: what was dropped before is dropped still.
      const before = key === droppedAttributes || key === droppedItems ? Number(readProperty(attributes, key)) : 0;
      if (key === droppedItems) items += before;
      else dropped += key === droppedAttributes ? before : 1;
      continue;
    }
    const value = attributeValue(attributes, key, Math.min(maxText, Math.max(0, text)));
    if (value === undefined || key === '') {
      if (refused !== undefined) tellRefused(attributes, key, refused);
      continue;
    }
    if (typeof value === 'string') text -= value.length;
    else if (Array.isArray(value)) {
      const original = readProperty(attributes, key);
      items += Array.isArray(original) ? Math.max(0, original.length - value.length) : 0;
      text -= value.reduce((sum: number, item: unknown) => sum + (typeof item === 'string' ? item.length : 8), 0);
    }
    setField(copy, key.length > maxKey ? cappedText(key, maxKey) : key, value);
  }
  if (dropped > 0) copy[droppedAttributes] = dropped;
  if (items > 0) copy[droppedItems] = items;
}

function tellRefused(attributes: object, key: string, refused: Refused): void {
  const type = typeof readProperty(attributes, key);
  if (key === '') refused('an attribute without a name');
  else if (type === 'function' || type === 'symbol') refused(`an attribute that is a ${type}`);
}

function attributeValue(attributes: object, key: string, limit: number): AttributeValue | undefined {
  try {
    const value: unknown = (attributes as Record<string, unknown>)[key];
    switch (typeof value) {
      case 'string':
        return cappedText(value, limit);
      case 'boolean':
        return value;
      case 'number':
        // JSON would make them null, and a collector refuse the whole batch.
        return Number.isFinite(value) ? value : String(value);
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined;
      default:
        if (value === null) return undefined;
        return (Array.isArray(value) ? homogeneous(value, limit) : undefined) ?? jsonOf(value, limit);
    }
  } catch {
    return '[unreadable]';
  }
}

/** A copy of an array whose items are of one primitive type. */
function homogeneous(items: readonly unknown[], limit: number): AttributeValue | undefined {
  const type = typeof items[0];
  if (items.length > 0 && type !== 'string' && type !== 'number' && type !== 'boolean') return undefined;
  const copy: unknown[] = [];
  let text = limit;
  for (let index = 0; index < items.length && index < maxItems && text > 0; index += 1) {
    const item = items[index];
    if (typeof item !== type || (type === 'number' && !Number.isFinite(item))) return undefined;
    const kept = typeof item === 'string' ? cappedText(item, text) : item;
    text -= typeof kept === 'string' ? kept.length : 8;
    copy.push(kept);
  }
  return copy as unknown as AttributeValue;
}

function jsonOf(value: unknown, limit: number): string {
  const copy = snapshot(value);
  return cappedText(typeof copy === 'string' ? copy : JSON.stringify(copy), limit);
}
