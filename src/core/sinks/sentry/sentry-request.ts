import { sentryVersion } from './import-sentry-client.ts';
import { sdkOf } from './sentry-event.ts';
import type { SentryPlatform } from './sentry-event.ts';
import type { SentrySettings } from './sentry-settings.ts';

/** Where events are posted, and as what. The key in it is no secret: every page shows it. */
export function sentryRequest({ dsn, tunnel }: SentrySettings, platform: SentryPlatform): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const isPage = platform === 'javascript';
  const { name, version } = sdkOf(platform);
  // Sentry's tools recognise the posts of pages by the name of its own SDK.
  const client = isPage ? `sentry.javascript.browser/${sentryVersion}` : `${name}/${version}`;
  return {
    url: tunnel ?? `${dsn.envelopeUrl}?sentry_version=7&sentry_key=${dsn.publicKey}&sentry_client=${encodeURIComponent(client)}`,
    // A page may post that elsewhere without asking first.
    headers: { 'content-type': isPage ? 'text/plain;charset=UTF-8' : 'application/x-sentry-envelope' },
  };
}
