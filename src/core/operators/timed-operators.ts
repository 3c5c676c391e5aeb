import type { Clock, Timed } from '../clock.ts';
import { keepTraces } from './keep-traces.ts';
import { rateLimit } from './rate-limit.ts';
import { rollingStatistics } from './rolling-statistics.ts';

/** The operators that need time, for a host whose clock is known. */
export interface TimedOperators {
  readonly keepTraces: typeof keepTraces;
  readonly rateLimit: typeof rateLimit;
  readonly rollingStatistics: typeof rollingStatistics;
}

export function createTimedOperators(clock: Clock): TimedOperators {
  const timed = <O extends Timed>(options: O): O => ({ ...options, clock: options?.clock ?? clock });
  return {
    keepTraces: (options = {}) => keepTraces(timed(options)),
    rateLimit: (options) => rateLimit(timed(options)),
    rollingStatistics: (options) => rollingStatistics(timed(options)),
  };
}
