import { DeliveryError } from '../../sink.ts';
import { envelopeBytes } from './sentry-envelope.ts';
import type { SentryAttachment, SentryEnvelope } from './sentry-envelope.ts';
import type { SentryEvent } from './sentry-event.ts';
import { shortenedEvents } from './shorten-event.ts';

/** Sentry refuses an event above 1 MB. Attachments may be longer. https://develop.sentry.dev/sdk/foundations/envelopes/#size-limits */
const maxEventBytes = 900_000;

/** Its headers: a line of its own in the envelope. */
const attachmentOverhead = 256;

export interface PackSetup {
  /** Of the whole. */
  readonly maxBytes: number;
  envelopeOf(event: SentryEvent, attachments: readonly SentryAttachment[]): SentryEnvelope;
}

/**
 * The bytes of an event, as much of it as fits: first it does without its attachments, then without what explains least.
 * @throws DeliveryError when even then it does not fit
 */
export function packEvent(event: SentryEvent, attachments: readonly SentryAttachment[], { maxBytes, envelopeOf }: PackSetup): Uint8Array {
  const limit = Math.min(maxEventBytes, maxBytes);
  const alone = envelopeBytes(envelopeOf(event, []));
  if (alone.length > limit) return shortened(event, limit, envelopeOf);
  if (attachments.length === 0) return alone;
  const whole = attachments.reduce((length, { data }) => length + data.length + attachmentOverhead, alone.length);
  return whole > maxBytes ? alone : envelopeBytes(envelopeOf(event, attachments));
}

function shortened(event: SentryEvent, limit: number, envelopeOf: PackSetup['envelopeOf']): Uint8Array {
  for (const shorter of shortenedEvents(event)) {
    const bytes = envelopeBytes(envelopeOf(shorter, []));
    if (bytes.length <= limit) return bytes;
  }
  throw new DeliveryError(`an event is more than fits in a request (${limit} bytes)`, { retryable: false, tooLarge: true });
}
