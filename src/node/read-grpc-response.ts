import { constants } from 'node:http2';
import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { answerLimits } from '../core/transport.ts';
import type { HttpResponse } from '../core/transport.ts';
import { unframed } from './grpc-frame.ts';

const wanted = ['content-type', 'grpc-status', 'grpc-message', 'grpc-status-details-bin'] as const;

/**
 * Gives what came when the call is over, or longer than any answer to it can be. Whatever did not come from a gRPC server is told by
 * its headers alone. Fails when the message came, but its end did not follow; not when the call breaks off. Not by a promise: that
 * would be heard of after the end of the call.
 */
export function readGrpcResponse(
  stream: ClientHttp2Stream,
  first: IncomingHttpHeaders & IncomingHttpStatusHeader,
  give: (response: HttpResponse) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let last: IncomingHttpHeaders = {};
  let patience: NodeJS.Timeout | undefined;

  function stop(): void {
    clearTimeout(patience);
    // What is left of it is of no interest.
    if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
  }

  function finish(): void {
    const all = { ...first, ...last };
    const headers = Object.fromEntries(wanted.flatMap((name) => (all[name] === undefined ? [] : [[name, String(all[name])]])));
    give({ status: first[':status'] ?? 0, headers, body: unframed(Buffer.concat(chunks)), handedOff: false });
    stop();
  }

  function giveUp(): void {
    fail(new Error('the answer has no end'));
    stop();
  }

  const isGrpc = first[':status'] === 200 && first['content-type']?.startsWith('application/grpc') === true;
  if (!isGrpc || first['grpc-status'] !== undefined) return finish();
  stream.once('trailers', (trailers) => {
    last = trailers;
    // Not at the end, which may not come: a receiver that has not read all of the call may break it off behind its answer.
    finish();
  });
  stream.on('data', (chunk: Buffer) => {
    // Only now: until then the receiver may be at work.
    patience ??= setTimeout(giveUp, answerLimits.patience).unref();
    chunks.push(chunk);
    length += chunk.length;
    if (length > answerLimits.bytes) finish();
  });
  // There is an end to what is broken off, too.
  stream.once('end', () => stream.rstCode === constants.NGHTTP2_NO_ERROR && finish());
  stream.once('close', () => clearTimeout(patience));
}
