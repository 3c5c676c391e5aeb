// The memory of requests that are open, beyond what they need without any logging.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask, startServer } from './load.mjs';

/** Connections and tables that any request fills are there by then. */
const before = 200;
const measured = 2_000;

/** Bytes of the heap an open request, with everything that is Node's. */
export async function memoryOfOpen({ server: name, variables }, stdout, head) {
  const server = startServer(name, { stdout, variables: { ...variables, NEVER_ANSWERS: 'true' }, execArgv: ['--expose-gc'] });
  const sockets = [];
  try {
    const [{ port }] = await once(server, 'message');
    const heapWith = async (open) => {
      while (sockets.length < open) {
        const socket = connect(port, '127.0.0.1').on('error', () => undefined);
        socket.write(head);
        sockets.push(socket);
      }
      return (await ask(server, { open })).heap;
    };
    const empty = await heapWith(before);
    return ((await heapWith(before + measured)) - empty) / measured;
  } finally {
    server.kill();
    for (const socket of sockets) socket.destroy();
  }
}

/** The same of requests that the application logs itself. */
export async function memoryOfLogged() {
  const file = fileURLToPath(new URL('open-requests.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file]);
  return JSON.parse(stdout).bytes;
}
