import type { SeenAttributes } from './seen-span.ts';

/** Reads the text of an event for Zipkin: its name, with attributes `"name":{"key":"value"}`. */
export function readAnnotation(text: string): { readonly name: string; readonly attributes: SeenAttributes } {
  const [, name, attributes] = /^("(?:[^"\\]|\\.)*"):(\{.*\})$/s.exec(text) ?? [];
  if (name === undefined || attributes === undefined) return { name: text, attributes: {} };
  return { name: JSON.parse(name), attributes: JSON.parse(attributes) };
}
