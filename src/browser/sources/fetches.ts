import { Observable } from 'rxjs';
import type { OutgoingRequestsOptions } from '../../core/http/client-ignore.ts';
import type { ClientRequest } from '../../core/http/client-requests.ts';
import { readProperty } from '../../core/read-property.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { createAnsweredFetches } from './answered-fetches.ts';
import type { AnsweredFetches } from './answered-fetches.ts';
import { readFetchCall } from './fetch-call.ts';
import type { FetchCall } from './fetch-call.ts';
import { createPageIgnore } from './page-ignore.ts';
import { createPageRequests, endUnanswered } from './page-requests.ts';
import { patchMethod } from './patch-method.ts';

const name = 'fetches';

/**
 * Every `fetch` of the page is a request and a response, and a span, from the call until the headers of the answer are there: the body is
 * the application's alone. Redirects are part of it. It tells its id and its trace where `tracing.propagateTo` allows; what is sent
 * without permission to read the answer (`mode: 'no-cors'`) gets no headers. With `requestLogging.bodies` the response waits for a
 * copy of its body; the application does not.
 * @throws ConfigurationError for wrong options
 */
export function fetches(options: OutgoingRequestsOptions = {}): Source {
  const ignores = createPageIgnore('fetches', name, options);
  return {
    name,
    observe: ({ clock, requests, tracing }: SourceContext) =>
      new Observable((subscriber) => {
        const begin = createPageRequests({ requests, tracing }, ignores);
        const answered = createAnsweredFetches(clock);
        subscriber.add(() => answered.close());
        return patchMethod(globalThis, 'fetch', (original, self, args) => {
          const call = read(args);
          const client = call === undefined ? undefined : begin(call);
          const sent = call === undefined || client === undefined ? args : carrying(client, call, args);
          const send = (): unknown => Reflect.apply(original, self, sent);
          return call === undefined || client === undefined ? send() : follow(send, call, client.request, answered);
        });

        function read(args: unknown[]): FetchCall | undefined {
          // Before anything of the call is read: an export is to be as if nobody looked.
          if (!requests.observes()) return undefined;
          try {
            return readFetchCall(args);
          } catch {
            sayUnreadable();
            return undefined;
          }
        }

        function carrying(client: ClientRequest, call: FetchCall, args: unknown[]): unknown[] {
          if (Object.keys(client.headers).length === 0) return args;
          try {
            return call.carrying(client);
          } catch {
            sayUnreadable();
            return args;
          }
        }

        function sayUnreadable(): void {
          tracing.ignored(name, 'a call of `fetch` whose arguments cannot be read');
        }
      }),
  };
}

/** Gives back a promise chained to the answer: one that is rejected and that nobody handles stays so. */
function follow(send: () => unknown, { signal }: FetchCall, request: OpenRequest, answered: AnsweredFetches): unknown {
  let answer: unknown;
  try {
    answer = send();
  } catch (error) {
    // Of a patch below: `fetch` itself only rejects.
    fail(request, error, signal);
    throw error;
  }
  return Promise.resolve(answer).then(
    (response) => {
      answered.end(request, response);
      return response;
    },
    (error: unknown) => {
      fail(request, error, signal);
      throw error;
    },
  );
}

function fail(request: OpenRequest, error: unknown, signal: AbortSignal | null | undefined): void {
  const type = typeof error === 'object' && error !== null ? readProperty(error, 'name') : typeof error;
  // The application may abort with any reason.
  if (signal?.aborted === true && type !== 'TimeoutError') endUnanswered(request, 'AbortError');
  else endUnanswered(request, String(type), error);
}
