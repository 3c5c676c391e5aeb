import type { Clock } from '../../clock.ts';
import { withChannels } from '../../delivery/channel.ts';
import type { Channel } from '../../delivery/channel.ts';
import type { Attributes, Signal, SpanSignal } from '../../signal.ts';
import type { Sink } from '../../sink.ts';
import type { CreateTransport, HttpResponse } from '../../transport.ts';
import type { Address } from '../otlp/endpoint.ts';
import { createOtlpResource } from '../otlp/otlp-resource.ts';
import type { OtlpResource } from '../otlp/otlp-resource.ts';
import type { EncodedRecords } from './encoded-records.ts';
import { expectFit } from './expect-fit.ts';
import { presentable } from './foreign-text.ts';
import { isTaken, refusal } from './refusal.ts';

/** How spans become the body of a request. */
export interface SpanFormat {
  readonly contentType: string;
  /** About what a span takes in a request. Batches that do not fit are encoded in vain, then halved. */
  readonly spanBytes: number;
  /** Asked for once for each resource. */
  createEncoder(resource: OtlpResource): EncodeSpans;
}

/** A span that cannot be read is left out alone. */
export type EncodeSpans = (spans: readonly SpanSignal[]) => EncodedRecords;

export interface SpanSinkParts {
  readonly name: string;
  readonly address: Address;
  /** What is expected there: `a Zipkin server`. */
  readonly receiver: string;
  readonly format: SpanFormat;
  /** How long one try may take, in milliseconds. Default: that of the delivery. */
  readonly timeout?: number | undefined;
  readonly createTransport: CreateTransport;
  readonly clock: Clock;
  /** `telemetry.sdk.language`. */
  readonly language: 'nodejs' | 'webjs';
  /** Said once a manager uses the sink. */
  readonly warnings: readonly string[];
}

/** As for OTLP, and 500: the receivers of the Collector for these formats answer it when the next of its parts is busy. */
const retryable: readonly number[] = [429, 500, 502, 503, 504];

/** A sink for the sampled spans, which POSTs them to one address in a format that knows nothing else. */
export function createSpanSink(parts: SpanSinkParts): Sink {
  const { name, address, receiver, format, timeout, clock, language, warnings } = parts;
  const { url } = address;
  const headers = { ...address.headers, 'content-type': format.contentType };
  const transport = parts.createTransport({ compression: 'none' });
  const encoderFor = (resource: Attributes): EncodeSpans => format.createEncoder(createOtlpResource(resource, language));
  let encode = encoderFor({});
  let unsaid = warnings;

  function expectTaken(response: HttpResponse): void {
    if (response.handedOff || isTaken(response)) return;
    throw refusal(response, { url, receiver, complaint: complaintOf(response, address), retryable, now: clock.now() });
  }

  const channel: Channel = {
    // The only one.
    name: '',
    accepts: isSampledSpan,
    concurrent: true,
    timeout,
    maxBatchSize: Math.floor(transport.maxBodyBytes / format.spanBytes),
    write(batch, { abortSignal, leaving, run }) {
      const { body, unreadable } = encode(batch as readonly SpanSignal[]);
      if (body === undefined) return { rejected: unreadable };
      expectFit(body, transport, 'spans');
      return transport.send({ url, headers, body, abortSignal, leaving, run }).then((response) => {
        expectTaken(response);
        return { rejected: unreadable, handedOff: response.handedOff };
      });
    },
  };

  const sink: Sink = {
    name,
    configure({ resource, warn }) {
      encode = encoderFor(resource);
      unsaid.forEach(warn);
      unsaid = [];
    },
    accepts: isSampledSpan,
    write: (batch, context) => channel.write(batch.filter(isSampledSpan), context),
    close: () => transport.close(),
  };
  return withChannels(sink, [channel]);
}

function isSampledSpan({ kind, trace }: Signal): boolean {
  return kind === 'span' && trace?.sampled === true;
}

/** These receivers say in plain text what is wrong. */
function complaintOf({ headers, body }: HttpResponse, address: Address): string {
  return headers['content-type']?.startsWith('text/') === true ? presentable(body, address) : '';
}
