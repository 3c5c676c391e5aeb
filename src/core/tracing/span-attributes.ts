import { setField } from '../set-field.ts';
import type { Attributes, AttributeValue } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import type { Refused } from '../snapshot-attributes.ts';

/** What attributes beyond the cap are counted in. */
const droppedAttributes = 'arkhe.attributes_dropped';
/** What `snapshotAttributes` counts on its own: from several calls these add up. */
const counted: ReadonlySet<string> = new Set([droppedAttributes, 'arkhe.items_dropped']);
/** Most attributes of a span: with the marks of what is dropped (attributes, items, events, links) as many as a signal has. */
const maxAttributes = 124;

type Writable = Record<string, AttributeValue | undefined>;

/** Those a span begins with: a copy that is its own. */
export function beginAttributes(given: unknown, refused?: Refused): Attributes {
  const copy = snapshotAttributes(given, undefined, refused);
  return countOf(copy) <= maxAttributes ? copy : merge({}, copy);
}

/** `own` and those of a copy, which win. Of `own` only what is given back is still of use; the copy stays as it is. */
export function mergeAttributes(own: Attributes, copy: Attributes): Attributes {
  return merge(writable(own), copy);
}

/** `own`, where `mark` counts one more that was dropped. Only what is given back is still of use. */
export function countDropped(own: Attributes, mark: 'arkhe.events_dropped' | 'arkhe.links_dropped'): Attributes {
  const copy = writable(own);
  add(copy, mark, 1);
  return copy;
}

function merge(own: Writable, more: Attributes): Writable {
  let count = countOf(own);
  let dropped = 0;
  for (const key in more) {
    const value = more[key];
    if (typeof value === 'number' && counted.has(key)) add(own, key, value);
    else if (Object.hasOwn(own, key)) setField(own, key, value);
    else if (count < maxAttributes) {
      setField(own, key, value);
      count += 1;
    } else dropped += 1;
  }
  if (dropped > 0) add(own, droppedAttributes, dropped);
  return own;
}

function add(own: Writable, mark: string, more: number): void {
  const before = own[mark];
  own[mark] = more + (typeof before === 'number' ? before : 0);
}

function countOf(attributes: Attributes): number {
  let count = 0;
  for (const _ in attributes) count += 1;
  return count;
}

/** Without attributes it is a constant that all share. */
function writable(own: Attributes): Writable {
  return Object.isFrozen(own) ? {} : (own as Writable);
}
