/** Whether a value that came as JSON is what it should be. */
export type Shape = (value: unknown) => boolean;

export const aText: Shape = (value) => typeof value === 'string';
export const aNumber: Shape = (value) => typeof value === 'number' && Number.isFinite(value);
export const aBoolean: Shape = (value) => typeof value === 'boolean';

export function oneOf(...values: readonly string[]): Shape {
  return (value) => typeof value === 'string' && values.includes(value);
}

export function listOf(item: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(item);
}

/** An object whose keys may be any. */
export function recordOf(item: Shape): Shape {
  return (value) => isRecord(value) && Object.values(value).every(item);
}

/** An object with these properties, whatever else it has: a newer server says more. */
export function shapeOf(shapes: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(shapes);
  return (value) => isRecord(value) && entries.every(([name, shape]) => shape(Object.hasOwn(value, name) ? value[name] : undefined));
}

/** What may be absent. */
export function maybe(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  // Who copies it by assigning must not get the prototype that somebody else chose.
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Object.hasOwn(value, '__proto__');
}
