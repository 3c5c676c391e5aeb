import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { FrameworkServer } from './framework.ts';

/** Serves by this at a free port. */
export function serveOn(listener: RequestListener): Promise<FrameworkServer> {
  return listening(createServer(listener));
}

/** A server that has a free port. */
export async function listening(server: Server): Promise<FrameworkServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
