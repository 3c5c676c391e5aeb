import type { Clock } from '../clock.ts';
import { TokenBuckets } from '../operators/token-buckets.ts';
import type { ErrorRateLimit } from './error-tracker.ts';

export interface ErrorLimitsSetup {
  readonly clock: Clock;
  /** In force now; `undefined`: none. */
  readonly rateLimit: () => ErrorRateLimit | undefined;
}

/** Whether one more error of this kind may be told now; true counts as told. */
export type ErrorLimits = (kind: string) => boolean;

/** Other limits begin with full buckets. */
export function createErrorLimits({ clock, rateLimit }: ErrorLimitsSetup): ErrorLimits {
  let buckets: TokenBuckets | undefined;
  let [rate, most] = [0, 0];
  return (kind) => {
    const limit = rateLimit();
    if (limit === undefined) return true;
    const { perMinute = 30, burst = 30 } = limit;
    if (buckets === undefined || perMinute !== rate || burst !== most) {
      buckets = new TokenBuckets({ perSecond: perMinute / 60, burst });
      [rate, most] = [perMinute, burst];
    }
    return buckets.take(kind, clock.elapsed());
  };
}
