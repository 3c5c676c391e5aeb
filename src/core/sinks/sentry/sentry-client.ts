import type { Dsn } from './dsn.ts';
import type { SentryClientClass } from './import-sentry-client.ts';
import type { SentryAttachment, SentryEnvelope } from './sentry-envelope.ts';
import type { SentryEvent } from './sentry-event.ts';

export interface SentryClientSetup {
  readonly dsn: Dsn;
  readonly tunnel: string | undefined;
  readonly sdk: { readonly name: string; readonly version: string };
}

/** Sentry's client, of which only the way from an event to an envelope is used. */
export interface SentryClient {
  /** `undefined` from a client that fails, or does not make it at once. */
  envelopeOf(event: SentryEvent, attachments: readonly SentryAttachment[]): SentryEnvelope | undefined;
}

/**
 * Built by hand, without `Sentry.init`: it has no integrations, takes no part in the host's scopes, and its transport only takes the
 * envelope, which the sink sends itself. Events go by `sendEvent` alone: all other ways add what the host's own Sentry knows. `undefined`
 * when the class is another one than is known here.
 */
export function createSentryClient(Client: SentryClientClass, setup: SentryClientSetup): SentryClient | undefined {
  try {
    return build(Client, setup);
  } catch {
    return undefined;
  }
}

function build(Client: SentryClientClass, { dsn, tunnel, sdk }: SentryClientSetup): SentryClient {
  let taken: SentryEnvelope | undefined;
  const transport = {
    send(envelope: SentryEnvelope): PromiseLike<object> {
      taken = envelope;
      return Promise.resolve({});
    },
    flush: () => Promise.resolve(true),
  };
  const client = new Client({
    dsn: dsn.text,
    tunnel,
    integrations: [],
    sendClientReports: false,
    attachStacktrace: false,
    traceLifecycle: 'static',
    stackParser: () => [],
    transport: () => transport,
    _metadata: { sdk },
  });
  return {
    envelopeOf(event, attachments) {
      taken = undefined;
      try {
        // A copy: the client writes to it.
        client.sendEvent({ ...event }, { attachments });
      } catch {
        // Another version's needs. The sink can do without.
      }
      return taken;
    },
  };
}
