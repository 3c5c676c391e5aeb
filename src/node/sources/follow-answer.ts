import { errorMonitor } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { endAborted, endAnswered, endFailed } from '../../core/http/outcome.ts';
import type { Span } from '../../core/tracing/span.ts';

/**
 * Ends the span of a request when the request is over. It must not be noticed: with a listener of `response`, Node no longer reads an
 * answer that nobody wants, and with one of `error`, a failure that nobody handles is no longer thrown.
 */
export function followAnswer(request: ClientRequest, span: Span): void {
  let failure: { readonly error: unknown } | undefined;
  request.once(errorMonitor, (error) => {
    failure = { error };
    // Nobody handles it: the process may end before the request closes.
    if (request.listenerCount('error') === 0) end();
  });
  request.once('close', end);
  function end(): void {
    if (!span.recording) return;
    const answer = Reflect.get(request, 'res') as IncomingMessage | null | undefined;
    // Of an answer that was cut off, unless the application itself wanted no more of it.
    if (answer?.errored) failure ??= { error: answer.errored };
    if (failure !== undefined) endFailed(span, failure.error, answer?.statusCode);
    else if (answer?.statusCode === undefined) endAborted(span, undefined);
    else endAnswered(span, answer.statusCode, 400);
  }
}
