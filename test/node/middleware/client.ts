import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { until } from '../sources/observed.ts';

/** A connection over which bytes are written and read as they are. */
export interface Client {
  send(...requests: readonly string[]): void;
  /** Waits until this has arrived, as often as that. */
  gets(text: string, times?: number): Promise<void>;
  /** Goes away without a word, as a page that is closed. */
  hangUp(): void;
  received(): string;
  /** The values of a header of all answers so far. */
  header(name: string): readonly string[];
}

export async function connectTo(port: number): Promise<Client> {
  const socket: Socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk) => (received += String(chunk)));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return {
    send: (...requests) => void socket.write(requests.join('')),
    gets: (text, times = 1) => until(() => received.split(text).length > times),
    hangUp: () => void socket.destroy(),
    received: () => received,
    header: (name) => [...received.matchAll(new RegExp(`^${name}: (.*)\\r$`, 'gim'))].map(([, value]) => value as string),
  };
}

/** The bytes of a request without a body, or with one of JSON. */
export function request(line: string, { headers = [], body }: { readonly headers?: readonly string[]; readonly body?: string } = {}): string {
  const about = body === undefined ? [] : ['content-type: application/json', `content-length: ${body.length}`];
  return [`${line} HTTP/1.1`, 'host: shop.example', ...headers, ...about, '', body ?? ''].join('\r\n');
}
