import { jsonBytes } from '../http/json-bytes.ts';
import type { SentryEvent } from './sentry-event.ts';

/** A file that comes with an event. */
export interface SentryAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly data: Uint8Array;
}

/** What one request holds: headers, then items of a header and content each. https://develop.sentry.dev/sdk/foundations/envelopes/ */
export type SentryEnvelope = readonly [headers: object, items: readonly (readonly [headers: object, content: object])[]];

export interface EnvelopeHeaders {
  /** Where it goes; only a tunnel needs to be told. */
  readonly dsn?: string | undefined;
  readonly sdk: { readonly name: string; readonly version: string };
  /** When it leaves, in epoch milliseconds: tells Sentry by how much this clock is wrong. */
  readonly sentAt: number;
}

/** As Sentry's client makes it. For when there is no time for that. */
export function sentryEnvelope(event: SentryEvent, attachments: readonly SentryAttachment[], { dsn, sdk, sentAt }: EnvelopeHeaders): SentryEnvelope {
  return [
    { event_id: event.event_id, sent_at: new Date(sentAt).toISOString(), sdk, dsn },
    [
      [{ type: 'event' }, event],
      ...attachments.map(({ filename, contentType, data }) => [{ type: 'attachment', length: data.length, filename, content_type: contentType }, data] as const),
    ],
  ];
}

/** The bytes of an envelope: a header a line, its content behind it. */
export function envelopeBytes([headers, items]: SentryEnvelope): Uint8Array {
  const lineEnd = new Uint8Array([10]);
  const pieces = [jsonBytes(JSON.stringify(headers))];
  for (const [header, content] of items) {
    pieces.push(lineEnd, jsonBytes(JSON.stringify(header)), lineEnd, content instanceof Uint8Array ? content : jsonBytes(JSON.stringify(content)));
  }
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}
