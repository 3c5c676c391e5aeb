/** Stands around a method: calls `proceed` once, and gives back what that gives back. What it throws reaches the caller. */
export type Around = (receiver: object, args: readonly unknown[], proceed: (args: readonly unknown[]) => unknown) => unknown;

interface Patch {
  /** Replaced, never changed: calls are on their way through it. */
  arounds: readonly Around[];
  /** What the owner had itself. `undefined`: it inherited the method. */
  readonly below: PropertyDescriptor | undefined;
}

/** What this copy of the SDK stands around a method with. */
const patchKey: unique symbol = Symbol('patch');

/**
 * Stands around a method of an object, instances made earlier included. The result takes that back: the last one restores what was
 * there. Where others have patched on top of it meanwhile, it lets every call pass.
 * @throws TypeError where there is no such method, or it cannot be replaced
 */
export function patchMethod(owner: object, name: string, around: Around): () => void {
  const patch = patchOf(Object.getOwnPropertyDescriptor(owner, name)) ?? install(owner, name);
  patch.arounds = [...patch.arounds, around];
  let undone = false;
  return () => {
    if (undone) return;
    undone = true;
    // Once: the same one may have been put there by others.
    const at = patch.arounds.indexOf(around);
    patch.arounds = patch.arounds.filter((_, index) => index !== at);
    removeIdle(owner, name);
  };
}

function install(owner: object, name: string): Patch {
  const found: unknown = Reflect.get(owner, name);
  if (typeof found !== 'function') throw new TypeError(`${name} is not a method`);
  const below = Object.getOwnPropertyDescriptor(owner, name);
  const patch: Patch = { arounds: [], below };
  // What is inherited may be patched later, by others.
  const original = (receiver: object, args: readonly unknown[]): unknown =>
    Reflect.apply(below === undefined ? (Reflect.get(Object.getPrototypeOf(owner), name) as typeof found) : found, receiver, args);

  function pass(arounds: readonly Around[], index: number, receiver: object, args: readonly unknown[]): unknown {
    const around = arounds[index];
    if (around === undefined) return original(receiver, args);
    return around(receiver, args, (next) => pass(arounds, index + 1, receiver, next));
  }
  function patched(this: object, ...args: readonly unknown[]): unknown {
    const { arounds } = patch;
    const [around] = arounds;
    // Mostly there is one, and no index to remember.
    if (around !== undefined && arounds.length === 1) return around(this, args, (next) => original(this, next));
    return pass(arounds, 0, this, args);
  }
  Object.defineProperties(patched, {
    [patchKey]: { value: patch },
    name: { value: found.name, configurable: true },
    length: { value: found.length, configurable: true },
  });
  Object.defineProperty(owner, name, { value: patched, writable: true, configurable: true, enumerable: below?.enumerable ?? false });
  return patch;
}

function removeIdle(owner: object, name: string): void {
  for (let patch = idlePatch(owner, name); patch !== undefined; patch = idlePatch(owner, name)) {
    if (patch.below === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, patch.below);
  }
}

function idlePatch(owner: object, name: string): Patch | undefined {
  const patch = patchOf(Object.getOwnPropertyDescriptor(owner, name));
  return patch?.arounds.length === 0 ? patch : undefined;
}

function patchOf(descriptor: PropertyDescriptor | undefined): Patch | undefined {
  const value: unknown = descriptor?.value;
  return typeof value === 'function' ? (Reflect.get(value, patchKey) as Patch | undefined) : undefined;
}
