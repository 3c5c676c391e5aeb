import { redactTokens } from './redaction/credentials.ts';

/** One wrong option. */
export interface ConfigurationIssue {
  /** Where, e.g. `sampling.rate`. */
  readonly path: string;
  readonly expected: string;
  /** The type of what was given, and the value where it cannot be a secret. */
  readonly received: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/** The options cannot be used. Names every wrong one at once; no message contains a secret. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
  readonly issues: readonly ConfigurationIssue[];
  /** Where in a file, when the options came from one. */
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | undefined;

  constructor(
    message?: string,
    options: ErrorOptions & {
      readonly issues?: readonly ConfigurationIssue[] | undefined;
      readonly location?: ConfigurationError['location'];
    } = {},
  ) {
    super(message, options);
    this.issues = options.issues ?? [];
    this.location = options.location;
  }
}

/** The error for wrong options, with one line an issue. */
export function configurationError(issues: readonly ConfigurationIssue[]): ConfigurationError {
  const lines = issues.map(({ path, expected, received, suggestion }) => {
    const hint = suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`;
    return `${path}: expected ${expected}, received ${received}${hint}`;
  });
  const message = lines.length === 1 ? lines[0] : `${lines.length} wrong options:\n- ${lines.join('\n- ')}`;
  return new ConfigurationError(message, { issues });
}

/** The error for one wrong option. */
export function wrongOption(path: string, expected: string, value: unknown): ConfigurationError {
  return configurationError([{ path, expected, received: describeValue(value) }]);
}

/** For options of a part that were given to the whole: an error names them by the place where they were given. */
export function asOptionsOf<T>(section: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw configurationError(error.issues.map((issue) => ({ ...issue, path: issue.path.replace(/^\w+/, section) })));
  }
}

/** A misspelt word is worth showing; what is longer, or has what only addresses and keys have, may contain a credential. */
const word: RegExp = /^[\w .,-]{0,24}$/;

/** The type of a value, and the value itself where that is a word: `string "otpl"`, `number -1`, `object`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string':
      return isWord(value) ? `string ${JSON.stringify(value)}` : `string of ${value.length} characters`;
    case 'number':
    case 'boolean':
      return `${typeof value} ${value}`;
    case 'object':
      return Array.isArray(value) ? `array of ${value.length}` : 'object';
    default:
      return typeof value;
  }
}

function isWord(text: string): boolean {
  return word.test(text) && redactTokens(text, '') === text;
}
