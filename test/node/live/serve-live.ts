import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createTestObservability } from '#testing';
import type { TestObservability } from '#testing';
import { liveHandler } from '../../../src/node/live/live-handler.ts';
import type { LiveHandlerOptions } from '../../../src/node/live/live-options.ts';
import { listen, undo, until } from '../sources/observed.ts';
import { openStream } from './live-stream.ts';
import type { AskOptions, SeenStream } from './live-stream.ts';

/** A manager whose time passes only when told, and its live stream on a server. */
export interface ServedLive extends TestObservability {
  readonly server: Server;
  readonly url: string;
  /** Of the server, those that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** What the manager said of itself. */
  readonly said: string[];
  /** Opens a stream, which the test need not close. */
  open(query?: string, options?: AskOptions): Promise<SeenStream>;
  /** Lets time pass, and waits for what it brings. */
  pass(milliseconds: number, condition: () => boolean): Promise<void>;
}

export async function serveLive(options: LiveHandlerOptions = {}, testOptions: Parameters<typeof createTestObservability>[0] = {}): Promise<ServedLive> {
  const tested = createTestObservability(testOptions);
  const { obs, clock } = tested;
  const server = createServer(liveHandler(obs, options));
  const port = await listen(server);
  const url = `http://127.0.0.1:${port}/`;
  undo.push(() => obs.shutdown());
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const said: string[] = [];
  obs.health$.subscribe((health) => 'message' in health && said.push(`${health.name}: ${health.message}`));
  return {
    ...tested,
    server,
    url,
    sockets,
    said,
    async open(query = '', askOptions = {}) {
      const stream = await openStream(url + query, askOptions);
      undo.push(() => stream.close());
      return stream;
    },
    async pass(milliseconds, condition) {
      clock.advance(milliseconds);
      await until(condition);
    },
  };
}
