import { createHost } from '../../src/core/host.ts';
import type { Sink } from '../../src/core/sink.ts';
import type { TransportSettings } from '../../src/core/transport.ts';
import { createEnvironment } from '../../src/node/environment.ts';
import { createHttpTransport } from '../../src/node/http-transport.ts';
import { createLeaving } from '../../src/node/leaving.ts';
import { createOutbox } from '../../src/node/outbox.ts';

const outbox = createOutbox();

export const createObservability = createHost({ ...createEnvironment(), leaving$: createLeaving(outbox) }).createObservability;

/** Sends the names of the signals with the transport of Node, a line each. */
export function postingSink(url: string, { headers, ...settings }: Partial<TransportSettings> & { readonly headers?: Record<string, string> } = {}): Sink {
  const transport = createHttpTransport({ compression: 'none', ...settings }, outbox);
  return {
    name: 'posting',
    async write(batch, context) {
      const body = new TextEncoder().encode(batch.map(({ name }) => `${name}\n`).join(''));
      const { status } = await transport.send({ url, headers: { 'content-type': 'text/plain', ...headers }, body, ...context });
      if (status !== 200) throw new Error(`status ${status}`);
    },
    close: () => transport.close(),
  };
}
