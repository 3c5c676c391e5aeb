import { DeliveryError } from '../../sink.ts';
import type { HttpResponse } from '../../transport.ts';
import { presentable } from '../http/foreign-text.ts';
import { eachField, fieldsOf, partialSuccess } from './answer.ts';
import type { ReadAnswer } from './answer.ts';
import type { OtlpKind } from './otlp-options.ts';

/** By number. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

type Code = (typeof codes)[number];

/** RESOURCE_EXHAUSTED is too, but only when the receiver says how long to wait. https://opentelemetry.io/docs/specs/otlp/#failures */
const retryable: readonly Code[] = ['CANCELLED', 'DEADLINE_EXCEEDED', 'ABORTED', 'OUT_OF_RANGE', 'UNAVAILABLE', 'DATA_LOSS'];

/** What an answer means that did not come from a gRPC server. https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const codeOfHttp: Readonly<Record<number, Code>> = {
  400: 'INTERNAL',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  429: 'UNAVAILABLE',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

/** How the servers of several languages say that a message is larger than they take; some with OUT_OF_RANGE. */
const tooLargeWords: RegExp = /larger than max|exceeds (the )?(configured )?max|length too large/i;

/** The answer to a call. Refused data points count as that many signals, as over HTTP. */
export const readGrpcAnswer: ReadAnswer = (response, endpoint, kind) => {
  const { code, said } = statusOf(response);
  if (code === 'OK') return partialSuccess(response, endpoint, kind);
  const words = presentable(decoded(response.headers['grpc-message']), endpoint);
  const wait = retryDelay(response.headers['grpc-status-details-bin']);
  const tooLarge = (code === 'RESOURCE_EXHAUSTED' || code === 'OUT_OF_RANGE') && tooLargeWords.test(words);
  const message = `gRPC ${new URL(endpoint.url).origin} answered ${said}${words && `: ${words}`}${hintFor(response, code, words, kind)}`;
  throw new DeliveryError(message, {
    retryable: !tooLarge && (retryable.includes(code) || (code === 'RESOURCE_EXHAUSTED' && wait !== undefined)),
    retryAfter: wait,
    tooLarge,
  });
};

function statusOf({ status, headers }: HttpResponse): { readonly code: Code; readonly said: string } {
  const given = headers['grpc-status'];
  const type = headers['content-type'] ?? '';
  if (given !== undefined) {
    const known = /^\d+$/.test(given) ? codes[Number(given)] : undefined;
    return known === undefined ? { code: 'UNKNOWN', said: `the unknown status ${given.slice(0, 20)}` } : { code: known, said: known };
  }
  const code = codeOfHttp[status] ?? 'UNKNOWN';
  if (status !== 200) return { code, said: `HTTP ${status} (${code})` };
  if (type.startsWith('application/grpc')) return { code, said: 'without a status' };
  return { code, said: `with ${/^[\w/+.-]{1,60}/.exec(type)?.[0] ?? 'no type'}: not an OTLP receiver for gRPC` };
}

function hintFor({ headers }: HttpResponse, code: Code, words: string, kind: OtlpKind): string {
  if (code === 'UNAUTHENTICATED' || code === 'PERMISSION_DENIED') return ' (check the headers)';
  if (code !== 'UNIMPLEMENTED' || headers['grpc-status'] === undefined) return '';
  return /compress|encoding/i.test(words) ? ' (it does not take this compression)' : ` (it does not take ${kind})`;
}

/** What follows a `%` that escapes nothing is left as it is. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
function decoded(text = ''): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The `google.rpc.RetryInfo` among the details of a `google.rpc.Status`, in milliseconds. */
function retryDelay(base64: string | undefined): number | undefined {
  let delay: number | undefined;
  eachField(bytesOf(base64), (field, detail) => {
    if (field !== 3) return;
    const { 1: type, 2: value } = fieldsOf(detail);
    if (!presentable(type, { url: '', headers: {} }).endsWith('/google.rpc.RetryInfo')) return;
    const { 1: seconds = 0, 2: nanoseconds = 0 } = fieldsOf(fieldsOf(value)[1]);
    const milliseconds = Number(seconds) * 1_000 + Number(nanoseconds) / 1_000_000;
    // A negative one, which nobody should send, is read as huge.
    delay = milliseconds < Number.MAX_SAFE_INTEGER ? milliseconds : 0;
  });
  return delay;
}

function bytesOf(base64 = ''): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
