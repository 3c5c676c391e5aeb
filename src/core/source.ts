import type { Observable } from 'rxjs';
import type { Clock } from './clock.ts';
import type { SignalInput } from './signal.ts';

/** Cold: patches nothing until subscribed, undoes everything when unsubscribed. */
export interface Source {
  readonly name: string;
  observe(context: { readonly clock: Clock }): Observable<SignalInput>;
}
