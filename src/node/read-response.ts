import type { IncomingMessage } from 'node:http';
import { answerLimits } from '../core/transport.ts';
import type { HttpResponse } from '../core/transport.ts';

/** Resolves with what came, also when the body breaks off, is long, or does not end: the status is what matters. */
export function readResponse(response: IncomingMessage): Promise<HttpResponse> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const patience = setTimeout(finish, answerLimits.patience).unref();

    function finish(): void {
      clearTimeout(patience);
      // The rest would have to be read before the connection could be used again.
      if (!response.complete) response.destroy();
      const headers = Object.fromEntries(answerLimits.headers.flatMap((name) => (response.headers[name] === undefined ? [] : [[name, String(response.headers[name])]])));
      resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks, length), handedOff: false });
    }

    response.on('data', (chunk: Buffer) => {
      const piece = chunk.subarray(0, answerLimits.bytes - length);
      chunks.push(piece);
      length += piece.length;
      if (length === answerLimits.bytes) finish();
    });
    response.once('end', finish);
    response.once('close', finish);
    response.on('error', finish);
  });
}
