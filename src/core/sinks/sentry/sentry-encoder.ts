import type { Signal } from '../../signal.ts';
import { jsonBytes } from '../http/json-bytes.ts';
import { createDebugImages } from './debug-images.ts';
import { packEvent } from './pack-event.ts';
import type { SentryClient } from './sentry-client.ts';
import { sentryEnvelope } from './sentry-envelope.ts';
import type { SentryAttachment } from './sentry-envelope.ts';
import { sdkOf, toSentryEvent } from './sentry-event.ts';
import type { EventSignal, SentryEventSetup } from './sentry-event.ts';
import type { SentrySettings } from './sentry-settings.ts';
import type { SentryHost } from './sentry-sink-factory.ts';

export interface EncodeOptions {
  /** Sentry's, once it is loaded. */
  readonly client: SentryClient | undefined;
  readonly resource: SentryEventSetup['resource'];
  /** Of the whole request. */
  readonly maxBytes: number;
  readonly withAttachments: boolean;
}

/** The body of a request for an event. Throws for a signal that an operator has broken. */
export type EncodeEvent = (signal: EventSignal, options: EncodeOptions) => Uint8Array;

export function createSentryEncoder({ environment, release, tunnel, dsn }: SentrySettings, { platform, clock }: SentryHost): EncodeEvent {
  const debugImagesOf = createDebugImages(platform);
  const sdk = sdkOf(platform);
  return (signal, { client, resource, maxBytes, withAttachments }) => {
    const event = toSentryEvent(signal, { platform, environment, release, resource, debugImagesOf });
    return packEvent(event, withAttachments ? attachmentsOf(signal) : [], {
      maxBytes,
      envelopeOf: (fitting, attachments) =>
        client?.envelopeOf(fitting, attachments) ??
        sentryEnvelope(fitting, attachments, { sdk, sentAt: clock.now(), dsn: tunnel === undefined ? undefined : dsn.text }),
    });
  };
}

/** What the flight recorder had. */
function attachmentsOf(signal: Signal): readonly SentryAttachment[] {
  if (signal.kind !== 'error' || signal.recording === undefined) return [];
  return [{ filename: 'flight-recording.json', contentType: 'application/json', data: jsonBytes(JSON.stringify(signal.recording)) }];
}
