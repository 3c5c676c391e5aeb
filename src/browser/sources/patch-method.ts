/** What runs in place of a method: `original` is the one that was there, unbound. */
export type Around = (original: (...args: unknown[]) => unknown, self: unknown, args: unknown[]) => unknown;

/** What a patch of ours, by whichever copy of this package, tells of itself. */
const mark: unique symbol = Symbol.for('@arkhe/observability/patch/1') as never;

interface Patch {
  readonly before: PropertyDescriptor | undefined;
  on: boolean;
}

/**
 * Puts `around` in place of a method. To whoever looks at it the method is as it was: name, length, properties, and a text that says
 * `[native code]`. The result takes it back; where another patch has come on top, ours hands every call on from then.
 * @throws TypeError where the method is locked
 */
export function patchMethod(target: object, name: string, around: Around): () => void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') return () => undefined;
  const patch: Patch = { before: Object.getOwnPropertyDescriptor(target, name), on: true };
  const patched: unknown = new Proxy(original, {
    apply: (method, self, args) => (patch.on ? around(method as Parameters<Around>[0], self, args) : Reflect.apply(method, self, args)),
    get: (method, key) => (key === mark ? patch : Reflect.get(method, key)),
  });
  Object.defineProperty(target, name, { value: patched, configurable: true, writable: true, enumerable: patch.before?.enumerable ?? true });
  return () => {
    patch.on = false;
    if (Object.getOwnPropertyDescriptor(target, name)?.value !== patched) return;
    const before = beforeAll(patch);
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

/** What was there before a patch, and before those under it that are over as well. */
function beforeAll({ before }: Patch): PropertyDescriptor | undefined {
  const below = (before?.value as { readonly [mark]?: Patch } | undefined)?.[mark];
  return below === undefined || below.on ? before : beforeAll(below);
}
