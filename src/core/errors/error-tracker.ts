import type { Severity } from '../severity.ts';
import type { Attributes } from '../signal.ts';

export interface CaptureOptions {
  /** Anything that explains it. Copied at once, capped and redacted. */
  readonly context?: object | undefined;
  /** Default 'error' for exceptions, 'info' for messages. */
  readonly level?: Severity | undefined;
  readonly attributes?: Attributes | undefined;
  /** What makes two events the same: the attribute `arkhe.fingerprint`. */
  readonly fingerprint?: readonly string[] | undefined;
  /** Default true: you caught it. */
  readonly handled?: boolean | undefined;
}

export interface ErrorTrackerOptions {
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** Sentry comes with its sink; until then a DSN is a `ConfigurationError`. */
  readonly sentryDsn?: string | undefined;
  /** Default: the manager's. */
  readonly environment?: string | undefined;
  /** Default: the manager's. */
  readonly release?: string | undefined;
  /** Exceptions not wanted: text in the message, or a pattern. */
  readonly ignore?: readonly (string | RegExp)[] | undefined;
  /** Default 50. */
  readonly maxBreadcrumbs?: number | undefined;
}

export interface BreadcrumbOptions {
  /** Default 'manual'. */
  readonly category?: string | undefined;
  /** Default 'info'. */
  readonly level?: Severity | undefined;
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
