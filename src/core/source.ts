import type { Observable } from 'rxjs';
import type { Clock } from './clock.ts';
import type { SignalInput, SignalKind } from './signal.ts';
import type { SourceErrors } from './errors/source-errors.ts';
import type { SourceRequests } from './requests/source-requests.ts';
import type { SourceTracing } from './tracing/source-tracing.ts';

/** What a source of the SDK's own gets of the manager that observes it. */
export interface SourceContext {
  readonly clock: Clock;
  /** Spans of what it sees, and the headers that carry them. */
  readonly tracing: SourceTracing;
  /** Requests that it sees, in full: with their spans, signals and durations. */
  readonly requests: SourceRequests;
  /** Errors that it sees, and what led to them. */
  readonly errors: SourceErrors;
  /** The process ends now: what is under way will have no end. Never emits where nobody tells. */
  readonly exit$: Observable<unknown>;
  /** Whether anybody may want signals of this kind now: without, there is no need to measure. */
  wants(kind: SignalKind): boolean;
}

/** Cold: patches nothing until subscribed, undoes everything when unsubscribed. */
export interface Source {
  /** What it is called on `health$`. */
  readonly name: string;
  /** Its signals. What it throws, or errors with, is said on `health$` as `source-failed`; the other sources go on. */
  observe(context: { readonly clock: Clock }): Observable<SignalInput>;
}
