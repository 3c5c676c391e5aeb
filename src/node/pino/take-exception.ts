import { exceptionAttributes } from '../../core/errors/exception-attributes.ts';
import { isError } from '../../core/errors/is-error.ts';
import { serializeError } from '../../core/errors/serialize-error.ts';
import { setField } from '../../core/set-field.ts';
import type { Attributes } from '../../core/signal.ts';
import { snapshotText } from '../../core/snapshot.ts';
import { isFields } from './pino-fields.ts';
import type { Fields } from './pino-fields.ts';

/** Where an error may be. */
export interface ErrorPlaces {
  /** Where pino's serializer puts one. */
  readonly errorKey: string;
  /** What was logged under a key, where the line would have it as it was, but that JSON has nothing of an error. */
  plain(key: string): unknown;
}

/** What the attributes of an exception say. */
const said: ReadonlySet<string> = new Set(['type', 'message', 'stack']);

/** Takes the first error out of the fields, and leaves what an exception has no attributes for, under `<key>.<field>`. */
export function takeException(fields: Fields, places: ErrorPlaces): Attributes | undefined {
  for (const key in fields) {
    const value = fields[key];
    if (!isFields(value)) continue;
    const exception = exceptionOf(value, key, places);
    if (exception === undefined) continue;
    fields[key] = undefined;
    for (const field in value) if (!said.has(field)) setField(fields, `${key}.${field}`, value[field]);
    return exception;
  }
  return undefined;
}

/** By its key, by what pino's serializer makes of an error, or by what was logged. */
function exceptionOf(value: Fields, key: string, { errorKey, plain }: ErrorPlaces): Attributes | undefined {
  const { type, message, stack } = value;
  if (message === undefined) {
    const raw = plain(key);
    return isError(raw) ? exceptionAttributes(serializeError(raw)) : undefined;
  }
  if (typeof message !== 'string' || (key !== errorKey && (typeof type !== 'string' || typeof stack !== 'string'))) return undefined;
  return exceptionAttributes({
    type: snapshotText(type ?? 'Error', 256),
    message: snapshotText(message),
    stack: typeof stack === 'string' ? stack : undefined,
  });
}
