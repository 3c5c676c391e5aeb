import type { Observable } from 'rxjs';
import type { Clock } from './clock.ts';
import type { SignalInput } from './signal.ts';
import type { SourceTracing } from './tracing/source-tracing.ts';

/** What a source gets of the manager that observes it. */
export interface SourceContext {
  readonly clock: Clock;
  /** For sources of requests: spans of what they see, and the headers that carry them. */
  readonly tracing: SourceTracing;
}

/** Cold: patches nothing until subscribed, undoes everything when unsubscribed. */
export interface Source {
  /** What it is called on `health$`. */
  readonly name: string;
  /** Its signals. What it throws, or errors with, is said on `health$` as `source-failed`; the other sources go on. */
  observe(context: SourceContext): Observable<SignalInput>;
}
