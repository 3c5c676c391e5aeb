import { retryAfter } from '../../http/retry-after.ts';
import { DeliveryError } from '../../sink.ts';
import type { HttpResponse } from '../../transport.ts';
import { presentable, textOf } from '../http/foreign-text.ts';
import { shownUrl } from '../otlp/endpoint.ts';

export interface SentryRefusalSetup {
  readonly url: string;
  /** Not shown, though it is in every page: keys in logs frighten. */
  readonly publicKey: string;
  /** For how long Sentry wants no more, in milliseconds; 0: it did not say. */
  readonly wait: number;
  /** Epoch milliseconds, for a `Retry-After` that is a date. */
  readonly now: number;
}

const hints: Readonly<Record<number, string>> = {
  400: ' (check the DSN)',
  401: ' (check the DSN)',
  403: ' (check the DSN)',
  404: ' (check the DSN)',
};

/** Whether Sentry took the event. A login, or an application that answers everything with its page, did not. */
export function isTakenBySentry({ status, headers, body }: HttpResponse): boolean {
  return status >= 200 && status < 300 && !(/^text\/html/i.test(headers['content-type'] ?? '') && body[0] === 0x3c);
}

/** Why the event was not taken, and what is to follow. */
export function sentryRefusal(response: HttpResponse, { url, publicKey, wait, now }: SentryRefusalSetup): DeliveryError {
  const { status, headers } = response;
  return new DeliveryError(`POST ${shownUrl(url)} ${answerOf(response, { url, headers: { key: publicKey } })}`, {
    retryable: status >= 500 || status === 429 || status === 408,
    retryAfter: wait > 0 ? wait : retryAfter(headers['retry-after'], now),
    tooLarge: status === 413,
  });
}

function answerOf(response: HttpResponse, secrets: Parameters<typeof presentable>[1]): string {
  const { status } = response;
  if (status >= 200 && status < 300) return `answered ${status} with a page: not Sentry`;
  if (status < 400) return `redirects elsewhere${status ? ` (${status})` : ''}: set the DSN to where it leads`;
  const complaint = presentable(complaintOf(response), secrets);
  return `answered ${status}${complaint && `: ${complaint}`}${hints[status] ?? ''}`;
}

/** `{"detail":"...","causes":["..."]}`, or plain text. */
function complaintOf({ headers, body }: HttpResponse): string {
  const type = headers['content-type'] ?? '';
  const text = textOf(body);
  if (type.startsWith('text/plain')) return text;
  try {
    const { detail, causes = [] } = Object(JSON.parse(text)) as { readonly detail?: unknown; readonly causes?: unknown };
    return [detail, ...(Array.isArray(causes) ? causes : [])].filter((part) => typeof part === 'string').join(', ');
  } catch {
    return '';
  }
}
