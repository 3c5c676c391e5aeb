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
  /** What makes two events the same: the attribute `arkhe.fingerprint`. */
  readonly fingerprint?: readonly string[] | undefined;
  /** False for what nothing in the application caught. Only exceptions have it. Default true: you caught it. */
  readonly handled?: boolean | undefined;
}

/** Options of error tracking. */
export interface ErrorTrackerOptions {
  /** False: exceptions and messages are counted as `disabled`, and go nowhere. Default true, or `ERROR_TRACKING_ENABLED`. */
  readonly enabled?: boolean | undefined;
  /** Sentry comes with its sink; until then a DSN is a `ConfigurationError`. */
  readonly sentryDsn?: string | undefined;
  /** Sets the manager's `environment`, on every signal, where that is not given beside it. Default: the manager's. */
  readonly environment?: string | undefined;
  /** Sets the manager's `release`, on every signal, where that is not given beside it. Default: the manager's. */
  readonly release?: string | undefined;
  /** Exceptions not wanted: text that is in `Type: message`, or a pattern it matches. They count as `disabled`. Default: none. */
  readonly ignore?: readonly (string | RegExp)[] | undefined;
  /** How many of the latest breadcrumbs are kept; 0 keeps none. Default 50. */
  readonly maxBreadcrumbs?: number | undefined;
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
