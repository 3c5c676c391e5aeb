import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDashboardFiles } from '../../live/dashboard-files.ts';
import { createLiveAccess } from '../../live/live-access.ts';
import { plainAnswer, readTarget, send } from '../../live/live-exchange.ts';
import type { Target } from '../read-target.ts';
import { createStreamPass } from './stream-pass.ts';

export interface DashboardServerSetup {
  /** Whose stream the page shows. */
  readonly target: Target;
  readonly port: number;
  /** Told what is worth a line on the terminal. */
  readonly note: (what: string) => void;
}

/** A page on this machine, and behind it the stream of another one. */
export interface DashboardServer {
  /** Of the page. */
  readonly url: string;
  /** Ends every stream. Resolves when nothing is open any more. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 only, and lets in whom `liveHandler` lets in without a token: whoever may read the page reads with this command's
 * token. Rejects when the port cannot be had.
 */
export async function startDashboardServer({ target, port, note }: DashboardServerSetup): Promise<DashboardServer> {
  const files = createDashboardFiles();
  const access = createLiveAccess({ tokens: [], origins: [] }, (what) => note(`refused ${what.replace(', and no token is set', '')}`));
  const pass = createStreamPass(target, note);

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { isStream, segment, query } = readTarget(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(request, response, plainAnswer(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' }));
    }
    const refusal = access.refuse(request, isStream);
    if (refusal !== undefined) return send(request, response, refusal);
    if (isStream && request.method === 'GET') return pass(request, response, query);
    files
      .answer(request, segment)
      .then((page) => send(request, response, page))
      .catch(() => response.destroy());
  }

  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
