import { acceptingKinds } from '../../accepted-kinds.ts';
import { withChannels } from '../../delivery/channel.ts';
import { DeliveryError } from '../../sink.ts';
import type { Sink, SinkSettings, WriteContext, WriteResult } from '../../sink.ts';
import type { Signal } from '../../signal.ts';
import type { HttpResponse } from '../../transport.ts';
import { shownUrl } from '../otlp/endpoint.ts';
import { createClientLoading } from './client-loading.ts';
import { sentryVersion } from './import-sentry-client.ts';
import type { NoSentryClient, SentryClientClass } from './import-sentry-client.ts';
import { createSentryClient } from './sentry-client.ts';
import type { SentryClient } from './sentry-client.ts';
import { createSentryEncoder } from './sentry-encoder.ts';
import { sdkOf } from './sentry-event.ts';
import type { EventSignal } from './sentry-event.ts';
import { createSentryRateLimits } from './sentry-rate-limits.ts';
import { sentryRequest } from './sentry-request.ts';
import { isTakenBySentry, sentryRefusal } from './sentry-refusal.ts';
import type { SentrySettings } from './sentry-settings.ts';
import type { SentryHost } from './sentry-sink-factory.ts';

export interface SentrySinkParts {
  readonly settings: SentrySettings;
  readonly host: SentryHost;
  /** Where Sentry's client comes from. */
  readonly load: () => Promise<SentryClientClass | NoSentryClient>;
}

/** Most of a request that does not have to outlive its page, in bytes: a recording and its event. */
const maxBytes = 4 * 1_024 * 1_024;

const missing = `the package @sentry/core (${sentryVersion} or later) is missing, nothing is sent to Sentry: npm install @sentry/core`;

export function createSentrySink({ settings, host, load }: SentrySinkParts): Sink {
  const { dsn, tunnel } = settings;
  const { clock, platform } = host;
  const { url, headers } = sentryRequest(settings, platform);
  const transport = host.createTransport({ compression: 'none' });
  const limits = createSentryRateLimits(clock);
  const encode = createSentryEncoder(settings, host);
  const loading = createClientLoading({ load, leaving$: host.leaving$, loaded });
  let configured: SinkSettings | undefined;
  let client: SentryClient | undefined;
  let isMissing = false;

  function loaded(result: SentryClientClass | NoSentryClient): void {
    if (typeof result === 'function') client = createSentryClient(result, { dsn, tunnel, sdk: sdkOf(platform) });
    // Any other reason may pass, and what the client does the sink can do too.
    isMissing = typeof result === 'function' ? client === undefined : result.missing;
    if (!isMissing) return;
    configured?.warn(missing);
    host.print?.(`sentry: ${missing}`, 'warn');
  }

  async function send(signal: EventSignal, context: WriteContext): Promise<WriteResult> {
    const wait = limits.waitForEvents();
    if (wait > 0) throw new DeliveryError(`${shownUrl(url)} takes nothing for ${Math.ceil(wait / 1_000)} s`, { retryAfter: wait });
    if (isMissing) return { rejected: 1 };
    let withAttachments = limits.waitForAttachments() === 0;
    for (;;) {
      const body = encoded(signal, context, withAttachments);
      if (body === undefined) return { rejected: 1 };
      const { abortSignal, leaving, run = atOnce } = context;
      const response = await run(() => transport.send({ url, headers, body, abortSignal, leaving, run }));
      // A proxy may take less than Sentry.
      if (response.status === 413 && withAttachments && hasAttachments(signal)) withAttachments = false;
      else return outcome(response);
    }
  }

  /** `undefined` for a signal that an operator has broken. */
  function encoded(signal: EventSignal, { leaving }: WriteContext, withAttachments: boolean): Uint8Array | undefined {
    const { resource = {} } = configured ?? {};
    try {
      return encode(signal, { client, resource, maxBytes: leaving ? Math.min(maxBytes, transport.maxBodyBytes) : maxBytes, withAttachments });
    } catch (error) {
      if (error instanceof DeliveryError) throw error;
      return undefined;
    }
  }

  function outcome(response: HttpResponse): WriteResult {
    if (response.handedOff) return { handedOff: true };
    limits.note(response);
    if (isTakenBySentry(response)) return {};
    throw sentryRefusal(response, { url, publicKey: dsn.publicKey, wait: response.status === 429 ? limits.waitForEvents() : 0, now: clock.now() });
  }

  /** With the client, unless there is no time to wait for it. */
  function post(signal: EventSignal, context: WriteContext): Promise<WriteResult> {
    loading.begin();
    if (context.leaving || loading.result !== undefined) return send(signal, context);
    const { run = atOnce, abortSignal } = context;
    return new Promise((resolve, reject) =>
      loading.whenOver((left) => {
        // It was given up meanwhile, and is written again.
        if (abortSignal.aborted) return reject(new Error('aborted'));
        run(() => send(signal, { ...context, leaving: left })).then(resolve, reject);
      }),
    );
  }

  /** One in a request, as Sentry wants it. The delivery asks for one; who has wrapped the sink may ask for more. */
  async function write(batch: readonly Signal[], context: WriteContext): Promise<WriteResult> {
    const events = batch.filter(isEvent);
    const results: WriteResult[] = [];
    if (context.leaving) results.push(...(await Promise.all(events.map((signal) => post(signal, context)))));
    else for (const signal of events) results.push(await post(signal, context));
    return {
      rejected: results.reduce((count, { rejected = 0 }) => count + rejected, 0),
      handedOff: results.some(({ handedOff }) => handedOff === true),
    };
  }

  const sink: Sink = {
    name: 'sentry',
    configure(given) {
      configured = given;
      loading.begin();
    },
    accepts: acceptingKinds((signal) => isEvent(signal), () => ['error', 'log']),
    write,
    close() {
      loading.close();
      transport.close();
    },
  };
  return withChannels(sink, [{ name: '', accepts: isEvent, concurrent: true, maxBatchSize: 1, flushEvery: 0, write }]);
}

/** Errors, and the messages that were captured rather than logged. */
function isEvent(signal: Signal): signal is EventSignal {
  return signal.kind === 'error' || (signal.kind === 'log' && signal.name === 'message');
}

function hasAttachments(signal: EventSignal): boolean {
  return signal.kind === 'error' && signal.recording !== undefined;
}

function atOnce<R>(work: () => R): R {
  return work();
}
