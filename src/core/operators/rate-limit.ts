import { filter } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Clock, Timed } from '../clock.ts';
import { derive } from '../guarded-observable.ts';
import type { AttributeValue } from '../signal.ts';
import { seriesName } from '../statistics/series-table.ts';
import { aClock, aFunction, checkOptions, fromOne, optional, positive } from './option-checks.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Options of `rateLimit`. */
export interface RateLimitOptions<T> extends Timed {
  /** How many values a second pass in the long run. */
  readonly perSecond: number;
  /** How many may pass at once after a pause, from 1. Default `perSecond`, at least 1. */
  readonly burst?: number | undefined;
  /**
   * Limits each key by itself; of a key the first 255 characters count. Values without a key, or for which the function throws,
   * share one limit. Default: one limit for all.
   */
  readonly by?: ((value: T) => AttributeValue | null | undefined) | undefined;
}

/**
 * Lets at most so many values pass a second, by a bucket of tokens; the others are dropped. At most 1000 keys have a limit of
 * their own, later ones share one until an older key has been quiet. Throws `ConfigurationError` for wrong options.
 */
export function rateLimit<T>(options: RateLimitOptions<T>): MonoTypeOperatorFunction<T> {
  checkOptions('rateLimit', options, { perSecond: positive, burst: optional(fromOne), by: optional(aFunction), clock: aClock });
  const { perSecond, burst = Math.max(1, perSecond), by } = options;
  const clock = options.clock as Clock;

  const keyOf = (value: T): string | undefined => {
    try {
      const key = by?.(value);
      return key === undefined || key === null ? undefined : seriesName(String(key));
    } catch {
      return undefined;
    }
  };
  return (source) =>
    derive(source, (subscriber) => {
      const buckets = new TokenBuckets({ perSecond, burst });
      return source.pipe(filter((value) => buckets.take(keyOf(value), clock.elapsed()))).subscribe(subscriber);
    });
}
