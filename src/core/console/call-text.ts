import { cappedText } from '../capped-text.ts';
import { isError } from '../errors/is-error.ts';
import { snapshot, snapshotText } from '../snapshot.ts';

const maxText = 4_096;

/**
 * What a call of the console says, in short: the first text with its specifiers filled in (`%s %d %i %f %j %o %O`; `%c` is a style, which
 * is left out), then the rest; objects as JSON, an error as its type and message. At most 4,096 characters. Never throws.
 */
export function callText(args: readonly unknown[]): string {
  const [first] = args;
  // A text alone is printed as it is, its `%%` too.
  const isFormat = typeof first === 'string' && args.length > 1;
  let next = isFormat ? 1 : 0;
  let left = maxText;
  let text = '';
  if (isFormat) {
    text = cappedText(first, maxText).replace(/%([sdifjoOc%])/g, (specifier, kind: string) => {
      if (kind === '%') return '%';
      if (next >= args.length) return specifier;
      const value = args[next];
      next += 1;
      // A thousand objects, each of which fills the text.
      const filled = left > 0 ? filledIn(kind, value) : '';
      left -= filled.length;
      return filled;
    });
  }
  for (; next < args.length && text.length <= maxText; next += 1) {
    text += next === 0 ? shown(args[next]) : ` ${shown(args[next])}`;
  }
  return cappedText(text, maxText);
}

function filledIn(kind: string, value: unknown): string {
  switch (kind) {
    case 'c':
      return '';
    case 'd':
      return number(value, Number);
    case 'i':
      return number(value, (text) => Number.parseInt(text as string, 10));
    case 'f':
      return number(value, (text) => Number.parseFloat(text as string));
    default:
      return shown(value);
  }
}

/** What is neither number nor text is not asked what it is: it would run the application's code. */
function number(value: unknown, convert: (value: unknown) => number): string {
  if (typeof value === 'bigint') return shown(value);
  const isConvertible = typeof value !== 'symbol' && typeof value !== 'function' && (typeof value !== 'object' || value === null);
  return isConvertible ? shown(convert(value)) : 'NaN';
}

function shown(value: unknown): string {
  if (typeof value === 'string') return cappedText(value, maxText);
  if (Object.is(value, -0)) return '-0';
  if (isError(value)) return snapshotText(value);
  const copy = snapshot(value);
  return cappedText(typeof copy === 'object' ? JSON.stringify(copy) : String(copy), maxText);
}
