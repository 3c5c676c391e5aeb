import { harmlessJson, quotable } from './json-text.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The JSON of a field, without what a terminal would obey: `,"name":value`, where `open` is `,"name":{`. Of plain data that is many
 * times faster than `JSON.stringify`. Throws for what has a say of its own in what it is as JSON, and for what JSON cannot hold.
 */
export type ToJson = (open: string, value: unknown) => string;

/** What is known of a name, and the last of its values: mostly the next is the same. */
interface Field {
  /** `"name":` */
  readonly first: string;
  /** `,"name":` */
  readonly next: string;
  value: unknown;
  /** Of the name and the value, when that came twice. */
  json: string | undefined;
}

/** Names and values come from requests too, so the memory for them is bounded. */
const maxFields = 2_000;
const longest = 256;

/** `common` are fields that most objects have, with the same values and in the same order: their JSON is made once. */
export function createToJson(common: Fields = {}): ToJson {
  const known = new Map<string, Field>();
  const keys = Object.keys(common).filter((key) => typeof common[key] !== 'object' && common[key] !== undefined);
  const values = keys.map((key) => common[key]);
  /** The JSON of the first fields of `common`, by how many. */
  const beginnings = [''];
  for (const [index, key] of keys.entries()) beginnings.push(beginnings[index] + nextJson(key, values[index]));

  function fieldOf(key: string): Field {
    const field = known.get(key);
    if (field !== undefined) return field;
    const name = `"${quotable(key)}":`;
    const met = { first: name, next: `,${name}`, value: undefined, json: undefined };
    if (known.size >= maxFields) known.clear();
    if (key.length <= longest) known.set(key, met);
    return met;
  }

  function nextJson(key: string, value: unknown): string {
    const field = fieldOf(key);
    if (field.value === value) return (field.json ??= field.next + valueJson(value));
    // An object may be another one by the next time.
    if (typeof value !== 'object' && !(typeof value === 'string' && value.length > longest)) {
      field.value = value;
      field.json = undefined;
    }
    return field.next + valueJson(value);
  }

  return (open, value) => {
    if (value === undefined) return '';
    if (!isPlain(value)) return open.slice(0, -1) + valueJson(value);
    let text = open;
    let passed = 0;
    let isFirst = true;
    for (const key of Object.keys(value)) {
      const own = value[key];
      if (own === undefined) continue;
      if (key === keys[passed] && own === values[passed]) {
        passed += 1;
        continue;
      }
      if (passed > 0) {
        text += isFirst ? (beginnings[passed] as string).slice(1) : (beginnings[passed] as string);
        isFirst = false;
        passed = 0;
      }
      text += isFirst ? fieldOf(key).first + valueJson(own) : nextJson(key, own);
      isFirst = false;
    }
    if (passed > 0) text += isFirst ? (beginnings[passed] as string).slice(1) : (beginnings[passed] as string);
    return `${text}}`;
  };
}

function valueJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `"${quotable(value)}"`;
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (hasSay(value)) break;
      return harmlessJson(JSON.stringify(value));
    default:
  }
  throw new TypeError('no plain data');
}

function isPlain(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !hasSay(value);
}

function hasSay(value: object): boolean {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function';
}
