import type { HttpResponse } from '../core/transport.ts';
import type { Exchange } from './exchange.ts';
import type { Proxy } from './proxy.ts';
import type { Route } from './routes.ts';
import type { TlsTexts } from './tls-files.ts';

/** A POST as plain data, ready for another thread. */
export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Then the headers have those of HTTP/2 that begin with a colon. */
  readonly http2: boolean;
  readonly proxy: Proxy | undefined;
  readonly tls: TlsTexts;
}

/** A request that has no answer yet. */
export interface Posting {
  /** As it is sent. */
  readonly letter: Letter;
  /** Whether the operating system has all of it: then it arrives although the process ends, and sent again it would arrive twice. */
  readonly handedOver: boolean;
  /** From now on it is this. */
  repack(contents: Pick<Letter, 'headers' | 'body'>): void;
  /** Rejects with the host's own error when there is no answer. */
  send(route: Route): Promise<HttpResponse>;
  /** Gives up at once, also what has not begun. */
  abort(reason: string): void;
}

export function createPosting(given: Letter): Posting {
  let letter = given;
  let exchange: Exchange | undefined;
  let aborted: Error | undefined;

  async function attempt(route: Route): Promise<HttpResponse> {
    if (aborted !== undefined) throw aborted;
    exchange = route.begin(letter);
    return exchange.answer;
  }

  return {
    get letter() {
      return letter;
    },
    get handedOver() {
      return exchange?.handedOver === true;
    },
    repack(contents) {
      letter = { ...letter, ...contents };
    },
    async send(route) {
      try {
        return await attempt(route);
      } catch (error) {
        if (exchange?.stale !== true) throw error;
        // The others that are idle were closed with it.
        route.closeIdle();
        return attempt(route);
      }
    },
    abort(reason) {
      aborted = new Error(reason);
      exchange?.abort(aborted);
    },
  };
}
