import type { IncomingMessage } from 'node:http';
import type { HttpResponse } from '../core/transport.ts';

/** Most of a body that is read, in bytes. */
const MAX_LENGTH = 64 * 1_024;

/** How long a body may take, in milliseconds. */
const PATIENCE = 1_000;

const names = ['content-type', 'retry-after', 'location'] as const;

/** Resolves with what came, also when the body breaks off, is long, or does not end: the status is what matters. */
export function readResponse(response: IncomingMessage): Promise<HttpResponse> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const patience = setTimeout(finish, PATIENCE).unref();

    function finish(): void {
      clearTimeout(patience);
      // The rest would have to be read before the connection could be used again.
      if (!response.complete) response.destroy();
      const headers = Object.fromEntries(names.flatMap((name) => (response.headers[name] === undefined ? [] : [[name, response.headers[name]]])));
      resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks, length), handedOff: false });
    }

    response.on('data', (chunk: Buffer) => {
      const piece = chunk.subarray(0, MAX_LENGTH - length);
      chunks.push(piece);
      length += piece.length;
      if (length === MAX_LENGTH) finish();
    });
    response.once('end', finish);
    response.once('close', finish);
    response.on('error', finish);
  });
}
