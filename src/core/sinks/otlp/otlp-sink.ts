import type { Clock } from '../../clock.ts';
import { withChannels } from '../../delivery/channel.ts';
import type { Channel, Queue } from '../../delivery/channel.ts';
import type { Signal, SpanSignal } from '../../signal.ts';
import type { Sink, WriteResult } from '../../sink.ts';
import type { CreateTransport, HttpTransport } from '../../transport.ts';
import { encodeEach } from '../http/encoded-records.ts';
import type { EncodedRecords } from '../http/encoded-records.ts';
import { createMetricQueue } from './metric-queue.ts';
import { encodeLogs, encodeMetrics, encodeSpansAsJson, isJson } from './otlp-encoding.ts';
import { toOtlpLog } from './otlp-log.ts';
import type { LoggedSignal } from './otlp-log.ts';
import { toOtlpMetrics } from './otlp-metrics.ts';
import { readAnswer } from './answer.ts';
import type { OtlpGrpc } from './otlp-grpc.ts';
import type { OtlpKind, OtlpSettings } from './otlp-options.ts';
import { createPost } from './otlp-post.ts';
import type { Post } from './otlp-post.ts';
import { createOtlpResource } from './otlp-resource.ts';
import { createScopes } from './otlp-scope.ts';
import { toOtlpSpan } from './otlp-span.ts';
import { createSpanEncoder } from './span-encoder.ts';
import { writeParts } from './write-parts.ts';
import type { Part } from './write-parts.ts';

export interface OtlpSinkParts {
  readonly settings: OtlpSettings;
  readonly createTransport: CreateTransport;
  /** For settings that say so. */
  readonly grpc?: OtlpGrpc | undefined;
  readonly clock: Clock;
  /** `telemetry.sdk.language`. */
  readonly language: 'nodejs' | 'webjs';
  /** Default `otlp`. */
  readonly name?: string | undefined;
  /** What it sends; signals of other kinds it does not accept. Default: all. */
  readonly kinds?: readonly OtlpKind[] | undefined;
  /** Said once a manager uses the sink. */
  readonly warnings?: readonly string[] | undefined;
}

/** About what a record takes in a request. Batches that do not fit are encoded in vain, then halved. */
const RECORD_BYTES = 240;

const allKinds: readonly OtlpKind[] = ['traces', 'logs', 'metrics'];

/** A sink's way to one endpoint: with a queue of its own, or as a share of what the whole sink is given. */
type OtlpChannel = Channel & Part;

/**
 * Sends signals over OTLP: spans, what becomes a log record, and what is counted each have a channel, i.e. an endpoint, a
 * queue and retries of their own. A copy of the sink without its channels works as well, with one queue for all.
 */
