/** Sets a field of a copy. Assigned, a key `__proto__` would replace the prototype instead of being a field. */
export function setField(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') copy[key] = value;
  else Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A copy of the fields before `end`: what copy-on-write begins with when `end` is the first to change. */
export function copyBefore(object: Readonly<Record<string, unknown>>, end: string): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key in object) {
    if (key === end) break;
    if (Object.hasOwn(object, key)) setField(copy, key, object[key]);
  }
  return copy;
}
