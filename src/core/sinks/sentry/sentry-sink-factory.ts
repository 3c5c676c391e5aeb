import type { Observable } from 'rxjs';
import type { Clock } from '../../clock.ts';
import type { Print } from '../../print.ts';
import type { Sink } from '../../sink.ts';
import type { CreateTransport } from '../../transport.ts';
import { importSentryClient } from './import-sentry-client.ts';
import type { NoSentryClient, SentryClientClass } from './import-sentry-client.ts';
import type { SentryPlatform } from './sentry-event.ts';
import { sentrySettings } from './sentry-settings.ts';
import { createSentrySink } from './sentry-sink.ts';

/** Options of `sentrySink`. */
export interface SentrySinkOptions {
  /** Default: `SENTRY_DSN`, on hosts that have variables. */
  readonly dsn?: string | undefined;
  /** Default: the manager's. */
  readonly environment?: string | undefined;
  /** Default: the manager's. */
  readonly release?: string | undefined;
  /**
   * Where events are posted instead: a URL of your own server that passes on what is sent to Sentry, in a page also a path of its own
   * origin. Default: none.
   */
  readonly tunnel?: string | undefined;
}

/**
 * Sends errors and captured messages to Sentry, an event a request, as soon as they are captured. Needs the package `@sentry/core`, which
 * is loaded when a manager uses the sink; without it that is said, and what was for Sentry is counted as `rejected`. Beside
 * `Sentry.init` of the application: neither sees the other's events.
 * @throws ConfigurationError naming every wrong option at once, or that there is no DSN
 */
export type SentrySinkFactory = (options?: SentrySinkOptions) => Sink;

/** What a host brings for it. */
export interface SentryHost {
  readonly clock: Clock;
  readonly platform: SentryPlatform;
  readonly createTransport: CreateTransport;
  /** `SENTRY_DSN`, on hosts that have variables. */
  readonly readVariable?: (() => string | undefined) | undefined;
  /** Of the page: tunnels are relative to it. */
  readonly ownOrigin?: string | undefined;
  /** The page or process is going away: what waits for the package leaves without it. Default: it waits on. */
  readonly leaving$?: Observable<unknown> | undefined;
  /** Says on the console that the package is missing: few subscribe to `health$`. Default: only that does. */
  readonly print?: Print | undefined;
}

/** `load`: where Sentry's client comes from. */
export function sentrySinkFactory(host: SentryHost, load: () => Promise<SentryClientClass | NoSentryClient> = importSentryClient): SentrySinkFactory {
  return (options = {}) => createSentrySink({ settings: sentrySettings(options, host), host, load });
}
