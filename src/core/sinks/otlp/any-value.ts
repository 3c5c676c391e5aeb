import { setField } from '../../set-field.ts';

const maxDepth = 8;
/** What the stream made has fewer: a snapshot a tenth, and an error's steps some thousand. */
const maxNodes = 10_000;

/**
 * A value in the few types of OTLP's AnyValue. What has passed the stream stays as it is; of what a user's operator added, whatever
 * the protocol does not know becomes text. Never throws.
 */
export function anyValue(value: unknown): unknown {
  return isKnown(value) ? value : copyOf(value);
}

function isKnown(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) || value === null;
}

function copyOf(given: unknown): unknown {
  let nodes = maxNodes;

  function copy(value: unknown, depth: number): unknown {
    nodes -= 1;
    if (isKnown(value)) return value;
    try {
      return typeof value === 'object' ? nested(value as object, depth) : value === undefined ? null : String(value);
    } catch {
      return '[unreadable]'; // A getter, a toJSON, a Proxy.
    }
  }

  function nested(value: object, depth: number): unknown {
    if (depth === maxDepth) return '[depth]';
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return copy(toJSON.call(value), depth + 1);
    if (Array.isArray(value)) return items(value, depth + 1);
    const tag = Object.prototype.toString.call(value);
    // To list the indexes of a view of ten million bytes takes seconds.
    if (ArrayBuffer.isView(value)) return tag;
    const fields: Record<string, unknown> = {};
    let empty = true;
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      empty = false;
      if (nodes <= 0) {
        fields['…'] = '…';
        break;
      }
      const field = (value as Record<string, unknown>)[key];
      if (field !== undefined) setField(fields, key, copy(field, depth + 1));
    }
    // A Map, an Error, an expression: nothing to show but what it says of itself.
    return empty && tag !== '[object Object]' ? String(value) : fields;
  }

  function items(values: readonly unknown[], depth: number): unknown {
    const list: unknown[] = [];
    for (const item of values) {
      const cut = nodes <= 0;
      list.push(cut ? '…' : copy(item, depth));
      if (cut) break;
    }
    return list;
  }

  return copy(given, 0);
}
