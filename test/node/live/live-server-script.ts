// What scripts in processes of their own take.
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { getObservabilityManager } from '../../../src/node/main.ts';
import { createStartLiveServer } from '../../../src/node/live/start-live-server.ts';
import type { StartLiveServer } from '../../../src/node/live/start-live-server.ts';

export { createObservability } from '../../../src/node/main.ts';

export const startLiveServer: StartLiveServer = createStartLiveServer(() => getObservabilityManager());

/** Opens a stream that does not keep the process alive. */
export function openSilently(url: string): Promise<IncomingMessage> {
  return new Promise((resolve) => {
    const client = get(url, { headers: { accept: 'text/event-stream' } }, (response) => {
      response.socket.unref();
      resolve(response.resume());
    });
    client.on('error', () => undefined);
  });
}
