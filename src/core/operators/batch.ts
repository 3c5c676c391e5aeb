import type { Observable, OperatorFunction } from 'rxjs';
import { derive } from '../guarded-observable.ts';
import { anObservable, checkOptions, count } from './option-checks.ts';

/** Options of `batch`. */
export interface BatchOptions {
  /** A batch of this size is given out at once. */
  readonly maxSize: number;
  /** Each value gives out what was gathered: a clock's ticks, the page leaving, a shutdown. When it completes, only size counts. */
  readonly flushOn: Observable<unknown>;
}

/**
 * Gathers values into batches, never empty ones. What is left is given out before the stream completes or errors. An error of
 * `flushOn` is the stream's. Throws `ConfigurationError` for wrong options.
 */
export function batch<T>(options: BatchOptions): OperatorFunction<T, readonly T[]> {
  checkOptions('batch', options, { maxSize: count, flushOn: anObservable });
  const { maxSize, flushOn } = options;

  return (source) =>
    derive(source, (subscriber) => {
      let gathered: T[] = [];
      const flush = (): void => {
        if (gathered.length === 0) return;
        // Taken out first: who gets the batch may cause the next value, or flush again.
        const full = gathered;
        gathered = [];
        subscriber.next(full);
      };
      const fail = (error: unknown): void => {
        flush();
        subscriber.error(error);
      };
      // Before the source, which may do everything at once.
      subscriber.add(flushOn.subscribe({ next: flush, error: fail }));
      subscriber.add(
        source.subscribe({
          next: (value) => {
            gathered.push(value);
            if (gathered.length >= maxSize) flush();
          },
          error: fail,
          complete: () => {
            flush();
            subscriber.complete();
          },
        }),
      );
    });
}
