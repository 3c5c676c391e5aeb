import type { Attributes, SeverityName } from '../signal.ts';
import type { BreadcrumbOptions, CaptureOptions } from './error-tracker.ts';

/** What a source says of an error it saw. */
export interface SeenError {
  /** Sentry's word for the way it was seen: `onuncaughtexception`, `onunhandledrejection`, `onerror`, `onresource`, `onreporting`. */
  readonly mechanism: string;
  /** Whether something in the application caught it. */
  readonly handled: boolean;
  /** Default 'error'. */
  readonly level?: SeverityName | undefined;
  readonly attributes?: Attributes | undefined;
  readonly context?: object | undefined;
  readonly tags?: CaptureOptions['tags'];
}

/** What sources, and adapters of frameworks, tell of errors. No method throws. */
export interface SourceErrors {
  /** Captures it, unless that is done already, or error tracking is off. Returns the id of the event that tells of it. */
  capture(error: unknown, seen: SeenError): string;
  /** A step on the way to the errors that follow. */
  leaveBreadcrumb(message: string, options: BreadcrumbOptions): void;
}
