import { ReplaySubject, share } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';

/** One subscription for all subscribers; late ones get the latest value at once. Without subscribers it ends, and the latest is forgotten. */
export function shareLatest<T>(): MonoTypeOperatorFunction<T> {
  return share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true });
}
