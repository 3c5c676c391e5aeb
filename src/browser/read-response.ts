import { answerLimits } from '../core/transport.ts';
import type { HttpResponse } from '../core/transport.ts';

/**
 * Reads an answer to its end, or cancels it: a receiver may send without end. In Chromium a `no-store` answer that is neither read
 * nor cancelled keeps the bytes of its keepalive request for ever: https://github.com/open-telemetry/opentelemetry-js/issues/7001
 */
export async function readResponse(response: Response): Promise<HttpResponse> {
  const headers: Record<string, string> = {};
  for (const name of answerLimits.headers) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  // A page is not told the status of a redirect: it is 0.
  return { status: response.status, headers, body: await firstOf(response.body), handedOff: false };
}

async function firstOf(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  if (!stream) return new Uint8Array();
  const body = new Uint8Array(answerLimits.bytes);
  let length = 0;
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(cancel, answerLimits.patience);
  try {
    while (length < body.length) {
      const { value } = await reader.read();
      if (value === undefined) break;
      const piece = value.subarray(0, body.length - length);
      body.set(piece, length);
      length += piece.length;
    }
  } catch {
    // Broken off: the status has been told, and it is what counts.
  }
  clearTimeout(timer);
  cancel();
  return body.subarray(0, length);
}
