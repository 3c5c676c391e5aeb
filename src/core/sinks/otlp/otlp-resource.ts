import { setField } from '../../set-field.ts';
import type { Attributes } from '../../signal.ts';
import { VERSION } from '../../version.ts';
import { anyValue } from './any-value.ts';

/** What has attributes in OTLP. */
export interface Described {
  readonly attributes: Record<string, unknown>;
  droppedAttributesCount: number;
}

/** What the records of a sink have in common. The serialisers know that records belong together by its identity. */
export interface OtlpResource {
  readonly attributes: Record<string, unknown>;
  /** Adds to a record those attributes of a signal that do not say the same as the resource. */
  describe(record: Described, attributes: Attributes): void;
  /** The same for what needs no record. */
  readonly eachOwn: EachAttribute;
}

export function createOtlpResource(given: Attributes, language: string): OtlpResource {
  const attributes: Record<string, unknown> = {
    'telemetry.sdk.name': '@arkhe/observability',
    'telemetry.sdk.language': language,
    'telemetry.sdk.version': VERSION,
  };
  for (const key in given) if (given[key] !== undefined) setField(attributes, key, anyValue(given[key]));
  return { attributes, describe: describeBeside(given), eachOwn: attributesBeside(given) };
}

/** Adds all attributes to a record, but for those that are in `common` with the same value. */
export function describeBeside(common: Attributes): OtlpResource['describe'] {
  const eachBeside = attributesBeside(common);
  return (record, attributes) => {
    const dropped = eachBeside(attributes, (key, value) => setField(record.attributes, key, value));
    if (dropped !== undefined) record.droppedAttributesCount = dropped;
  };
}

/** Hands out the attributes a record is sent with, and answers how many had been given up, when the attributes say so. */
export type EachAttribute = (attributes: Attributes, take: (key: string, value: unknown) => void) => number | undefined;

/** All attributes but those that are in `common` with the same value. */
export function attributesBeside(common: Attributes): EachAttribute {
  const keys = Object.keys(common);
  const values = Object.values(common);
  return (attributes, take) => {
    let dropped: number | undefined;
    if (attributes === common) return dropped;
    // The resource's attributes are among a signal's in their own order: to compare the next of them is mostly enough.
    let passed = 0;
    for (const key in attributes) {
      const value = attributes[key];
      if (passed < keys.length) {
        const index = key === keys[passed] ? passed : keys.indexOf(key);
        if (index >= 0) {
          passed += 1;
          if (value === values[index] || isSame(value, values[index])) continue;
        }
      }
      if (value === undefined) continue;
      if (key === 'arkhe.attributes_dropped' && typeof value === 'number') dropped = countOf(value);
      else take(key, typeof value === 'string' ? value : anyValue(value));
    }
    return dropped;
  };
}

/** Receivers refuse what is no whole number of 32 bits. */
function countOf(value: number): number {
  return Math.min(Math.max(0, Math.trunc(value)) || 0, 0xffff_ffff);
}

/** Lists are copied on their way. */
function isSame(value: unknown, other: unknown): boolean {
  return typeof value === 'object' && JSON.stringify(anyValue(value)) === JSON.stringify(anyValue(other));
}
