import type { Attributes, Breadcrumb } from '../../signal.ts';
import { sentryLevel } from './sentry-level.ts';
import type { SentryLevel } from './sentry-level.ts';

/** A step on the way to an error, as Sentry has it. https://develop.sentry.dev/sdk/foundations/transport/event-payloads/breadcrumbs/ */
export interface SentryBreadcrumb {
  /** How it is shown. Default: as text with its data. */
  readonly type?: 'http' | 'navigation' | undefined;
  readonly category: string;
  readonly message: string;
  readonly level: SentryLevel;
  /** Seconds. */
  readonly timestamp: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export function sentryBreadcrumb({ category, message, timestamp, level, attributes }: Breadcrumb): SentryBreadcrumb {
  return {
    type: category === 'http' || category === 'navigation' ? category : undefined,
    category,
    message,
    level: sentryLevel(level),
    timestamp: timestamp / 1_000,
    data: category === 'http' ? { ...exchange(attributes), ...attributes } : attributes,
  };
}

/** What Sentry shows as a line of method, address and status. */
function exchange(attributes: Attributes): Readonly<Record<string, unknown>> {
  return {
    method: attributes['http.request.method'],
    url: attributes['url.full'] ?? attributes['url.path'],
    status_code: attributes['http.response.status_code'],
  };
}
