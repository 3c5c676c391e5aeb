import type { ClientRequest } from 'node:http';
import type { HttpResponse } from '../core/transport.ts';
import { readResponse } from './read-response.ts';

/** One request on its way, and its answer. */
export interface Exchange {
  readonly answer: Promise<HttpResponse>;
  /** Whether the operating system has all of the request, or the receiver has answered without it. */
  readonly handedOver: boolean;
  /** The answer failed because the receiver had closed a connection that was kept open, just as it was used again. */
  readonly stale: boolean;
  abort(error: Error): void;
}

export function beginExchange(client: ClientRequest, body: Uint8Array): Exchange {
  let answered = false;
  let stale = false;
  let abort = (_: Error): void => undefined;
  const answer = new Promise<HttpResponse>((resolve, reject) => {
    // What is under way shall not keep the process alive: who waits for it does. A connection that is used again was made to.
    client.once('socket', (socket) => socket.unref());
    client.once('response', (response) => {
      answered = true;
      resolve(readResponse(response));
    });
    client.on('error', (error: NodeJS.ErrnoException) => {
      stale = !answered && client.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(error);
    });
    // Without either when the receiver wants to change the protocol.
    client.once('close', () => reject(new Error('connection closed without an answer')));
    abort = (error) => {
      client.destroy(error);
      // Not by its event: a request that waits for a connection would say so when it gets one.
      reject(error);
    };
  });
  client.end(body);
  return {
    answer,
    get handedOver() {
      return answered || client.writableFinished;
    },
    get stale() {
      return stale;
    },
    abort,
  };
}
