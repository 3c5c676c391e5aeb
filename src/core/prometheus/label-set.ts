import { plainText } from './plain-text.ts';

/** Those that Prometheus gives a meaning of its own. */
const reserved: ReadonlySet<string> = /* @__PURE__ */ new Set(['le', 'quantile']);

/**
 * Attributes as Prometheus writes labels, without the braces: `code="200",route="/"`, sorted by name. Keys that come out the same are
 * one label, with their values joined by `;`. What has no value has no label: to Prometheus that is the same.
 */
export function labelSet(attributes: Readonly<Record<string, unknown>>): string {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const name = labelName(key);
    const value = labelValue(attributes[key]);
    const known = labels.get(name);
    labels.set(name, known === undefined ? value : `${known};${value}`);
  }
  const written: string[] = [];
  for (const [name, value] of labels) if (value !== '') written.push(`${name}="${value}"`);
  return written.sort().join(',');
}

/** Names that begin with `__` are Prometheus's own. */
function labelName(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9]+/g, '_') || '_';
  if (/^\d/.test(name)) return `key_${name}`;
  return reserved.has(name) ? `exported_${name}` : name;
}

function labelValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return plainText(text).replace(/["\\\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
