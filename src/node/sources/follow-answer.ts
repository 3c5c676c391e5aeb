import { errorMonitor } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { OpenRequest } from '../../core/requests/open-request.ts';

/**
 * Ends what is told of a request when the request is over. It must not be noticed: with a listener of `response`, Node no longer reads an
 * answer that nobody wants, and with one of `error`, a failure that nobody handles is no longer thrown.
 */
export function followAnswer(sent: ClientRequest, request: OpenRequest): void {
  let failure: { readonly error: unknown } | undefined;
  sent.once(errorMonitor, (error) => {
    failure = { error };
    // Nobody handles it: the process may end before the request closes.
    if (sent.listenerCount('error') === 0) end();
  });
  sent.once('close', end);
  function end(): void {
    const answer = Reflect.get(sent, 'res') as IncomingMessage | null | undefined;
    // Of an answer that was cut off, unless the application itself wanted no more of it.
    if (answer?.errored) failure ??= { error: answer.errored };
    if (failure !== undefined) request.failed(failure.error, answer?.statusCode);
    else if (answer?.statusCode === undefined) request.aborted(undefined);
    else request.answered(answer.statusCode, (name) => answer.headers[name]);
  }
}
