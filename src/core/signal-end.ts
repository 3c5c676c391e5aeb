import type { Signal } from './signal.ts';

/** When it was over, in epoch milliseconds: that is when a signal comes. */
export function endOf(signal: Signal): number {
  return 'duration' in signal ? signal.timestamp + signal.duration : signal.timestamp;
}
