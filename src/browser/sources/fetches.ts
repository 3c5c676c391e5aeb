import { Observable } from 'rxjs';
import type { OutgoingRequestsOptions } from '../../core/http/client-ignore.ts';
import type { ClientSpan } from '../../core/http/client-spans.ts';
import { endAnswered } from '../../core/http/outcome.ts';
import { readProperty } from '../../core/read-property.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import type { Span } from '../../core/tracing/span.ts';
import { readFetchCall } from './fetch-call.ts';
import type { FetchCall } from './fetch-call.ts';
import { createPageIgnore } from './page-ignore.ts';
import { createPageSpans, endUnanswered } from './page-spans.ts';
import { patchMethod } from './patch-method.ts';

const name = 'fetches';

/**
 * Every `fetch` of the page is a span, from the call until the headers of the answer are there: the body is the application's alone.
 * Redirects are part of it. Its trace headers go where `tracing.propagateTo` allows; what is sent without permission to read the
 * answer (`mode: 'no-cors'`) gets none.
 * @throws ConfigurationError for wrong options
 */
export function fetches(options: OutgoingRequestsOptions = {}): Source {
  const ignores = createPageIgnore('fetches', name, options);
  return {
    name,
    observe: ({ tracing }: SourceContext) =>
      new Observable(() => {
        const begin = createPageSpans(tracing, ignores);
        return patchMethod(globalThis, 'fetch', (original, self, args) => {
          const { call, client, args: sent } = seen(args);
          const send = (): unknown => Reflect.apply(original, self, sent);
          return call === undefined || client === undefined ? send() : follow(send, call, client.span);
        });

        function seen(args: unknown[]): { readonly call?: FetchCall; readonly client?: ClientSpan | undefined; readonly args: unknown[] } {
          // Before anything of the call is read: an export is to be as if nobody looked.
          if (!tracing.observes()) return { args };
          try {
            const call = readFetchCall(args);
            const client = begin(call.method, call.address, call.carries);
            return { call, client, args: client === undefined || client.stale.length === 0 ? args : call.carrying(client) };
          } catch {
            tracing.ignored(name, 'a call of `fetch` whose arguments cannot be read');
            return { args };
          }
        }
      }),
  };
}

/** Gives back a promise chained to the answer: one that is rejected and that nobody handles stays so. */
function follow(send: () => unknown, { signal }: FetchCall, span: Span): unknown {
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
      endAnswered(span, Number(readProperty(Object(response), 'status')), 400);
      return response;
    },
    (error: unknown) => {
      fail(span, error, signal);
      throw error;
    },
  );
}

function fail(span: Span, error: unknown, signal: AbortSignal | null | undefined): void {
  const type = typeof error === 'object' && error !== null ? readProperty(error, 'name') : typeof error;
  // The application may abort with any reason.
  if (signal?.aborted === true && type !== 'TimeoutError') endUnanswered(span, 'AbortError');
  else endUnanswered(span, String(type), error);
}
