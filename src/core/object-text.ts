/** The text that stands for an object without fields worth copying; `undefined` for the others. `tag` is its `Symbol.toStringTag`. */
export function objectText(value: object, tag: string): string | undefined {
  if (ArrayBuffer.isView(value)) return `[${tag} ${'length' in value ? String(value.length) : value.byteLength}]`;
  switch (tag) {
    case 'Date': {
      const time = Date.prototype.getTime.call(value);
      return Number.isNaN(time) ? '[invalid date]' : new Date(time).toISOString();
    }
    case 'RegExp':
    case 'URL':
      return String(value);
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return `[${tag} ${(value as ArrayBuffer).byteLength}]`;
    case 'Window':
      return '[Window]';
    default:
      // A node of a page holds the whole page, and what frameworks attach to it.
      return typeof (value as { readonly nodeType?: unknown }).nodeType === 'number' ? `[${tag}]` : undefined;
  }
}
