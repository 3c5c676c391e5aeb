import { request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { isEventStream, isSendableId } from '../../../core/live/event-stream.ts';
import { commonHeaders, plainAnswer, send } from '../../live/live-exchange.ts';
import { adviceFor } from '../advice.ts';
import type { Target } from '../read-target.ts';

/** Most streams at a time: a browser opens one a tab. */
const MOST = 16;
/** Milliseconds a service has to begin its answer. */
const PATIENCE = 10_000;

/** Answers a request for the stream with that of the service. */
export type StreamPass = (request: IncomingMessage, response: ServerResponse, query: string) => void;

/**
 * Passes streams on as they come, each no faster than its reader takes it, and ends both sides when either ends. Of the request only the
 * query and `Last-Event-ID` go on, with the token; of the answer only the stream comes back. What does not answer with a stream is a bad
 * gateway, so that the page tries again; `note` is told why, once until that changes.
 */
export function createStreamPass(target: Target, note: (what: string) => void): StreamPass {
  let open = 0;
  let noted: string | undefined;

  function fail(request: IncomingMessage, response: ServerResponse, what: string, retryAfter?: string): void {
    if (what !== noted) note(`${target.name} ${what}`);
    noted = what;
    const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    send(request, response, plainAnswer(retryAfter === undefined ? 502 : 503, `The service ${what}.`, headers));
  }

  function passOn(answer: IncomingMessage, response: ServerResponse): void {
    if (noted !== undefined) note(`${target.name} answers again`);
    noted = undefined;
    response.writeHead(200, { ...commonHeaders, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    response.flushHeaders();
    // Ends or destroys the one when the other ends or fails, and waits where the reader is slow.
    pipeline(answer, response, () => undefined);
  }

  return (request, response, query) => {
    if (open >= MOST) return send(request, response, plainAnswer(503, 'There are too many streams at a time.', { 'retry-after': '5' }));
    const ask = target.url.protocol === 'https:' ? httpsRequest : httpRequest;
    // A connection of its own: nothing is left open behind a stream.
    const upstream = ask(addressOf(target.url, query), { headers: headersOf(target, request), agent: false });
    const waiting = setTimeout(() => upstream.destroy(Object.assign(new Error('no answer'), { code: 'no answer in time' })), PATIENCE);
    open += 1;
    response.once('close', () => {
      open -= 1;
      clearTimeout(waiting);
      upstream.destroy();
    });
    // Of either side: the other is ended above.
    response.on('error', () => undefined);
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      if (!response.headersSent && !response.destroyed) fail(request, response, `cannot be reached (${error.code ?? error.name})`);
    });
    upstream.on('response', (answer) => {
      clearTimeout(waiting);
      const problem = problemOf(answer);
      if (problem === undefined) return passOn(answer, response);
      fail(request, response, problem, answer.statusCode === 503 ? retryAfter(answer) : undefined);
      answer.destroy();
    });
    upstream.end();
  };
}

/** The address the user gave may have a query of its own. */
function addressOf(url: URL, query: string): URL {
  const address = new URL(url);
  if (query !== '') address.search = address.search === '' ? query : `${address.search}&${query}`;
  return address;
}

function headersOf({ token }: Target, { headers }: IncomingMessage): OutgoingHttpHeaders {
  const lastEventId = headers['last-event-id'];
  return {
    accept: 'text/event-stream',
    'cache-control': 'no-store',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(typeof lastEventId === 'string' && isSendableId(lastEventId) && { 'last-event-id': lastEventId }),
  };
}

/** Why an answer is no stream. */
function problemOf({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  if (statusCode !== 200) return statusCode >= 500 ? `answered ${statusCode}` : `answered ${statusCode}; ${adviceFor(statusCode)}`;
  return isEventStream(headers['content-type'] ?? '') ? undefined : `answered with no live stream; ${adviceFor(0)}`;
}

/** Seconds, as a service without a free place says it. */
function retryAfter({ headers }: IncomingMessage): string | undefined {
  const seconds = headers['retry-after'];
  return seconds !== undefined && /^\d{1,4}$/.test(seconds) ? seconds : undefined;
}
