import { Observable } from 'rxjs';
import type { Source } from '../../core/source.ts';
import { readProperty } from '../../core/read-property.ts';
import { clientSpans } from './client-spans.ts';
import type { ClientSpan } from './client-spans.ts';
import { readFetchCall } from './fetch-call.ts';
import type { FetchCall } from './fetch-call.ts';
import { ignoredRequests } from './ignored-requests.ts';
import type { RequestSourceOptions } from './ignored-requests.ts';
import { patchMethod } from './patch-method.ts';

/**
 * Every `fetch` of the page is a span, from the call until the headers of the answer are there: the body is the application's alone.
 * Redirects are part of it. Its trace headers go where `tracing.propagateTo` allows; what is sent without permission to read the
 * answer (`mode: 'no-cors'`) gets none.
 * @throws ConfigurationError for wrong options
 */
export function fetches(options: RequestSourceOptions = {}): Source {
  const isIgnored = ignoredRequests('fetches', options);
  return {
    name: 'fetches',
    observe: ({ tracing }) =>
      new Observable(() => {
        const begin = clientSpans(tracing, isIgnored);
        return patchMethod(globalThis, 'fetch', (original, self, args) => {
          const { call, span, args: sent } = seen(args);
          const send = (): unknown => Reflect.apply(original, self, sent);
          return call === undefined || span === undefined ? send() : follow(send, call, span);
        });

        function seen(args: unknown[]): { readonly call?: FetchCall; readonly span?: ClientSpan | undefined; readonly args: unknown[] } {
          // Before anything of the call is read: an export is to be as if nobody looked.
          if (!tracing.observes()) return { args };
          try {
            const call = readFetchCall(args);
            const span = begin(call.method, call.address, call.carries);
            return { call, span, args: span === undefined || Object.keys(span.headers).length === 0 ? args : call.carrying(span) };
          } catch {
            tracing.ignored('fetches', 'a call of `fetch` whose arguments cannot be read');
            return { args };
          }
        }
      }),
  };
}

/** Gives back a promise chained to the answer: one that is rejected and that nobody handles stays so. */
function follow(send: () => unknown, { signal }: FetchCall, span: ClientSpan): unknown {
  let answer: unknown;
  try {
    answer = send();
  } catch (error) {
    // Of a patch below: `fetch` itself only rejects.
    fail(span, error, signal);
    throw error;
  }
  return Promise.resolve(answer).then(
    (response) => {
      span.answered(Number(readProperty(Object(response), 'status')));
      return response;
    },
    (error: unknown) => {
      fail(span, error, signal);
      throw error;
    },
  );
}

function fail(span: ClientSpan, error: unknown, signal: AbortSignal | null | undefined): void {
  const type = typeof error === 'object' && error !== null ? readProperty(error, 'name') : typeof error;
  // The application may abort with any reason.
  if (signal?.aborted === true && type !== 'TimeoutError') span.failed('AbortError');
  else span.failed(String(type), error);
}
