import type { AttributeValue, Attributes } from '../../core/signal.ts';

/** Of signals of one name the attributes that tell them apart: those of the resource are the same on each. */
export function ownAttributes(all: readonly Attributes[]): readonly (readonly string[])[] {
  const keys = new Set(all.flatMap((attributes) => Object.keys(attributes)));
  const telling = [...keys].filter((key) => all.some((attributes) => textOf(attributes[key]) !== textOf(all[0]?.[key])));
  return all.map((attributes) => telling.filter((key) => attributes[key] !== undefined).map((key) => textOf(attributes[key])));
}

/** An attribute's value as text. */
export function textOf(value: AttributeValue | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
