import type { Clock } from '../clock.ts';
import { retryAfter } from '../http/retry-after.ts';
import { shownUrl } from '../sinks/otlp/endpoint.ts';
import type { LiveRequest, LiveResponse } from './connect-live-host.ts';
import { EventStream, isEventStream } from './event-stream.ts';
import type { StreamEvent } from './event-stream.ts';

/** How a try to read the stream ended. */
export interface LiveEnd {
  /** The same would be answered for ever. */
  readonly forGood: boolean;
  /** In words; holds no token. */
  readonly reason: string;
  /** Milliseconds the server asked to wait. */
  readonly retryAfter: number | undefined;
}

export interface LiveAttempt {
  readonly clock: Clock;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The stream was open before: while a service starts anew, whatever stands before it may answer in its place. */
  readonly wasOpen: boolean;
  /** Ends the try when it is aborted; the try aborts it at its end. */
  readonly abort: AbortController;
  /** Sends a request, unobserved. */
  send(url: string, request: LiveRequest): Promise<LiveResponse>;
  opened(): void;
  event(event: StreamEvent, lastEventId: string): void;
  /** Milliseconds the server wants to be left alone after the end of a connection. */
  retry(milliseconds: number): void;
  tooLong(): void;
}

/** A heartbeat comes every 15 s: three of them were missed. In ticks, so that a host that slept or stood still hears what came meanwhile. */
const SILENCE = { ticks: 9, every: 5_000 } as const;
const MAX_REDIRECTS = 5;

/** All that a page is told, whatever the reason. */
const untold = 'TypeError';
const hint = ': nobody is there, or its liveHandler does not list the origin of this page';

const refusals: Readonly<Record<number, string>> = {
  400: 'the request was not understood',
  401: 'the token is missing or wrong',
  403: 'not let in from here, or not without a token',
  404: 'no live stream at this address',
  405: 'no live stream at this address',
};
/** Not of the request, but of the moment. */
const passing: readonly number[] = [408, 425, 429];

/** Reads the stream until it ends, for whatever reason. Never throws. */
export async function liveAttempt(attempt: LiveAttempt): Promise<LiveEnd> {
  const { clock, url, abort } = attempt;
  let quiet = 0;
  let opened = false;
  const watch = clock.every(SILENCE.every).subscribe(() => {
    quiet += 1;
    if (quiet >= SILENCE.ticks) abort.abort();
  });
  try {
    const response = await follow(attempt);
    const refused = refusalOf(response, attempt);
    if (refused !== undefined) return refused;
    const reader = response.body?.getReader();
    const stream = new EventStream({
      event: (event) => attempt.event(event, stream.lastEventId),
      retry: (milliseconds) => attempt.retry(milliseconds),
      tooLong: () => attempt.tooLong(),
    });
    quiet = 0;
    opened = true;
    attempt.opened();
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      if (value === undefined) return lost(url, 'ended the stream');
      quiet = 0;
      stream.push(value);
    }
  } catch (error) {
    if (quiet >= SILENCE.ticks) return lost(url, 'said nothing for 45 s');
    const reason = reasonOf(error);
    return lost(url, opened ? `broke off (${reason})` : `gave no answer (${reason})${reason === untold ? hint : ''}`);
  } finally {
    watch.unsubscribe();
    abort.abort();
  }
}

/** Redirects within the server. */
async function follow({ url, headers, abort, send }: LiveAttempt): Promise<LiveResponse> {
  let address = url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(address, { headers: { ...headers }, signal: abort.signal, redirect: 'manual' });
    const target = redirects < MAX_REDIRECTS ? redirectOf(response, address) : undefined;
    if (target === undefined) return response;
    void response.body?.cancel?.().catch(() => undefined);
    address = target;
  }
}

function redirectOf({ status, headers }: LiveResponse, from: string): string | undefined {
  const location = headers.get('location');
  if (status < 300 || status >= 400 || location === null) return undefined;
  try {
    const target = new URL(location, from);
    return target.origin === new URL(from).origin && !target.username && !target.password ? target.href : undefined;
  } catch {
    return undefined;
  }
}

/** Why this answer is no stream. */
function refusalOf({ status, headers }: LiveResponse, { url, clock, wasOpen }: LiveAttempt): LiveEnd | undefined {
  const refused = (what: string): LiveEnd => ({ forGood: !wasOpen || status === 401, reason: `${shownUrl(url)} ${what}`, retryAfter: undefined });
  const type = headers.get('content-type') ?? 'no type';
  if (status === 200) {
    if (isEventStream(type)) return undefined;
    return refused(`answered with ${type.slice(0, 60)}: this is no live stream`);
  }
  // A host that hides where it is sent says 0.
  if (status === 0 || (status >= 300 && status < 400)) return refused('redirects elsewhere: connect to that address');
  if (status < 400) return refused(`answered ${status}: this is no live stream`);
  if (status < 500 && !passing.includes(status)) return refused(`answered ${status}: ${refusals[status] ?? 'refused'}`);
  return lost(url, `answered ${status}`, retryAfter(headers.get('retry-after'), clock.now()));
}

function lost(url: string, what: string, retryAfter?: number): LiveEnd {
  return { forGood: false, reason: `${shownUrl(url)} ${what}`, retryAfter };
}

interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly cause?: Failure;
}

/** Only codes and names: a message may quote a header. */
function reasonOf(error: unknown): string {
  const { name, code = name, cause } = Object(error) as Failure;
  // Node's tells in its cause.
  return String(cause?.code ?? code);
}
