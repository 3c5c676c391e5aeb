/** What a library may change for everybody, by name: as it stands. */
export type Probe = ReadonlyMap<string, unknown>;

/** The names of what has changed in between. */
export function changed(before: Probe, after: Probe): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => !Object.is(before.get(name), after.get(name)));
}

/** In any host: what is on the global object, and what is kept there for every copy of Sentry and of OpenTelemetry's API. */
export function probeGlobals(): Probe {
  const found = new Map<string, unknown>();
  const add = (name: string, of: object): void => {
    for (const key of Reflect.ownKeys(of)) found.set(`${name}.${String(key)}`, valueOf(of, key));
  };
  add('globalThis', globalThis);
  add('console', console);
  add('Function.prototype', Function.prototype);
  add('Error', Error);
  for (const name of ['XMLHttpRequest', 'EventTarget', 'History', 'Promise']) {
    const constructor = valueOf(globalThis, name);
    if (typeof constructor === 'function') add(name, constructor.prototype as object);
  }
  const shared = [Symbol.for('opentelemetry.js.api.1'), '__SENTRY__'] as const;
  for (const key of shared) {
    const carrier = valueOf(globalThis, key);
    if (typeof carrier !== 'object' || carrier === null) continue;
    add(String(key), carrier);
    for (const [version, inner] of Object.entries(carrier)) if (typeof inner === 'object' && inner !== null) add(`${String(key)}.${version}`, inner);
  }
  return found;
}

/** Some are only there in some hosts, and throw elsewhere. */
function valueOf(of: object, key: string | symbol): unknown {
  const { value, get } = Object.getOwnPropertyDescriptor(of, key) ?? {};
  return value ?? get;
}
