import { cappedText } from '../capped-text.ts';

const maxHeader = 1_024;

/** Those of these names that are there. */
export function headersOf(header: ((name: string) => unknown) | undefined, names: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (header === undefined) return undefined;
  let headers: Record<string, string> | undefined;
  try {
    for (const name of names) {
      const text = textOf(header(name));
      if (text === undefined) continue;
      headers ??= {};
      headers[name] = cappedText(text, maxHeader);
    }
    return headers;
  } catch {
    // Headers of the application whose reading throws.
    return { '…': '[unreadable]' };
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? value.join(', ') : undefined;
}
