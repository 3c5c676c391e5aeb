import type { Severity } from '../severity.ts';
import type { Attributes } from '../signal.ts';

/** What comes with a captured exception or message. */
export interface CaptureOptions {
  /** Anything that explains it. Copied at once, capped and redacted. */
  readonly context?: object | undefined;
  /** Default 'error' for exceptions, 'info' for messages. */
  readonly level?: Severity | undefined;
  /** Default: none. */
  readonly attributes?: Attributes | undefined;
  /** What makes two events the same: the attribute `arkhe.fingerprint`. Default: type, message and where it was thrown. */
  readonly fingerprint?: readonly string[] | undefined;
  /**
   * Short texts to search by: at most 50, names of 32 characters, values of 200. Those of a message become attributes. Default: none.
   */
  readonly tags?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /**
   * Whom it happened to, e.g. `{ id, email, username }`. Those of a message become the attributes `user.id` and so on. Default: none.
   */
  readonly user?: Attributes | undefined;
  /** False for what nothing in the application caught. Only exceptions have it. Default true: you caught it. */
  readonly handled?: boolean | undefined;
}

/** Options of error tracking. */
export interface ErrorTrackerOptions {
  /** False: exceptions and messages are counted as `disabled`, and go nowhere. Default true, or `ERROR_TRACKING_ENABLED`. */
  readonly enabled?: boolean | undefined;
  /** Where errors and captured messages are sent beside the other sinks: see `sentrySink`. Default: `SENTRY_DSN`, else nowhere. */
  readonly sentryDsn?: string | undefined;
  /** A URL of your own server that passes on what is sent to Sentry: blockers do not know it. Default: none. */
  readonly tunnel?: string | undefined;
  /** Sets the manager's `environment`, on every signal, where that is not given beside it. Default: the manager's. */
  readonly environment?: string | undefined;
  /** Sets the manager's `release`, on every signal, where that is not given beside it. Default: the manager's. */
  readonly release?: string | undefined;
  /** Exceptions not wanted: text that is in `Type: message`, or a pattern it matches. They count as `disabled`. Default: none. */
  readonly ignore?: readonly (string | RegExp)[] | undefined;
  /**
   * Whether what a handler threw is captured when the request it answers fails, though its framework caught it. The response and its
   * span tell of it in any case. Default false.
   */
  readonly failedRequests?: boolean | undefined;
  /** How many breadcrumbs come with an exception at most; 0: none are kept. Default 50. */
  readonly maxBreadcrumbs?: number | undefined;
  /**
   * For how long an exception like one before is only counted, in milliseconds: type, message and place the same, or the fingerprint.
   * Then one signal tells of all of them, with their `count`. 0: each is told. Default 10 000.
   */
  readonly repeatWindow?: number | undefined;
  /** How many exceptions of one kind are told; the others are counted as `rate-limited`. `false`: all. Default: see there. */
  readonly rateLimit?: ErrorRateLimit | false | undefined;
}

/** Exceptions are of one kind when their fingerprints are the same; without one, when they have the same type and were thrown at the same place. */
export interface ErrorRateLimit {
  /** How many of a kind are told in a minute, lasting. Default 30. */
  readonly perMinute?: number | undefined;
  /** How many of a kind may come at once. Default 30. */
  readonly burst?: number | undefined;
}

/** What comes with a breadcrumb. */
export interface BreadcrumbOptions {
  /** What kind of step it is. Default 'manual'. */
  readonly category?: string | undefined;
  /** Default 'info'. */
  readonly level?: Severity | undefined;
  /** Default: none. */
  readonly attributes?: Attributes | undefined;
}

/** Captures errors and messages. No method throws. */
export interface ErrorTracker {
  /** Returns the event id: 32 hexadecimal digits, also when the event is then dropped. */
  captureException(error: unknown, options?: CaptureOptions): string;
  /** Gives a `log` signal. Returns the event id: 32 hexadecimal digits, also when the event is then dropped. */
  captureMessage(message: string, options?: CaptureOptions): string;
  /** A step that comes with the errors of the same trace, or of no trace, that follow. */
  addBreadcrumb(message: string, options?: BreadcrumbOptions): void;
}
