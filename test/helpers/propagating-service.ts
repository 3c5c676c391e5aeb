import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createObservability } from '#sdk';
import type { Health, HeadersInput, Propagator } from '#sdk';
import { recordingOf } from './recorded.ts';

/** What a service made of the headers it was sent. */
export interface Handled {
  /** Whether there was a trace to continue. */
  readonly continued: boolean;
  /** The headers it hands on to the next service, from inside of its own span. */
  readonly handedOn: Readonly<Record<string, string>>;
  readonly spanId: string;
}

/** A service that takes part in the traces it is called in, behind a real socket. */
export interface PropagatingService {
  /**
   * Sends exactly these lines as headers, a byte for each character, and reads what becomes of them from each shape in which a server
   * has headers: joined by Node, as pairs, and as `Headers`.
   */
  send(...lines: readonly string[]): Promise<readonly Handled[]>;
  readonly health: readonly Health[];
  close(): Promise<void>;
}

const shapes: Readonly<Record<string, (headers: NodeJS.Dict<string | string[]>, pairs: readonly [string, string][]) => HeadersInput>> = {
  '/node': (headers) => headers,
  '/pairs': (_, pairs) => pairs,
  '/fetch': (_, pairs) => new Headers([...pairs]),
};

export async function propagatingService(propagators: readonly Propagator[]): Promise<PropagatingService> {
  const obs = createObservability({ sources: false, sinks: [], tracing: { propagators } });
  const { health } = recordingOf(obs);
  const server = createServer((request, response) => {
    const pairs = Array.from({ length: request.rawHeaders.length / 2 }, (_, index): [string, string] => [
      request.rawHeaders[2 * index]!,
      request.rawHeaders[2 * index + 1]!,
    ]);
    const parent = obs.tracer.extract(shapes[request.url!]!(request.headers, pairs));
    obs.tracer.startSpan('serve', { parent, kind: 'server' }, (span) => {
      const handled: Handled = { continued: parent !== undefined, handedOn: obs.tracer.inject(span), spanId: span.trace.spanId };
      response.end(JSON.stringify(handled));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function exchange(path: string, lines: readonly string[]): Promise<Handled> {
    const socket = connect(port, '127.0.0.1');
    socket.end(Buffer.from([`GET ${path} HTTP/1.1`, 'host: service', ...lines, 'connection: close', '', ''].join('\r\n'), 'latin1'));
    const chunks: Buffer[] = await socket.toArray();
    const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
    if (!head.startsWith('HTTP/1.1 200')) throw new Error(head);
    return JSON.parse(body) as Handled;
  }

  return {
    send: (...lines) => Promise.all(Object.keys(shapes).map((path) => exchange(path, lines))),
    health,
    async close() {
      server.close();
      await once(server, 'close');
      await obs.shutdown();
    },
  };
}
