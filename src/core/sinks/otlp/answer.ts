import { DeliveryError } from '../../sink.ts';
import type { WriteResult } from '../../sink.ts';
import type { HttpResponse } from '../../transport.ts';
import { grpcPortHint, shownUrl } from './endpoint.ts';
import type { OtlpEndpoint, OtlpKind } from './otlp-options.ts';

/** What a receiver said of a batch that it took. */
export interface OtlpAnswer extends WriteResult {
  /** Its own words: why it refused a part, or a warning about what it took. */
  readonly message?: string | undefined;
}

/** JSON of which nothing is known. */
interface Fields {
  readonly [name: string]: Fields | undefined;
}

const rejectedField: Readonly<Record<OtlpKind, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

const checkHeaders = ' (check the headers)';
const checkPath = ' (check the path of the endpoint)';
const hints: Readonly<Record<number, string>> = {
  401: checkHeaders,
  403: checkHeaders,
  404: checkPath,
  405: checkPath,
};

/**
 * What an answer means for the batch. Refused data points count as that many signals: each stands for at least one.
 * @param now epoch milliseconds, for a `Retry-After` that is a date
 * @throws DeliveryError unless the receiver took the batch, or a part of it
 */
export function readAnswer(response: HttpResponse, endpoint: OtlpEndpoint, kind: OtlpKind, now: number): OtlpAnswer | undefined {
  const { status, headers, handedOff } = response;
  const { url, protocol } = endpoint;
  if (handedOff) return { handedOff };
  // Without a type, what begins like a page is one: no message of the protocol begins with that byte.
  const isPage = /^text\/html/i.test(headers['content-type'] ?? '') || (headers['content-type'] === undefined && response.body[0] === 0x3c);
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && !isPage) return partialSuccess(response, endpoint, kind);
  let said: string;
  if (isSuccess) said = `answered ${status} with text/html: not an OTLP receiver`;
  else if (status < 400) said = `redirects to ${targetOf(headers['location'], url)}${status ? ` (${status})` : ''}: set the endpoint to it`;
  else said = `answered ${status}${isPage ? '' : complaint(response, endpoint)}${hints[status] ?? ''}`;
  if (status === 400 || status === 415) said += ` (sent as ${protocol}: try the other protocol)`;
  throw new DeliveryError(`POST ${shownUrl(url)} ${said}${grpcPortHint(url)}`, {
    // No others, so neither 408 nor 500: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
    retryable: [429, 502, 503, 504].includes(status),
    retryAfter: retryAfter(headers['retry-after'], now),
    tooLarge: status === 413,
  });
}

/** Only the origin: the rest may hold a token. */
function targetOf(location: string | undefined, url: string): string {
  try {
    if (location) return new URL(location, url).origin;
  } catch {
    // No address.
  }
  // A browser hides it.
  return 'another address';
}

/** Whole seconds or a date; what is neither, or has passed, is not there. In milliseconds. */
function retryAfter(text = '', now: number): number | undefined {
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : / GMT$/.test(text) ? Date.parse(text) - now : -1;
  return wait >= 0 ? wait : undefined;
}

/** The specification wants a message here; what cannot be read as one is a receiver that says OK in its own way. */
function partialSuccess(response: HttpResponse, endpoint: OtlpEndpoint, kind: OtlpKind): OtlpAnswer | undefined {
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
  const words = presentable(json ? json['message'] : isText ? body : fieldsOf(body)[2], endpoint);
  return words && `: ${words}`;
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

/** The numbers and the texts of a protobuf message by field, as far as it can be read. */
function fieldsOf(bytes: unknown): Readonly<Record<number, unknown>> {
  const fields: Record<number, unknown> = {};
  if (!(bytes instanceof Uint8Array)) return fields;
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
    if (tag % 8 === 0) fields[tag >> 3] = value;
    else if (tag % 8 === 2) fields[tag >> 3] = bytes.subarray(at, (at += value));
    else break;
  }
  return fields;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Foreign text on one line, short, without the secrets we sent ourselves. */
function presentable(given: unknown, { headers, url }: OtlpEndpoint): string {
  // Longer than any key, before the replacing: a receiver may send 64 KiB.
  let text = (given instanceof Uint8Array ? textOf(given) : typeof given === 'string' ? given : '').slice(0, 4_096);
  // What follows `?` may be a key.
  for (const secret of [...Object.values(headers), ...url.split(/[?&][^=]*=/).slice(1)].join(' ').split(/[\s,;=:]+/)) {
    if (secret.length > 5) text = text.replaceAll(secret, '[redacted]');
  }
  // Line breaks, escape sequences, and marks that turn the direction of writing.
  return text.replace(/[\s\p{C}]+/gu, ' ').trim().slice(0, 200);
}
