import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import { endArrival } from './arrivals.ts';
import type { Arrivals } from './arrivals.ts';
import { logBodyRead } from './body-read.ts';
import { logBodyWritten } from './body-written.ts';
import type { SentHead } from './body-written.ts';
import { patchMethod } from './patch-method.ts';

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
      patchMethod(stream, 'write', (_, args, proceed) => {
        pieces += 1;
        return proceed(args);
      });
      if (arrival.isCorrelated) patchMethod(stream, 'respond', (_, args, proceed) => proceed(withRequestId(args, arrival)));
      if (arrival.bodies !== undefined) {
        if (!stream.endAfterHeaders) logBodyRead(arrival, arrival.bodies, stream, (name) => headers[name]);
        logBodyWritten(arrival, arrival.bodies, stream, () => sentHead(stream));
      }
      stream.once('close', () => {
        const { sentHeaders } = stream;
        const statusCode = sentHeaders?.[':status'];
        const wasAborted = stream.aborted || stream.rstCode !== NO_ERROR;
        endArrival(arrival, statusCode === undefined ? undefined : Number(statusCode), wasAborted, (name) => sentHeaders?.[name]);
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

/** The head of an answer, which says the id unless the application does. A list of names and values in turn it may be, too. */
function withRequestId([head, ...rest]: readonly unknown[], { requestId }: OpenRequest): readonly unknown[] {
  const id = { 'x-request-id': requestId };
  if (Array.isArray(head)) return [head.some((name, at) => at % 2 === 0 && String(name).toLowerCase() === 'x-request-id') ? head : [...head, 'x-request-id', requestId], ...rest];
  // Its prototype may be none, and there may be symbols among its keys.
  return [Object.assign(Object.create(null) as object, hasRequestId(head) ? undefined : id, head), ...rest];
}

function hasRequestId(head: unknown): boolean {
  return Object.keys(Object(head)).some((name) => name.toLowerCase() === 'x-request-id');
}
