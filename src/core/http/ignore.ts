import { closest } from '../config/closest.ts';
import { configurationError } from '../configuration-error.ts';
import { checkOptions, optional } from '../operators/option-checks.ts';
import type { SourceTracing } from '../tracing/source-tracing.ts';

/** Which requests a source leaves alone: patterns, or a function that says so. */
export type Ignore<R> = readonly (string | RegExp)[] | ((request: R) => boolean);

/** Whether a request is to be left alone. Never throws. */
export type Ignores<R> = (request: R, tracing: Pick<SourceTracing, 'ignored'>) => boolean;

export interface IgnoreSetup<R> {
  /** The factory whose options these are. */
  readonly factory: string;
  /** What the source is called on `health$`. */
  readonly source: string;
  readonly options: { readonly ignore?: Ignore<R> | undefined };
  /** What a text among the patterns has to be. */
  readonly expected: string;
  readonly isPattern: (text: string) => boolean;
  readonly compile: (patterns: readonly (string | RegExp)[]) => (request: R) => boolean;
}

/**
 * `undefined` when nothing is to be left alone.
 * @throws ConfigurationError for wrong options
 */
export function createIgnore<R>({ factory, source, options, expected, isPattern, compile }: IgnoreSetup<R>): Ignores<R> | undefined {
  const isEntry = (entry: unknown): boolean => entry instanceof RegExp || (typeof entry === 'string' && isPattern(entry));
  const patterns = optional({
    expected: `an array of ${expected} and RegExps, or a function`,
    passes: (value) => typeof value === 'function' || (Array.isArray(value) && value.every(isEntry)),
  });
  checkOptions(factory, options, { ignore: patterns });
  const unknown = Object.keys(options).filter((key) => key !== 'ignore');
  const issue = { expected: 'one of the options ignore', received: 'an unknown option' };
  if (unknown.length > 0) {
    throw configurationError(unknown.map((key) => ({ path: `${factory}.${key}`, ...issue, suggestion: closest(key, ['ignore']) })));
  }
  const { ignore } = options;
  if (typeof ignore === 'function') return fromFunction(source, ignore);
  return ignore === undefined || ignore.length === 0 ? undefined : compile(ignore);
}

function fromFunction<R>(source: string, ignore: (request: R) => boolean): Ignores<R> {
  return (request, tracing) => {
    try {
      return ignore(request) === true;
    } catch {
      tracing.ignored(source, 'an `ignore` that throws: the request is seen');
      return false;
    }
  };
}
