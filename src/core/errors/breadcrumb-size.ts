import type { AttributeValue, Breadcrumb } from '../signal.ts';

/** What its fields take beside their texts. */
const fields = 96;
const number = 16;

/** About how many characters a breadcrumb takes as JSON, and no fewer than bytes in memory where text is Latin. */
export function breadcrumbSize({ category, message, attributes }: Breadcrumb): number {
  let size = fields + category.length + message.length;
  for (const key in attributes) size += attributeSize(key, attributes[key]);
  return size;
}

/** The same of one attribute. */
export function attributeSize(key: string, value: AttributeValue | undefined): number {
  return key.length + valueSize(value);
}

function valueSize(value: AttributeValue | undefined): number {
  if (typeof value === 'string') return value.length + 6;
  if (!Array.isArray(value)) return number;
  let size = number;
  for (const item of value as readonly unknown[]) size += typeof item === 'string' ? item.length + 4 : number;
  return size;
}