export function createOtlpSink(parts: OtlpSinkParts): Sink {
  const { settings, clock, language, name = 'otlp', kinds = allKinds, warnings = [] } = parts;
  const { temporality } = settings;
  const transports = new Map<string, HttpTransport>();
  let resource = createOtlpResource({}, language);
  let unsaid = warnings;
  let warn: (message: string) => void = () => {};

  function postTo(kind: OtlpKind): { readonly post: Post; readonly maxBatchSize: number } {
    const endpoint = settings[kind];
    const { compression, tls } = endpoint;
    const way = (endpoint.protocol === 'grpc' && parts.grpc) || { createTransport: parts.createTransport, readAnswer };
    const key = JSON.stringify([way === parts.grpc, compression, tls]);
    const transport = transports.get(key) ?? way.createTransport({ compression, tls });
    transports.set(key, transport);
    const post = createPost({ kind, endpoint, transport, readAnswer: way.readAnswer, clock, warn: (message) => warn(message) });
    return { post, maxBatchSize: Math.floor(transport.maxBodyBytes / RECORD_BYTES) };
  }

  /** For signals that become a record each. What cannot be read, because a user's operator broke it, is refused alone. */
  function recordChannel<S extends Signal>(
    kind: OtlpKind,
    accepts: (signal: Signal) => boolean,
    encode: (signals: readonly S[]) => EncodedRecords,
  ): OtlpChannel {
    const { timeout } = settings[kind];
    const { post, maxBatchSize } = postTo(kind);
    function prepare(batch: readonly Signal[]): ReturnType<Part['prepare']> {
      const { body, unreadable } = encode(batch as readonly S[]);
      if (body === undefined) return () => ({ rejected: unreadable });
      const send = post(body);
      return unreadable === 0 ? send : async (context) => withRejected(await send(context), unreadable);
    }
    return { name: kind, accepts, concurrent: true, timeout, maxBatchSize, prepare, write: (batch, context) => prepare(batch)(context) };
  }

  function traceChannel(): OtlpChannel {
    const isSent = ({ kind, trace }: Signal): boolean => kind === 'span' && trace?.sampled === true;
    if (isJson(settings.traces.protocol)) {
      return recordChannel('traces', isSent, (signals: readonly SpanSignal[]) => {
        const scopeOf = createScopes();
        return encodeEach(signals, (signal) => toOtlpSpan(signal, resource, scopeOf(signal.scope)), encodeSpansAsJson);
      });
    }
    const encodeSpans = createSpanEncoder();
    return recordChannel('traces', isSent, (signals: readonly SpanSignal[]) => encodeSpans(signals, resource));
  }

  function logChannel(): OtlpChannel {
    const { protocol } = settings.logs;
    return recordChannel('logs', isLogged, (signals: readonly LoggedSignal[]) =>
      encodeEach(signals, (signal) => toOtlpLog(signal, resource), (logs) => encodeLogs(logs, protocol)),
    );
  }

  function metricChannel(): OtlpChannel {
    const { protocol, timeout } = settings.metrics;
    const { post } = postTo('metrics');
    const createQueue = (): Queue =>
      createMetricQueue({
        clock,
        temporality,
        resource: () => resource,
        send: (points, context) => post(encodeMetrics(toOtlpMetrics(points, resource, temporality), protocol))(context),
      });
    // For shares. It lives on between them, as totals do.
    const totals = createQueue();
    function prepare(batch: readonly Signal[]): ReturnType<Part['prepare']> {
      let refused = 0;
      for (const signal of batch) {
        try {
          totals.push(signal, 0, 0);
        } catch {
          refused++;
        }
      }
      if (totals.length === 0) return () => ({ rejected: refused });
      const taken = totals.take(batch.length, 0);
      return async (context) => withRejected(await taken.send(context), refused);
    }
    return {
      name: 'metrics',
      accepts: isCounted,
      timeout,
      flushEvery: settings.metricInterval,
      createQueue,
      prepare,
      write: (batch, context) => prepare(batch)(context),
    };
  }

  const channelOf: Readonly<Record<OtlpKind, () => OtlpChannel>> = { traces: traceChannel, logs: logChannel, metrics: metricChannel };
  const channels = kinds.map((kind) => channelOf[kind]());

  const sink: Sink = {
    name,
    configure(given) {
      resource = createOtlpResource(given.resource, language);
      warn = given.warn;
      unsaid.forEach(warn);
      unsaid = [];
    },
    accepts: (signal) => channels.some((channel) => channel.accepts(signal)),
    write: writeParts(channels),
    close() {
      for (const transport of transports.values()) transport.close();
    },
  };
  return withChannels(sink, channels);
}

function isCounted({ kind }: Signal): boolean {
  return kind === 'profile' || kind === 'metric';
}

function isLogged(signal: Signal): boolean {
  return signal.kind !== 'span' && !isCounted(signal);
}

function withRejected(answer: WriteResult | void, rejected: number): WriteResult {
  return { ...answer, rejected: rejected + (answer?.rejected ?? 0) };
}
