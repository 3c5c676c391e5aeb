import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { createLoggedBody } from '../../core/requests/logged-body.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { BodyPolicy } from '../../core/requests/request-policy.ts';
import { patchMethod } from './patch-method.ts';

/**
 * Tells the body of a request once the application has read all of it, however it does. Every piece that leaves a stream goes by in the
 * event `data`, that of `read()` too: without a listener, nothing is read that the application does not.
 */
export function logBodyRead(request: OpenRequest, policy: BodyPolicy, stream: Readable & { readonly aborted?: boolean }, header: (name: string) => unknown): void {
  const body = createLoggedBody(policy, header);
  if (body === undefined) return;
  const undo = patchMethod(stream, 'emit', (_, args, proceed) => {
    const [event, piece] = args;
    if (event === 'data') body.add(bytesOf(piece, stream.readableEncoding));
    else if (event === 'end') end();
    return proceed(args);
  });
  function end(): void {
    undo();
    // Of HTTP/2, what was cut off ends, too.
    if (stream.aborted !== true) request.tell({ requestData: body?.value() });
  }
}

/** A stream with an encoding gives texts. */
function bytesOf(piece: unknown, encoding: BufferEncoding | null): string | Uint8Array {
  if (typeof piece === 'string') return encoding === null || encoding === 'utf8' ? piece : Buffer.from(piece, encoding);
  return piece instanceof Uint8Array ? piece : '';
}
