import { retryAfter } from '../../http/retry-after.ts';
import { DeliveryError } from '../../sink.ts';
import type { HttpResponse } from '../../transport.ts';
import { shownUrl } from '../otlp/endpoint.ts';

const checkHeaders = ' (check the headers)';
const checkPath = ' (check the path of the endpoint)';
const hints: Readonly<Record<number, string>> = {
  401: checkHeaders,
  403: checkHeaders,
  404: checkPath,
  405: checkPath,
};

/** Whether the receiver took what was sent. A proxy or a login that answers with a page did not. */
export function isTaken(response: HttpResponse): boolean {
  return isSuccess(response) && !isPage(response);
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

/** Without a type, what begins like a page is one: no message of the protocols begins with that byte. */
function isPage({ headers, body }: HttpResponse): boolean {
  const type = headers['content-type'];
  return /^text\/html/i.test(type ?? '') || (type === undefined && body[0] === 0x3c);
}

export interface RefusalSetup {
  readonly url: string;
  /** What was expected there: `an OTLP receiver`. */
  readonly receiver: string;
  /** What the receiver says went wrong; not asked of a page. */
  readonly complaint: string;
  /** Said behind all else. Default nothing. */
  readonly hint?: string | undefined;
  /** Answers after which the same may be sent again. */
  readonly retryable: readonly number[];
  /** Epoch milliseconds, for a `Retry-After` that is a date. */
  readonly now: number;
}

/** Why the receiver did not take what was sent, and what is to follow. */
export function refusal(response: HttpResponse, { url, receiver, complaint, hint = '', retryable, now }: RefusalSetup): DeliveryError {
  const { status, headers } = response;
  let said: string;
  if (isSuccess(response)) said = `answered ${status} with text/html: not ${receiver}`;
  else if (status < 400) said = `redirects to ${targetOf(headers['location'], url)}${status ? ` (${status})` : ''}: set the endpoint to it`;
  else said = `answered ${status}${isPage(response) || !complaint ? '' : `: ${complaint}`}${hints[status] ?? ''}`;
  return new DeliveryError(`POST ${shownUrl(url)} ${said}${hint}`, {
    retryable: retryable.includes(status),
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
