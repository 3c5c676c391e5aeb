import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** As much of PostgreSQL as its client needs for a query with parameters: every answer is one row with this text. */
export interface PostgresServer {
  readonly port: number;
  /** The texts of the queries, in order. */
  readonly queries: readonly string[];
  close(): Promise<void>;
}

/** https://www.postgresql.org/docs/current/protocol-flow.html */
export async function startPostgresServer(answer: string): Promise<PostgresServer> {
  const queries: string[] = [];
  const sockets = new Set<Socket>();

  function serve(socket: Socket): void {
    let received: Buffer = Buffer.alloc(0);
    let isStarted = false;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      // The first message has no type.
      for (;;) {
        const at = isStarted ? 1 : 0;
        if (received.length < at + 4) return;
        const end = at + received.readInt32BE(at);
        if (received.length < end) return;
        const type = isStarted ? String.fromCharCode(received[0]!) : 'start';
        const body = received.subarray(at + 4, end);
        received = received.subarray(end);
        isStarted = true;
        if (type === 'start') socket.write(Buffer.concat([message('R', int32(0)), ready]));
        if (type === 'P') queries.push(textAt(body, body.indexOf(0) + 1));
        if (type === 'S') socket.write(Buffer.concat([...parsed, ...row(answer), ready]));
        if (type === 'X') socket.end();
      }
    });
  }

  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    queries,
    async close() {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

const ready = message('Z', Buffer.from('I'));
const parsed = [message('1'), message('2')];

/** Its description, itself and the end of the result. */
function row(value: string): readonly Buffer[] {
  const text = 25;
  const field = Buffer.concat([cstring('name'), int32(0), int16(0), int32(text), int16(-1), int32(-1), int16(0)]);
  return [
    message('T', Buffer.concat([int16(1), field])),
    message('D', Buffer.concat([int16(1), int32(value.length), Buffer.from(value)])),
    message('C', cstring('SELECT 1')),
  ];
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function textAt(body: Buffer, start: number): string {
  return body.subarray(start, body.indexOf(0, start)).toString();
}

function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
