import { readProperty } from '../read-property.ts';
import { setField } from '../set-field.ts';
import type { Attributes } from '../signal.ts';
import { isReadable } from './readable-text.ts';

const maxFields = 16;
/** Fields that are looked at. */
const maxSeen = 64;

const told: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors', 'error', 'suppressed']);

/**
 * What an error says in fields of its own, e.g. `code`, `errno`, `status`: at most 16 texts, numbers and booleans, each as the attribute
 * `error.<field>`. Objects are left out: clients hang whole requests on their errors. Never throws.
 */
export function errorFields(error: object): Attributes | undefined {
  let attributes: Record<string, string | number | boolean> | undefined;
  let [fields, seen] = [0, 0];
  try {
    for (const key in error) {
      if (++seen > maxSeen || fields === maxFields) break;
      // What begins so is a mark that some library left.
      if (told.has(key) || key.startsWith('_') || !Object.hasOwn(error, key)) continue;
      const value = readProperty(error, key);
      if (typeof value !== 'number' && typeof value !== 'boolean' && !(typeof value === 'string' && isReadable(value))) continue;
      fields += 1;
      setField((attributes ??= {}), `error.${key}`, value);
    }
  } catch {
    // A Proxy whose traps throw.
  }
  return attributes;
}
