import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { createLoggedBody } from '../../core/requests/logged-body.ts';
import type { LoggedBody } from '../../core/requests/logged-body.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { BodyPolicy } from '../../core/requests/request-policy.ts';
import { patchMethod } from './patch-method.ts';

/** The head of a response, as it was sent. */
export interface SentHead {
  readonly statusCode: number;
  readonly header: (name: string) => unknown;
}

/** These have no body, whatever is written. */
const bodiless: ReadonlySet<number> = new Set([204, 304]);

/** Of HTTP/2, that of a request that was cut off is ended by Node, too. */
export type WrittenStream = Writable & { readonly aborted?: boolean };

/**
 * Tells the body of a response once the application has written all of it. Each piece is on its way before it is looked at, and by then
 * the head is final.
 */
export function logBodyWritten(request: OpenRequest, policy: BodyPolicy, stream: WrittenStream, head: () => SentHead): void {
  if (request.facts.method === 'HEAD') return;
  let seen: { readonly body: LoggedBody | undefined } | undefined;

  function add(piece: unknown, encoding: unknown): void {
    const isText = typeof piece === 'string';
    if (!isText && !(piece instanceof Uint8Array)) return;
    seen ??= { body: bodyOf(head()) };
    seen.body?.add(isText && !isUtf8(encoding) ? Buffer.from(piece, encoding as BufferEncoding) : piece);
  }

  function bodyOf({ statusCode, header }: SentHead): LoggedBody | undefined {
    return bodiless.has(statusCode) ? undefined : createLoggedBody(policy, header);
  }

  const undo = ['write', 'end'].map((name) =>
    patchMethod(stream, name, (_, args, proceed) => {
      const result = proceed(args);
      add(args[0], args[1]);
      if (name === 'end') end();
      return result;
    }),
  );
  function end(): void {
    for (const step of undo) step();
    if (stream.aborted !== true) request.tell({ data: seen?.body?.value() });
  }
}

function isUtf8(encoding: unknown): boolean {
  // It may be left out, with the callback in its place; of a response that waits for its turn, a wrong one is refused only later.
  return typeof encoding !== 'string' || /^utf-?8$/i.test(encoding) || !Buffer.isEncoding(encoding);
}
