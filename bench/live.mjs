// The live stream: what a hundred clients cost a busy program more than one does. The program, the clients and this each in a process of
// their own; one client and a hundred take turns.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ask, endServer, startServer } from './load.mjs';
import { median, spread } from './statistics.mjs';

const title = 'live stream, 10,000 events a second';
const CLIENTS = 100;
const [settle, measured] = [1_000, 4_000];
/** What a client asks for: nothing in particular, or all there is. */
const queries = { 'by default': '', 'all there is': '?parts=statistics,health,ledger,metrics,errors,traces&kinds=span,profile' };

export async function liveRows(rounds) {
  const rows = [];
  for (const [what, query] of Object.entries(queries)) rows.push(...(await rowsOf(what, query, rounds)));
  return rows;
}

async function rowsOf(what, query, rounds) {
  const server = startServer('live', { variables: process.env.BENCH_SDK ? { BENCH_SDK: process.env.BENCH_SDK } : {} });
  const [{ url }] = await once(server, 'message');
  const clients = fork(fileURLToPath(new URL('live-clients.mjs', import.meta.url)), { env: { PATH: process.env.PATH, BENCH_URL: url + query }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const runs = [];
  try {
    await underClients(server, clients, 1);
    for (let round = 0; round < rounds; round += 1) {
      process.stderr.write(`\r${title}, ${what}: round ${round + 1} of ${rounds}   `);
      runs.push({ one: await underClients(server, clients, 1), many: await underClients(server, clients, CLIENTS) });
    }
    process.stderr.write('\n');
  } finally {
    clients.disconnect();
    await endServer(server);
  }
  return [
    row(`${what}, ${CLIENTS} clients beside one, % of a core`, runs.map(({ one, many }) => many.cpu - one.cpu), { most: 10, absolute: true }),
    row(`${what}, one client, % of a core`, runs.map(({ one }) => one.cpu)),
    row(`${what}, bytes a second and client`, runs.map(({ many }) => many.bytes / CLIENTS)),
  ];
}

function row(what, values, target) {
  return { what: `${title}: ${what}`, ours: median(values), spread: spread(values), target };
}

/** CPU in percent of a core, bytes a second of all clients. */
async function underClients(server, clients, count) {
  await ask(clients, count);
  await new Promise((resolve) => setTimeout(resolve, settle));
  const [from, read] = [await ask(server, 'account'), await ask(clients, count)];
  await new Promise((resolve) => setTimeout(resolve, measured));
  const [to, readAtEnd] = [await ask(server, 'account'), await ask(clients, count)];
  const milliseconds = to.at - from.at;
  const rate = ((to.events - from.events) / milliseconds) * 1_000;
  if (rate < 9_000) throw new Error(`the program did only ${Math.round(rate)} events a second`);
  const cpu = (to.cpu.user + to.cpu.system - from.cpu.user - from.cpu.system) / 1_000;
  return { cpu: (cpu / milliseconds) * 100, bytes: ((readAtEnd.bytes - read.bytes) / milliseconds) * 1_000 };
}
