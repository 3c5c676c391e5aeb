import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import { endArrival } from './arrivals.ts';
import type { Arrivals } from './arrivals.ts';
import { arriving } from './http1-exchanges.ts';
import { patchMethod } from './patch-method.ts';

/** Follows requests that want another protocol on their connection: upgrades, and `CONNECT`. */
export interface Handshakes {
  begin(request: IncomingMessage, socket: Duplex): OpenRequest | undefined;
}

/**
 * The application writes the answer to the socket itself, so that is where it is seen. What goes over the connection afterwards is
 * no longer the request: a WebSocket may live for days.
 */
export function createHandshakes(arrivals: Arrivals): Handshakes {
  /** An application may hand a request on to another of its servers. */
  const begun = new WeakMap<IncomingMessage, OpenRequest>();
  return {
    begin(request, socket) {
      const known = begun.get(request);
      if (known !== undefined) return known;
      const arrival = arrivals.begin(arriving(request));
      if (arrival === undefined) return undefined;
      begun.set(request, arrival);
      function end(answer?: unknown): void {
        stop();
        const statusCode = statusOf(answer);
        endArrival(arrival as OpenRequest, { statusCode, cutOffBy: undefined, header: () => undefined });
      }
      const closed = (): void => end();
      const written = ['write', 'end'].map((name) =>
        patchMethod(socket, name, (_, args, proceed) => {
          end(args[0]);
          return proceed(args);
        }),
      );
      function stop(): void {
        socket.off('close', closed);
        for (const undo of written) undo();
      }
      socket.once('close', closed);
      return arrival;
    },
  };
}

/** The status of an answer, by how it begins. */
function statusOf(answer: unknown): number | undefined {
  if (typeof answer !== 'string' && !(answer instanceof Uint8Array)) return undefined;
  const begin = typeof answer === 'string' ? answer.slice(0, 12) : Buffer.from(answer.subarray(0, 12)).toString('latin1');
  const status = /^HTTP\/1\.[01] (\d{3})$/.exec(begin);
  return status === null ? undefined : Number(status[1]);
}
