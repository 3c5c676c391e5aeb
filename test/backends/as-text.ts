import type { SeenAttributes, SeenSpan, SeenValue } from './seen-span.ts';

/** What is left of a span where there are no lists: their JSON. */
export function withoutLists(span: SeenSpan): SeenSpan {
  const write = (value: SeenValue): SeenValue => (Array.isArray(value) ? JSON.stringify(value) : value);
  return { ...span, attributes: mapValues(span.attributes, write) };
}

/** What is left of a span where all values are texts, and those of the service are beside the span's own. */
export function asTexts(span: SeenSpan): SeenSpan {
  const write = (value: SeenValue): SeenValue => (typeof value === 'string' ? value : JSON.stringify(value));
  return { ...span, attributes: mapValues({ ...span.resource, ...span.attributes }, write), resource: {} };
}

function mapValues(attributes: SeenAttributes, write: (value: SeenValue) => SeenValue): SeenAttributes {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, write(value)]));
}
