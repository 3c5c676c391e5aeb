import type { Observable } from 'rxjs';
import { wrongOption } from './configuration-error.ts';
import type { WhenFull } from './delivery/delivery-options.ts';
import { checkKnownOptions } from './known-options.ts';
import { anObservable, count, optional } from './operators/option-checks.ts';
import type { OptionCheck } from './operators/option-checks.ts';
import { ITERATION_CAPACITY, StreamIterator } from './stream-iterator.ts';

/** Options of `toAsyncIterable`. */
export interface AsyncIterableOptions {
  /** Most values that wait for a loop that is slower than the stream, in each iteration. Default 1 000. */
  readonly capacity?: number | undefined;
  /** Which value is given up when one more comes. Default `dropOldest`: a loop that is late sees the latest. */
  readonly whenFull?: Exclude<WhenFull, 'priority'> | undefined;
}

/** One iteration of a `BoundedIterable`. */
export interface BoundedIterator<T> extends AsyncIterator<T, undefined, void> {
  /** How many values this iteration gave up so far. */
  readonly dropped: number;
  return(): Promise<IteratorResult<T, undefined>>;
  throw(error?: unknown): Promise<IteratorResult<T, undefined>>;
}

/** A stream for `for await`. */
export interface BoundedIterable<T> extends AsyncIterable<T> {
  /** How many values its iterations gave up so far, all together. */
  readonly dropped: number;
  [Symbol.asyncIterator](): BoundedIterator<T>;
}

const aChoice: OptionCheck = { expected: "'dropOldest' or 'dropNewest'", passes: (value) => value === 'dropOldest' || value === 'dropNewest' };

/**
 * Any stream for `for await`. Each loop subscribes when it begins, and unsubscribes when it ends, by `break`, `return` or `throw` too. The
 * end of the stream ends the loop; its error is thrown into it, after the values before it. What is more than `capacity` waiting is
 * given up and counted in `dropped`.
 * @throws ConfigurationError for wrong or unknown options, or for what is no Observable
 */
export function toAsyncIterable<T>(source$: Observable<T>, options: AsyncIterableOptions = {}): BoundedIterable<T> {
  if (!anObservable.passes(source$)) throw wrongOption('toAsyncIterable', anObservable.expected, source$);
  checkKnownOptions('toAsyncIterable', options, { capacity: optional(count), whenFull: optional(aChoice) });
  const { capacity = ITERATION_CAPACITY, whenFull = 'dropOldest' } = options;
  let dropped = 0;
  const setup = { capacity, whenFull, dropped: () => void (dropped += 1) };
  return {
    get dropped() {
      return dropped;
    },
    [Symbol.asyncIterator]: () => new StreamIterator(source$, setup),
  };
}
