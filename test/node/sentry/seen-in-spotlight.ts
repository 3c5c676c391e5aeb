import type { SpotlightEvent, SpotlightException } from '../../helpers/spotlight.ts';

/** What Spotlight shows of one event, as one line of a table. */
export interface Seen {
  readonly type: string;
  readonly value: string;
  /** Whence it was thrown: function and file. */
  readonly frame: string;
  /** What led to it, the nearest first. */
  readonly causes: string;
  readonly level: string;
  readonly mechanism: string;
}

/** The captured one comes last: Sentry lists causes first. */
export function seenIn({ exception, message, level = '' }: SpotlightEvent): Seen {
  const [thrown, ...causes] = [...(exception?.values ?? [])].reverse();
  if (thrown === undefined) return { type: 'message', value: textOf(message), frame: '', causes: '', level, mechanism: '' };
  const { type = '', value = '' } = thrown;
  return { type, value, frame: frameOf(thrown), causes: causes.map(causeOf).join('; '), level, mechanism: mechanismOf(thrown) };
}

function textOf(message: unknown): string {
  return typeof message === 'string' ? message : String((message as { readonly formatted?: unknown } | undefined)?.formatted);
}

/** The innermost comes last. What is not the application's own is none of its places. */
function frameOf({ stacktrace }: SpotlightException): string {
  const { function: name = '?', filename = '?', lineno = 0 } = stacktrace?.frames.filter(({ in_app }) => in_app === true).at(-1) ?? {};
  // The file alone: where it lies is another place every time.
  return lineno > 0 ? `${name} ${filename.split('/').pop()}` : '';
}

function causeOf({ type, value, mechanism }: SpotlightException): string {
  return `${mechanism?.['source']} ${type}: ${value}`;
}

function mechanismOf({ mechanism }: SpotlightException): string {
  return `${mechanism?.['type']}${mechanism?.['handled'] === false ? ', unhandled' : ''}`;
}

/** Lines with the same columns, as Markdown has them. */
export function markdownTable(lines: readonly Readonly<Record<string, string>>[]): string {
  const columns = Object.keys(lines[0] ?? {});
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(columns), row(columns.map(() => '---')), ...lines.map((line) => row(columns.map((column) => line[column] ?? '')))].join('\n');
}
