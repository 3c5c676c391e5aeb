/** `Headers`, Node's `IncomingHttpHeaders`, a `Map`, or a plain object. */
export type HeadersInput =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The headers of one message, whatever their shape. Names are asked for in lower case. No method throws. */
export interface ReadableHeaders {
  /** The values under this name, in their order and of any type. */
  named(name: string): readonly unknown[];
  /**
   * The value of a header that comes once: `undefined` when it is not there; `null` when it cannot be trusted, as there are different
   * values, or it is no text, or too long for any.
   */
  single(name: string): string | null | undefined;
  /** The names that begin like this, as they are written, with each value under them. */
  beginningWith(prefix: string): readonly NamedValue[];
}

type NamedValue = readonly [name: string, value: unknown];

/** Of a header that comes once. It also bounds what an identifier cut out of it keeps in memory. */
const LONGEST = 512;

/** `unreadable` is told, once, when reading them throws. */
export function readHeaders(headers: HeadersInput | undefined, unreadable: () => void): ReadableHeaders {
  let entries: readonly NamedValue[] | undefined;

  function guarded<T>(read: () => readonly T[]): readonly T[] {
    try {
      return read();
    } catch {
      // A getter or a Proxy of the application. Nothing more is asked of it.
      headers = undefined;
      unreadable();
      return [];
    }
  }

  function all(): readonly NamedValue[] {
    // Once: to iterate may be possible only once.
    return (entries ??= entriesOf(headers).filter((entry) => Array.isArray(entry) && typeof entry[0] === 'string'));
  }

  const named = (name: string): readonly unknown[] =>
    guarded(() => {
      // Node's have every name in lower case. To go through them would take five times as long.
      if (isNodes(headers)) return listed(Reflect.get(headers, name));
      const values: unknown[] = [];
      for (const [key, value] of all()) {
        if (key.length === name.length && key.toLowerCase() === name) values.push(...listed(value));
      }
      return values;
    });

  return {
    named,
    single: (name) => singleOf(named(name)),
    beginningWith: (prefix) =>
      guarded(() =>
        all()
          .filter(([key]) => key.toLowerCase().startsWith(prefix))
          .flatMap(([key, value]) => listed(value).map((one): NamedValue => [key, one])),
      ),
  };
}

/** Whether the headers are as Node makes them: an object without prototype. */
function isNodes(headers: HeadersInput | undefined): headers is HeadersInput {
  return typeof headers === 'object' && headers !== null && Object.getPrototypeOf(headers) === null;
}

function listed(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

function singleOf(values: readonly unknown[]): string | null | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  if (typeof first !== 'string' || first.length > LONGEST || values.some((value) => value !== first)) return null;
  if (!first.includes(',')) return first.trim();
  // Node joins the values of a header that came several times.
  const [part = '', ...parts] = first.split(',').map((text) => text.trim());
  return parts.every((other) => other === part) ? part : null;
}

/** The value of a header of the application that comes once, as `single` gives it. Never throws. */
export function headerNamed(headers: HeadersInput | undefined, name: string): string | null | undefined {
  return readHeaders(headers, () => undefined).single(name);
}

/** The names and values of headers of any shape. May throw what reading them throws. */
export function entriesOf(headers: HeadersInput | undefined): readonly (readonly [string, string | readonly string[]])[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (isIterable(headers)) return [...headers];
  return Object.entries(headers).filter((entry): entry is [string, string | readonly string[]] => entry[1] !== undefined);
}

function isIterable(headers: HeadersInput): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
