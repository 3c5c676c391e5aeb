import { ClientRequest } from 'node:http';
import { Observable } from 'rxjs';
import { createClientIgnore } from '../../core/http/client-ignore.ts';
import type { OutgoingRequestsOptions } from '../../core/http/client-ignore.ts';
import { createClientRequests } from '../../core/http/client-requests.ts';
import type { ClientRequest as SeenRequest } from '../../core/http/client-requests.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { clientUrl } from './client-url.ts';
import { followAnswer } from './follow-answer.ts';
import { sayNotFollowed } from './not-followed.ts';
import { headerIn, withHeaders } from './outgoing-headers.ts';
import { patchMethod } from './patch-method.ts';

const name = 'outgoing-requests';

/**
 * Every request of `node:http` and `node:https` is a span of kind `client` and a measured duration, and with `requestLogging.outgoing` a
 * request and a response, however it was made: with functions imported before, with an agent, with a body that is streamed. It begins
 * when the head of the request is written, and ends when the answer has been read, or its connection is closed. From status 400 on
 * the span is an error. Its trace headers and its id go where `tracing.propagateTo` allows.
 * @throws ConfigurationError for wrong options
 */
export function outgoingRequests(options: OutgoingRequestsOptions = {}): Source {
  const ignores = createClientIgnore('outgoingRequests', name, options);
  return {
    name,
    observe: ({ requests, tracing }: SourceContext) =>
      new Observable(() => {
        const begin = createClientRequests(requests, tracing, ignores);

        function seen(request: ClientRequest, given: unknown): SeenRequest | undefined {
          try {
            if (!requests.observes()) return undefined;
            return begin({
              method: request.method,
              url: clientUrl(request, given),
              header: (name) => headerIn(request, given, name),
              progress: bytesMoved,
              raw: request,
            });
          } catch (error) {
            sayNotFollowed(tracing, name, error);
            return undefined;
          }
        }

        // Here the headers of every request become bytes: of some in the constructor, of others at the first piece of the body.
        return patchMethod(ClientRequest.prototype, '_storeHeader', (receiver, args, proceed) => {
          const request = receiver as ClientRequest;
          const [firstLine, given] = args;
          const client = seen(request, given);
          if (client === undefined) return proceed(args);
          try {
            const result = proceed([firstLine, withHeaders(request, given, client)]);
            followAnswer(request, client.request);
            return result;
          } catch (error) {
            // A header of the application that cannot be sent.
            client.request.failed(error);
            throw error;
          }
        });
      }),
  };
}

function bytesMoved(raw: object): number {
  const { socket } = raw as ClientRequest;
  return socket === null ? 0 : socket.bytesRead + socket.bytesWritten;
}
