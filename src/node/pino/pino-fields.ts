import { setField } from '../../core/set-field.ts';

/** What a line has. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields with those of one of them beside them, named after it: what was logged under `nestedKey`. */
export function unnested(fields: Fields, nestedKey: string): Fields {
  const nested = fields[nestedKey];
  if (!isFields(nested)) return fields;
  const flat: Fields = {};
  for (const key in fields) if (key !== nestedKey) setField(flat, key, fields[key]);
  for (const key in nested) setField(flat, `${nestedKey}.${key}`, nested[key]);
  return flat;
}
