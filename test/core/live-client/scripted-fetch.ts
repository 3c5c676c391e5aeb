import type { LiveHost, LiveRequest } from '../../../src/core/live/connect-live-host.ts';

/** One call of `fetch`, and what the test does with it. */
export interface Call {
  readonly url: string;
  readonly request: LiveRequest;
  /** Answers with a stream that stays open. */
  open(): void;
  say(text: string): void;
  /** Ends the stream as a server does. */
  end(): void;
  /** Breaks the stream, or the call when it has no answer yet. */
  cut(): void;
  answer(status: number, headers?: Record<string, string>): void;
}

/** A `fetch` whose answers a test gives when it likes. */
export function scriptedFetch(): { readonly calls: readonly Call[]; readonly fetch: LiveHost['fetch'] } {
  const calls: Call[] = [];
  return { calls, fetch: (url, request) => new Promise((resolve, reject) => void calls.push(callOf(url, request, resolve, reject))) };
}

function callOf(url: string, request: LiveRequest, resolve: (response: Response) => void, reject: (reason: unknown) => void): Call {
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  const broken = (): void => {
    // As `fetch` says it, with the whole request in its message.
    const error = Object.assign(new TypeError(`failed: ${JSON.stringify(request.headers)}`), { cause: { code: 'ECONNRESET' } });
    reject(error);
    body?.error(error);
  };
  const stop = (): void => {
    const error = new DOMException('aborted', 'AbortError');
    reject(error);
    try {
      body?.error(error);
    } catch {
      // It has ended.
    }
  };
  (request.signal as unknown as EventTarget).addEventListener('abort', stop);
  return {
    url,
    request,
    open() {
      const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
      resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } }));
    },
    say: (text) => body?.enqueue(new TextEncoder().encode(text)),
    end: () => body?.close(),
    cut: broken,
    answer: (status, headers = {}) => resolve(new Response(null, { status, headers })),
  };
}

/** Until nothing is left to be done but what waits for time or for an answer. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
