import type { Observable } from 'rxjs';
import type { Clock } from './clock.ts';
import type { SignalInput } from './signal.ts';

/** Cold: patches nothing until subscribed, undoes everything when unsubscribed. */
export interface Source {
  /** What it is called on `health$`. */
  readonly name: string;
  /** Its signals. What it throws, or errors with, is said on `health$` as `source-failed`; the other sources go on. */
  observe(context: { readonly clock: Clock }): Observable<SignalInput>;
}
