import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import { endArrival } from './arrivals.ts';
import type { Arrivals } from './arrivals.ts';
import { logBodyRead } from './body-read.ts';
import { logBodyWritten } from './body-written.ts';
import type { SentHead } from './body-written.ts';
import { patchMethod } from './patch-method.ts';
import { saysRequestId } from './response-head.ts';

/** Follows what HTTP/2 servers are asked. */
export interface Http2Streams {
  begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): OpenRequest | undefined;
  /** Of a request as frameworks have it, which knows its stream. */
  arrivalOf(request: object): OpenRequest | undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9113#name-error-codes */
const NO_ERROR = 0;

export function createHttp2Streams(arrivals: Arrivals): Http2Streams {
  const open = new WeakMap<object, OpenRequest>();
  return {
    begin(stream, headers) {
      // An application may hand it on to another of its servers.
      const known = open.get(stream);
      if (known !== undefined) return known;
      let pieces = 0;
      const arriving = {
        method: headers[':method'] ?? 'GET',
        target: headers[':path'] ?? '/',
        scheme: headers[':scheme'] ?? 'https',
        host: headers[':authority'] ?? headers.host,
        protocolVersion: '2',
        headers,
        header: (name: string) => headers[name],
        addressOf: () => stream.session?.socket.remoteAddress,
        progress: () => pieces,
        raw: stream,
      };
      const arrival = arrivals.begin(arriving, stream.endAfterHeaders ? undefined : stream);
      if (arrival === undefined) return undefined;
      open.set(stream, arrival);
      for (const name of ['write', 'push']) {
        patchMethod(stream, name, (_, args, proceed) => {
          pieces += 1;
          return proceed(args);
        });
      }
      if (arrival.isCorrelated) tellRequestId(stream, arrival);
      if (arrival.bodies !== undefined) {
        if (!stream.endAfterHeaders) logBodyRead(arrival, arrival.bodies, stream, (name) => headers[name]);
        logBodyWritten(arrival, arrival.bodies, stream, () => sentHead(stream));
      }
      stream.once('close', () => {
        const { sentHeaders } = stream;
        const statusCode = sentHeaders?.[':status'];
        const wasAborted = stream.aborted || stream.rstCode !== NO_ERROR;
        endArrival(arrival, {
          statusCode: statusCode === undefined ? undefined : Number(statusCode),
          cutOffBy: wasAborted ? 'client' : undefined,
          header: (name) => sentHeaders?.[name],
        });
      });
      return arrival;
    },
    arrivalOf(request) {
      const { stream } = request as { readonly stream?: object };
      return stream && open.get(stream);
    },
  };
}

function sentHead({ sentHeaders }: ServerHttp2Stream): SentHead {
  return { statusCode: Number(sentHeaders?.[':status']), header: (name) => sentHeaders?.[name] };
}

/** Which argument the head of an answer is, of the methods that send it. */
const heads = { respond: 0, respondWithFD: 1, respondWithFile: 1 } as const;

function tellRequestId(stream: ServerHttp2Stream, { requestId }: OpenRequest): void {
  for (const [name, at] of Object.entries(heads)) {
    patchMethod(stream, name, (_, args, proceed) => proceed([...args.slice(0, at), withRequestId(args[at], requestId), ...args.slice(at + 1)]));
  }
}

/** The head of an answer, which says the id unless the application does. */
function withRequestId(head: unknown, requestId: string): unknown {
  if (saysRequestId(head)) return head;
  // Its prototype may be none, and there may be symbols among its keys.
  return Array.isArray(head) ? [...head, 'x-request-id', requestId] : Object.assign(Object.create(null) as object, { 'x-request-id': requestId }, head);
}
