/** The value as JSON. `undefined` where it has none: what an operator of the user made may be nested in itself, or throw when it is read. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** A list in JSON, of as many of the first texts as fit, and how many these are. */
export function jsonList(texts: Iterable<string | undefined>, maxItems: number, maxCharacters: number): { readonly text: string; readonly count: number } {
  const fitting: string[] = [];
  let characters = 2;
  for (const text of texts) {
    if (fitting.length >= maxItems) break;
    if (text === undefined) continue;
    characters += text.length + 1;
    if (characters > maxCharacters) break;
    fitting.push(text);
  }
  return { text: `[${fitting.join(',')}]`, count: fitting.length };
}
