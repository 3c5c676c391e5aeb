import type { Attributes, AttributeValue, ErrorSignal, LogSignal } from '../../signal.ts';
import { VERSION } from '../../version.ts';
import type { DebugImage, DebugImagesOf } from './debug-images.ts';
import { sentryBreadcrumb } from './sentry-breadcrumb.ts';
import type { SentryBreadcrumb } from './sentry-breadcrumb.ts';
import { sentryExceptions } from './sentry-exceptions.ts';
import type { SentryException } from './sentry-exceptions.ts';
import { sentryLevel } from './sentry-level.ts';
import type { SentryLevel } from './sentry-level.ts';
import { sentryTags } from './sentry-tags.ts';
import { sentryUser } from './sentry-user.ts';

/** Sentry's name for where the code runs. */
export type SentryPlatform = 'node' | 'javascript';

/** What Sentry gets as an event. */
export type EventSignal = ErrorSignal | LogSignal;

type Fields = Readonly<Record<string, unknown>>;

/** An event as Sentry has it: what is `undefined` is left out. https://develop.sentry.dev/sdk/foundations/transport/event-payloads/ */
export interface SentryEvent {
  readonly event_id: string;
  /** Seconds. */
  readonly timestamp: number;
  readonly platform: SentryPlatform;
  readonly level: SentryLevel;
  readonly environment?: string | undefined;
  readonly release?: string | undefined;
  readonly server_name?: string | undefined;
  /** Of a captured message. */
  readonly message?: string | undefined;
  readonly exception?: { readonly values: readonly SentryException[] } | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly user?: Fields | undefined;
  readonly extra?: Fields | undefined;
  readonly contexts: Readonly<Record<string, Fields | undefined>>;
  readonly breadcrumbs?: readonly SentryBreadcrumb[] | undefined;
  readonly fingerprint?: readonly string[] | undefined;
  readonly debug_meta?: { readonly images: readonly DebugImage[] } | undefined;
  readonly request?: { readonly url: string } | undefined;
  readonly sdk: Fields;
}

/** What the events of a sink have in common. */
export interface SentryEventSetup {
  readonly platform: SentryPlatform;
  /** Default: that of the signal's resource. */
  readonly environment?: string | undefined;
  /** Default: that of the signal's resource. */
  readonly release?: string | undefined;
  /** What every signal carries: it is shown apart. */
  readonly resource: Attributes;
  readonly debugImagesOf: DebugImagesOf;
}

/** The names of Sentry's own SDKs begin with `sentry`, and are not for others. */
export function sdkOf(platform: SentryPlatform): { readonly name: string; readonly version: string } {
  return { name: platform === 'node' ? 'arkhe.javascript.node' : 'arkhe.javascript.browser', version: VERSION };
}

/** Shown by a field of its own. */
const shownElsewhere: ReadonlySet<string> = new Set(['arkhe.fingerprint', 'user.id', 'user.email', 'user.name']);

/** The event of a captured error or message, which was redacted before. */
export function toSentryEvent(signal: EventSignal, { platform, environment, release, resource, debugImagesOf }: SentryEventSetup): SentryEvent {
  const { attributes, trace, context, eventId, timestamp, level } = signal;
  const error = signal.kind === 'error' ? signal : undefined;
  const values = error && sentryExceptions({ error: error.error, mechanism: error.mechanism ?? 'generic', handled: error.handled }, platform);
  const images = values === undefined ? [] : debugImagesOf(values);
  const url = textOf(attributes['url.full']);
  return {
    event_id: eventId,
    timestamp: timestamp / 1_000,
    platform,
    level: sentryLevel(level),
    environment: environment ?? textOf(attributes['deployment.environment.name']),
    release: release ?? textOf(attributes['service.version']),
    server_name: textOf(attributes['host.name']),
    message: signal.kind === 'log' ? signal.message : undefined,
    exception: values && { values },
    tags: sentryTags(signal),
    user: sentryUser(signal),
    extra: context === undefined ? undefined : isFields(context) ? context : { context },
    contexts: {
      trace: trace && { trace_id: trace.traceId, span_id: trace.spanId },
      attributes: someOf(ownAttributes(attributes, resource)),
      resource: someOf(resource),
      runtime: runtimeOf(resource),
    },
    breadcrumbs: error?.breadcrumbs.map(sentryBreadcrumb),
    fingerprint: fingerprintOf(attributes['arkhe.fingerprint']),
    debug_meta: images.length === 0 ? undefined : { images },
    request: url === undefined ? undefined : { url },
    sdk: {
      ...sdkOf(platform),
      packages: [{ name: 'npm:@arkhe/observability', version: VERSION }],
      // Else Sentry keeps the address of a page's visitor, which nobody asked for.
      settings: { infer_ip: 'never' },
    },
  };
}

function ownAttributes(attributes: Attributes, resource: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([key, value]) => !shownElsewhere.has(key) && JSON.stringify(value) !== JSON.stringify(resource[key])),
  );
}

function runtimeOf(resource: Attributes): Fields | undefined {
  const name = textOf(resource['process.runtime.name']);
  return name === undefined ? undefined : { name: name === 'nodejs' ? 'node' : name, version: textOf(resource['process.runtime.version']) };
}

function fingerprintOf(value: AttributeValue | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function someOf(attributes: Attributes): Attributes | undefined {
  return Object.keys(attributes).length === 0 ? undefined : attributes;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
