import type { WriteResult } from '../../sink.ts';
import type { HttpResponse } from '../../transport.ts';
import { presentable, textOf } from '../http/foreign-text.ts';
import { isTaken, refusal } from '../http/refusal.ts';
import { grpcPortHint } from './endpoint.ts';
import type { OtlpEndpoint, OtlpKind } from './otlp-options.ts';

/** What a receiver said of a batch that it took. */
export interface OtlpAnswer extends WriteResult {
  /** Its own words: why it refused a part, or a warning about what it took. */
  readonly message?: string | undefined;
}

/**
 * What an answer means for the batch.
 * @param now epoch milliseconds, for a time to wait that is a date
 * @throws DeliveryError unless the receiver took the batch, or a part of it
 */
export type ReadAnswer = (response: HttpResponse, endpoint: OtlpEndpoint, kind: OtlpKind, now: number) => OtlpAnswer | undefined;

/** JSON of which nothing is known. */
interface Fields {
  readonly [name: string]: Fields | undefined;
}

const rejectedField: Readonly<Record<OtlpKind, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

/** No others, so neither 408 nor 500: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const retryable: readonly number[] = [429, 502, 503, 504];

/**
 * What an answer means for the batch. Refused data points count as that many signals: each stands for at least one.
 * @param now epoch milliseconds, for a `Retry-After` that is a date
 * @throws DeliveryError unless the receiver took the batch, or a part of it
 */
export function readAnswer(response: HttpResponse, endpoint: OtlpEndpoint, kind: OtlpKind, now: number): OtlpAnswer | undefined {
  const { status, handedOff } = response;
  const { url, protocol } = endpoint;
  if (handedOff) return { handedOff };
  if (isTaken(response)) return partialSuccess(response, endpoint, kind);
  const sentAs = status === 400 || status === 415 ? ` (sent as ${protocol}: try the other protocol)` : '';
  const hint = `${sentAs}${grpcPortHint(url)}`;
  throw refusal(response, { url, receiver: 'an OTLP receiver', complaint: complaint(response, endpoint), hint, retryable, now });
}

/** The specification wants a message here; what cannot be read as one is a receiver that says OK in its own way. */
export function partialSuccess(response: HttpResponse, endpoint: OtlpEndpoint, kind: OtlpKind): OtlpAnswer | undefined {
  const json = jsonOf(response);
  const part = json?.['partialSuccess'];
  const fields = fieldsOf(json ? undefined : fieldsOf(response.body)[1]);
  const told: unknown = part?.[rejectedField[kind]] ?? fields[1];
  const count = typeof told === 'object' ? 0 : Number(told);
  const rejected = Number.isSafeInteger(count) && count > 0 ? count : 0;
  const message = presentable(part?.['errorMessage'] ?? fields[2], endpoint);
  return rejected || message ? { rejected, message } : undefined;
}

/** What the receiver says went wrong: a `Status` message, or plain text. */
function complaint(response: HttpResponse, endpoint: OtlpEndpoint): string {
  const { headers, body } = response;
  const json = jsonOf(response);
  const isText = headers['content-type']?.startsWith('text/');
  return presentable(json ? json['message'] : isText ? body : fieldsOf(body)[2], endpoint);
}

function jsonOf({ headers, body }: HttpResponse): Fields | undefined {
  // No message of the protocol begins with a brace.
  if (body[0] !== 0x7b && !/json/i.test(headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(textOf(body)) as Fields;
  } catch {
    return {};
  }
}

/** The numbers and the texts of a protobuf message by field, the last of each, as far as it can be read. */
export function fieldsOf(bytes: unknown): Readonly<Record<number, unknown>> {
  const fields: Record<number, unknown> = {};
  eachField(bytes, (field, value) => (fields[field] = value));
  return fields;
}

/** Visits the numbers and the texts of a protobuf message, in their order, as far as it can be read. */
export function eachField(bytes: unknown, visit: (field: number, value: number | Uint8Array) => void): void {
  if (!(bytes instanceof Uint8Array)) return;
  let at = 0;
  function varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = (bytes as Uint8Array)[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    // A number, or the length of a text; others are not read here.
    if (tag % 8 === 0) visit(tag >> 3, value);
    else if (tag % 8 === 2) visit(tag >> 3, bytes.subarray(at, (at += value)));
    else break;
  }
}
