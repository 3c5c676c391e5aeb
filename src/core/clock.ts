import type { Observable } from 'rxjs';

/** All the time the SDK knows. Default everywhere: the host's, which never keeps a process alive. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds: the only source of durations. */
  elapsed(): number;
  /** Ticks; never keeps a process alive. */
  every(milliseconds: number): Observable<unknown>;
}

/** What has a notion of time takes its clock as an option. */
export interface Timed {
  /** Default: the host's. */
  readonly clock?: Clock | undefined;
}
