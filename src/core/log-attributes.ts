import { exceptionAttributes } from './errors/exception-attributes.ts';
import { isError } from './errors/is-error.ts';
import { serializeError } from './errors/serialize-error.ts';
import { readProperty } from './read-property.ts';
import type { Attributes } from './signal.ts';
import { snapshotAttributes } from './snapshot-attributes.ts';

/** Looked through for an error: no more than become attributes. */
const maxSearched = 128;

/**
 * What explains a message, as attributes. An error becomes the attributes of an exception: the message itself, what is given in the
 * place of the attributes (with its own fields beside), or the first one among them. Never throws.
 */
export function logAttributes(message: unknown, given: unknown): Attributes {
  if (isError(given)) return snapshotAttributes(given, exceptionAttributes(serializeError(given)));
  const key = errorKey(given);
  if (key !== undefined) {
    const error = readProperty(given as object, key);
    const attributes: Record<string, unknown> = snapshotAttributes(given, exceptionAttributes(serializeError(error)));
    // Said already, and better than as JSON.
    delete attributes[key];
    return attributes as Attributes;
  }
  return snapshotAttributes(given, isError(message) ? exceptionAttributes(serializeError(message)) : undefined);
}

function errorKey(attributes: unknown): string | undefined {
  if (typeof attributes !== 'object' || attributes === null) return undefined;
  try {
    let searched = 0;
    for (const key in attributes) {
      searched += 1;
      if (searched > maxSearched) return undefined;
      if (isError((attributes as Record<string, unknown>)[key])) return key;
    }
  } catch {
    // A getter, a Proxy's trap: the copy says so.
  }
  return undefined;
}
