import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Arrival, Arrivals } from './arrivals.ts';

/** Follows what HTTP/2 servers are asked. */
export interface Http2Streams {
  begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Arrival | undefined;
  /** Of a request as frameworks have it, which knows its stream. */
  arrivalOf(request: object): Arrival | undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9113#name-error-codes */
const NO_ERROR = 0;

export function createHttp2Streams(arrivals: Arrivals): Http2Streams {
  const open = new WeakMap<object, Arrival>();
  return {
    begin(stream, headers) {
      // An application may hand it on to another of its servers.
      const known = open.get(stream);
      if (known !== undefined) return known;
      const arriving = {
        method: headers[':method'] ?? 'GET',
        target: headers[':path'] ?? '/',
        scheme: headers[':scheme'] ?? 'https',
        host: headers[':authority'] ?? headers.host,
        protocolVersion: '2',
        headers,
      };
      const arrival = arrivals.begin(arriving, stream.endAfterHeaders ? undefined : stream);
      if (arrival === undefined) return undefined;
      open.set(stream, arrival);
      stream.once('close', () => {
        const statusCode = stream.sentHeaders?.[':status'];
        arrivals.end(arrival, statusCode === undefined ? undefined : Number(statusCode), stream.aborted || stream.rstCode !== NO_ERROR);
      });
      return arrival;
    },
    arrivalOf(request) {
      const { stream } = request as { readonly stream?: object };
      return stream && open.get(stream);
    },
  };
}
