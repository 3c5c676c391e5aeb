import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { splitTarget } from '../../core/http/server-attributes.ts';
import { asksForStream } from '../sources/live-targets.ts';

/** What a server of Node gives: of HTTP/1, or of HTTP/2 by its compatible names. */
export type LiveRequest = IncomingMessage | Http2ServerRequest;
export type LiveResponse = ServerResponse | Http2ServerResponse;

/** What was asked for, whatever a router has taken off. */
export interface LiveTarget {
  readonly path: string;
  /** Behind the last slash. */
  readonly segment: string;
  readonly query: string;
  /** Whether it asks for the stream, else for the page or what belongs to it. */
  readonly isStream: boolean;
}

export function readTarget(request: LiveRequest): LiveTarget {
  const { url = '/', originalUrl = url, headers } = request as IncomingMessage & { readonly originalUrl?: unknown };
  const { path, query = '' } = splitTarget(typeof originalUrl === 'string' ? originalUrl : url);
  return { path, segment: path.slice(path.lastIndexOf('/') + 1), query, isStream: asksForStream(headers) };
}

export interface LiveAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Uint8Array;
}

/** What stands on every answer. */
export const commonHeaders: OutgoingHttpHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** A sentence as an answer. Never quotes the request. */
export function plainAnswer(status: number, sentence: string, headers: OutgoingHttpHeaders = {}): LiveAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers }, body: `${sentence}\n` };
}

/** Whether somebody has answered already, or nobody waits for an answer any more. */
export function isOver(response: LiveResponse): boolean {
  // Of HTTP/2 only the stream says that it is gone.
  const { stream } = response as Partial<Http2ServerResponse>;
  return response.headersSent || response.writableEnded || (stream ?? (response as ServerResponse)).destroyed;
}

/** Answers, unless it is over. */
export function send(request: LiveRequest, given: LiveResponse, { status, headers, body }: LiveAnswer): void {
  const response = given as ServerResponse;
  if (isOver(response)) return;
  const hasBody = status !== 204 && status !== 304;
  const length = hasBody ? { 'content-length': Buffer.byteLength(body) } : {};
  response.writeHead(status, { ...commonHeaders, ...headers, ...length });
  response.end(hasBody && request.method !== 'HEAD' ? body : undefined);
}
